import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.mts';
import type { Place } from './place.mts';

/** Milliseconds without any progress until the rest is given up: n8n asks for keys again after 30 s, for a job after 60 s. */
const PATIENCE_MS = 90_000;
/** Milliseconds of Google's time between two looks; its repetitions become rarer and rarer. */
const STEP_MS = 5 * 60_000;
/** Google repeats a delivery for a day; an hour more. Milliseconds. */
const REST_OF_THE_DAY_MS = 25 * 3_600_000;

/**
 * Lets everything come through that is still due, and then all that Google may yet repeat: until then, something may
 * be lost or come twice.
 */
export async function drain({ emulator }: Place, ledger: Ledger): Promise<void> {
	const { settings, clock } = emulator;
	Object.assign(settings, {
		jwks: 'normal',
		deliveryFault: 'none',
		deliveryTimeoutMs: 10_000,
		deliveryDelayMs: 0,
	});
	const look = () => ledger.readDeliveries(emulator.deliveries);
	// Jobs that were started a moment ago are still to end, and executions to park.
	await sleep(5000);
	let least = Infinity;
	let progressAt = Date.now();
	for (look(); ledger.backlog > 0 && Date.now() < progressAt + PATIENCE_MS; look()) {
		if (ledger.backlog < least) {
			least = ledger.backlog;
			progressAt = Date.now();
			console.log(`${least} are still due`);
		}
		await clock.advance(STEP_MS);
		await sleep(3000);
	}
	console.log('A day passes at Google, with all repetitions …');
	await clock.advance(REST_OF_THE_DAY_MS);
	look();
	await sleep(5000);
}

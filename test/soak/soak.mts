import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../unit/support/random.mts';
import { account } from './account.mts';
import type { Outcome } from './account.mts';
import { drain } from './drain.mts';
import type { SoakOptions } from './options.mts';
import { parties } from './parties.mts';
import type { Parties } from './parties.mts';
import { openPlace } from './place.mts';
import type { Place } from './place.mts';

/** With so much due that has not come through, nothing new is begun: the rate is to be what this machine can do. */
const MOST_BACKLOG = 100;
/** Milliseconds between two lines that say how far it is. */
const PROGRESS_MS = 30_000;

/** Keeps the traffic going until the time is over. */
async function run(
	place: Place,
	all: Parties,
	{ minutes, rate, seed }: SoakOptions,
): Promise<void> {
	const { ledger, traffic, hostile, repetitions } = all;
	const random = new Random(seed * 10 + 4);
	const end = Date.now() + minutes * 60_000;
	let nextProgress = Date.now() + PROGRESS_MS;
	const running = new Set<Promise<void>>();
	const begin = (work: Promise<void>) => {
		const one = work.finally(() => running.delete(one));
		running.add(one);
	};
	while (Date.now() < end) {
		ledger.readDeliveries(place.emulator.deliveries);
		repetitions.act();
		if (ledger.backlog < MOST_BACKLOG) {
			begin(traffic.act());
			if (random.next() < 0.25) begin(hostile.act());
		}
		if (Date.now() > nextProgress) {
			nextProgress += PROGRESS_MS;
			const left = Math.max(0, (end - Date.now()) / 60_000).toFixed(1);
			console.log(
				`${left} minutes left; ${place.effects.list.length} came through, ${ledger.backlog} are due`,
			);
		}
		await sleep((random.next() * 2000) / rate);
	}
	await Promise.all(running);
}

/** Heap snapshots to compare, if they are asked for: after the warm-up, and at the end. */
function snapshots({ memory }: Place, { snapshots: folder, minutes }: SoakOptions) {
	if (folder === undefined) return { atEnd: async () => undefined };
	mkdirSync(folder, { recursive: true });
	const write = async (name: string) => await memory.snapshot(resolve(folder, name));
	const first = sleep(minutes * 20_000).then(async () => await write('warm.heapsnapshot'));
	return {
		atEnd: async () => {
			await first;
			await write('end.heapsnapshot');
		},
	};
}

/** The whole run, with n8n started before and ended after it. */
export async function soak(options: SoakOptions): Promise<Outcome> {
	console.log(`Seed ${options.seed}. Starting n8n …`);
	const place = await openPlace();
	try {
		const all = parties(place, options.seed);
		const { traffic, troubles, repetitions, failures, ledger } = all;
		place.memory.start();
		troubles.start();
		failures.start();
		const snapshot = snapshots(place, options);
		await run(place, all, options);
		await snapshot.atEnd();
		await place.api.unpublish(place.scheduleId);
		await troubles.stop();
		await repetitions.stop();
		await place.memory.stop();
		console.log('The traffic is over; letting through what is still due …');
		for (const asked of traffic.asked) if (!asked.isTaken) ledger.doubt(asked);
		await drain(place, ledger);
		await failures.stop();
		return account(place, all, options);
	} finally {
		await place.close();
	}
}

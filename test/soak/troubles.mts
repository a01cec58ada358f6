import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator, FaultRule, Settings } from '../emulator/index.mts';
import { eventually } from '../support/http.mts';
import { API_KEY } from '../support/stage.mts';
import type { Random } from '../unit/support/random.mts';
import { callGoogle } from './googleJobs.mts';
import type { Place } from './place.mts';

/** Begins a trouble; what it returns ends it. */
type Trouble = (place: Place, random: Random) => Promise<(() => void) | undefined> | (() => void);

const CREATIONS = /:batchGenerateContent|\/interactions$/;
const READS = /\/(batches|interactions)\/[^:]+$/;
const ANYTHING = /^\/(v1beta|upload|download|\.well-known)/;

function fault({ emulator }: Place, rule: FaultRule): () => void {
	const id = emulator.faults.add({ times: null, ...rule });
	return () => emulator.faults.clear(id);
}

/** Puts settings in place of the usual ones. */
function setting<Name extends keyof Settings>(
	{ emulator }: { emulator: Emulator },
	name: Name,
	value: Settings[Name],
	usual: Settings[Name],
): () => void {
	emulator.settings[name] = value;
	return () => {
		emulator.settings[name] = usual;
	};
}

/** Somebody makes a new secret for a webhook; the former one signs on for a day, or ends at once. */
async function rotate(place: Place, webhookId: string, atOnce: boolean): Promise<string> {
	const body = atOnce ? { revocation_behavior: 'revoke_previous_secrets_immediately' } : {};
	for (;;) {
		const path = `webhooks/${webhookId}:rotateSigningSecret`;
		const answer = await callGoogle(place, API_KEY, path, body);
		if (answer) return String(answer.secret);
		await sleep(500);
	}
}

/** What goes wrong, by name. Each lasts for a few seconds. */
const TROUBLES: Record<string, Trouble> = {
	'quota used up': (place) => fault(place, { path: CREATIONS, preset: 'quota', method: 'POST' }),
	'jobs not readable': (place) => fault(place, { path: READS, preset: 'internal', method: 'GET' }),
	'answers lost': (place) =>
		fault(place, { path: CREATIONS, preset: 'lost-answer', method: 'POST', times: 3 }),
	'connections cut': (place) => fault(place, { path: READS, preset: 'cut', times: 10 }),
	'API slow': (place) => fault(place, { path: ANYTHING, preset: 'slow' }),
	'API down': (place) => fault(place, { path: ANYTHING, preset: 'overloaded' }),
	'keys unavailable': (place) => setting(place, 'jwks', 'down', 'normal'),
	'keys garbled': (place, random) =>
		setting(place, 'jwks', random.pick(['garbage', 'empty', 'rsa-only']), 'normal'),
	'keys rotated': ({ emulator }) => {
		emulator.keys.rotate();
		return () => undefined;
	},
	'project secret rotated': async (place) => {
		const webhooks = place.emulator.webhooks.list();
		const own = webhooks.find(({ uri }) => uri === place.triggers.project)!;
		await rotate(place, (own as { id: string }).id, false);
		return undefined;
	},
	'own secret rotated': async (place, random) => {
		const { existing, api } = place;
		const previousSecret = existing.secret;
		existing.secret = await rotate(place, existing.id, random.next() < 0.5);
		// A person needs a moment to put the new one into n8n.
		await sleep(random.integer(100, 4000));
		const currentSecret = existing.secret;
		// On a busy machine, n8n may be out of reach for a moment.
		await eventually(
			async () => {
				await api.updateCredential(existing.credential, { currentSecret, previousSecret });
				return true;
			},
			{ timeoutMs: 60_000, intervalMs: 1000 },
		);
		return undefined;
	},
	'deliveries time out': (place, random) =>
		setting(place, 'deliveryTimeoutMs', random.integer(10, 150), 10_000),
	'deliveries come twice': (place, random) =>
		setting(place, 'deliveryFault', random.pick(['twice', 'two-ids']), 'none'),
	'deliveries spoilt': (place, random) =>
		setting(
			place,
			'deliveryFault',
			random.pick(['tampered', 're-serialised', 'bad-signature', 'no-signature']),
			'none',
		),
	'deliveries late': (place) => setting(place, 'deliveryFault', 'stale-timestamp', 'none'),
	'deliveries signed strangely': (place, random) =>
		setting(
			place,
			'deliveryFault',
			random.pick(['unknown-key', 'previous-secret', 'mixed-schemes']),
			'none',
		),
};

/** A calm start, in which n8n gets Google's keys: without any, it refuses to wait for jobs. Milliseconds. */
const CALM_MS = 10_000;

/** Lets things go wrong, one after the other, with a pause between. */
export class Troubles {
	/** How often each one came. */
	readonly counts: Record<string, number> = Object.fromEntries(
		Object.keys(TROUBLES).map((name) => [name, 0]),
	);
	readonly #place: Place;
	readonly #random: Random;
	#isOver = false;
	#going: Promise<void> = Promise.resolve();

	constructor(place: Place, random: Random) {
		this.#place = place;
		this.#random = random;
	}

	start(): void {
		this.#going = this.#go();
	}

	/** Ends with everything as it should be. */
	async stop(): Promise<void> {
		this.#isOver = true;
		await this.#going;
		this.#place.emulator.faults.clear();
	}

	async #go(): Promise<void> {
		const random = this.#random;
		const names = Object.keys(TROUBLES);
		await sleep(CALM_MS);
		/** All of them in some order before any comes again: a short run has all of them as well. */
		let left: string[] = [];
		while (!this.#isOver) {
			if (left.length === 0) left = shuffled(names, random);
			const name = left.pop()!;
			this.counts[name] += 1;
			const end = await TROUBLES[name](this.#place, random);
			await sleep(random.integer(1000, 5000));
			end?.();
			await sleep(random.integer(500, 3000));
		}
	}
}

function shuffled<T>(things: readonly T[], random: Random): T[] {
	const keyed = things.map((thing) => ({ thing, key: random.next() }));
	return keyed.sort((a, b) => a.key - b.key).map(({ thing }) => thing);
}

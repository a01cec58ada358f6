import type { SendOptions } from '../emulator/index.mts';
import { succeeded } from '../support/deliveries.mts';
import { API_KEY, FOREIGN_KEY } from '../support/stage.mts';
import type { Random } from '../unit/support/random.mts';
import { startBatch } from './googleJobs.mts';
import type { Place } from './place.mts';

type Trick = Omit<SendOptions, 'url' | 'event'>;

const now = () => Math.floor(Date.now() / 1000);

/** Ways to send what Google did not. */
const TRICKS: Record<string, (random: Random) => Trick> = {
	'no signature': () => ({ scheme: 'none' }),
	'made-up signature': (random) => ({
		signature: `v1a,${random.bytes(64).toString('base64')}`,
	}),
	'unpublished key': () => ({ keyIndex: 'retired' }),
	'changed body': () => ({ signBody: JSON.stringify(succeeded('batches/another')) }),
	'changed id': () => ({ signId: 'msg_another' }),
	'changed time': () => ({ signTimestamp: now() - 10 }),
	'six minutes old': () => ({ timestamp: now() - 360 }),
	'six minutes early': () => ({ timestamp: now() + 360 }),
	'own secret': (random) => ({
		scheme: 'v1',
		secret: `whsec_${random.bytes(32).toString('base64')}`,
	}),
	'JWT where none is allowed': () => ({ scheme: 'jwt' }),
};

/** What somebody tried who is not Google, and what n8n answered: status codes and how often they came. */
export type Answers = Record<string, number>;

/**
 * Whether Google's public keys have signed it, too. At a trigger for all jobs of the project it then is what it says: the
 * end of a job of the user's own, which comes there anyway, once (SECURITY.md).
 */
const isByPublicKey = (headers: Record<string, string>): boolean =>
	/(^| )v1a,/.test(headers['webhook-signature'] ?? '');

/** Sends what must not get through. */
export class Hostile {
	/** How often each kind was tried. */
	readonly tried: Record<string, number> = {};
	readonly answers: Answers = {};
	/** What n8n took for good. Replays of what was delivered before may be answered with 200, never with 202. */
	readonly accepted: string[] = [];
	readonly #place: Place;
	readonly #random: Random;

	constructor(place: Place, random: Random) {
		this.#place = place;
		this.#random = random;
	}

	/** One attempt of any kind. */
	async act(): Promise<void> {
		const chance = this.#random.next();
		if (chance < 0.03) await this.#foreign();
		else if (chance < 0.3) await this.#replay();
		else await this.#forge();
	}

	/** A forged delivery to a trigger or to a parked execution, about a job that there may be and that still runs. */
	async #forge(): Promise<void> {
		const random = this.#random;
		const [name, trick] = random.pick(Object.entries(TRICKS));
		const url = random.pick([...Object.values(this.#place.triggers), this.#waitingUrl()]);
		if (!url) return;
		const job = random.next() < 0.5 ? this.#latestJob() : `batches/forged${random.integer(1, 1e9)}`;
		const event = { ...succeeded(job), data: { id: job, by: 'nobody' } };
		const { status } = await this.#place.emulator.send({ url, event, ...trick(random) });
		this.#note(name, url, status);
	}

	/** What Google has once sent, byte for byte, to where it was sent or to another trigger. */
	async #replay(): Promise<void> {
		const random = this.#random;
		const delivered = this.#place.emulator.deliveries.filter(
			({ kind, state }) => kind !== 'manual' && state === 'delivered',
		);
		if (delivered.length === 0) return;
		const attempt = random.pick(delivered).attempts.at(-1)!;
		const { body, headers } = attempt;
		const isOwn = attempt.url.startsWith(this.#place.triggers.details);
		const elsewhere = !isOwn && random.next() < 0.3;
		const url = elsewhere ? this.#otherTrigger(attempt.url) : attempt.url;
		const { 'content-length': _, ...rest } = headers;
		const answer = await fetch(url, { method: 'POST', headers: rest, body }).catch(() => undefined);
		const name = elsewhere ? 'replay elsewhere' : 'replay';
		const isBelieved = elsewhere && url !== this.#place.triggers.details && isByPublicKey(headers);
		const allowed = isBelieved ? [200, 202] : elsewhere ? [] : [200];
		this.#note(name, url, answer?.status ?? null, allowed);
	}

	/**
	 * A trigger that can't believe it, unless Google has signed it with its public keys as well ('mixed-schemes'): a
	 * project's webhook has a secret of its own, and a job's own URL a token that is good for this one URL.
	 */
	#otherTrigger(url: string): string {
		const { project, existing, details } = this.#place.triggers;
		return url === project ? existing : url === existing ? project : details;
	}

	/** Another Google customer lets Google call our address when a job of theirs ends: well signed, and not ours. */
	async #foreign(): Promise<void> {
		const { requests } = this.#place.triggers;
		await startBatch(this.#place, this.#random, FOREIGN_KEY, [requests]);
		this.#count('foreign job');
	}

	#note(name: string, url: string, status: number | null, allowed: number[] = []): void {
		this.#count(name);
		this.answers[String(status)] = (this.answers[String(status)] ?? 0) + 1;
		if (status !== null && status < 300 && !allowed.includes(status)) {
			this.accepted.push(`${name} at ${new URL(url).pathname}: ${status}`);
		}
	}

	#count(name: string): void {
		this.tried[name] = (this.tried[name] ?? 0) + 1;
	}

	/** A URL that Google was given lately to continue a parked execution. */
	#waitingUrl(): string | undefined {
		const latest = this.#place.emulator.requests
			.slice(-100)
			.findLast(({ body }) => body.includes('/webhook-waiting/'));
		return latest && /https?:[^"]*\/webhook-waiting\/[^"]*/.exec(latest.body)?.[0];
	}

	#latestJob(): string {
		const own = this.#place.emulator.jobs.list().filter(({ project }) => project === API_KEY);
		return own.at(-1)?.name ?? 'batches/none';
	}
}

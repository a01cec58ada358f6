import type { Delivery } from '../emulator/index.mts';
import { API_KEY } from '../support/stage.mts';
import { bareId } from './effects.mts';
import type { Effect } from './effects.mts';
import type { Asked } from './traffic.mts';

/** Something that must have happened outside of n8n a number of times by the end. */
interface Expected {
	/** What it is, for a person. */
	what: string;
	/** How often it is to happen; 0: it may or may not (n8n's answer to the request got lost). */
	least: number;
	most: number;
	seen: number;
	/** How many of what came through were failed starts. */
	told: number;
}

/**
 * Whether all of it came through. A node that can't start anything, as Google's keys can't be had say, tells of it with
 * one item for all.
 */
export const isComplete = ({ least, seen, told }: Expected): boolean =>
	seen >= least || (seen === 1 && told === 1);

/** The webhook of a parked execution, as n8n mints it. */
const WAITING_PATH = '/webhook-waiting/';

/** Which request a waiting execution belongs to: the notes in the token of its URL, which anyone can read. */
function requestOf(url: string): string {
	const token = new URL(url).searchParams.get('job_token') ?? '';
	const payload = Buffer.from(token.split('.')[0], 'base64url').toString();
	return (JSON.parse(payload) as { m: Record<string, string> }).m.request;
}

/**
 * What has to come through, held against what came through. Google's own record of its deliveries says what is
 * due after a trigger: every event that it means to deliver there. What was asked of n8n says what is due after a wait.
 */
export class Ledger {
	/** After triggers, by label and job; after waits, by label and request. */
	readonly #expected = new Map<string, Expected>();
	/** Jobs of parked executions, by id: the request they belong to, and how often they came out. */
	readonly waitedFor = new Map<string, { request: string; seen: number }>();
	/** Requests that were told that a start failed, with the reasons. */
	readonly told = new Map<string, string[]>();
	/** What came through although nothing was due: by label and job or request. */
	readonly unasked: Effect[] = [];
	/** Keys of what is due and has not come yet. */
	readonly #open = new Set<string>();
	readonly #labels: Map<string, string>;
	#read = 0;

	/** @param triggers the triggers' public URLs, by label */
	constructor(triggers: Record<string, string>) {
		this.#labels = new Map(
			Object.entries(triggers).map(([label, url]) => [new URL(url).pathname, label]),
		);
	}

	/** How much is due and has not come yet. */
	get backlog(): number {
		return this.#open.size;
	}

	get expected(): Expected[] {
		return [...this.#expected.values()];
	}

	/** Takes over what Google recorded since the last time. */
	readDeliveries(deliveries: readonly Delivery[]): void {
		for (; this.#read < deliveries.length; this.#read += 1) {
			const { kind, job, url, project } = deliveries[this.#read];
			// Not what is sent by hand, nor another Google customer's jobs. (The emulator names a project after its key.)
			if (job === null || project !== API_KEY || kind === 'ping') continue;
			const { pathname } = new URL(url);
			const label = this.#labels.get(pathname);
			if (label) this.#expect(`${label} ${bareId(job)}`, 1, 1);
			else if (pathname.startsWith(WAITING_PATH)) this.#expectWaited(requestOf(url), bareId(job));
		}
	}

	/** An execution that parks was asked for; called before n8n has answered. */
	ask({ request, labels, items }: Asked): void {
		for (const label of labels) this.#expect(`${label} ${request}`, items, items);
	}

	/** n8n did not say that it has the execution: it may or may not have it. */
	doubt({ request, labels }: Asked): void {
		for (const label of labels) {
			const expected = this.#expected.get(`${label} ${request}`);
			if (expected) expected.least = 0;
			this.#open.delete(`${label} ${request}`);
		}
	}

	/** Something came through. */
	note(effect: Effect): void {
		const { label, request, job, error } = effect;
		if (label === 'schedule') this.#expect(`${label} ${request}`, 1, 1);
		const key = `${label} ${request || job}`;
		const expected = this.#expected.get(key);
		if (expected) {
			expected.seen += 1;
			if (request && job === '') expected.told += 1;
			if (isComplete(expected)) this.#open.delete(key);
		} else this.unasked.push(effect);
		if (!request) return;
		if (job === '') this.told.set(request, [...(this.told.get(request) ?? []), error]);
		else this.#waited(request, job).seen += 1;
	}

	#expectWaited(request: string, job: string): void {
		// Nobody asked for what a schedule starts, so its first job tells of it.
		if (/^\d+$/.test(request)) this.#expect(`schedule ${request}`, 1, 1);
		this.#waited(request, job);
	}

	#waited(request: string, job: string) {
		const known = this.waitedFor.get(job) ?? { request, seen: 0 };
		this.waitedFor.set(job, known);
		return known;
	}

	#expect(key: string, least: number, most: number): void {
		if (this.#expected.has(key)) return;
		this.#expected.set(key, { what: key, least, most, seen: 0, told: 0 });
		this.#open.add(key);
	}
}

import { API_KEY } from '../support/stage.mts';
import type { Random } from '../unit/support/random.mts';
import { startBatch, startInteraction } from './googleJobs.mts';
import type { Place } from './place.mts';

/** An execution that n8n was asked for and that parks: each label is to be counted `items` times for this request. */
export interface Asked {
	request: string;
	labels: string[];
	items: number;
	/** Whether n8n said that it has it. */
	isTaken: boolean;
}

type Deed = () => Promise<unknown>;

/** How often each thing is done, in relation to the others. */
const WEIGHTS = {
	'project batch': 10,
	'project interaction': 14,
	'own-URL batch': 6,
	'own-URL interaction': 6,
	'start-ask': 6,
	'start-batch': 5,
	'start-film': 3,
	'start-project': 4,
	ask: 12,
	twice: 5,
	batch: 5,
	film: 3,
};

type Kind = keyof typeof WEIGHTS;

const KINDS = (Object.keys(WEIGHTS) as Kind[]).flatMap((kind) =>
	Array.from({ length: WEIGHTS[kind] }, () => kind),
);

/** What goes on at Google and in n8n all the time: jobs of all kinds, started by n8n and by others. */
export class Traffic {
	/** The executions that park, oldest first. */
	readonly asked: Asked[] = [];
	/** How often each kind of thing was done. */
	readonly done: Record<string, number> = Object.fromEntries(
		Object.keys(WEIGHTS).map((kind) => [kind, 0]),
	);
	/** Called when an execution that parks was asked for. */
	onAsked: (asked: Asked) => void = () => undefined;
	readonly #place: Place;
	readonly #random: Random;
	#count = 0;

	constructor(place: Place, random: Random) {
		this.#place = place;
		this.#random = random;
	}

	/** Begins one thing, and ends when it has begun. */
	async act(): Promise<void> {
		const random = this.#random;
		const { settings } = this.#place.emulator;
		settings.batchDurationMs = random.integer(100, 4000);
		settings.interactionDurationMs = random.integer(100, 4000);
		settings.deliveryDelayMs = random.pick([0, 0, 100, 600]);
		settings.omniEvents = random.pick(['both', 'interaction.completed', 'video.generated']);
		const kind = random.pick(KINDS);
		this.done[kind] += 1;
		await this.#deed(kind)();
	}

	#deed(kind: Kind): Deed {
		const place = this.#place;
		const random = this.#random;
		const { requests } = place.triggers;
		switch (kind) {
			case 'project batch':
				return async () => await startBatch(place, random, API_KEY);
			case 'project interaction':
				return async () => await startInteraction(place, random, API_KEY);
			case 'own-URL batch':
				return async () => await startBatch(place, random, API_KEY, [requests]);
			case 'own-URL interaction':
				return async () => await startInteraction(place, random, API_KEY, [requests]);
			case 'ask':
				return async () => await this.#ask(kind, [kind], random.integer(1, 3));
			case 'twice':
				return async () => await this.#ask(kind, ['twice-first', 'twice-second']);
			case 'film':
				return async () => await this.#ask(kind, [kind]);
			case 'batch':
				// Two prompts, one batch, and one call for both results.
				return async () => await this.#ask(kind, [kind], 1, 2);
			default:
				return async () => await this.#call(kind, `${kind}-${(this.#count += 1)}`, 1);
		}
	}

	/** Asks n8n for an execution that parks. */
	async #ask(path: string, labels: string[], items = 1, questions = items): Promise<void> {
		const asked = { request: `${path}-${(this.#count += 1)}`, labels, items, isTaken: false };
		this.asked.push(asked);
		this.onAsked(asked);
		asked.isTaken = await this.#call(path, asked.request, questions);
	}

	async #call(path: string, request: string, count: number): Promise<boolean> {
		const questions = Array.from({ length: count }, (_, index) => {
			const mark = this.#random.next() < 0.1 ? ' [[error]]' : '';
			return { text: `Question ${index} of ${request}${mark}` };
		});
		try {
			const response = await fetch(`${this.#place.n8n.url}/webhook/${path}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ request, questions }),
			});
			return response.ok;
		} catch {
			return false;
		}
	}
}

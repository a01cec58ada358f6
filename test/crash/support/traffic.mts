import { setTimeout as sleep } from 'node:timers/promises';
import type { Counter } from '../../support/counter.mts';
import { finishBatch } from '../../support/deliveries.mts';
import { eventually } from '../../support/http.mts';
import type { WorkflowNode } from '../../support/n8nTypes.mts';
import { API_KEY } from '../../support/stage.mts';
import type { Random } from '../../unit/support/random.mts';
import { isQuiet } from './ledger.mts';
import type { Place } from './place.mts';
import { EFFECT, KINDS, receiving, reconciling, starting } from './workflows.mts';
import type { Kind } from './workflows.mts';

/** Over which time the calls of one round are spread. Milliseconds. */
export const ROUND_MS = 1000;

/** Changes a node of this package before it is saved: how it notes what it has seen, say. */
type Change = (gemini: WorkflowNode) => WorkflowNode;

let traffics = 0;
/** Labels are unique among all traffics, which may share a counter. */
let calls = 0;

const pathOf = (kind: Kind, id: number) => `start-${kind}-${id}`;

/** Workflows that take deliveries, start jobs and wait for them, all of it at once. */
export class Traffic {
	readonly place: Place;
	readonly counter: Counter;
	/** Ids of the workflows. */
	readonly receiver: string;
	readonly starters: Record<Kind, string>;
	/** Jobs that ended outside of n8n and are reported to the trigger. */
	readonly reported: string[] = [];
	/** The starts that n8n has taken, by their labels. */
	readonly started = new Set<string>();
	readonly #triggerUrl: string;
	readonly #id: number;

	private constructor(
		place: Place,
		counter: Counter,
		workflows: { receiver: string; starters: Record<Kind, string> },
		triggerUrl: string,
		id: number,
	) {
		this.place = place;
		this.counter = counter;
		this.receiver = workflows.receiver;
		this.starters = workflows.starters;
		this.#triggerUrl = triggerUrl;
		this.#id = id;
	}

	/** Publishes the workflows. */
	static async open(
		place: Place,
		counter: Counter,
		change: Change = (gemini) => gemini,
	): Promise<Traffic> {
		const { api, url } = place;
		const id = ++traffics;
		const receiver = await place.publish(
			reconciling(receiving(counter, change), `reconcile-${id}`, change),
		);
		const starters: Partial<Record<Kind, string>> = {};
		for (const kind of KINDS) {
			const workflow = starting(kind, pathOf(kind, id), counter, change);
			starters[kind] = await place.publish(workflow);
		}
		const { nodes } = await api.workflow(receiver);
		const workflows = { receiver, starters: starters as Record<Kind, string> };
		const triggerUrl = `${url}/webhook/${nodes[0].webhookId}/webhook`;
		return new Traffic(place, counter, workflows, triggerUrl, id);
	}

	/**
	 * Some reports of jobs, two starts of each kind, and the end of every job that runs, each at a moment of its own.
	 *
	 * @returns once all of it is under way; nothing that n8n answers is waited for longer than it lives
	 */
	async round(random: Random): Promise<void> {
		const at = async (work: () => unknown) => {
			await sleep(random.integer(0, ROUND_MS));
			await work();
		};
		const { jobs } = this.place.emulator;
		const running = this.running();
		await Promise.all([
			...[1, 2, 3, 4].map(async () => await at(async () => await this.report())),
			...[...KINDS, ...KINDS].map(async (kind) => await at(async () => await this.start(kind))),
			...running.map(async (name) => await at(() => jobs.complete(name))),
		]);
	}

	/** A job ends that other software than n8n has started, and is reported to the trigger. */
	async report(): Promise<void> {
		this.reported.push(await finishBatch(this.place.emulator, API_KEY, this.#triggerUrl));
	}

	/** Asks n8n to start a job; it may be down. */
	async start(kind: Kind): Promise<void> {
		const label = `${kind}-${++calls}`;
		const answer = await fetch(`${this.place.url}/webhook/${pathOf(kind, this.#id)}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ label }),
		}).catch(() => undefined);
		if (answer?.ok) this.started.add(label);
	}

	/** Ends every job, also those that executions start meanwhile, until no execution is under way. */
	async settle(): Promise<void> {
		await eventually(
			async () => {
				const running = this.running();
				for (const job of running) this.place.emulator.jobs.complete(job);
				return running.length === 0 && (await isQuiet(this.place, this.workflowIds));
			},
			{ timeoutMs: 120_000, intervalMs: 1000 },
		);
	}

	/** Runs Reconcile, as a schedule would, for the jobs that were reported here. */
	async reconcile(): Promise<void> {
		const answer = await fetch(`${this.place.url}/webhook/reconcile-${this.#id}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ jobs: this.reported.join(',') }),
		});
		if (!answer.ok) throw new Error(`Reconcile was not started: ${answer.status}`);
	}

	/** Of all workflows here. */
	get workflowIds(): string[] {
		return [this.receiver, ...Object.values(this.starters)];
	}

	/** How often an execution went on behind the Gemini node, by the reported job or by the start's label. */
	effects(name: string): number {
		return this.counter.of(EFFECT).get(name) ?? 0;
	}

	/** Names of the jobs that have not ended. */
	running(): string[] {
		const isOver = /SUCCEEDED|completed|done/;
		return this.place.emulator.jobs
			.list()
			.filter(({ state }) => !isOver.test(state))
			.map(({ name }) => name);
	}
}

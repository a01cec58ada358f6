import { setTimeout as sleep } from 'node:timers/promises';
import { finishBatch, triggerUrl } from '../../support/deliveries.mts';
import { eventually } from '../../support/http.mts';
import { Effects } from '../../support/effects.mts';
import { API_KEY } from '../../support/stage.mts';
import type { Stage } from '../../support/stage.mts';
import type { Random } from '../../unit/support/random.mts';
import { isQuiet } from './ledger.mts';
import { KINDS, receiving, starting } from './workflows.mts';
import type { Kind } from './workflows.mts';

/** Over which time the calls of one round are spread. Milliseconds. */
export const ROUND_MS = 1000;

/** Workflows that take deliveries, start jobs and wait for them, all of it at once. */
export class Traffic {
	readonly stage: Stage;
	readonly effects: Effects;
	/** Ids of the workflows. */
	readonly receiver: string;
	readonly starters: Record<Kind, string>;
	/** Jobs that ended outside of n8n and are reported to the trigger. */
	readonly reported: string[] = [];
	/** The starts that n8n has taken, by their labels. */
	readonly started = new Set<string>();
	readonly #url: string;
	#calls = 0;

	private constructor(
		stage: Stage,
		effects: Effects,
		workflows: { receiver: string; starters: Record<Kind, string> },
		url: string,
	) {
		this.stage = stage;
		this.effects = effects;
		this.receiver = workflows.receiver;
		this.starters = workflows.starters;
		this.#url = url;
	}

	/** Publishes the workflows. */
	static async open(stage: Stage): Promise<Traffic> {
		const effects = await Effects.open();
		const receiver = await stage.save(receiving(effects.url));
		await stage.api.publish(receiver);
		const starters: Partial<Record<Kind, string>> = {};
		for (const kind of KINDS) {
			const limit = kind === 'video' ? { limitAmount: 2 } : {};
			starters[kind] = await stage.save(starting(kind, effects.url, limit));
			await stage.api.publish(starters[kind]);
		}
		const workflows = { receiver, starters: starters as Record<Kind, string> };
		return new Traffic(stage, effects, workflows, await triggerUrl(stage, receiver));
	}

	/**
	 * Three reports of jobs, a start of each kind, and the end of every job that runs, each at a moment of its own.
	 *
	 * @returns once all of it is under way; nothing that n8n answers is waited for longer than it lives
	 */
	async round(random: Random): Promise<void> {
		const at = async (work: () => unknown) => {
			await sleep(random.integer(0, ROUND_MS));
			await work();
		};
		const { jobs } = this.stage.emulator;
		const running = this.running();
		await Promise.all([
			...[1, 2, 3].map(async () => await at(async () => await this.report())),
			...KINDS.map(async (kind) => await at(async () => await this.start(kind))),
			...running.map(async (name) => await at(() => jobs.complete(name))),
		]);
	}

	/** A job ends that other software than n8n has started, and is reported to the trigger. */
	async report(): Promise<void> {
		this.reported.push(await finishBatch(this.stage.emulator, API_KEY, this.#url));
	}

	/** Asks n8n to start a job; it may be down. */
	async start(kind: Kind): Promise<void> {
		const label = `${kind}-${++this.#calls}`;
		const answer = await fetch(`${this.stage.n8n.url}/webhook/start-${kind}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ label }),
		}).catch(() => undefined);
		if (answer?.ok) this.started.add(label);
	}

	/** Ends every job, also those that executions start meanwhile, until no execution is under way. */
	async settle(): Promise<void> {
		const { emulator } = this.stage;
		await eventually(
			async () => {
				const running = this.running();
				for (const job of running) emulator.jobs.complete(job);
				return running.length === 0 && (await isQuiet(this.stage, this.workflowIds));
			},
			{ timeoutMs: 120_000, intervalMs: 1000 },
		);
	}

	/** Of all workflows here. */
	get workflowIds(): string[] {
		return [this.receiver, ...Object.values(this.starters)];
	}

	/** Names of the jobs that have not ended. */
	running(): string[] {
		const isOver = /SUCCEEDED|completed|done/;
		return this.stage.emulator.jobs
			.list()
			.filter(({ state }) => !isOver.test(state))
			.map(({ name }) => name);
	}
}

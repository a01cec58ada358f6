import { cancelBatch, completeBatch, expireBatch, failBatch, setState } from './batch-run.mts';
import type { BatchOutcome } from './batch-run.mts';
import { isOver } from './batches.mts';
import type { Batch } from './batches.mts';
import {
	cancelInteraction,
	completeInteraction,
	failInteraction,
	finishInteraction,
	isFinal,
	requireAction,
	setStatus,
} from './interaction-run.mts';
import type { FunctionCall, InteractionOutcome } from './interaction-run.mts';
import type { Interaction } from './interactions.mts';
import { completeOperation, failOperation, finishOperation } from './operations.mts';
import type { VideoOperation } from './operations.mts';
import type { Project, World } from './world.mts';

/** A job of any kind, in short. */
export interface JobInfo {
	/** `batches/x`, `interactions/v1_x` or `models/m/operations/x` */
	name: string;
	kind: 'batch' | 'interaction' | 'video';
	project: string;
	/** `BATCH_STATE_...`, an interaction's status, or `done` / `running`. */
	state: string;
}

/** Why a job failed. `code` is a number for batches and videos, a word for interactions. */
export interface JobError {
	code: number | string;
	message: string;
}

type Found =
	| { kind: 'batch'; project: Project; job: Batch }
	| { kind: 'interaction'; project: Project; job: Interaction }
	| { kind: 'video'; project: Project; job: VideoOperation };

/**
 * Ends jobs by hand, whatever their project. Names may be bare ids. Every method throws a RangeError when there is
 * no such job, when it is over already, or when its kind has no such outcome.
 */
export class Jobs {
	#world: World;

	constructor(world: World) {
		this.#world = world;
	}

	/** All jobs, oldest project first, in the order of creation within a kind. */
	list(): JobInfo[] {
		return [...this.#all()].map(describe);
	}

	get(name: string): JobInfo {
		return describe(this.#find(name));
	}

	/** Ends well; without options as the prompts say. */
	complete(name: string, options: BatchOutcome & InteractionOutcome = {}): JobInfo {
		const found = this.#open(name);
		const { kind, project, job } = found;
		const own = Object.keys(options).length === 0;
		if (kind === 'batch') completeBatch(this.#world, project, job, options);
		else if (kind === 'video')
			(own ? finishOperation : completeOperation)(this.#world, project, job);
		else if (own) finishInteraction(this.#world, project, job);
		else completeInteraction(this.#world, project, job, options);
		return describe(found);
	}

	/** Fails. `error: null` makes a batch fail without giving a reason. */
	fail(name: string, error?: JobError | null): JobInfo {
		const found = this.#open(name);
		const { kind, project, job } = found;
		const numbered = error && { code: Number(error.code), message: error.message };
		if (kind === 'batch') failBatch(this.#world, project, job, numbered);
		else if (kind === 'video') failOperation(this.#world, job, numbered ?? undefined);
		else {
			const worded = error ? { code: String(error.code), message: error.message } : undefined;
			failInteraction(this.#world, project, job, worded);
		}
		return describe(found);
	}

	/** Batches only. */
	expire(name: string): JobInfo {
		const found = this.#open(name);
		if (found.kind !== 'batch') throw new RangeError(`${name} cannot expire`);
		expireBatch(this.#world, found.project, found.job);
		return describe(found);
	}

	/** Batches and interactions. */
	cancel(name: string): JobInfo {
		const found = this.#open(name);
		if (found.kind === 'batch') cancelBatch(this.#world, found.project, found.job);
		else if (found.kind === 'interaction') cancelInteraction(this.#world, found.project, found.job);
		else throw new RangeError(`${name} cannot be cancelled`);
		return describe(found);
	}

	/** Interactions only: asks for these function calls. */
	requireAction(name: string, calls: FunctionCall[] = [{ name: 'get_weather' }]): JobInfo {
		const found = this.#open(name);
		if (found.kind !== 'interaction') throw new RangeError(`${name} cannot require an action`);
		requireAction(this.#world, found.project, found.job, calls);
		return describe(found);
	}

	/** Puts any state or status on a batch or interaction, even an unknown one; nothing is sent. */
	set(name: string, state: string): JobInfo {
		const found = this.#find(name);
		if (found.kind === 'batch') setState(this.#world, found.job, state);
		else if (found.kind === 'interaction') setStatus(this.#world, found.job, state);
		else throw new RangeError(`${name} has no state to set`);
		return describe(found);
	}

	*#all(): Generator<Found> {
		for (const project of new Set(this.#world.projects.values())) {
			for (const job of project.batches.values()) yield { kind: 'batch', project, job };
			for (const job of project.interactions.values()) yield { kind: 'interaction', project, job };
			for (const job of project.operations.values()) yield { kind: 'video', project, job };
		}
	}

	#find(name: string): Found {
		for (const found of this.#all()) {
			if (found.job.name === name || found.job.name.split('/').pop() === name) return found;
		}
		throw new RangeError(`No job ${name}`);
	}

	#open(name: string): Found {
		const found = this.#find(name);
		const over =
			(found.kind === 'batch' && isOver(found.job)) ||
			(found.kind === 'interaction' && isFinal(found.job)) ||
			(found.kind === 'video' && found.job.done);
		if (over) throw new RangeError(`${found.job.name} is over already`);
		return found;
	}
}

function describe({ kind, project, job }: Found): JobInfo {
	const state =
		kind === 'batch'
			? job.state
			: kind === 'interaction'
				? job.status
				: job.done
					? 'done'
					: 'running';
	return { name: job.name, kind, project: project.name, state };
}

import { randomUUID } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { json, text, type Json } from '../json';
import { lineageNonce, runOf } from './lineage';

/** One intended start of a job. It keeps its identity when n8n runs the node again after a failure. */
export interface Start {
	/** Which of the node's starts it is: the item's index, or the number of a batch's part. */
	key: string;
	/** Nobody else can guess it; goes into the callback token and, shortened, into the job's display name. */
	nonce: string;
	/** The name the job has at Google, the same for every attempt. Ends with the start's mark. */
	displayName: string;
	/** Whether an earlier attempt was sent, and is not known to have been refused. */
	isUnknown: boolean;
	/** The job that an earlier attempt is known to have started. */
	jobId: string | null;
	/** Set when n8n repeats another execution (its 'Retry'), whose job would call that one and not this one. */
	otherExecution: boolean;
	/** Set when `noteOthersStart` has noted it: somebody else may be making it at this moment. */
	isOthers: boolean;
	/** Whether an execution that repeats this one after a crash of n8n, which leaves no memory, comes to the same nonce. */
	outlivesCrash: boolean;
	/** Set for what nothing is remembered of, though the execution that is repeated may have made it before it crashed. */
	mayExist: boolean;
	/** Whether `claimStart` has noted it. */
	isClaimed: boolean;
}

/** The mark at the end of a job's display name, by which a job can be found though the answer to its start was lost. */
export const startMark = (nonce: string): string => `[n8n ${nonce.slice(0, 8)}]`;

/** @param attempt how many starts of this key were given up before, in this run of the node */
function newStart(context: IExecuteFunctions, key: string, name: string, attempt: number): Start {
	// An agent that is run again calls its tools as it likes.
	const shared = context.isToolExecution?.()
		? undefined
		: lineageNonce(context, runOf(context), key, attempt);
	const nonce = shared ?? randomUUID();
	return {
		key,
		nonce,
		displayName: `${name} ${startMark(nonce)}`,
		isUnknown: false,
		jobId: null,
		otherExecution: false,
		isOthers: false,
		outlivesCrash: shared !== undefined,
		mayExist: shared !== undefined && context.getMode() === 'retry',
		isClaimed: false,
	};
}

/** The starts of single calls by an agent, see `startsOf`. */
const startsOfCalls = new WeakMap<IExecuteFunctions, Record<string, Json>>();

/**
 * What is remembered of each start of this node, by key. An agent that calls its tools itself may do so several times
 * in one run, and even at once: each call has starts of its own, and nothing is left of them for another one.
 */
function startsOf(context: IExecuteFunctions): Record<string, Json> {
	if (context.isToolExecution?.()) {
		const starts = startsOfCalls.get(context) ?? {};
		startsOfCalls.set(context, starts);
		return starts;
	}
	const memory = context.getContext('node');
	memory.starts ??= {};
	return memory.starts as Record<string, Json>;
}

/**
 * Identifies this start. n8n runs a node again in the same execution ('Retry On Fail'), or repeats a failed
 * execution with what it remembered ('Retry'): these attempts get the identity of the first one, so that its job is
 * found instead of paid for twice.
 *
 * @param name what the user wants the job to be called
 * @param key which of the node's starts
 */
export function currentStart(context: IExecuteFunctions, name: string, key = '0'): Start {
	// An agent's call is a start of its own.
	if (context.isToolExecution?.()) return freshStart(context, name, key);
	const known = json(startsOf(context)[key]);
	const run = context.getWorkflowDataProxy(0).$runIndex as number;
	const execution = context.getExecutionId();
	const nonce = text(known.nonce);
	const otherExecution = known.execution !== execution;
	// Also what another execution finished: n8n may repeat it after it ended in the middle of going on after a wait,
	// and then runs this node on its own results.
	if (nonce && known.run === run) {
		return {
			key,
			nonce,
			displayName: text(known.displayName) ?? `${name} ${startMark(nonce)}`,
			isUnknown: known.isUnknown === true,
			jobId: text(known.jobId),
			otherExecution,
			isOthers: known.execution === null,
			outlivesCrash: known.outlivesCrash === true,
			mayExist: false,
			isClaimed: known.isClaimed === true,
		};
	}
	return freshStart(context, name, key);
}

/** Begins a start of its own, whatever was remembered. */
export function freshStart(context: IExecuteFunctions, name: string, key = '0'): Start {
	const run = context.getWorkflowDataProxy(0).$runIndex as number;
	const former = json(startsOf(context)[key]);
	const attempt = former.run === run ? Number(former.attempt ?? 0) + 1 : 0;
	const start = newStart(context, key, name, attempt);
	startsOf(context)[key] = {
		execution: context.getExecutionId(),
		run,
		attempt,
		nonce: start.nonce,
		displayName: start.displayName,
		outlivesCrash: start.outlivesCrash,
	};
	return start;
}

/** Notes how far a start has come, for an attempt that may follow. */
export function noteStart(
	context: IExecuteFunctions,
	{ key }: Pick<Start, 'key'>,
	progress: { isUnknown?: boolean; jobId?: string; isDone?: boolean; isClaimed?: boolean },
): void {
	const starts = startsOf(context);
	starts[key] = { ...starts[key], ...progress } as IDataObject;
}

/**
 * Notes that the execution which n8n repeats, or another run of this one, has made this start, for all that is known:
 * nobody is to take it over.
 */
export function noteOthersStart(
	context: IExecuteFunctions,
	start: Pick<Start, 'key'>,
	progress: { isUnknown: true } | { jobId: string },
): void {
	noteStart(context, start, progress);
	startsOf(context)[start.key].execution = null;
}

/** The starts of this run of the node that were noted in n8n's database, and not sent, or refused. */
export function unsentStarts(context: IExecuteFunctions): Array<Pick<Start, 'key' | 'nonce'>> {
	const run = context.getWorkflowDataProxy(0).$runIndex as number;
	return Object.entries(startsOf(context)).flatMap(([key, start]) => {
		const nonce = text(start.nonce);
		const isSent = start.isUnknown === true || text(start.jobId) !== null;
		return nonce && start.run === run && start.isClaimed === true && !isSent
			? [{ key, nonce }]
			: [];
	});
}

/** A job that an error has to name. */
export interface StartedJob {
	/** Its id, or the name it was to have where the answer to the start was lost. */
	name: string;
	isKnown: boolean;
	/** See `noteOthersStart`. */
	isOthers: boolean;
}

/** The jobs that this run of the node, or the execution it repeats, has started and not yet handed on. */
export function startedJobs(context: IExecuteFunctions): StartedJob[] {
	const run = context.getWorkflowDataProxy(0).$runIndex as number;
	return Object.values(startsOf(context))
		.map(json)
		.filter((start) => start.run === run && start.isDone !== true)
		.flatMap(({ jobId, isUnknown, displayName, execution }) => {
			const id = text(jobId);
			const name = id ?? (isUnknown === true ? text(displayName) : null);
			return name ? [{ name, isKnown: id !== null, isOthers: execution === null }] : [];
		});
}

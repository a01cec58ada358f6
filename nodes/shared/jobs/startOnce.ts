import { randomUUID } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { json, text } from '../json';

/** One intended start of a job. It keeps its identity when n8n runs the node again after a failure. */
export interface Start {
	/** Random; goes into the callback token and, shortened, into the job's display name. */
	nonce: string;
	/** The name the job has at Google, the same for every attempt. Ends with the start's mark. */
	displayName: string;
	/** Whether an earlier attempt at this start was made. */
	isRepeat: boolean;
	/** Whether an earlier attempt was sent, and is not known to have been refused. */
	isUnknown: boolean;
	/** The job that an earlier attempt is known to have started. */
	jobId: string | null;
	/** Set when n8n repeats another execution (its 'Retry'), whose job would call that one and not this one. */
	otherExecution: boolean;
}

/** The mark at the end of a job's display name, by which a job can be found though the answer to its start was lost. */
export const startMark = (nonce: string): string => `[n8n ${nonce.slice(0, 8)}]`;

function newStart(name: string): Start {
	const nonce = randomUUID();
	return {
		nonce,
		displayName: `${name} ${startMark(nonce)}`,
		isRepeat: false,
		isUnknown: false,
		jobId: null,
		otherExecution: false,
	};
}

/**
 * Identifies this start. n8n runs a node again in the same execution ('Retry On Fail'), or repeats a failed
 * execution with what it remembered ('Retry'): these attempts get the identity of the first one, so that its job is
 * found instead of paid for twice.
 *
 * @param name what the user wants the job to be called
 */
export function currentStart(context: IExecuteFunctions, name: string): Start {
	// An agent that calls its tools itself may do so several times in one run; each call is a start of its own.
	if (context.isToolExecution?.()) return newStart(name);
	const memory = context.getContext('node');
	const known = json(memory.start);
	const run = context.getWorkflowDataProxy(0).$runIndex as number;
	const execution = context.getExecutionId();
	const nonce = text(known.nonce);
	const otherExecution = known.execution !== execution;
	// What an execution finished is its own; what it left unfinished is the next one's business, too.
	if (nonce && known.run === run && (!otherExecution || known.isDone !== true)) {
		return {
			nonce,
			displayName: text(known.displayName) ?? `${name} ${startMark(nonce)}`,
			isRepeat: true,
			isUnknown: known.isUnknown === true,
			jobId: text(known.jobId),
			otherExecution,
		};
	}
	return freshStart(context, name);
}

/** Begins a start of its own, whatever was remembered. */
export function freshStart(context: IExecuteFunctions, name: string): Start {
	const start = newStart(name);
	if (context.isToolExecution?.()) return start;
	context.getContext('node').start = {
		execution: context.getExecutionId(),
		run: context.getWorkflowDataProxy(0).$runIndex as number,
		nonce: start.nonce,
		displayName: start.displayName,
	};
	return start;
}

/** Notes how far this start has come, for an attempt that may follow. */
export function noteStart(
	context: IExecuteFunctions,
	progress: { isUnknown?: boolean; jobId?: string; isDone?: boolean },
): void {
	const memory = context.getContext('node');
	memory.start = { ...(memory.start as IDataObject | undefined), ...progress };
}

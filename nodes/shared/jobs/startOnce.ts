import { randomUUID } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { json, text } from '../json';

/** One intended start of a job. It keeps its identity when n8n runs the node again after a failure. */
export interface Start {
	/** Random; goes into the callback token and, shortened, into the job's display name. */
	nonce: string;
	/** Whether an earlier attempt may have started the job already. */
	isRepeat: boolean;
	/** Whether an earlier attempt was sent and its answer lost: without a trace of the job, nobody knows. */
	isUnknown: boolean;
}

const NEW = { isRepeat: false, isUnknown: false };

/**
 * Identifies this start. With 'Retry On Fail', n8n runs the node again in the same execution: that attempt gets
 * the same nonce, so the job of the first one can be found instead of paid for twice.
 */
export function currentStart(context: IExecuteFunctions): Start {
	// An agent that calls its tools itself may do so several times in one run; each call is a start of its own.
	if (context.isToolExecution?.()) return { ...NEW, nonce: randomUUID() };
	const memory = context.getContext('node');
	const run = context.getWorkflowDataProxy(0).$runIndex as number;
	const known = json(memory.start);
	const execution = context.getExecutionId();
	const isSame = known.run === run && known.execution === execution;
	const nonce = isSame ? text(known.nonce) : null;
	if (nonce) return { nonce, isRepeat: true, isUnknown: known.isUnknown === true };
	const fresh = randomUUID();
	memory.start = { execution, run, nonce: fresh } as IDataObject;
	return { ...NEW, nonce: fresh };
}

/** Notes that this start was sent and its answer lost, so that a repetition doesn't send it again. */
export function noteUnknownOutcome(context: IExecuteFunctions): void {
	const memory = context.getContext('node');
	memory.start = { ...(memory.start as IDataObject | undefined), isUnknown: true };
}

/** The mark at the end of a job's display name, by which a job can be found though the answer to its start was lost. */
export const startMark = (nonce: string): string => `[n8n ${nonce.slice(0, 8)}]`;

import { randomUUID } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { json, text } from '../json';

/** One intended start of a job. It keeps its identity when n8n runs the node again after a failure. */
export interface Start {
	/** Random; goes into the callback token and, shortened, into the job's display name. */
	nonce: string;
	/** Whether an earlier attempt may have started the job already. */
	isRepeat: boolean;
}

/**
 * Identifies this start. With 'Retry On Fail', n8n runs the node again in the same execution: that attempt gets
 * the same nonce, so the job of the first one can be found instead of paid for twice.
 */
export function currentStart(context: IExecuteFunctions): Start {
	// An agent that calls its tools itself may do so several times in one run; each call is a start of its own.
	if (context.isToolExecution?.()) return { nonce: randomUUID(), isRepeat: false };
	const memory = context.getContext('node');
	const run = context.getWorkflowDataProxy(0).$runIndex as number;
	const known = json(memory.start);
	const execution = context.getExecutionId();
	const isSame = known.run === run && known.execution === execution;
	const nonce = isSame ? text(known.nonce) : null;
	if (nonce) return { nonce, isRepeat: true };
	const fresh = randomUUID();
	memory.start = { execution, run, nonce: fresh } as IDataObject;
	return { nonce: fresh, isRepeat: false };
}

/** The mark at the end of a job's display name, by which a job can be found though the answer to its start was lost. */
export const startMark = (nonce: string): string => `[n8n ${nonce.slice(0, 8)}]`;

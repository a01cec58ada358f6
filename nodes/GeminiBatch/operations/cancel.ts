import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { forEachItem } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import { orReadBack } from '../../shared/gemini/orReadBack';
import type { JobDescription } from '../../shared/jobs/describe';
import { hasResults, isFinal } from '../../shared/jobs/types';
import { cancelBatch, readBatch, wrongState } from '../batchCalls';
import { batchField, batchName } from '../fields';

export const description = updateDisplayOptions({ show: { operation: ['cancel'] } }, [batchField]);

function adviceAfter({ status }: JobDescription): string | undefined {
	if (status === 'cancelled') return undefined;
	if (hasResults(status)) {
		return "It ended before it could be cancelled. 'Get Results' fetches what it made.";
	}
	return "Google was asked to cancel it and is still about it. Look again with 'Get'.";
}

/** @returns the batch as it is after Google was asked to cancel it */
async function cancelled(client: GeminiClient, jobId: string): Promise<JobDescription> {
	const before = await readBatch(client, jobId);
	// By an earlier attempt, say.
	if (before.job.status === 'cancelled') return before.job;
	if (isFinal(before.job.status)) {
		const todo = hasResults(before.job.status)
			? "'Get Results' fetches what it made."
			: 'There is nothing left to cancel.';
		throw wrongState(client, before.job, 'There is nothing to cancel', todo);
	}
	await orReadBack(
		async () => {
			await cancelBatch(client, jobId);
			return true;
		},
		async () => (await readBatch(client, jobId)).job.status === 'cancelled',
	);
	try {
		return (await readBatch(client, jobId)).job;
	} catch (error) {
		throw new NodeOperationError(
			client.context.getNode(),
			`Google was asked to cancel the batch ${jobId}, but its state cannot be read now`,
			{ description: `${(error as Error).message}. Look at it with 'Get'.` },
		);
	}
}

/** Cancels one batch for each item and says in which state that left it. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const job = await cancelled(client, batchName(this, index));
		const advice = adviceAfter(job);
		return { ...job, ...(advice ? { advice } : {}) } as unknown as IDataObject;
	});
}

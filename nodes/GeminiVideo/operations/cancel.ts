import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { forEachItem } from '../../shared/forEachItem';
import { GeminiClient, ONCE } from '../../shared/gemini/client';
import { orReadBack } from '../../shared/gemini/orReadBack';
import { describeVideoInteraction } from '../../shared/jobs/describe';
import { readJob } from '../../shared/jobs/read';
import { isOperation } from '../../shared/jobs/types';
import { jobField, jobIdOf } from '../fields';

export const description = updateDisplayOptions({ show: { operation: ['cancel'] } }, [jobField]);

/** Cancels one video job for each item and shows the state it is in afterwards. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const jobId = jobIdOf(this, index);
		// The API's own description has `get` and `list` for these operations and no `cancel`:
		// https://generativelanguage.googleapis.com/$discovery/rest?version=v1beta
		if (isOperation(jobId)) {
			throw new NodeOperationError(this.getNode(), `The video ${jobId} cannot be cancelled`, {
				itemIndex: index,
				description:
					"Google's API has no way to cancel the jobs of Veo models. It goes on to its end; 'Get' shows its state.",
			});
		}
		const cancelled = await orReadBack(
			async () => {
				const { raw } = await client.change(
					{ action: 'cancel the video', subject: jobId },
					async (ai) => await ai.interactions.cancel(jobId, {}, ONCE),
				);
				return describeVideoInteraction(raw);
			},
			async () => {
				const { job } = await readJob(client, { jobType: 'video', jobId });
				return job.status === 'cancelled' ? job : undefined;
			},
		);
		return cancelled as unknown as IDataObject;
	});
}

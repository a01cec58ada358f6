import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { forEachItem } from '../../shared/forEachItem';
import { GeminiClient, ONCE } from '../../shared/gemini/client';
import { orReadBack } from '../../shared/gemini/orReadBack';
import { describeInteraction } from '../../shared/jobs/describe';
import { readJob } from '../../shared/jobs/read';
import { isFinal } from '../../shared/jobs/types';
import { refuse } from '../../shared/objection';
import { interactionField, interactionId } from '../fields';

export const description = updateDisplayOptions({ show: { operation: ['cancel'] } }, [
	interactionField,
]);

/** Cancels one interaction for each item; what is over, or never ran in the background, is refused by name. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const jobId = interactionId(this, index);
		const { job, raw } = await readJob(client, { jobType: 'interaction', jobId });
		// By an earlier attempt, say.
		if (job.status === 'cancelled') return job as unknown as IDataObject;
		if (isFinal(job.status)) {
			refuse(
				this,
				{
					message: `The interaction ${jobId} is over: its status is '${job.status}'`,
					description: "Only running interactions can be cancelled. Look at this one with 'Get'.",
				},
				index,
			);
		}
		if (raw.background === false) {
			refuse(
				this,
				{
					message: `The interaction ${jobId} does not run in the background`,
					description: 'Google only cancels interactions that were started in the background.',
				},
				index,
			);
		}
		const cancelled = await orReadBack(
			async () => {
				const { raw: answer } = await client.change(
					{ action: 'cancel the interaction', subject: jobId },
					async (ai) => await ai.interactions.cancel(jobId, {}, ONCE),
				);
				return describeInteraction(answer);
			},
			async () => {
				const { job: now } = await readJob(client, { jobType: 'interaction', jobId });
				return now.status === 'cancelled' ? now : undefined;
			},
		);
		return { ...cancelled, jobId } as unknown as IDataObject;
	});
}

import {
	NodeOperationError,
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { forEachItem } from '../../shared/forEachItem';
import { GeminiClient, ONCE } from '../../shared/gemini/client';
import { GeminiApiError } from '../../shared/gemini/errors';
import { isGone, orReadBack } from '../../shared/gemini/orReadBack';
import { isNoInteraction, readJob, type JobAnswer } from '../../shared/jobs/read';
import { isFinal, isSettled } from '../../shared/jobs/types';
import { refuse } from '../../shared/objection';
import { interactionField, interactionId } from '../fields';

export const description = updateDisplayOptions({ show: { operation: ['delete'] } }, [
	interactionField,
]);

/** Google's DELETE answered 501 `not_implemented` in August 2026 (README of the `genai` Rust crate). */
function explained(context: IExecuteFunctions, error: unknown, jobId: string, itemIndex: number) {
	if (!(error instanceof GeminiApiError) || error.gemini.status !== 501) return error as Error;
	return new NodeOperationError(
		context.getNode(),
		`Google's API cannot delete the interaction ${jobId}: deleting is not available for interactions at present`,
		{
			description:
				'Nothing is wrong with your request. Google removes interactions by itself after 55 days (without billing: after one day).',
			itemIndex,
		},
	);
}

const read = async (client: GeminiClient, jobId: string): Promise<JobAnswer> =>
	await readJob(client, { jobType: 'interaction', jobId }, { alsoRepeat: undefined });

/** Deletes one finished interaction for each item. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const jobId = interactionId(this, index);
		const { job } = await read(client, jobId);
		if (!isSettled(job.status) && !isFinal(job.status)) {
			refuse(
				this,
				{
					message: `The interaction ${jobId} is not over: its status is '${job.status}'`,
					description: "It is paid for. Cancel it with 'Cancel' first, or wait for its end.",
				},
				index,
			);
		}
		try {
			await orReadBack(
				async () => {
					await client.change(
						{ action: 'delete the interaction', subject: jobId },
						async (ai) => await ai.interactions.delete(jobId, {}, ONCE),
					);
					return true;
				},
				async () => await isGone(async () => await read(client, jobId), isNoInteraction),
			);
		} catch (error) {
			throw explained(this, error, jobId, index);
		}
		return { deleted: true, jobType: 'interaction', jobId };
	});
}

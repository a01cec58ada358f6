import type { IExecuteFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../shared/gemini/client';
import { getModel, offers } from '../shared/gemini/models';
import { readJob } from '../shared/jobs/read';
import { isFinal } from '../shared/jobs/types';
import { refuse } from '../shared/objection';

/**
 * Asks the API whether a model exists and can answer.
 *
 * @throws GeminiApiError when it doesn't exist, NodeOperationError when it is for something else
 */
export async function checkModel(
	context: IExecuteFunctions,
	client: GeminiClient,
	model: string,
): Promise<void> {
	if (/omni|^veo/.test(model)) {
		refuse(context, {
			message: `The model ${model} makes films`,
			description:
				"Use the Gemini Video node for it, or choose another one from the list of 'Model'.",
		});
	}
	const found = await getModel(client, model);
	const methods = found.supportedGenerationMethods;
	// Models for this API alone have no methods.
	const isForOtherThings =
		Array.isArray(methods) && methods.length > 0 && !offers(found, 'generateContent');
	if (!isForOtherThings) return;
	refuse(context, {
		message: `The model ${model} cannot run interactions`,
		description: "Choose one from the list of 'Model': it shows only those that can.",
	});
}

/**
 * Checks that a conversation can be continued: its last interaction is there, and over.
 *
 * @throws GeminiApiError, NodeOperationError
 */
export async function checkPrevious(
	context: IExecuteFunctions,
	client: GeminiClient,
	jobId: string,
	itemIndex: number,
): Promise<void> {
	// It is over, so it can't be too new to be found.
	const { job } = await readJob(
		client,
		{ jobType: 'interaction', jobId },
		{ alsoRepeat: undefined },
	);
	if (isFinal(job.status)) return;
	const isWaiting = job.status === 'requiresAction';
	refuse(
		context,
		{
			message: `The 'Previous Interaction' ${jobId} cannot be continued yet: ${
				isWaiting ? 'it waits for the results of function calls' : `its status is '${job.status}'`
			}`,
			description: isWaiting
				? "Answer the calls with 'Respond' first."
				: "Wait for its end first, for example with 'Wait'.",
		},
		itemIndex,
	);
}

import type { IExecuteFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../shared/gemini/client';
import { readJob } from '../shared/jobs/read';
import { text, type Json } from '../shared/json';
import { refuse } from '../shared/objection';

/**
 * How many times the function calls of a conversation were answered before this interaction: those before it that
 * required an action.
 *
 * @param raw the interaction as the API shows it
 * @param limit where to stop counting
 * @throws GeminiApiError
 */
export async function roundsBefore(
	client: GeminiClient,
	raw: Json,
	limit: number,
): Promise<number> {
	let rounds = 0;
	for (let id = text(raw.previous_interaction_id); id && rounds < limit; ) {
		const { job, raw: previous } = await readJob(client, { jobType: 'interaction', jobId: id });
		if (job.status !== 'requiresAction') break;
		rounds += 1;
		id = text(previous.previous_interaction_id);
	}
	return rounds;
}

/** @throws NodeOperationError when the limit is reached */
export function refuseTooManyRounds(
	context: IExecuteFunctions,
	jobId: string,
	rounds: number,
	limit: number,
	itemIndex: number,
): void {
	if (rounds < limit) return;
	refuse(
		context,
		{
			message: `The function calls of this conversation were answered ${rounds} times, and the interaction ${jobId} asks for more`,
			description:
				"That is the limit of 'Maximum Rounds', against loops that never end. If the model really needs more, raise it; or look at why it goes on asking.",
		},
		itemIndex,
	);
}

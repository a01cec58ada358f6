import type { IExecuteFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../../shared/gemini/client';
import { GeminiApiError } from '../../shared/gemini/errors';
import { isOutcomeUnknown } from '../../shared/gemini/failure';
import { describeBatch, type JobDescription } from '../../shared/jobs/describe';
import type { NotificationPlan } from '../../shared/jobs/plan';
import { noteStart, type Start } from '../../shared/jobs/startOnce';
import type { Json } from '../../shared/json';
import type { InlinedRequest } from '../requests';
import { findPatiently, unknownOutcome } from './settleStart';

export interface BatchOrder {
	model: string;
	start: Start;
	requests: InlinedRequest[];
	plan: NotificationPlan;
}

async function send(client: GeminiClient, order: BatchOrder, withMetadata: boolean): Promise<Json> {
	const { model, requests, plan } = order;
	const { displayName } = order.start;
	const userMetadata =
		withMetadata && Object.keys(plan.metadata).length > 0 ? plan.metadata : undefined;
	const { raw } = await client.change(
		{ action: 'start the batch', subject: displayName, isNew: true },
		async (ai) =>
			ai.batches.create({
				model,
				src: requests,
				config: {
					displayName,
					...(plan.callbackUrl
						? {
								webhookConfig: {
									uris: [plan.callbackUrl],
									...(userMetadata ? { userMetadata } : {}),
								},
							}
						: {}),
				},
			}),
	);
	return raw;
}

/** Google has refused user metadata for batches (https://github.com/googleapis/go-genai/issues/779). */
const isMetadataRefused = ({ gemini }: GeminiApiError): boolean =>
	gemini.status === 400 && /user_?metadata/i.test(gemini.message);

async function attempt(
	client: GeminiClient,
	order: BatchOrder,
	withMetadata: boolean,
): Promise<JobDescription | GeminiApiError> {
	try {
		return describeBatch(await send(client, order, withMetadata));
	} catch (error) {
		if (error instanceof GeminiApiError) return error;
		throw error as Error;
	}
}

/**
 * Starts a batch with a single request. The metadata isn't lost when Google refuses it: it travels in the callback
 * token. When the answer is lost, the batch is looked for by its mark; what is noted meanwhile keeps a later attempt
 * from sending it again.
 *
 * @throws GeminiApiError when nothing was started, PaidForError when nobody knows
 */
export async function createBatch(
	context: IExecuteFunctions,
	client: GeminiClient,
	order: BatchOrder,
): Promise<JobDescription> {
	const { start } = order;
	noteStart(context, { isUnknown: true });
	let outcome = await attempt(client, order, true);
	if (outcome instanceof GeminiApiError && isMetadataRefused(outcome)) {
		outcome = await attempt(client, order, false);
	}
	// An answer without the batch's name is as good as none.
	if (!(outcome instanceof GeminiApiError) && outcome.jobId !== '') return outcome;
	if (outcome instanceof GeminiApiError && !isOutcomeUnknown(outcome.gemini)) {
		noteStart(context, { isUnknown: false });
		throw outcome;
	}
	const found = await findPatiently(context, client, start);
	if (found) return found;
	const why =
		outcome instanceof GeminiApiError
			? (outcome.description ?? outcome.message)
			: "Google's answer does not name it.";
	throw unknownOutcome(context, start, why);
}

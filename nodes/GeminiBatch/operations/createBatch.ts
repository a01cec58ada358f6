import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../../shared/gemini/client';
import { GeminiApiError } from '../../shared/gemini/errors';
import { isOutcomeUnknown } from '../../shared/gemini/failure';
import { describeBatch, type JobDescription } from '../../shared/jobs/describe';
import type { NotificationPlan } from '../../shared/jobs/plan';
import { jsonList, text, type Json } from '../../shared/json';
import type { InlinedRequest } from '../requests';

export interface BatchOrder {
	model: string;
	/** Ends with the start's mark, by which the batch can be found. */
	displayName: string;
	requests: InlinedRequest[];
	plan: NotificationPlan;
}

/** How far back to look for a batch of an earlier attempt, in pages of a hundred. */
const PAGES_TO_SEARCH = 3;

/** Looks for the batch of an earlier attempt whose answer got lost. */
export async function findBatch(
	client: GeminiClient,
	displayName: string,
): Promise<JobDescription | undefined> {
	let pageToken: string | undefined;
	for (let page = 0; page < PAGES_TO_SEARCH; page++) {
		const { raw } = await client.read(
			{ action: 'look for the batch', subject: displayName },
			async (ai) => await ai.batches.list({ config: { pageSize: 100, pageToken } }),
		);
		const found = jsonList(raw.operations)
			.map(describeBatch)
			.find((job) => job.displayName === displayName);
		pageToken = text(raw.nextPageToken) ?? undefined;
		if (found || !pageToken) return found;
	}
	return undefined;
}

async function send(client: GeminiClient, order: BatchOrder, withMetadata: boolean): Promise<Json> {
	const { model, displayName, requests, plan } = order;
	const userMetadata =
		withMetadata && Object.keys(plan.metadata).length > 0 ? plan.metadata : undefined;
	const { raw } = await client.change(
		{ action: 'start the batch', subject: displayName },
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

/**
 * Starts a batch, exactly once. The metadata isn't lost when Google refuses it: it travels in the callback token.
 * When the answer is lost, the batch is looked for by its name before anything is said.
 *
 * @throws GeminiApiError, or NodeOperationError when nobody knows whether the batch was started
 */
export async function createBatch(
	context: IExecuteFunctions,
	client: GeminiClient,
	order: BatchOrder,
): Promise<JobDescription> {
	let outcome = await attempt(client, order, true);
	if (outcome instanceof GeminiApiError && isMetadataRefused(outcome)) {
		outcome = await attempt(client, order, false);
	}
	if (!(outcome instanceof GeminiApiError)) return outcome;
	if (!isOutcomeUnknown(outcome.gemini)) throw outcome;

	const found = await findBatch(client, order.displayName).catch(() => undefined);
	if (found) return found;
	throw new NodeOperationError(
		context.getNode(),
		`It is not known whether the batch '${order.displayName}' was started`,
		{
			description: `${outcome.description ?? outcome.message} Before starting it again, look for this name with 'Get', or in Google AI Studio.`,
		},
	);
}

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

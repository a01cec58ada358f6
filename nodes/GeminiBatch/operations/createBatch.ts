import { NodeOperationError, sleep, type IExecuteFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../../shared/gemini/client';
import { GeminiApiError } from '../../shared/gemini/errors';
import { isOutcomeUnknown } from '../../shared/gemini/failure';
import { describeBatch, type JobDescription } from '../../shared/jobs/describe';
import type { NotificationPlan } from '../../shared/jobs/plan';
import { noteUnknownOutcome, type Start } from '../../shared/jobs/startOnce';
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
async function findBatch(
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

/** Milliseconds before each look for a batch, as Google's list may not show it at once. */
const LOOKS = [0, 1000, 2000];

async function findPatiently(
	client: GeminiClient,
	displayName: string,
): Promise<JobDescription | undefined> {
	for (const pause of LOOKS) {
		await sleep(pause);
		const found = await findBatch(client, displayName).catch(() => undefined);
		if (found) return found;
	}
	return undefined;
}

function unknownOutcome(context: IExecuteFunctions, name: string, why: string): NodeOperationError {
	return new NodeOperationError(
		context.getNode(),
		`It is not known whether the batch '${name}' was started`,
		{
			description: `${why} Before starting it again, look for this name with 'Get', or in Google AI Studio.`,
		},
	);
}

/**
 * Starts a batch, once and no more. The metadata isn't lost when Google refuses it: it travels in the callback
 * token. When the answer is lost, the batch is looked for by its name; if there is no trace of it, no later attempt
 * of the same start sends it again.
 *
 * @throws GeminiApiError, or NodeOperationError when nobody knows whether the batch was started
 */
export async function createBatch(
	context: IExecuteFunctions,
	client: GeminiClient,
	order: BatchOrder,
	{ isRepeat, isUnknown }: Start,
): Promise<JobDescription> {
	const { displayName } = order;
	if (isRepeat) {
		const earlier = await findBatch(client, displayName);
		if (earlier) return earlier;
		if (isUnknown)
			throw unknownOutcome(context, displayName, 'The answer to an earlier attempt was lost.');
	}
	let outcome = await attempt(client, order, true);
	if (outcome instanceof GeminiApiError && isMetadataRefused(outcome)) {
		outcome = await attempt(client, order, false);
	}
	if (!(outcome instanceof GeminiApiError)) return outcome;
	if (!isOutcomeUnknown(outcome.gemini)) throw outcome;

	noteUnknownOutcome(context);
	const found = await findPatiently(client, displayName);
	if (found) return found;
	throw unknownOutcome(context, displayName, outcome.description ?? outcome.message);
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

import { NodeOperationError, sleep, type IExecuteFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../../shared/gemini/client';
import { GeminiApiError } from '../../shared/gemini/errors';
import { isOutcomeUnknown } from '../../shared/gemini/failure';
import { describeBatch, type JobDescription } from '../../shared/jobs/describe';
import type { NotificationPlan } from '../../shared/jobs/plan';
import { readJob } from '../../shared/jobs/read';
import { noteStart, startMark, type Start } from '../../shared/jobs/startOnce';
import { isFinal } from '../../shared/jobs/types';
import { jsonList, text, type Json } from '../../shared/json';
import type { InlinedRequest } from '../requests';

export interface BatchOrder {
	model: string;
	start: Start;
	requests: InlinedRequest[];
	plan: NotificationPlan;
}

/** How far back to look for a batch of an earlier attempt, in pages of a hundred. */
const PAGES_TO_SEARCH = 3;

/** Looks for the batch of an earlier attempt whose answer got lost, by the mark at the end of its name. */
async function findBatch(client: GeminiClient, nonce: string): Promise<JobDescription | undefined> {
	const mark = startMark(nonce);
	let pageToken: string | undefined;
	for (let page = 0; page < PAGES_TO_SEARCH; page++) {
		const { raw } = await client.read(
			{ action: 'look for the batch', subject: mark },
			async (ai) => await ai.batches.list({ config: { pageSize: 100, pageToken } }),
		);
		const found = jsonList(raw.operations)
			.map(describeBatch)
			.find(({ displayName }) => displayName?.endsWith(mark));
		pageToken = text(raw.nextPageToken) ?? undefined;
		if (found || !pageToken) return found;
	}
	return undefined;
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

/** Milliseconds before each look for a batch, as Google's list may not show it at once. */
const LOOKS = [0, 1000, 2000];

async function findPatiently(
	client: GeminiClient,
	nonce: string,
): Promise<JobDescription | undefined> {
	for (const pause of LOOKS) {
		await sleep(pause);
		const found = await findBatch(client, nonce).catch(() => undefined);
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

/** The batch of an earlier attempt at the same start; undefined when there is none and another may be sent. */
async function earlierBatch(
	context: IExecuteFunctions,
	client: GeminiClient,
	start: Start,
): Promise<JobDescription | undefined> {
	const { nonce, jobId } = start;
	const found = jobId
		? (await readJob(client, { jobType: 'batch', jobId })).job
		: await findBatch(client, nonce);
	if (found && start.otherExecution && !isFinal(found.status)) {
		throw new NodeOperationError(
			context.getNode(),
			`The batch ${found.jobId} of the execution that is repeated is still running`,
			{
				description:
					"It was paid for and is not started again. Look at it with 'Get' once it has finished, or execute the workflow anew.",
			},
		);
	}
	if (!found && start.isUnknown && !start.otherExecution) {
		throw unknownOutcome(context, start.displayName, 'The answer to an earlier attempt was lost.');
	}
	return found;
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

/**
 * Starts a batch, once and no more. The metadata isn't lost when Google refuses it: it travels in the callback
 * token. When the answer is lost, the batch is looked for by its mark; if there is no trace of it, no later attempt
 * of the same start sends it again.
 *
 * @throws GeminiApiError, or NodeOperationError when nobody knows whether the batch was started
 */
export async function createBatch(
	context: IExecuteFunctions,
	client: GeminiClient,
	order: BatchOrder,
): Promise<JobDescription> {
	const { start } = order;
	const earlier = start.isRepeat ? await earlierBatch(context, client, start) : undefined;
	if (earlier) return earlier;
	// From here on it is this execution's start, also if it was another one's before.
	noteStart(context, { execution: context.getExecutionId(), isUnknown: false });
	let outcome = await attempt(client, order, true);
	if (outcome instanceof GeminiApiError && isMetadataRefused(outcome)) {
		outcome = await attempt(client, order, false);
	}
	// An answer without the batch's name is as good as none.
	if (!(outcome instanceof GeminiApiError) && outcome.jobId !== '') return outcome;
	if (outcome instanceof GeminiApiError && !isOutcomeUnknown(outcome.gemini)) throw outcome;

	noteStart(context, { isUnknown: true });
	const found = await findPatiently(client, start.nonce);
	if (found) return found;
	const why =
		outcome instanceof GeminiApiError
			? (outcome.description ?? outcome.message)
			: "Google's answer does not name it.";
	throw unknownOutcome(context, start.displayName, why);
}

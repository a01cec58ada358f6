import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import type { Metadata } from '../delivery/metadata';
import type { GeminiClient } from '../gemini/client';
import { GeminiApiError } from '../gemini/errors';
import { isOutcomeUnknown } from '../gemini/failure';
import { claimStart, releaseStart } from './claimStart';
import type { JobDescription } from './describe';
import type { JobKind, PerRequestWebhook } from './kind';
import { failAsTaken, findPatiently, unknownOutcome } from './settleStart';
import { logStarting } from './startLog';
import { noteStart, type Start } from './startOnce';

/** Google has refused user metadata for batches (https://github.com/googleapis/go-genai/issues/779). */
const isMetadataRefused = ({ gemini }: GeminiApiError): boolean =>
	gemini.status === 400 && /user_?metadata/i.test(gemini.message);

async function attempt<Order>(
	client: GeminiClient,
	kind: JobKind<Order>,
	order: Order,
	displayName: string,
	webhook: PerRequestWebhook | undefined,
): Promise<JobDescription | GeminiApiError> {
	try {
		return kind.describe(await kind.create(client, order, displayName, webhook));
	} catch (error) {
		if (error instanceof GeminiApiError) return error;
		throw error as Error;
	}
}

/** Of what can't be found at Google, the note is all that keeps 'Retry' from paying for it again after a crash. */
const notedNowhere = <Order>(
	context: IExecuteFunctions,
	{ jobType }: JobKind<Order>,
	{ displayName, key }: Start,
): NodeOperationError =>
	new NodeOperationError(
		context.getNode(),
		`The ${jobType} '${displayName}' was not started, as n8n's database cannot be reached`,
		{
			description:
				'A start is noted there first, so that no crash can make n8n pay for it twice. Run this again when the database is back.',
			itemIndex: Number(key),
		},
	);

/**
 * Starts a job with a single request. The metadata isn't lost when Google refuses it: it travels in the callback
 * token. When the answer is lost, the job is looked for by its mark where that is possible; what is noted meanwhile
 * keeps a later attempt from sending it again.
 *
 * @param url the per-request webhook, if there is one
 * @throws GeminiApiError or NodeOperationError when nothing was started, PaidForError when nobody knows
 */
export async function createJob<Order>(
	context: IExecuteFunctions,
	client: GeminiClient,
	kind: JobKind<Order>,
	{ order, start, url, metadata }: { order: Order; start: Start; url?: string; metadata: Metadata },
): Promise<JobDescription> {
	const userMetadata = Object.keys(metadata).length > 0 ? metadata : undefined;
	const send = async (echo: Metadata | undefined) =>
		await attempt(
			client,
			kind,
			order,
			start.displayName,
			url === undefined ? undefined : { url, ...(echo ? { userMetadata: echo } : {}) },
		);
	const claim = await claimStart(context, start);
	if (claim === 'taken') return await failAsTaken(context, client, kind, start);
	if (claim === 'unnoted' && !kind.find) throw notedNowhere(context, kind, start);
	logStarting(context, kind, start);
	noteStart(context, start, { isUnknown: true });
	let outcome = await send(userMetadata);
	if (outcome instanceof GeminiApiError && userMetadata && isMetadataRefused(outcome)) {
		outcome = await send(undefined);
	}
	// An answer without the job's name is as good as none.
	if (!(outcome instanceof GeminiApiError) && outcome.jobId !== '') return outcome;
	if (outcome instanceof GeminiApiError && !isOutcomeUnknown(outcome.gemini)) {
		noteStart(context, start, { isUnknown: false });
		await releaseStart(context, start);
		throw outcome;
	}
	const found = await findPatiently(context, client, kind, start);
	if (found) return found;
	const why =
		outcome instanceof GeminiApiError
			? (outcome.description ?? outcome.message)
			: "Google's answer does not name it.";
	throw unknownOutcome(context, kind, start, why);
}

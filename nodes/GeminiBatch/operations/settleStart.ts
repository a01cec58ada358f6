import { NodeOperationError, sleep, type IExecuteFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../../shared/gemini/client';
import { GeminiApiError } from '../../shared/gemini/errors';
import { describeBatch, type JobDescription } from '../../shared/jobs/describe';
import { readJob } from '../../shared/jobs/read';
import { currentStart, freshStart, startMark, type Start } from '../../shared/jobs/startOnce';
import { isFinal } from '../../shared/jobs/types';
import { jsonList, text } from '../../shared/json';

/** How many pages of a hundred batches to search. */
const PAGES_TO_SEARCH = 3;
/** Milliseconds before each look for a batch, as Google's list may not show it at once. */
const LOOKS = [0, 1000, 2000];

/** Something was, or may have been, paid for: the message names it, and nobody should simply try again. */
export class PaidForError extends NodeOperationError {}

async function findBatch(client: GeminiClient, mark: string): Promise<JobDescription | undefined> {
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

export function unknownOutcome(
	context: IExecuteFunctions,
	{ displayName }: Start,
	why: string,
): PaidForError {
	return new PaidForError(
		context.getNode(),
		`It is not known whether the batch '${displayName}' was started`,
		{
			description: `${why} Before starting it again, look for this name with 'Get', or in Google AI Studio.`,
		},
	);
}

/**
 * Looks for the batch of a start whose answer was lost, by the mark at the end of its name.
 *
 * @returns undefined when there is no trace of it
 * @throws PaidForError when the API's list can't be read, so that nobody knows
 */
export async function findPatiently(
	context: IExecuteFunctions,
	client: GeminiClient,
	start: Start,
): Promise<JobDescription | undefined> {
	let failure: GeminiApiError | undefined;
	for (const pause of LOOKS) {
		await sleep(pause);
		try {
			const found = await findBatch(client, startMark(start.nonce));
			if (found) return found;
			failure = undefined;
		} catch (error) {
			if (!(error instanceof GeminiApiError)) throw error as Error;
			failure = error;
		}
	}
	if (failure) throw unknownOutcome(context, start, failure.message);
	return undefined;
}

async function readEarlier(
	context: IExecuteFunctions,
	client: GeminiClient,
	start: Start,
	jobId: string,
): Promise<JobDescription | undefined> {
	try {
		return (await readJob(client, { jobType: 'batch', jobId })).job;
	} catch (error) {
		if (error instanceof GeminiApiError && error.gemini.status === 404) return undefined;
		throw new NodeOperationError(context.getNode(), error as Error, {
			message: `The batch ${jobId} (${start.displayName}) was started, but cannot be read now`,
			description: `${(error as Error).message} It is not started again. Look at it with 'Get'.`,
		});
	}
}

export interface SettledStart {
	start: Start;
	/** The batch that an earlier attempt at this start made. */
	earlier?: JobDescription;
}

/**
 * Finds out, before anything else, whether this start was made before.
 *
 * In the same execution ('Retry On Fail') the batch is taken over. When n8n repeats another execution ('Retry'), its
 * batch calls that execution and may answer other prompts: it is named and not started again, unless it came to
 * nothing.
 *
 * @param name what the user wants the batch to be called
 * @throws PaidForError that names the batch
 */
export async function settleStart(
	context: IExecuteFunctions,
	client: GeminiClient,
	name: string,
): Promise<SettledStart> {
	const start = currentStart(context, name);
	if (!start.jobId && !start.isUnknown)
		return { start: start.otherExecution ? freshStart(context, name) : start };
	const earlier = start.jobId
		? await readEarlier(context, client, start, start.jobId)
		: await findPatiently(context, client, start);
	if (!start.otherExecution) {
		if (!earlier)
			throw unknownOutcome(context, start, 'The answer to an earlier attempt was lost.');
		return { start, earlier };
	}
	if (!earlier || (isFinal(earlier.status) && earlier.status !== 'succeeded')) {
		return { start: freshStart(context, name) };
	}
	throw new PaidForError(
		context.getNode(),
		`The execution that is repeated has started the batch ${earlier.jobId} already`,
		{
			description: `It is called '${earlier.displayName}', its state is '${earlier.status}', and it is not started a second time. Look at its results with 'Get', or execute the workflow anew.`,
		},
	);
}

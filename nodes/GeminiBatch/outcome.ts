import type { IExecuteFunctions, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../shared/gemini/client';
import type { Json } from '../shared/json';
import { outcomeOrJobs, type Outcome } from '../shared/jobs/outcome';
import { jobItem, type TrackedAnswer } from '../shared/jobs/tracked';
import { readErrorsOn, type ErrorsOn } from './resultFields';
import { showHints } from './resultHints';
import { resultItems, toOutputs, type BatchOutput } from './resultItems';
import { hasOutput, withEntries } from './resultSource';
import { inlinedEntries } from './results/entries';
import type { Tally } from './results/tally';

/** Results beyond this size are left to 'Get Results': the execution goes on inside of n8n's main process. Bytes. */
export const MOST_WHILE_RESUMING = 200_000_000;

/** What the end of a wait needs to know about the batches; stored with the parked execution. */
export interface BatchDetails {
	/** The keys in the order of the incoming items; undefined when the results are not to be joined to any. */
	keys?: string[];
	/** Whether a JSON schema was asked for; undefined when nobody knows. */
	asJson?: boolean;
	errorsOn: ErrorsOn;
}

/** Reads back what was stored as `BatchDetails`. */
export const readBatchDetails = (stored: Json): BatchDetails => ({
	...(Array.isArray(stored.keys) ? { keys: stored.keys.map(String) } : {}),
	...(typeof stored.asJson === 'boolean' ? { asJson: stored.asJson } : {}),
	errorsOn: readErrorsOn(stored.errorsOn),
});

type Context = IExecuteFunctions | IWebhookFunctions;

/** The results of one batch, or, if it ended without any, the job with Google's reason: results, then others. */
async function itemsOfOne(
	context: Context,
	client: GeminiClient,
	answer: TrackedAnswer,
	{ keys, asJson }: BatchDetails,
	tallies: Tally[],
): Promise<[INodeExecutionData[], INodeExecutionData[]]> {
	const { tracked, job } = answer;
	if (!hasOutput(answer)) return [[], [jobItem(tracked, job, 'finished')]];
	const { first, count, metadata } = tracked;
	const itemOf = (index?: number) => {
		if (!keys) return first;
		// A result that fits no request has no incoming item to come from.
		return index === undefined ? undefined : first + index;
	};
	const { items, tally } = await withEntries(
		client,
		answer,
		async (entries) =>
			await resultItems(context, entries, {
				jobId: job.jobId,
				keys: keys?.slice(first, first + count),
				parsing: asJson === undefined ? 'guess' : asJson ? 'json' : 'none',
				metadata,
				itemOf,
			}),
		MOST_WHILE_RESUMING,
	);
	tallies.push(tally);
	return [items, []];
}

/** The results of finished batches: one item for each request. */
export const batchOutcome: Outcome = {
	items: async (context, client, answers, stored) => {
		const details = readBatchDetails(stored);
		const tallies: Tally[] = [];
		const one: Outcome = {
			items: async (_context, _client, [answer]) =>
				await itemsOfOne(context, client, answer, details, tallies),
			isSlow: () => false,
		};
		const batches: BatchOutput[] = [];
		for (const answer of answers) {
			// What is wrong with one batch's file keeps no other batch's results back.
			const [first, second] = await outcomeOrJobs(one, context, client, [answer], {});
			batches.push(second ? { results: first, others: second } : { results: [], others: first });
		}
		showHints(context, tallies);
		return toOutputs(details.errorsOn, batches);
	},
	isSlow: (answers) =>
		answers.some(({ job, raw }) => job.outputFile !== null && inlinedEntries(raw) === undefined),
};

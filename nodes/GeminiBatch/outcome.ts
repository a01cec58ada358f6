import type { IExecuteFunctions, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../shared/gemini/client';
import { entryOf, isJson, type Json } from '../shared/json';
import { outcomeOrJobs, type Outcome } from '../shared/jobs/outcome';
import { jobItem, type TrackedAnswer, type TrackedJob } from '../shared/jobs/tracked';
import { readErrorsOn, type ErrorsOn } from './resultFields';
import { showHints } from './resultHints';
import { resultItems, toOutputs, type BatchOutput, type ResultOrder } from './resultItems';
import { hasOutput, withEntries } from './resultSource';
import { inlinedEntries } from './results/entries';
import type { Parsing } from './results/result';
import type { Tally } from './results/tally';

/** Results beyond this size are left to 'Get Results': the execution goes on inside of n8n's main process. Bytes. */
export const MOST_WHILE_RESUMING = 200_000_000;

/** What the end of a wait needs to know about the batches; stored with the parked execution. */
export interface BatchDetails {
	/** The keys of all incoming items, in their order; undefined when the results are not to be joined to any. */
	keys?: string[];
	/** Of batches made from files: the keys in the order of each file, by the batch's name, as far as known. */
	fileKeys?: Json;
	/** Whether a JSON schema was asked for; undefined when nobody knows. */
	asJson?: boolean;
	errorsOn: ErrorsOn;
}

const list = (value: unknown): string[] | undefined =>
	Array.isArray(value) ? value.map(String) : undefined;

/** Reads back what was stored as `BatchDetails`. */
export const readBatchDetails = (stored: Json): BatchDetails => ({
	keys: list(stored.keys),
	fileKeys: isJson(stored.fileKeys) ? stored.fileKeys : undefined,
	asJson: typeof stored.asJson === 'boolean' ? stored.asJson : undefined,
	errorsOn: readErrorsOn(stored.errorsOn),
});

type Order = Pick<ResultOrder, 'keys' | 'itemOf'>;

/** What the results of one batch are joined to: its items, the lines of its file, or nothing. */
export function orderOf(
	{ jobId, first, count }: Pick<TrackedJob, 'jobId' | 'first' | 'count'>,
	{ keys, fileKeys }: BatchDetails,
): Order {
	// All of a file's results come from the item that the file came with.
	if (fileKeys) return { keys: list(entryOf(fileKeys, jobId)), itemOf: () => first };
	if (!keys) return { itemOf: () => first };
	return {
		keys: keys.slice(first, first + count),
		// A result that fits no request has no incoming item to come from.
		itemOf: (index) => (index === undefined ? undefined : first + index),
	};
}

/** Nobody knows what the requests of a file, or of a batch started elsewhere, ask for. */
function parsingOf({ asJson, fileKeys }: BatchDetails): Parsing {
	if (asJson) return 'json';
	return asJson === undefined || fileKeys ? 'guess' : 'none';
}

type Context = IExecuteFunctions | IWebhookFunctions;

/** The results of one batch, or, if it ended without any, the job with Google's reason: results, then others. */
async function itemsOfOne(
	context: Context,
	client: GeminiClient,
	answer: TrackedAnswer,
	details: BatchDetails,
	tallies: Tally[],
): Promise<[INodeExecutionData[], INodeExecutionData[]]> {
	const { tracked, job } = answer;
	if (!hasOutput(answer)) return [[], [jobItem(tracked, job, 'finished')]];
	const { items, tally } = await withEntries(
		client,
		answer,
		async (entries) =>
			await resultItems(context, entries, {
				jobId: job.jobId,
				...orderOf(tracked, details),
				parsing: parsingOf(details),
				metadata: tracked.metadata,
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

import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { pairedWith, tryEach } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import { storeBytes } from '../../shared/gemini/storeBytes';
import { adviceFor } from '../../shared/jobs/advice';
import type { JobAnswer } from '../../shared/jobs/read';
import { readBatch, reasonAndAdvice, wrongState } from '../batchCalls';
import { errorsOn } from '../resultFields';
import { showHints } from '../resultHints';
import { resultItems, tallyOf, toOutputs, type BatchOutput } from '../resultItems';
import { hasOutput, withDownload, withEntries } from '../resultSource';
import { inlinedEntries, linesFrom } from '../results/entries';
import type { Tally } from '../results/tally';
import { getResultsFields } from './getResultsFields';
import { resultGroups, type ResultGroup } from './resultGroups';

export const description = updateDisplayOptions(
	{ show: { operation: ['getResults'] } },
	getResultsFields,
);

/** The batch itself, with more fields. */
const jobWith = (
	{ job }: JobAnswer,
	{ items, metadata }: ResultGroup,
	more: object,
): INodeExecutionData => ({
	json: { ...job, metadata, ...more } as unknown as INodeExecutionData['json'],
	pairedItem: pairedWith(items),
});

type Return = (
	context: IExecuteFunctions,
	client: GeminiClient,
	answer: JobAnswer,
	group: ResultGroup,
	tallies: Tally[],
) => Promise<INodeExecutionData[]>;

/** What the choices of the field 'Return' do with a batch that has results. */
const RETURNS: Record<string, Return> = {
	items: async (context, client, answer, { jobId, items, keys, metadata }, tallies) => {
		const isFromItems = context.getNodeParameter('joinTo', 0, 'nothing') === 'items';
		// Without rows to come from, all of it comes from the item that names the batch.
		const itemOf = (index?: number) => {
			if (!isFromItems) return items[0];
			return index === undefined ? undefined : items[index];
		};
		const found = await withEntries(
			client,
			answer,
			async (entries) =>
				await resultItems(context, entries, {
					jobId,
					keys,
					parsing: 'guess',
					metadata,
					itemOf,
				}),
		);
		tallies.push(found.tally);
		return found.items;
	},
	file: async (context, client, answer, group) => {
		const field = context.getNodeParameter('binaryProperty', group.items[0], 'data') as string;
		const name = `${group.jobId.replace(/^batches\//, '')}.jsonl`;
		const attempt = { action: 'keep the results of', subject: group.jobId };
		const keep = async (bytes: Parameters<typeof storeBytes>[2]) =>
			await storeBytes(context, attempt, bytes, name, 'application/jsonl');
		const inlined = inlinedEntries(answer.raw);
		const { outputFile } = answer.job;
		const data =
			inlined || !outputFile
				? await keep(linesFrom(inlined ?? []))
				: await withDownload(
						client,
						group.jobId,
						outputFile,
						async ({ stream }) => await keep(stream),
					);
		return [{ ...jobWith(answer, group, {}), binary: { [field]: data } }];
	},
	summary: async (_context, client, answer, group) => {
		const tally = await withEntries(
			client,
			answer,
			async (entries) => await tallyOf(entries, group.jobId),
		);
		const advice = adviceFor(answer.job);
		return [jobWith(answer, group, { ...tally, ...(advice ? { advice } : {}) })];
	},
};

async function outputOf(
	context: IExecuteFunctions,
	client: GeminiClient,
	group: ResultGroup,
	tallies: Tally[],
): Promise<BatchOutput> {
	const answer = await readBatch(client, group.jobId);
	if (hasOutput(answer)) {
		const returnAs = context.getNodeParameter('returnAs', 0, 'items') as string;
		return {
			results: await RETURNS[returnAs](context, client, answer, group, tallies),
			others: [],
		};
	}
	const todo = reasonAndAdvice(answer.job);
	if (context.getNodeParameter('ifNoResults', group.items[0], 'stop') !== 'returnJob') {
		throw wrongState(client, answer.job, 'There are no results', todo);
	}
	const advice = adviceFor(answer.job, 'timedOut');
	return { results: [], others: [jobWith(answer, group, advice ? { advice } : {})] };
}

/** Fetches the results of the batches that the items name, each batch once. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	const groups = await resultGroups(this);
	const tallies: Tally[] = [];
	const batches = await tryEach(
		this,
		groups.values,
		({ items }) => items,
		async (group) => await outputOf(this, client, group, tallies),
	);
	const others = [...groups.failures, ...batches.failures];
	showHints(this, tallies);
	const isItems = this.getNodeParameter('returnAs', 0, 'items') === 'items';
	const outputs = [...batches.values, { results: [], others }];
	return toOutputs(isItems ? errorsOn(this) : 'inline', outputs);
}

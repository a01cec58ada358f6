import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { asNodeError, failureItem } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
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

const pairsOf = (items: number[]): INodeExecutionData['pairedItem'] =>
	items.length === 1 ? { item: items[0] } : items.map((item) => ({ item }));

/** The batch itself, with more fields. */
const jobWith = (
	{ job }: JobAnswer,
	{ items, metadata }: ResultGroup,
	more: object,
): INodeExecutionData => ({
	json: { ...job, metadata, ...more } as unknown as INodeExecutionData['json'],
	pairedItem: pairsOf(items),
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
		const { prepareBinaryData } = context.helpers;
		const type = 'application/jsonl';
		const inlined = inlinedEntries(answer.raw);
		const { outputFile } = answer.job;
		const data =
			inlined || !outputFile
				? await prepareBinaryData(linesFrom(inlined ?? []), name, type)
				: await withDownload(
						client,
						group.jobId,
						outputFile,
						async ({ stream }) => await prepareBinaryData(stream, name, type),
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
	const { groups, failures } = resultGroups(this);
	const batches: BatchOutput[] = [];
	const tallies: Tally[] = [];
	for (const group of groups) {
		try {
			batches.push(await outputOf(this, client, group, tallies));
		} catch (thrown) {
			const error = asNodeError(this, thrown, group.items[0]);
			if (!this.continueOnFail()) throw error;
			failures.push({ items: group.items, error });
		}
	}
	const others = failures.map(({ items, error }) => failureItem(error, pairsOf(items)));
	showHints(this, tallies);
	const isItems = this.getNodeParameter('returnAs', 0, 'items') === 'items';
	return toOutputs(isItems ? errorsOn(this) : 'inline', [...batches, { results: [], others }]);
}

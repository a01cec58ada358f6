import { NodeOperationError, type IExecuteFunctions, type NodeApiError } from 'n8n-workflow';

import { readMetadata, type Metadata } from '../../shared/delivery/metadata';
import { asNodeError } from '../../shared/forEachItem';
import { fieldText } from '../../shared/fieldText';
import { text } from '../../shared/json';
import { batchName } from '../fields';

/** A batch, and the incoming items that name it. */
export interface ResultGroup {
	jobId: string;
	/** Indexes of items. */
	items: number[];
	/** The keys to join to, in order; undefined: to nothing. */
	keys?: string[];
	/** The notes that came with the first of the items. */
	metadata: Metadata;
}

/** An item that names no batch, or two items that can't be told apart. */
export interface GroupFailure {
	items: number[];
	error: NodeApiError | NodeOperationError;
}

function listedKeys(context: IExecuteFunctions, itemIndex: number): string[] {
	const refuse = (message: string, description: string) => {
		throw new NodeOperationError(context.getNode(), message, { itemIndex, description });
	};
	let list = context.getNodeParameter('keys', itemIndex, '') as unknown;
	if (typeof list === 'string') {
		try {
			list = JSON.parse(list);
		} catch {
			// Said below, in one place.
		}
	}
	const keys = Array.isArray(list) ? list.map(text) : [];
	const isList = keys.length > 0 && keys.every((key) => key !== null);
	if (!isList) {
		refuse(
			"'Keys in Order' is not a list of keys",
			`It must be an expression that gives a list, or JSON like ["a", "b"]. It is: ${fieldText(list).slice(0, 200)}`,
		);
	}
	const seen = new Set<string | null>();
	const twice = keys.find((key) => seen.size === seen.add(key).size);
	if (twice !== undefined) {
		refuse(
			`'Keys in Order' has the key ${twice} twice`,
			'Each result is joined to one key, so every key must be there once.',
		);
	}
	return keys as string[];
}

/** The keys of the items of one batch. */
function itemKeys(context: IExecuteFunctions, items: number[]): string[] {
	const first = new Map<string, number>();
	for (const itemIndex of items) {
		const key =
			fieldText(context.getNodeParameter('key', itemIndex, '')).trim() || String(itemIndex);
		const earlier = first.get(key);
		if (earlier !== undefined) {
			throw new NodeOperationError(
				context.getNode(),
				`Items ${earlier} and ${itemIndex} have the same 'Key': ${key}`,
				{
					itemIndex,
					description: 'The key joins each result to its item, so every item needs its own.',
				},
			);
		}
		first.set(key, itemIndex);
	}
	return [...first.keys()];
}

/** Which of the items name the same batch: the results of each are fetched once. */
function itemsByJob(context: IExecuteFunctions, failures: GroupFailure[]): Map<string, number[]> {
	const byJob = new Map<string, number[]>();
	for (const index of context.getInputData().keys()) {
		try {
			const jobId = batchName(context, index);
			const items = byJob.get(jobId);
			if (items) items.push(index);
			else byJob.set(jobId, [index]);
		} catch (thrown) {
			const error = asNodeError(context, thrown, index);
			if (!context.continueOnFail()) throw error;
			failures.push({ items: [index], error });
		}
	}
	return byJob;
}

/**
 * Reads which batches the items name, and what their results are to be joined to.
 *
 * @throws NodeOperationError that names the item, unless the node is set to continue
 */
export function resultGroups(context: IExecuteFunctions): {
	groups: ResultGroup[];
	failures: GroupFailure[];
} {
	const joinTo = context.getNodeParameter('joinTo', 0, 'nothing');
	const isJoined = context.getNodeParameter('returnAs', 0, 'items') === 'items';
	const groups: ResultGroup[] = [];
	const failures: GroupFailure[] = [];
	const input = context.getInputData();
	for (const [jobId, items] of itemsByJob(context, failures)) {
		const metadata = readMetadata(input[items[0]].json.metadata);
		const group: ResultGroup = { jobId, items, metadata };
		try {
			if (isJoined && joinTo === 'items') group.keys = itemKeys(context, items);
			if (isJoined && joinTo === 'keys') group.keys = listedKeys(context, items[0]);
			groups.push(group);
		} catch (thrown) {
			const error = asNodeError(context, thrown, items[0]);
			if (!context.continueOnFail()) throw error;
			failures.push({ items, error });
		}
	}
	return { groups, failures };
}

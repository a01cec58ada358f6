import type { IExecuteFunctions } from 'n8n-workflow';

import { readMetadata, type Metadata } from '../../shared/delivery/metadata';
import { fieldText } from '../../shared/fieldText';
import { tryEach, tryItems, type Parted } from '../../shared/forEachItem';
import { text } from '../../shared/json';
import { refuse } from '../../shared/objection';
import { batchName } from '../fields';
import { repeatedKey } from '../requests';

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

function listedKeys(context: IExecuteFunctions, itemIndex: number): string[] {
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
		refuse(context, {
			itemIndex,
			message: "'Keys in Order' is not a list of keys",
			description: `It must be an expression that gives a list, or JSON like ["a", "b"]. It is: ${fieldText(list).slice(0, 200)}`,
		});
	}
	const seen = new Set<string | null>();
	const twice = keys.find((key) => seen.size === seen.add(key).size);
	if (twice !== undefined) {
		refuse(context, {
			itemIndex,
			message: `'Keys in Order' has the key ${twice} twice`,
			description: 'Each result is joined to one key, so every key must be there once.',
		});
	}
	return keys as string[];
}

/** The keys of the items of one batch. */
function itemKeys(context: IExecuteFunctions, items: number[]): string[] {
	const keyed = items.map((itemIndex) => {
		const key = fieldText(context.getNodeParameter('key', itemIndex, '')).trim();
		return { itemIndex, key: key || String(itemIndex) };
	});
	refuse(context, repeatedKey(keyed));
	return keyed.map(({ key }) => key);
}

/**
 * Reads which batches the items name, each once, and what their results are to be joined to.
 *
 * @throws NodeOperationError that names the item, unless the node is set to continue
 */
export async function resultGroups(context: IExecuteFunctions): Promise<Parted<ResultGroup>> {
	const joinTo = context.getNodeParameter('joinTo', 0, 'nothing');
	const isJoined = context.getNodeParameter('returnAs', 0, 'items') === 'items';
	const input = context.getInputData();
	const byJob = new Map<string, number[]>();
	const names = await tryItems(context, async (index) => {
		const jobId = await Promise.resolve(batchName(context, index));
		byJob.set(jobId, [...(byJob.get(jobId) ?? []), index]);
	});
	const groups = await tryEach(
		context,
		[...byJob],
		([, items]) => items,
		async ([jobId, items]): Promise<ResultGroup> => {
			const metadata = readMetadata(input[items[0]].json.metadata);
			const group: ResultGroup = { jobId, items, metadata };
			if (isJoined && joinTo === 'items') group.keys = itemKeys(context, items);
			if (isJoined && joinTo === 'keys') group.keys = listedKeys(context, items[0]);
			return await Promise.resolve(group);
		},
	);
	return { values: groups.values, failures: [...names.failures, ...groups.failures] };
}

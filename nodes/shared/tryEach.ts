import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { asNodeError, failureItem } from './forEachItem';
import { inParallel } from './inParallel';

/** What became of one piece of work: its value, or the item that says why there is none. */
export interface Tried<T> {
	value?: T;
	failure?: INodeExecutionData;
}

/**
 * Does the same work for many things, a few at a time, in their order. With 'On Error: Continue', a failure becomes
 * an item and the others go on.
 *
 * @param itemsOf the incoming items that a thing belongs to
 * @throws NodeApiError, NodeOperationError: the first failure, unless the node is set to continue
 */
export async function tryEach<T, R>(
	context: IExecuteFunctions,
	things: readonly T[],
	limit: number,
	itemsOf: (thing: T) => number[],
	work: (thing: T) => Promise<R>,
): Promise<Array<Tried<R>>> {
	return await inParallel(things, limit, async (thing): Promise<Tried<R>> => {
		try {
			return { value: await work(thing) };
		} catch (error) {
			const items = itemsOf(thing);
			const nodeError = asNodeError(context, error, items[0]);
			if (!context.continueOnFail()) throw nodeError;
			const pairs = items.map((item) => ({ item }));
			return { failure: failureItem(nodeError, pairs.length === 1 ? pairs[0] : pairs) };
		}
	});
}

/** Parts what went well from the items of what failed. */
export function parted<T>(tried: Array<Tried<T>>): { values: T[]; failures: INodeExecutionData[] } {
	return {
		values: tried.flatMap(({ value, failure }) => (failure ? [] : [value as T])),
		failures: tried.flatMap(({ failure }) => failure ?? []),
	};
}

import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { inParallel } from './inParallel';

/** An error as n8n wants it: with the node, and the item it happened at. */
export function asNodeError(
	context: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) {
		error.context.itemIndex ??= itemIndex;
		return error;
	}
	return new NodeOperationError(context.getNode(), error as Error, { itemIndex });
}

/** The incoming items, by their indexes, that something comes from. */
export const pairedWith = (items: number[]): INodeExecutionData['pairedItem'] =>
	items.length === 1 ? { item: items[0] } : items.map((item) => ({ item }));

/**
 * What an item becomes when it failed and the node is set to continue: the reason, and what to do. n8n knows a
 * failed item, and sends it to the error output, by having no fields but `error`, `message` and `details`.
 *
 * @param items the incoming items that failed
 */
export function failureItem(
	{ message, description }: NodeApiError | NodeOperationError,
	items: number[],
): INodeExecutionData {
	return {
		json: { error: message, details: description ?? null },
		pairedItem: pairedWith(items),
	};
}

/** What became of one piece of work: its value, or the item that says why there is none. */
type Tried<T> = { value: T } | { failure: INodeExecutionData };

/**
 * Does the same work for many things, a few at a time, in their order. With 'On Error: Continue', a failure becomes
 * an item and the others go on.
 *
 * @param itemsOf the incoming items that a thing belongs to
 * @param limit how many at a time
 * @throws NodeApiError, NodeOperationError: the first failure, unless the node is set to continue
 */
async function tryAll<T, R>(
	context: IExecuteFunctions,
	things: readonly T[],
	itemsOf: (thing: T) => number[],
	work: (thing: T) => Promise<R>,
	limit: number,
): Promise<Array<Tried<R>>> {
	return await inParallel(things, limit, async (thing): Promise<Tried<R>> => {
		try {
			return { value: await work(thing) };
		} catch (error) {
			const items = itemsOf(thing);
			const nodeError = asNodeError(context, error, items[0]);
			if (!context.continueOnFail()) throw nodeError;
			return { failure: failureItem(nodeError, items) };
		}
	});
}

/** What went well, and the items of what failed. */
export interface Parted<T> {
	values: T[];
	failures: INodeExecutionData[];
}

/** `tryAll`, with what went well apart from what failed. */
export async function tryEach<T, R>(
	context: IExecuteFunctions,
	things: readonly T[],
	itemsOf: (thing: T) => number[],
	work: (thing: T) => Promise<R>,
	limit = 1,
): Promise<Parted<R>> {
	const tried = await tryAll(context, things, itemsOf, work, limit);
	return {
		values: tried.flatMap((one) => ('value' in one ? [one.value] : [])),
		failures: tried.flatMap((one) => ('failure' in one ? one.failure : [])),
	};
}

/** The same for the incoming items, by their indexes. */
export async function tryItems<R>(
	context: IExecuteFunctions,
	work: (index: number) => Promise<R>,
	limit = 1,
): Promise<Parted<R>> {
	const indexes = [...context.getInputData().keys()];
	return await tryEach(context, indexes, (index) => [index], work, limit);
}

/**
 * Makes items of each incoming item and honours 'On Error: Continue': failed ones stand in their places.
 *
 * @param limit how many incoming items at a time
 */
export async function itemsFromEach(
	context: IExecuteFunctions,
	work: (index: number) => Promise<INodeExecutionData[]>,
	limit = 1,
): Promise<INodeExecutionData[][]> {
	const indexes = [...context.getInputData().keys()];
	const tried = await tryAll(context, indexes, (index) => [index], work, limit);
	return [tried.flatMap((one) => ('value' in one ? one.value : one.failure))];
}

/**
 * Runs one piece of work for each incoming item and honours 'On Error: Continue'.
 *
 * @param work gives what comes out for the item with this index: one item, or a list of them
 */
export async function forEachItem(
	context: IExecuteFunctions,
	work: (index: number) => Promise<IDataObject | IDataObject[]>,
): Promise<INodeExecutionData[][]> {
	return await itemsFromEach(context, async (item) => {
		const made = [await work(item)].flat();
		return made.map((json) => ({ json, pairedItem: { item } }));
	});
}

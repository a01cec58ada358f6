import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { asNodeError, failureItem } from '../shared/forEachItem';

export interface Done<T> {
	index: number;
	value: T;
}

/**
 * Does the same for items, one after the other. Those that fail are turned away if the node is set to continue.
 *
 * @param turnedAway receives an item with the reason for each of these
 * @throws NodeApiError, NodeOperationError with the index of the item, if it is not
 */
export async function forItems<T>(
	context: IExecuteFunctions,
	items: number[],
	turnedAway: INodeExecutionData[],
	work: (index: number) => Promise<T>,
): Promise<Array<Done<T>>> {
	const done: Array<Done<T>> = [];
	for (const index of items) {
		try {
			done.push({ index, value: await work(index) });
		} catch (thrown) {
			const error = asNodeError(context, thrown, index);
			if (!context.continueOnFail()) throw error;
			turnedAway.push(failureItem(error, { item: index }));
		}
	}
	return done;
}

import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { asNodeError, failureItem } from '../../shared/forEachItem';

/** The incoming items that something is about. */
interface Items {
	first: number;
	count: number;
}

/** The failures of single pieces of work while the node is set to continue; it goes on with the others. */
export class Failures {
	readonly items: INodeExecutionData[] = [];
	private readonly context: IExecuteFunctions;

	constructor(context: IExecuteFunctions) {
		this.context = context;
	}

	/**
	 * Does the same work for each thing, one after the other. Where it fails and the node is set to continue, the
	 * failure becomes an item.
	 *
	 * @param itemsOf the incoming items that a thing is about
	 * @returns the results of what didn't fail
	 * @throws NodeApiError, NodeOperationError with the item's index, if the node is to stop
	 */
	async each<T, R>(
		things: T[],
		itemsOf: (thing: T) => Items,
		work: (thing: T) => Promise<R>,
	): Promise<R[]> {
		const results: R[] = [];
		for (const thing of things) {
			const { first, count } = itemsOf(thing);
			try {
				results.push(await work(thing));
			} catch (thrown) {
				const error = asNodeError(this.context, thrown, first);
				if (!this.context.continueOnFail()) throw error;
				const pairs = Array.from({ length: count }, (_, index) => ({ item: first + index }));
				this.items.push(failureItem(error, pairs.length === 1 ? pairs[0] : pairs));
			}
		}
		return results;
	}
}

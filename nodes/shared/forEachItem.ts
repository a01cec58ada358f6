import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

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

/**
 * What an item becomes when it failed and the node is set to continue: the reason, and what to do. n8n knows a
 * failed item, and sends it to the error output, by having no fields but `error`, `message` and `details`.
 */
export function failureItem(
	error: NodeApiError | NodeOperationError,
	pairedItem: INodeExecutionData['pairedItem'],
): INodeExecutionData {
	const { message, description } = error;
	return { json: { error: message, details: description ?? null }, pairedItem };
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
	const results: INodeExecutionData[] = [];
	for (const item of context.getInputData().keys()) {
		try {
			const made = [await work(item)].flat();
			results.push(...made.map((json) => ({ json, pairedItem: { item } })));
		} catch (error) {
			const nodeError = asNodeError(context, error, item);
			if (!context.continueOnFail()) throw nodeError;
			results.push(failureItem(nodeError, { item }));
		}
	}
	return [results];
}

import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** Where requests go that did not succeed. */
export type ErrorsOn = 'inline' | 'secondOutput';

/**
 * The field 'Errors' of every operation that puts results out. No expression, because the node's outputs depend on it.
 *
 * @param displayOptions when to show it, besides with its operation
 */
export const errorsField = (
	displayOptions?: INodeProperties['displayOptions'],
): INodeProperties => ({
	displayName: 'Errors',
	name: 'errorsOn',
	type: 'options',
	noDataExpression: true,
	default: 'inline',
	description:
		'Where requests go that failed, were blocked or got no answer, and batches that ended without results',
	options: [
		{
			name: 'Among the Results',
			value: 'inline',
			description: "Every item has a 'status', and an 'error' that says why",
		},
		{
			name: 'Second Output',
			value: 'secondOutput',
			description: "Only what succeeded comes out of the first output; all else of 'Errors'",
		},
	],
	...(displayOptions ? { displayOptions } : {}),
});

export const readErrorsOn = (value: unknown): ErrorsOn =>
	value === 'secondOutput' ? 'secondOutput' : 'inline';

/** The choice as it is now; it is the same for all items. */
export const errorsOn = (context: IExecuteFunctions): ErrorsOn =>
	readErrorsOn(context.getNodeParameter('errorsOn', 0, 'inline'));

/**
 * The node's outputs, as n8n evaluates them in the editor and before each run: a second one where 'Errors' asks for
 * it, and the operation has results to sort.
 */
export const resultOutputs = `={{ ((parameters) => {
	const { operation, errorsOn, returnAs = 'items', whenDone = 'continueHere' } = parameters;
	const hasResults =
		operation === 'wait' ||
		(operation === 'getResults' && returnAs === 'items') ||
		(operation === 'start' && whenDone === 'continueHere');
	return hasResults && errorsOn === 'secondOutput'
		? [{ type: 'main', displayName: 'Results' }, { type: 'main', displayName: 'Errors' }]
		: [{ type: 'main' }];
})($parameter) }}` as const;

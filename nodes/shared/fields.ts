import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** Whether to keep Google's own JSON. */
export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

const DEFAULT_LIMIT = 50;

/** How many a 'Get Many' puts out. */
export const returnAllFields: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		default: 50,
		typeOptions: { minValue: 1 },
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

/** @returns the most that may come out for an item, by these fields; `Infinity` for all */
export function returnLimit(context: IExecuteFunctions, itemIndex: number): number {
	if (context.getNodeParameter('returnAll', itemIndex, false) === true) return Infinity;
	const limit = context.getNodeParameter('limit', itemIndex, DEFAULT_LIMIT);
	return Number(limit) || DEFAULT_LIMIT;
}

/**
 * Which model: chosen from the list, or by its id.
 *
 * @param searchListMethod the node's method that lists the models
 * @param example the id of a model that fits
 */
export const modelField = (
	searchListMethod: string,
	example: string,
	more: Pick<INodeProperties, 'description' | 'displayOptions'> = {},
): INodeProperties => ({
	displayName: 'Model',
	name: 'model',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	...more,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod, searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: `e.g. ${example}`,
		},
	],
});

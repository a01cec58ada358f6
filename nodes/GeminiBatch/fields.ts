import { NodeOperationError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

import { fieldText } from '../shared/fieldText';

/** Which batch: chosen from the list, or by name. */
export const batchField: INodeProperties = {
	displayName: 'Batch',
	name: 'batch',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchBatches', searchable: true },
		},
		{
			displayName: 'By Name',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. batches/o08hk76gv328ihxcssjsgwt3g6omtfysxi46',
		},
	],
};

/** The same for operations that usually get the batch's item: from a trigger, or from 'Start'. */
export const batchOfItemField: INodeProperties = {
	...batchField,
	default: { mode: 'id', value: '={{ $json.jobId }}' },
	description: "The batch; as filled in, it is the one that the incoming item names as 'jobId'",
};

/** Whether to keep Google's own JSON. */
export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/**
 * The batch that an item names.
 *
 * @returns `batches/x`, whichever way it was given
 * @throws NodeOperationError when it is no name of a batch
 */
export function batchName(context: IExecuteFunctions, index: number): string {
	const value = context.getNodeParameter('batch', index, '', { extractValue: true });
	const id = fieldText(value)
		.trim()
		.replace(/^batches\//, '');
	if (!/^[\w-]+$/.test(id)) {
		throw new NodeOperationError(context.getNode(), `'Batch' is not the name of a batch: ${id}`, {
			itemIndex: index,
			description:
				"A batch's name looks like batches/o08hk76gv328… and comes out of 'Start' as 'jobId'.",
		});
	}
	return `batches/${id}`;
}

import type { INodeProperties } from 'n8n-workflow';

import { batchOfItemField } from '../fields';
import { errorsField } from '../resultFields';

const AS_ITEMS = { show: { returnAs: ['items'] } };

/** The fields of 'Get Results'. */
export const getResultsFields: INodeProperties[] = [
	batchOfItemField,
	{
		displayName: 'Return',
		name: 'returnAs',
		type: 'options',
		noDataExpression: true,
		default: 'items',
		options: [
			{
				name: 'Items',
				value: 'items',
				description: 'One item for each request of the batch',
			},
			{
				name: 'JSONL File',
				value: 'file',
				description: "Google's output as one file, without holding it in memory",
			},
			{
				name: 'Summary Only',
				value: 'summary',
				description: 'One item with how the requests went, and the tokens they used together',
			},
		],
	},
	errorsField(AS_ITEMS),
	{
		displayName: 'Join To',
		name: 'joinTo',
		type: 'options',
		noDataExpression: true,
		default: 'nothing',
		description: 'What the results are put in the order of. Google returns them in any order.',
		displayOptions: AS_ITEMS,
		options: [
			{
				name: 'Incoming Items',
				value: 'items',
				description:
					'The incoming items are the rows that the batch was made from: each result comes from its row',
			},
			{
				name: 'List of Keys',
				value: 'keys',
				description: 'The keys are listed in a field: for rows that are in another node',
			},
			{
				name: 'Nothing',
				value: 'nothing',
				description: "Google's order; each result still has its 'key'",
			},
		],
	},
	{
		displayName: 'Key',
		name: 'key',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.sku }}',
		description:
			"The same key that 'Start' gave the item's request; if it had none, leave this empty too, and the item's index is used",
		displayOptions: { show: { returnAs: ['items'], joinTo: ['items'] } },
	},
	{
		displayName: 'Keys in Order',
		name: 'keys',
		type: 'json',
		required: true,
		default: '',
		placeholder: "e.g. {{ $('Rows').all().map(row => row.json.sku) }}",
		description: 'A list of the keys, as an expression or as JSON: ["a", "b"]',
		displayOptions: { show: { returnAs: ['items'], joinTo: ['keys'] } },
	},
	{
		displayName: 'Put Output File in Field',
		name: 'binaryProperty',
		type: 'string',
		required: true,
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the output binary field to put the file in',
		displayOptions: { show: { returnAs: ['file'] } },
	},
	{
		displayName: 'If There Are No Results',
		name: 'ifNoResults',
		type: 'options',
		default: 'stop',
		description: 'What to do while the batch is not finished, and when it ended without results',
		options: [
			{
				name: 'Return the Batch',
				value: 'returnJob',
				description: "Goes on with the batch's item: its 'status', and what to do",
			},
			{
				name: 'Stop',
				value: 'stop',
				description: 'Ends with an error that says in which state the batch is',
			},
		],
	},
];

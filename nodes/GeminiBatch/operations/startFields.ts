import type { INodeProperties } from 'n8n-workflow';

import { waitLimitFields } from '../../shared/jobs/waitLimit';
import { whenDoneFields } from '../../shared/jobs/whenDoneFields';

/** The fields of 'Start'. */
export const startFields: INodeProperties[] = [
	{
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		description: 'The model that answers the prompts; the list shows those that can run batches',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchBatchModels', searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. gemini-3.8-flash',
			},
		],
	},
	{
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		required: true,
		default: '',
		typeOptions: { rows: 4 },
		placeholder: 'e.g. Summarize this review: {{ $json.review }}',
		description: 'What to ask for each item. All incoming items become the requests of one batch.',
	},
	...whenDoneFields,
	...waitLimitFields(26, 'hours'),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Allow JWT Signatures',
				name: 'allowJwt',
				type: 'boolean',
				default: false,
				displayOptions: { show: { '/whenDone': ['continueHere'] } },
				description:
					"Whether the webhook that ends the waiting may carry the JWT signature of Google's guide. The job is read from the API in any case.",
			},
			{
				displayName: 'Display Name',
				name: 'displayName',
				type: 'string',
				default: '',
				placeholder: 'e.g. Reviews of November',
				description:
					'The name of the batch at Google. A short mark is added, by which this node finds the batch again.',
			},
			{
				displayName: 'JSON Schema',
				name: 'jsonSchema',
				type: 'json',
				default: '',
				placeholder: 'e.g. { "type": "object", "properties": { "mood": { "type": "string" } } }',
				description: "Makes the model answer in JSON of this schema; the result is in 'data'",
			},
			{
				displayName: 'Key',
				name: 'key',
				type: 'string',
				default: '',
				placeholder: 'e.g. {{ $json.sku }}',
				description:
					"Joins each result to its item. Every item needs its own; without it, the item's index is used.",
			},
			{
				displayName: 'Maximum Number of Tokens',
				name: 'maxOutputTokens',
				type: 'number',
				default: 8192,
				typeOptions: { minValue: 1 },
				description: 'How long one answer may get, thoughts of the model included',
			},
			{
				displayName: 'Metadata',
				name: 'metadata',
				type: 'fixedCollection',
				displayOptions: { show: { '/whenDone': ['continueHere', 'startWorkflow'] } },
				default: {},
				placeholder: 'Add entry',
				typeOptions: { multipleValues: true },
				description: "Comes back with the finished job as 'metadata'; do not put secrets here",
				options: [
					{
						displayName: 'Entry',
						name: 'entries',
						values: [
							{ displayName: 'Name', name: 'name', type: 'string', default: '' },
							{ displayName: 'Value', name: 'value', type: 'string', default: '' },
						],
					},
				],
			},
			{
				displayName: 'Sampling Temperature',
				name: 'temperature',
				type: 'number',
				default: 1,
				typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
				description: 'Lower for more predictable answers, higher for more varied ones',
			},
			{
				displayName: 'System Instruction',
				name: 'systemInstruction',
				type: 'string',
				default: '',
				typeOptions: { rows: 3 },
				placeholder: 'e.g. You are a friendly reviewer. Answer in one sentence.',
				description: "How the model should behave with this item's prompt",
			},
			{
				displayName: 'Top P',
				name: 'topP',
				type: 'number',
				default: 0.95,
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				description: 'How much of the probability mass the model chooses its words from',
			},
		],
	},
];

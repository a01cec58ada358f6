import type { INodeProperties } from 'n8n-workflow';

import { waitLimitFields } from '../../shared/jobs/waitLimit';
import { whenDoneFields } from '../../shared/jobs/whenDoneFields';
import { errorsField } from '../resultFields';
import { batchOptions } from './batchOptions';
import { generationOptions } from './generationOptions';
import { requestOptions } from './requestOptions';

const byName = (a: INodeProperties, b: INodeProperties): number =>
	a.displayName.localeCompare(b.displayName);

/** The fields of 'Start'. */
export const startFields: INodeProperties[] = [
	{
		displayName:
			'Starts a paid job: Google charges half the price of single requests, whatever becomes of the results.',
		name: 'moneyNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Kind of Requests',
		name: 'kind',
		type: 'options',
		noDataExpression: true,
		default: 'text',
		options: [
			{
				name: 'Embeddings',
				value: 'embeddings',
				description: 'Vectors that stand for the meaning of texts, for search and comparison',
			},
			{ name: 'Image', value: 'image', description: 'Pictures, and words about them' },
			{ name: 'Text', value: 'text', description: 'Answers in words or JSON' },
		],
	},
	{
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		description:
			'The model that answers; the list shows those that can run batches of the chosen kind',
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
		displayName: 'Requests From',
		name: 'source',
		type: 'options',
		noDataExpression: true,
		default: 'items',
		options: [
			{
				name: 'File at Google',
				value: 'remote',
				description: 'A JSONL file that was uploaded before; each item starts one batch',
			},
			{
				name: 'Items',
				value: 'items',
				description: 'Each incoming item is one request of the batch',
			},
			{
				name: 'JSONL File',
				value: 'jsonl',
				description: "A binary file in Google's format for batches; each item starts one batch",
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
		displayOptions: { show: { source: ['items'], kind: ['text', 'image'] } },
		placeholder: 'e.g. Summarize this review: {{ $json.review }}',
		description: 'What to ask for each item. All incoming items become the requests of one batch.',
	},
	{
		displayName: 'Text',
		name: 'prompt',
		type: 'string',
		default: '',
		typeOptions: { rows: 4 },
		displayOptions: { show: { source: ['items'], kind: ['embeddings'] } },
		placeholder: 'e.g. {{ $json.article }}',
		description:
			'What to make an embedding of, for each item. All incoming items become the requests of one batch.',
	},
	{
		displayName: 'Input Binary Field',
		name: 'binaryField',
		type: 'string',
		required: true,
		default: 'data',
		displayOptions: { show: { source: ['jsonl'] } },
		placeholder: 'e.g. data',
		hint: 'The name of the input binary field that contains the JSONL file',
		description:
			'Each line of the file is one request, with a key of its own: { "key": "request-1", "request": { … } }. All lines are checked before the batch is started.',
	},
	{
		displayName: 'File',
		name: 'remoteFile',
		type: 'string',
		required: true,
		default: '',
		displayOptions: { show: { source: ['remote'] } },
		placeholder: 'e.g. files/p1mds9fl15bs',
		description: 'The name of a JSONL file that was uploaded with a key of the same project',
	},
	...whenDoneFields,
	...waitLimitFields(26, 'hours'),
	errorsField({ show: { whenDone: ['continueHere'] } }),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [...batchOptions, ...generationOptions, ...requestOptions].sort(byName),
	},
];

import type { INodeProperties } from 'n8n-workflow';

const FROM_ITEMS = { show: { '/source': ['items'] } };

/** Options of a batch as a whole. */
export const batchOptions: INodeProperties[] = [
	{
		displayName: 'Additional Batch Fields (JSON)',
		name: 'batchFields',
		type: 'json',
		default: '',
		placeholder: 'e.g. { "newField": true }',
		description:
			"Fields of the API's batch that this node has no option for; merged into what it sends",
	},
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
		displayName: 'Always Use a File',
		name: 'alwaysFile',
		type: 'boolean',
		default: false,
		displayOptions: FROM_ITEMS,
		description:
			'Whether to upload the requests as a file even if they are small. From 20 MB on that happens by itself. The results then come as a file, too, which suits many or long answers.',
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
		displayName: 'Priority',
		name: 'priority',
		type: 'string',
		default: '',
		placeholder: 'e.g. 10',
		description:
			"A whole number. Among the project's batches, those with a higher one come first; without it, it is 0.",
	},
	{
		displayName: 'Split Into Several Batches',
		name: 'split',
		type: 'boolean',
		default: false,
		displayOptions: FROM_ITEMS,
		description:
			'Whether to start several batches when the requests have more than the 2 GB that Google takes as one. All of them are waited for together.',
	},
];

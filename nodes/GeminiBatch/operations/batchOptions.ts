import type { INodeProperties } from 'n8n-workflow';

import { deduplicationWhenWaiting } from '../../shared/dedupe/option';
import { allowJwtWhenWaiting, metadataOption } from '../../shared/jobs/jobOptions';

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
	allowJwtWhenWaiting,
	{
		displayName: 'Always Use a File',
		name: 'alwaysFile',
		type: 'boolean',
		default: false,
		displayOptions: FROM_ITEMS,
		description:
			'Whether to upload the requests as a file even if they are small. From 20 MB on, and for more than 20 images, that happens by itself. The results then come as a file, too, which suits many or long answers.',
	},
	deduplicationWhenWaiting,
	{
		displayName: 'Display Name',
		name: 'displayName',
		type: 'string',
		default: '',
		placeholder: 'e.g. Reviews of November',
		description:
			'The name of the batch at Google. A short mark is added, by which this node finds the batch again.',
	},
	metadataOption,
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

import type { INodeProperties } from 'n8n-workflow';

import * as cancel from './cancel';
import * as download from './download';
import * as generate from './generate';
import * as get from './get';
import * as getMany from './getMany';
import * as wait from './wait';

/** What each operation does, by the value of the field 'Operation'. */
export const operations = {
	cancel: cancel.execute,
	download: download.execute,
	generate: generate.execute,
	get: get.execute,
	getMany: getMany.execute,
	wait: wait.execute,
};

/** All of the node's fields. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'generate',
		options: [
			{
				name: 'Cancel',
				value: 'cancel',
				description: 'Stop a video job of a Gemini Omni model',
				action: 'Cancel a video',
			},
			{
				name: 'Download',
				value: 'download',
				description: 'Fetch the films of a job, or one film, into binary data',
				action: 'Download a video',
			},
			{
				name: 'Generate',
				value: 'generate',
				description: 'Make, change or extend a video with a model',
				action: 'Generate a video',
			},
			{
				name: 'Get',
				value: 'get',
				description: 'Look up the state of a video job',
				action: 'Get a video',
			},
			{
				name: 'Get Many',
				value: 'getMany',
				description: 'List the video jobs of a Veo model',
				action: 'Get many videos',
			},
			{
				name: 'Wait',
				value: 'wait',
				description: 'Wait for video jobs that were started before',
				action: 'Wait for a video',
			},
		],
	},
	...cancel.description,
	...download.description,
	...generate.description,
	...get.description,
	...getMany.description,
	...wait.description,
];

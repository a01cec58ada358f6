import type { INodeProperties } from 'n8n-workflow';

import * as cancel from './cancel';
import * as deleteBatch from './delete';
import * as get from './get';
import * as getMany from './getMany';
import * as getResults from './getResults';
import * as start from './start';
import * as wait from './wait';

/** What each operation does, by the value of the field 'Operation'. */
export const operations = {
	cancel: cancel.execute,
	delete: deleteBatch.execute,
	get: get.execute,
	getMany: getMany.execute,
	getResults: getResults.execute,
	start: start.execute,
	wait: wait.execute,
};

/** All of the node's fields. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'start',
		options: [
			{
				name: 'Cancel',
				value: 'cancel',
				description: 'Stop a batch that is not finished',
				action: 'Cancel a batch',
			},
			{
				name: 'Delete',
				value: 'delete',
				description: "Take a batch off the project's list",
				action: 'Delete a batch',
			},
			{
				name: 'Get',
				value: 'get',
				description: 'Look up the state of a batch',
				action: 'Get a batch',
			},
			{
				name: 'Get Many',
				value: 'getMany',
				description: "List the project's batches",
				action: 'Get many batches',
			},
			{
				name: 'Get Results',
				value: 'getResults',
				description: 'Fetch what a finished batch made: as items, as a file or in sum',
				action: 'Get the results of a batch',
			},
			{
				name: 'Start',
				value: 'start',
				description: 'Send all incoming items to a model as one batch',
				action: 'Start a batch',
			},
			{
				name: 'Wait',
				value: 'wait',
				description: 'Go on with the results once a batch is finished',
				action: 'Wait for a batch',
			},
		],
	},
	...cancel.description,
	...deleteBatch.description,
	...get.description,
	...getMany.description,
	...getResults.description,
	...start.description,
	...wait.description,
];

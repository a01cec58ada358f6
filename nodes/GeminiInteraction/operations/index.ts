import type { INodeProperties } from 'n8n-workflow';

import * as cancel from './cancel';
import * as remove from './delete';
import * as get from './get';
import * as respond from './respond';
import * as start from './start';
import * as wait from './wait';

/** What each operation does, by the value of the field 'Operation'. */
export const operations = {
	cancel: cancel.execute,
	delete: remove.execute,
	get: get.execute,
	respond: respond.execute,
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
				description: 'Give up a running interaction',
				action: 'Cancel an interaction',
			},
			{
				name: 'Delete',
				value: 'delete',
				description: 'Remove a finished interaction from Google',
				action: 'Delete an interaction',
			},
			{
				name: 'Get',
				value: 'get',
				description: 'Look up the state and the answer of an interaction',
				action: 'Get an interaction',
			},
			{
				name: 'Respond',
				value: 'respond',
				description: 'Hand the results of function calls back, so that the model goes on',
				action: 'Respond to function calls',
			},
			{
				name: 'Start',
				value: 'start',
				description: 'Run a model or an agent, such as Deep Research, in the background',
				action: 'Start an interaction',
			},
			{
				name: 'Wait',
				value: 'wait',
				description: 'Wait for an interaction that was started before',
				action: 'Wait for an interaction',
			},
		],
	},
	...cancel.description,
	...remove.description,
	...get.description,
	...respond.description,
	...start.description,
	...wait.description,
];

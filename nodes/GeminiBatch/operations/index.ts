import type { INodeProperties } from 'n8n-workflow';

import * as get from './get';
import * as start from './start';

/** What each operation does, by the value of the field 'Operation'. */
export const operations = { get: get.execute, start: start.execute };

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
				name: 'Get',
				value: 'get',
				description: 'Look up the state of a batch',
				action: 'Get a batch',
			},
			{
				name: 'Start',
				value: 'start',
				description: 'Send all incoming items to a model as one batch',
				action: 'Start a batch',
			},
		],
	},
	...start.description,
	...get.description,
];

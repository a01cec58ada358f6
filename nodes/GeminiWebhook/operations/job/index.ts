import type { INodeProperties } from 'n8n-workflow';

import * as reconcile from './reconcile';

/** What each operation does, by the value of the field 'Operation'. */
export const operations = { reconcile: reconcile.execute };

/** The fields of the resource 'Job'. */
export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'reconcile',
		options: [
			{
				name: 'Reconcile',
				value: 'reconcile',
				description: 'Put out each finished job once that no webhook has reported',
				action: 'Reconcile finished jobs',
			},
		],
	},
	...reconcile.description,
];

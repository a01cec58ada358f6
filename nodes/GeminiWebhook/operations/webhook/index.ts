import type { INodeProperties } from 'n8n-workflow';

import * as checkTrigger from './checkTrigger';
import * as cleanUp from './cleanUp';
import * as create from './create';
import * as remove from './delete';
import * as enable from './enable';
import * as get from './get';
import * as getMany from './getMany';
import * as ping from './ping';
import * as rotate from './rotateSigningSecret';
import * as update from './update';

/** What each operation does, by the value of the field 'Operation'. */
export const operations = {
	checkTrigger: checkTrigger.execute,
	cleanUp: cleanUp.execute,
	create: create.execute,
	delete: remove.execute,
	enable: enable.execute,
	get: get.execute,
	getMany: getMany.execute,
	ping: ping.execute,
	rotateSigningSecret: rotate.execute,
	update: update.execute,
};

/** The fields of the resource 'Webhook'. */
export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'getMany',
		options: [
			{
				name: 'Check Trigger',
				value: 'checkTrigger',
				description: 'Find out whether a Gemini Webhook Trigger would receive, and repair it',
				action: 'Check a trigger',
			},
			{
				name: 'Clean Up',
				value: 'cleanUp',
				description: 'Find webhooks that lead to workflows of this n8n which are gone',
				action: 'Clean up webhooks',
			},
			{
				name: 'Create',
				value: 'create',
				description: 'Register a webhook for the jobs of the Google project',
				action: 'Create a webhook',
			},
			{
				name: 'Delete',
				value: 'delete',
				description: 'Remove a webhook for good',
				action: 'Delete a webhook',
			},
			{
				name: 'Enable',
				value: 'enable',
				description: 'Switch a webhook on again, also one that Google has disabled',
				action: 'Enable a webhook',
			},
			{
				name: 'Get',
				value: 'get',
				description: 'Look up one webhook',
				action: 'Get a webhook',
			},
			{
				name: 'Get Many',
				value: 'getMany',
				description: 'List the webhooks of the Google project',
				action: 'Get many webhooks',
			},
			{
				name: 'Ping',
				value: 'ping',
				description: 'Have Google send a test event',
				action: 'Ping a webhook',
			},
			{
				name: 'Rotate Signing Secret',
				value: 'rotateSigningSecret',
				description: 'Get a new signing secret for a webhook',
				action: 'Rotate the signing secret of a webhook',
			},
			{
				name: 'Update',
				value: 'update',
				description: "Change a webhook's URL, events, name or state",
				action: 'Update a webhook',
			},
		],
	},
	...checkTrigger.description,
	...cleanUp.description,
	...create.description,
	...remove.description,
	...enable.description,
	...get.description,
	...getMany.description,
	...ping.description,
	...rotate.description,
	...update.description,
];

import { NodeOperationError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

import { fieldText } from '../shared/fieldText';
import { bareId } from '../shared/gemini/webhooks';

/** Which webhook: chosen from the list, or by id. */
export const webhookField: INodeProperties = {
	displayName: 'Webhook',
	name: 'webhook',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchWebhooks', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 95fy7kv40bvx7t0rm7p12jdciinp7f4bfhzz',
		},
	],
};

export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** @returns the bare id, whichever way it was given */
export function webhookId(context: IExecuteFunctions, index: number): string {
	const value = context.getNodeParameter('webhook', index, '', { extractValue: true });
	const id = bareId(fieldText(value).trim());
	if (!/^[\w-]+$/.test(id)) {
		const what = id === '' ? "No 'Webhook' is chosen" : `'Webhook' is not the ID of one: ${id}`;
		throw new NodeOperationError(context.getNode(), what, {
			itemIndex: index,
			description: "Choose a webhook from the list, or take 'webhookId' from 'Get Many'.",
		});
	}
	return id;
}

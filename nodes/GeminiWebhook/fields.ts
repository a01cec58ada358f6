import { NodeOperationError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

import { fieldText } from '../shared/fieldText';
import { bareId } from '../shared/gemini/webhooks';

export { webhookField } from '../shared/gemini/webhookField';

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

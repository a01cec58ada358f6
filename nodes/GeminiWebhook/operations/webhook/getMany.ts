import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { returnAllFields, returnLimit, simplifyField } from '../../../shared/fields';
import { forEachItem } from '../../../shared/forEachItem';
import { GeminiClient } from '../../../shared/gemini/client';
import { EVENT_OPTIONS } from '../../../shared/gemini/webhookEvents';
import { hint } from '../../../shared/hints';
import { listWebhooks } from '../../../shared/gemini/webhooks';
import { matches, webhookItem, type WebhookFilters } from '../../item';

const properties: INodeProperties[] = [
	...returnAllFields,
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: [
			{
				displayName: 'Events',
				name: 'events',
				type: 'multiOptions',
				default: [],
				description: 'Only webhooks that report at least one of these events',
				options: EVENT_OPTIONS,
			},
			{
				displayName: 'States',
				name: 'states',
				type: 'multiOptions',
				default: [],
				description: 'Only webhooks in one of these states',
				options: [
					{ name: 'Disabled', value: 'disabled' },
					{
						name: 'Disabled by Google',
						value: 'disabled_due_to_failed_deliveries',
						description: 'Too many deliveries failed; switch it on again with Enable',
					},
					{ name: 'Enabled', value: 'enabled' },
				],
			},
			{
				displayName: 'URL Contains',
				name: 'urlContains',
				type: 'string',
				default: '',
				placeholder: 'e.g. n8n.example.com',
				description: 'Only webhooks with this text in their URL',
			},
		],
	},
	simplifyField,
];

export const description = updateDisplayOptions({ show: { operation: ['getMany'] } }, properties);

/** Lists the project's webhooks, whoever made them. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const filters = this.getNodeParameter('filters', index, {}) as WebhookFilters;
		const limit = returnLimit(this, index);
		const simplify = this.getNodeParameter('simplify', index, true) === true;
		const found = (await listWebhooks(client)).filter((webhook) => matches(webhook, filters));
		if (found.length === 0) hint(this, 'info', 'The Google project has no webhook that fits.');
		return found
			.slice(0, limit)
			.map((webhook) => (simplify ? webhookItem(webhook) : (webhook.raw as IDataObject)));
	});
}

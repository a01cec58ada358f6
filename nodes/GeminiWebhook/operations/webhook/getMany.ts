import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { forEachItem } from '../../../shared/forEachItem';
import { GeminiClient } from '../../../shared/gemini/client';
import { EVENT_OPTIONS } from '../../../shared/gemini/webhookEvents';
import { listWebhooks } from '../../../shared/gemini/webhooks';
import { simplifyField } from '../../fields';
import { matches, webhookItem, type WebhookFilters } from '../../item';

const DEFAULT_LIMIT = 50;

const properties: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		default: 50,
		typeOptions: { minValue: 1 },
		displayOptions: { show: { returnAll: [false] } },
		description: 'Max number of results to return',
	},
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
		const all = this.getNodeParameter('returnAll', index, false) === true;
		const limit = Number(this.getNodeParameter('limit', index, DEFAULT_LIMIT)) || DEFAULT_LIMIT;
		const simplify = this.getNodeParameter('simplify', index, true) === true;
		const found = (await listWebhooks(client)).filter((webhook) => matches(webhook, filters));
		return (all ? found : found.slice(0, limit)).map((webhook) =>
			simplify ? webhookItem(webhook) : (webhook.raw as IDataObject),
		);
	});
}

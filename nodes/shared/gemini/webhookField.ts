import type { ILoadOptionsFunctions, INodeListSearchResult, INodeProperties } from 'n8n-workflow';

import { GeminiClient } from './client';
import { listWebhooks } from './webhooks';

/** Which webhook: chosen from the list, or by id. The node offers `searchWebhooks`. */
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

/** The project's webhooks; what is typed may be part of a name, a URL or an id. */
export async function searchWebhooks(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const wanted = filter.toLowerCase();
	const results = (await listWebhooks(await GeminiClient.for(this)))
		.filter((webhook) =>
			[webhook.name, webhook.uri, webhook.id].some((text) => text.toLowerCase().includes(wanted)),
		)
		.map(({ id, name, uri, state }) => ({
			value: id,
			name: `${name || uri}${state === 'enabled' ? '' : ' (disabled)'}`,
			description: uri,
		}))
		.sort((a, b) => a.name.localeCompare(b.name));
	return { results };
}

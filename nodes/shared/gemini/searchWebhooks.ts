import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { GeminiClient } from './client';
import { listWebhooks } from './webhooks';

/** The project's webhooks for a resource locator: found by name or address, as both say what a webhook is for. */
export async function searchWebhooks(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const webhooks = await listWebhooks(await GeminiClient.for(this));
	const wanted = filter.toLowerCase();
	const results = webhooks
		.map(({ id, name, uri }) => ({ value: id, name: name ? `${name} (${uri})` : uri }))
		.filter(({ value, name }) => `${value} ${name}`.toLowerCase().includes(wanted))
		.sort((a, b) => a.name.localeCompare(b.name));
	return { results };
}

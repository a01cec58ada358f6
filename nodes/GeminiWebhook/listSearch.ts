import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { GeminiClient } from '../shared/gemini/client';
import { listWebhooks } from '../shared/gemini/webhooks';

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

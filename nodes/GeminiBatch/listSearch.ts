import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { GeminiClient } from '../shared/gemini/client';
import { describeBatch } from '../shared/jobs/describe';
import { jsonList, text } from '../shared/json';
import { canRun, requestKind } from './requestKind';

const contains = (filter: string | undefined, ...texts: string[]): boolean =>
	!filter || texts.some((value) => value.toLowerCase().includes(filter.toLowerCase()));

/** Google's models that make pictures have it in their names; the API's list doesn't say what a model puts out. */
const MAKES_IMAGES = /image|nano.?banana/i;

/** The models that can run a batch of the chosen kind, as the API says. */
export async function searchBatchModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const client = await GeminiClient.for(this);
	const { raw } = await client.read(
		{ action: 'list the models' },
		async (ai) => await ai.models.list({ config: { pageSize: 1000 } }),
	);
	const kind = requestKind(this.getCurrentNodeParameter('kind'));
	const able = jsonList(raw.models).filter((model) => canRun(model, kind));
	const forImages = able.filter(({ name, displayName }) =>
		MAKES_IMAGES.test(`${text(name)} ${text(displayName)}`),
	);
	const results = (kind === 'image' && forImages.length > 0 ? forImages : able)
		.map((model) => {
			const value = (text(model.name) ?? '').replace(/^models\//, '');
			return { value, name: text(model.displayName) ?? value };
		})
		.filter(({ name, value }) => contains(filter, name, value))
		.sort((a, b) => a.name.localeCompare(b.name));
	return { results };
}

/** The project's batches, in the API's order. */
export async function searchBatches(
	this: ILoadOptionsFunctions,
	filter?: string,
	pageToken?: string,
): Promise<INodeListSearchResult> {
	const client = await GeminiClient.for(this);
	const { raw } = await client.read(
		{ action: 'list the batches' },
		async (ai) => await ai.batches.list({ config: { pageSize: 100, pageToken } }),
	);
	const results = jsonList(raw.operations)
		.map(describeBatch)
		.map(({ jobId, displayName, status }) => ({
			value: jobId,
			name: `${displayName ?? jobId} (${status})`,
		}))
		.filter(({ name, value }) => contains(filter, name, value));
	return { results, paginationToken: text(raw.nextPageToken) ?? undefined };
}

import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { GeminiClient } from '../shared/gemini/client';
import { describeBatch } from '../shared/jobs/describe';
import { searchModels } from '../shared/gemini/models';
import { text, type Json } from '../shared/json';
import { readBatchPage } from './batchCalls';
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
	const kind = requestKind(this.getCurrentNodeParameter('kind'));
	if (kind === 'image') {
		const makesImages = (model: Json) =>
			canRun(model, kind) && MAKES_IMAGES.test(`${text(model.name)} ${text(model.displayName)}`);
		const found = await searchModels(client, makesImages, filter);
		if (found.results.length > 0) return found;
	}
	return await searchModels(client, (model) => canRun(model, kind), filter);
}

/** Pages to look through for a batch that fits what was typed. */
const PAGES_TO_SEARCH = 10;

/** The project's batches, in the API's order. With a filter, pages on which nothing fits are passed over. */
export async function searchBatches(
	this: ILoadOptionsFunctions,
	filter?: string,
	pageToken?: string,
): Promise<INodeListSearchResult> {
	const client = await GeminiClient.for(this);
	let next = pageToken;
	for (let page = 0; page < PAGES_TO_SEARCH; page++) {
		const { batches, nextPageToken } = await readBatchPage(client, next);
		const results = batches
			.map(describeBatch)
			.map(({ jobId, displayName, status }) => ({
				value: jobId,
				name: `${displayName ?? jobId} (${status})`,
			}))
			.filter(({ name, value }) => contains(filter, name, value));
		next = nextPageToken;
		if (results.length > 0 || !next) return { results, paginationToken: next };
	}
	return { results: [], paginationToken: next };
}

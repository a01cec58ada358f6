import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { GeminiClient } from '../shared/gemini/client';
import { searchModels } from '../shared/gemini/models';
import { familyOf } from './models';

/** The models that make videos, as the API lists them. */
export async function searchVideoModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const client = await GeminiClient.for(this);
	return await searchModels(client, (model) => familyOf(model) !== undefined, filter);
}

/** The models whose jobs can be listed. */
export async function searchVeoModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const client = await GeminiClient.for(this);
	return await searchModels(client, (model) => familyOf(model) === 'veo', filter);
}

import type { INodeListSearchResult } from 'n8n-workflow';

import { jsonList, text, type Json } from '../json';
import type { GeminiClient } from './client';

/** The most that one page of the list may hold. */
const PAGE_SIZE = 1000;

/** @returns the id of a model without `models/` and spaces around it */
export const modelId = (value: string): string => value.trim().replace(/^models\//, '');

/** Whether the API says that a model offers a method: `batchGenerateContent`, `predictLongRunning`, ... */
export const offers = ({ supportedGenerationMethods: methods }: Json, method: string): boolean =>
	Array.isArray(methods) && methods.includes(method);

/**
 * Looks a model up.
 *
 * @returns the API's own JSON, see https://ai.google.dev/api/models
 * @throws GeminiApiError that names the model
 */
export async function getModel(client: GeminiClient, id: string): Promise<Json> {
	const { raw } = await client.read(
		{ action: 'find the model', subject: id, isModel: true },
		async (ai) => await ai.models.get({ model: id }),
	);
	return raw;
}

/**
 * The models that a list shows.
 *
 * @param fits which ones, by the API's own JSON
 * @param filter what the user typed: part of the id or of the name
 * @throws GeminiApiError
 */
export async function searchModels(
	client: GeminiClient,
	fits: (model: Json) => boolean,
	filter = '',
): Promise<INodeListSearchResult> {
	const { raw } = await client.read(
		{ action: 'list the models' },
		async (ai) => await ai.models.list({ config: { pageSize: PAGE_SIZE } }),
	);
	const wanted = filter.toLowerCase();
	const results = jsonList(raw.models)
		.filter(fits)
		.map((model) => {
			const value = modelId(text(model.name) ?? '');
			return { value, name: text(model.displayName) ?? value };
		})
		.filter(({ name, value }) => [name, value].some((one) => one.toLowerCase().includes(wanted)))
		.sort((a, b) => a.name.localeCompare(b.name));
	return { results };
}

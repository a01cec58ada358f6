import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { GeminiClient } from '../shared/gemini/client';
import { offers, searchModels } from '../shared/gemini/models';
import { text, type Json } from '../shared/json';
import { AGENTS } from './agents';

/** Models that answer in text and more; films are the Gemini Video node's business. */
const answers = (model: Json): boolean =>
	offers(model, 'generateContent') && !/omni|embedding/.test(text(model.name) ?? '');

/** The models that can run an interaction, as far as the API says. */
export async function searchInteractionModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	return await searchModels(await GeminiClient.for(this), answers, filter);
}

/** Google's agents: a fixed list, as the API has none. */
export async function searchAgents(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const wanted = filter.toLowerCase();
	const results = AGENTS.filter(({ id, name }) =>
		[id, name].some((one) => one.toLowerCase().includes(wanted)),
	).map(({ id, name, description }) => ({ name, value: id, description }));
	return await Promise.resolve({ results });
}

import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { GeminiClient } from '../shared/gemini/client';
import { jsonList, text, type Json } from '../shared/json';
import { AGENTS } from './agents';

const contains = (filter: string | undefined, ...texts: string[]): boolean =>
	!filter || texts.some((value) => value.toLowerCase().includes(filter.toLowerCase()));

/** Models that answer in text and more; films are the Gemini Video node's business. */
const answers = ({ name, supportedGenerationMethods: methods }: Json): boolean =>
	Array.isArray(methods) &&
	methods.includes('generateContent') &&
	!/omni|embedding/.test(text(name) ?? '');

/** The models that can run an interaction, as far as the API says. */
export async function searchInteractionModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const client = await GeminiClient.for(this);
	const { raw } = await client.read(
		{ action: 'list the models' },
		async (ai) => await ai.models.list({ config: { pageSize: 1000 } }),
	);
	const results = jsonList(raw.models)
		.filter(answers)
		.map((model) => {
			const value = (text(model.name) ?? '').replace(/^models\//, '');
			return { value, name: text(model.displayName) ?? value };
		})
		.filter(({ name, value }) => contains(filter, name, value))
		.sort((a, b) => a.name.localeCompare(b.name));
	return { results };
}

/** Google's agents: a fixed list, as the API has none. */
export async function searchAgents(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const results = AGENTS.filter(({ id, name }) => contains(filter, id, name)).map(
		({ id, name, description }) => ({ name, value: id, description }),
	);
	return await Promise.resolve({ results });
}

import { ApiError, notFound } from './errors.mts';
import { page } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import type { Route, World } from './world.mts';

const TEXT = ['generateContent', 'countTokens', 'createCachedContent', 'batchGenerateContent'];
const SPEECH = ['generateContent', 'countTokens'];
const EMBEDDING = ['embedContent', 'countTokens', 'asyncBatchEmbedContent'];

type Entry = [id: string, displayName: string, methods: string[]];

// Agents (deep-research-...) are no models and not listed. Models of the Interactions API alone have no methods.
const CATALOGUE: Entry[] = [
	['gemini-4-argon', 'Gemini 4 Argon', TEXT],
	['gemini-4-carbon', 'Gemini 4 Carbon', TEXT],
	['gemini-3.8-flash', 'Gemini 3.8 Flash', TEXT],
	['gemini-3.6-flash', 'Gemini 3.6 Flash', TEXT],
	['gemini-3.1-pro-preview', 'Gemini 3.1 Pro Preview', TEXT],
	['gemini-3.1-flash-image', 'Gemini 3.1 Flash Image', TEXT],
	['gemini-3.1-flash-tts-preview', 'Gemini 3.1 Flash TTS Preview', SPEECH],
	['gemini-embedding-001', 'Gemini Embedding 001', EMBEDDING],
	['gemini-embedding-2', 'Gemini Embedding 2', EMBEDDING],
	['gemini-omni-1.1-flash', 'Gemini Omni 1.1 Flash', []],
	['gemini-omni-1.2-flash', 'Gemini Omni 1.2 Flash', []],
	['lyria-3.5', 'Lyria 3.5', []],
];

const VEO: Entry[] = [
	['veo-3.1-generate-preview', 'Veo 3.1', ['predictLongRunning']],
	['veo-3.1-fast-generate-preview', 'Veo 3.1 Fast', ['predictLongRunning']],
	['veo-3.1-lite-generate-preview', 'Veo 3.1 Lite', ['predictLongRunning']],
];

function models({ settings }: World): Json[] {
	return [...CATALOGUE, ...(settings.veoAvailable ? VEO : [])].map(
		([id, displayName, methods]) => ({
			name: `models/${id}`,
			version: '001',
			displayName,
			inputTokenLimit: 1_048_576,
			outputTokenLimit: 65_536,
			...(methods.length > 0 && { supportedGenerationMethods: methods }),
		}),
	);
}

/**
 * Checks that `id` exists and offers `method`; the message is the one Google gives for an unknown model.
 * @throws ApiError 404
 */
export function requireModel(world: World, id: string, version: string, method: string): void {
	const known = models(world).find(({ name }) => name === `models/${id}`);
	const methods = known?.supportedGenerationMethods as string[] | undefined;
	if (methods?.includes(method)) return;
	throw notFound(
		`models/${id} is not found for API version ${version}, or is not supported for ${method}. Call ListModels to see the list of available models and their supported methods.`,
	);
}

/**
 * Checks that the Interactions API has the model: every one but those for embeddings and Veo.
 * @throws ApiError 404 `model_not_found`
 */
export function requireInteractionModel(world: World, id: string, version: string): void {
	const known = models(world).find(({ name }) => name === `models/${id}`);
	const methods = (known?.supportedGenerationMethods ?? []) as string[];
	if (known && !methods.includes('embedContent') && !methods.includes('predictLongRunning')) return;
	const message = `models/${id} is not found for API version ${version}, or is not supported for interactions.`;
	throw new ApiError(404, message, 'model_not_found');
}

export const modelRoutes: Route[] = [
	{
		method: 'GET',
		path: /^models$/,
		handle: ({ world, query }) => {
			const limits = { usual: 50, most: 1000 };
			const found = page(models(world), query.get('pageSize'), query.get('pageToken'), limits);
			return { json: { models: found.items, ...(found.next && { nextPageToken: found.next }) } };
		},
	},
	{
		method: 'GET',
		path: /^models\/([^/:]+)$/,
		handle: ({ world, params, version }) => {
			const model = models(world).find(({ name }) => name === `models/${params[0]}`);
			if (!model)
				throw notFound(`Model is not found: models/${params[0]} for api version ${version}`);
			return { json: model };
		},
	},
];

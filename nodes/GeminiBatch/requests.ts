import { merged, type Json } from '../shared/json';
import type { Objection } from './input/objection';
import type { Media } from './input/media';
import type { RequestKind } from './requestKind';

/** How the model is to answer. Names and units are the API's: https://ai.google.dev/api/generate-content#GenerationConfig */
export interface GenerationSettings {
	temperature?: number;
	topP?: number;
	topK?: number;
	maxOutputTokens?: number;
	stopSequences?: string[];
	seed?: number;
	thinkingLevel?: string;
	/** Tokens; 0 switches thinking off, -1 leaves it to the model. */
	thinkingBudget?: number;
	aspectRatio?: string;
	imageSize?: string;
}

/** What a vector is for: https://ai.google.dev/api/embeddings#EmbedContentRequest */
export interface EmbeddingSettings {
	taskType?: string;
	title?: string;
	outputDimensionality?: number;
}

/** What one item asks of the model, as read from the node's fields. */
export interface BatchPrompt {
	key: string;
	prompt: string;
	systemInstruction?: string;
	settings?: GenerationSettings;
	/** JSON Schema of the wanted answer. */
	schema?: Json;
	/** The API's names of tools that take no settings: `googleSearch`. */
	tools?: string[];
	safety?: Array<{ category: string; threshold: string }>;
	embedding?: EmbeddingSettings;
	/** Files that go along. */
	media?: Media[];
	/** Merged into the request: whatever the API takes and the node has no field for. */
	extra?: Json;
}

/** The fields of an object that have a value; undefined if none has. */
function present(fields: object): Json | undefined {
	const entries = Object.entries(fields).filter(([, value]) =>
		Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '',
	);
	return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function generationConfig(
	{ settings = {}, schema }: BatchPrompt,
	kind: RequestKind,
): Json | undefined {
	const { thinkingLevel, thinkingBudget, aspectRatio, imageSize, ...plain } = settings;
	return present({
		...plain,
		thinkingConfig: present({ thinkingLevel, thinkingBudget }),
		...(schema ? { responseMimeType: 'application/json', responseJsonSchema: schema } : {}),
		...(kind === 'image'
			? {
					responseModalities: ['TEXT', 'IMAGE'],
					imageConfig: present({ aspectRatio, imageSize }),
				}
			: {}),
	});
}

/**
 * One request in the API's JSON, the same for inline requests and for lines of a file.
 *
 * @param media the parts for the prompt's files; they come before the text, as Google advises
 * @see https://ai.google.dev/api/generate-content#request-body and https://ai.google.dev/api/embeddings
 */
export function requestOf(kind: RequestKind, prompt: BatchPrompt, media: Json[] = []): Json {
	const { systemInstruction, tools = [], safety = [], embedding, extra } = prompt;
	const words = prompt.prompt === '' ? [] : [{ text: prompt.prompt }];
	const parts = [...media, ...words];
	const request =
		kind === 'embeddings'
			? { content: { parts }, ...present(embedding ?? {}) }
			: {
					contents: [{ role: 'user', parts }],
					...present({
						systemInstruction: systemInstruction
							? { parts: [{ text: systemInstruction }] }
							: undefined,
						tools: tools.map((tool) => ({ [tool]: {} })),
						safetySettings: safety,
						generationConfig: generationConfig(prompt, kind),
					}),
				};
	return extra ? merged(request, extra) : request;
}

function emptyPrompt(prompts: BatchPrompt[], kind: RequestKind): Objection | undefined {
	const isForVectors = kind === 'embeddings';
	const itemIndex = prompts.findIndex(
		({ prompt, media = [] }) => prompt.trim() === '' && !(isForVectors && media.length > 0),
	);
	if (itemIndex < 0) return undefined;
	return {
		itemIndex,
		message: `The '${isForVectors ? 'Text' : 'Prompt'}' of item ${itemIndex} is empty`,
		description: 'Fill the field, or filter such items out before this node.',
	};
}

function repeatedKey(prompts: BatchPrompt[]): Objection | undefined {
	const first = new Map<string, number>();
	for (const [itemIndex, { key }] of prompts.entries()) {
		const earlier = first.get(key);
		if (earlier !== undefined) {
			return {
				itemIndex,
				message: `Items ${earlier} and ${itemIndex} have the same 'Key': ${key}`,
				description: 'The key joins each result to its item, so every item needs its own.',
			};
		}
		first.set(key, itemIndex);
	}
	return undefined;
}

function lostFiles(prompts: BatchPrompt[]): Objection | undefined {
	const itemIndex = prompts.findIndex(
		({ media = [], extra = {} }) => media.length > 0 && ('contents' in extra || 'content' in extra),
	);
	if (itemIndex < 0) return undefined;
	return {
		itemIndex,
		message: `The 'Additional Request Fields' of item ${itemIndex} would take the place of its files`,
		description: "Leave out 'contents' there, or the files.",
	};
}

/** @returns the first thing that is wrong with the prompts, undefined when they can be sent */
export function objectionTo(
	prompts: BatchPrompt[],
	kind: RequestKind = 'text',
): Objection | undefined {
	if (prompts.length === 0) {
		return {
			message: 'There are no items to make a batch of',
			description: 'Each incoming item becomes one request of the batch.',
		};
	}
	return emptyPrompt(prompts, kind) ?? repeatedKey(prompts) ?? lostFiles(prompts);
}

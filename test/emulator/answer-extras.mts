import { field, list, tokens } from './answers.mts';
import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import { instanceOf } from './schema-instance.mts';

/** A page that every search finds. */
export const SOURCE = { url: 'https://example.com/source', title: 'example.com' };

/** What is in an answer besides the text that answers the prompt. */
export interface Extras {
	/** Parts before the text. */
	thoughts: Json[];
	thoughtsTokenCount: number;
	/** Function calls; they take the place of the text. */
	calls: Json[];
	/** Fields of the candidate: what the server's tools found. */
	candidate: Json;
}

/**
 * Thoughts, function calls and sources, as the request asks for them.
 * @param options its generationConfig
 * @param wantsCalls whether functions are called
 */
export function extrasOf(
	request: Json,
	options: Json,
	prompt: string,
	wantsCalls: boolean,
): Extras {
	const tools = list(field(request, 'tools')).filter(isObject);
	const has = (name: string): boolean => tools.some((tool) => field(tool, name) !== undefined);
	const thinking = field(options, 'thinkingConfig');
	const shown = isObject(thinking) && field(thinking, 'includeThoughts') === true;
	const off = isObject(thinking) && field(thinking, 'thinkingBudget') === 0;
	const thought = `Thinking about: ${prompt}`;
	return {
		thoughts: shown ? [{ text: thought, thought: true }] : [],
		thoughtsTokenCount: isObject(thinking) && !off ? tokens(thought) : 0,
		calls: wantsCalls ? tools.flatMap((tool) => callsOf(tool, prompt)) : [],
		candidate: {
			...(has('googleSearch') && { groundingMetadata: grounding(prompt) }),
			...(has('urlContext') && { urlContextMetadata: urlContext(prompt) }),
		},
	};
}

function callsOf(tool: Json, prompt: string): Json[] {
	return list(field(tool, 'functionDeclarations'))
		.filter(isObject)
		.map(({ name, parameters }) => ({
			functionCall: { name, args: instanceOf(parameters ?? { type: 'object' }, prompt) },
		}));
}

function grounding(prompt: string): Json {
	return {
		webSearchQueries: [prompt],
		groundingChunks: [{ web: { uri: SOURCE.url, title: SOURCE.title } }],
		groundingSupports: [
			{ segment: { endIndex: prompt.length, text: prompt }, groundingChunkIndices: [0] },
		],
		searchEntryPoint: { renderedContent: `<div>${SOURCE.title}</div>` },
	};
}

/** The addresses in a text. */
export const urlsIn = (text: string): string[] => text.match(/https?:\/\/[^\s<>"]+/g) ?? [];

function urlContext(prompt: string): Json {
	const status = 'URL_RETRIEVAL_STATUS_SUCCESS';
	return {
		urlMetadata: urlsIn(prompt).map((url) => ({
			retrievedUrl: url,
			urlRetrievalStatus: status,
		})),
	};
}

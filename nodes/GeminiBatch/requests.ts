import type { Json } from '../shared/json';

/** What one item asks of the model, as read from the node's fields. */
export interface BatchPrompt {
	key: string;
	prompt: string;
	systemInstruction?: string;
	temperature?: number;
	maxOutputTokens?: number;
	topP?: number;
	/** JSON Schema of the wanted answer. */
	schema?: Json;
}

/** Google's limit for requests inside the call: https://ai.google.dev/gemini-api/docs/batch-api */
export const MAX_INLINE_BYTES = 20_000_000;

/** What the SDK's form of one request is longer than ours, at most. */
const WRAPPING_BYTES = 100;

/** Something to correct before anything is sent. */
export interface Objection {
	message: string;
	description: string;
	itemIndex?: number;
}

function emptyPrompt(prompts: BatchPrompt[]): Objection | undefined {
	const itemIndex = prompts.findIndex(({ prompt }) => prompt.trim() === '');
	if (itemIndex < 0) return undefined;
	return {
		itemIndex,
		message: `The 'Prompt' of item ${itemIndex} is empty`,
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

/** @returns the first thing that is wrong with the prompts, undefined when they can be sent */
export function objectionTo(prompts: BatchPrompt[]): Objection | undefined {
	if (prompts.length === 0) {
		return {
			message: 'There are no items to make a batch of',
			description: 'Each incoming item becomes one request of the batch.',
		};
	}
	return emptyPrompt(prompts) ?? repeatedKey(prompts);
}

/** One request of the batch in the SDK's form. The key goes along as metadata and comes back with the result. */
export function inlinedRequest(prompt: BatchPrompt) {
	const { systemInstruction, temperature, maxOutputTokens, topP, schema } = prompt;
	return {
		contents: [{ role: 'user', parts: [{ text: prompt.prompt }] }],
		metadata: { key: prompt.key },
		config: {
			...(systemInstruction ? { systemInstruction } : {}),
			...(temperature === undefined ? {} : { temperature }),
			...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
			...(topP === undefined ? {} : { topP }),
			...(schema ? { responseMimeType: 'application/json', responseJsonSchema: schema } : {}),
		},
	};
}

export type InlinedRequest = ReturnType<typeof inlinedRequest>;

/** @returns an objection when the requests are too large for one call */
export function objectionToSize(requests: InlinedRequest[]): Objection | undefined {
	const bytes = Buffer.byteLength(JSON.stringify(requests)) + requests.length * WRAPPING_BYTES;
	if (bytes < MAX_INLINE_BYTES) return undefined;
	return {
		message: `The batch has ${(bytes / 1e6).toFixed(1)} MB, and Google takes less than 20 MB at once`,
		description: 'Split the items, for example with the Loop Over Items node.',
	};
}

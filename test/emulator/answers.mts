import { createHash } from 'node:crypto';
import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import { instanceOf } from './schema-instance.mts';

/** What a batch holds for one request: `{response}` or `{error}`. */
export type Result = { response: Json } | { error: { code: number; message: string } };

/** A prompt with this text in it fails. */
export const ERROR_MARK = '[[error]]';
/** A prompt with this text in it is blocked. */
export const BLOCKED_MARK = '[[blocked]]';

/** A PNG of one pixel. */
export const PIXEL =
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** A field by its camelCase name, whichever way it is written. */
export function field(value: Json, name: string): unknown {
	return value[name] ?? value[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

/** About four characters make a token. */
export const tokens = (text: string): number => Math.max(1, Math.ceil(text.length / 4));

/** All text parts of a Content, joined by line breaks. */
export function textOf(content: unknown): string {
	const parts = isObject(content) && Array.isArray(content.parts) ? content.parts : [];
	return parts
		.filter(isObject)
		.map((part) => part.text)
		.filter((text) => typeof text === 'string')
		.join('\n');
}

/** Words derived from the content, so that the same input gives the same output. */
const fingerprint = (value: unknown): string =>
	createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 23);

/**
 * What the model says to a GenerateContentRequest: `Echo: <prompt>`, an instance of the schema where JSON is asked
 * for, and an image where one is asked for. `[[error]]` and `[[blocked]]` in the prompt ask for those outcomes.
 */
export function generate(request: unknown, model: string): Result {
	const contents = isObject(request) ? request.contents : undefined;
	if (!isObject(request) || !Array.isArray(contents) || contents.length === 0) {
		return {
			error: { code: 3, message: '* GenerateContentRequest.contents: contents is not specified' },
		};
	}
	const prompt = textOf(contents.findLast((one) => isObject(one) && one.role !== 'model'));
	if (prompt.includes(ERROR_MARK)) {
		return { error: { code: 13, message: 'Internal error encountered.' } };
	}
	const common = {
		modelVersion: model.replace(/^models\//, ''),
		responseId: fingerprint([model, request]),
	};
	const promptTokenCount = tokens(prompt);
	if (prompt.includes(BLOCKED_MARK)) {
		return {
			response: {
				promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
				usageMetadata: { promptTokenCount, totalTokenCount: promptTokenCount },
				...common,
			},
		};
	}
	const text = replyText(request, prompt);
	const candidatesTokenCount = tokens(text);
	return {
		response: {
			candidates: [
				{
					content: { role: 'model', parts: [{ text }, ...imageParts(request)] },
					finishReason: 'STOP',
					index: 0,
				},
			],
			usageMetadata: {
				promptTokenCount,
				candidatesTokenCount,
				totalTokenCount: promptTokenCount + candidatesTokenCount,
			},
			...common,
		},
	};
}

function config(request: Json): Json {
	const value = field(request, 'generationConfig');
	return isObject(value) ? value : {};
}

function replyText(request: Json, prompt: string): string {
	const options = config(request);
	if (field(options, 'responseMimeType') !== 'application/json') return `Echo: ${prompt}`;
	const schema = field(options, 'responseSchema') ?? field(options, 'responseJsonSchema');
	return JSON.stringify(schema === undefined ? { echo: prompt } : instanceOf(schema, prompt));
}

function imageParts(request: Json): Json[] {
	const modalities = field(config(request), 'responseModalities');
	if (!Array.isArray(modalities) || !modalities.includes('IMAGE')) return [];
	return [{ inlineData: { mimeType: 'image/png', data: PIXEL } }];
}

const DIMENSIONS = 3072;

/** A unit vector that depends on the text alone; `outputDimensionality` numbers, 3072 when not given. */
export function embed(request: unknown): Result {
	const content = isObject(request) ? request.content : undefined;
	if (!isObject(request) || !isObject(content)) {
		return {
			error: { code: 3, message: '* EmbedContentRequest.content: content is not specified' },
		};
	}
	const text = textOf(content);
	if (text.includes(ERROR_MARK))
		return { error: { code: 13, message: 'Internal error encountered.' } };
	const size = Number(field(request, 'outputDimensionality') ?? DIMENSIONS);
	const raw = Array.from({ length: size }, (_, index) => {
		const digest = createHash('sha256').update(`${index}:${text}`).digest();
		return digest.readInt32BE(0) / 2 ** 31;
	});
	const norm = Math.hypot(...raw) || 1;
	const values = raw.map((value) => Number((value / norm).toFixed(8)));
	return { response: { tokenCount: String(tokens(text)), embedding: { values } } };
}

import { createHash } from 'node:crypto';
import { extrasOf } from './answer-extras.mts';
import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import { instanceOf } from './schema-instance.mts';

/** What a batch holds for one request: `{response}` or `{error}`. */
export type Result = { response: Json } | { error: { code: number; message: string } };

/** A prompt with this text in it fails. */
export const ERROR_MARK = '[[error]]';
/** A prompt with this text in it is blocked. */
export const BLOCKED_MARK = '[[blocked]]';
/** The answer to a prompt with this text in it is withheld: a candidate without content. */
export const SAFETY_MARK = '[[safety]]';
/** With this text in the prompt, the model calls every function it has been given. */
export const ACTION_MARK = '[[action]]';

/** A PNG of one pixel. */
export const PIXEL =
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** A field by its camelCase name, whichever way it is written. */
export function field(value: Json, name: string): unknown {
	return value[name] ?? value[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

/** The value if it is a list, else an empty one. */
export const list = (value: unknown): unknown[] =>
	Array.isArray(value) ? (value as unknown[]) : [];

/** About four characters make a token. */
export const tokens = (text: string): number => Math.max(1, Math.ceil(text.length / 4));

/** All text parts of a Content, joined by line breaks. */
export function textOf(content: unknown): string {
	return partsOf(content)
		.map((part) => part.text)
		.filter((text) => typeof text === 'string')
		.join('\n');
}

const partsOf = (content: unknown): Json[] =>
	isObject(content) ? list(content.parts).filter(isObject) : [];

/** Words derived from the content, so that the same input gives the same output. */
const fingerprint = (value: unknown): string =>
	createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 23);

/**
 * What the model says to a GenerateContentRequest: `Echo: <prompt>` and the types of the media it was shown, an instance
 * of the schema where JSON is asked for, and an image where one is asked for. The marks in the prompt ask for other ends.
 * @param request under camelCase names
 */
export function generate(request: Json, model: string): Result {
	const content = list(request.contents).findLast((one) => isObject(one) && one.role !== 'model');
	const prompt = textOf(content);
	if (prompt.includes(ERROR_MARK)) return failure(13, 'Internal error encountered.');
	const promptTokenCount = tokens(prompt);
	const common = {
		modelVersion: model.replace(/^models\//, ''),
		responseId: fingerprint([model, request]),
	};
	if (prompt.includes(BLOCKED_MARK)) {
		const usageMetadata = { promptTokenCount, totalTokenCount: promptTokenCount };
		const promptFeedback = { blockReason: 'PROHIBITED_CONTENT' };
		return { response: { promptFeedback, usageMetadata, ...common } };
	}
	const { candidate, answerTokens, thoughtsTokenCount } = answer(request, prompt, content);
	return {
		response: {
			candidates: [candidate],
			usageMetadata: {
				promptTokenCount,
				...(answerTokens > 0 && { candidatesTokenCount: answerTokens }),
				...(thoughtsTokenCount > 0 && { thoughtsTokenCount }),
				totalTokenCount: promptTokenCount + answerTokens + thoughtsTokenCount,
			},
			...common,
		},
	};
}

/** A result that is an error; `code` is one of google.rpc.Code. */
export const failure = (code: number, message: string): Result => ({ error: { code, message } });

function answer(
	request: Json,
	prompt: string,
	content: unknown,
): { candidate: Json; answerTokens: number; thoughtsTokenCount: number } {
	if (prompt.includes(SAFETY_MARK)) {
		const candidate = { finishReason: 'SAFETY', index: 0 };
		return { candidate, answerTokens: 0, thoughtsTokenCount: 0 };
	}
	const options = config(request);
	const extras = extrasOf(request, options, prompt, prompt.includes(ACTION_MARK));
	const whole = replyText(options, prompt, content);
	const most = Number(field(options, 'maxOutputTokens') ?? Infinity);
	const cut = tokens(whole) > most;
	const text = cut ? whole.slice(0, most * 4) : whole;
	const reply = extras.calls.length > 0 ? extras.calls : [{ text }, ...imageParts(options)];
	const candidate = {
		content: { role: 'model', parts: [...extras.thoughts, ...reply] },
		finishReason: cut ? 'MAX_TOKENS' : 'STOP',
		index: 0,
		...extras.candidate,
	};
	const { thoughtsTokenCount } = extras;
	return { candidate, answerTokens: tokens(text), thoughtsTokenCount };
}

function config(request: Json): Json {
	const value = field(request, 'generationConfig');
	return isObject(value) ? value : {};
}

function replyText(options: Json, prompt: string, content: unknown): string {
	if (field(options, 'responseMimeType') !== 'application/json')
		return `Echo: ${prompt}${mediaNote(content)}`;
	const schema = field(options, 'responseSchema') ?? field(options, 'responseJsonSchema');
	return JSON.stringify(schema === undefined ? { echo: prompt } : instanceOf(schema, prompt));
}

/** ` (image/png, image/jpeg)`, so that a test sees what arrived; empty without media. */
function mediaNote(content: unknown): string {
	const types = partsOf(content)
		.map((part) => field(part, 'inlineData') ?? field(part, 'fileData'))
		.filter(isObject)
		.map((media) => String(field(media, 'mimeType') ?? 'file'));
	return types.length > 0 ? ` (${types.join(', ')})` : '';
}

function imageParts(options: Json): Json[] {
	const modalities = list(field(options, 'responseModalities')).map((one) => String(one));
	if (!modalities.some((one) => one.toUpperCase() === 'IMAGE')) return [];
	return [{ inlineData: { mimeType: 'image/png', data: PIXEL } }];
}

const DIMENSIONS = 3072;

/** A unit vector that depends on the text alone; `outputDimensionality` numbers, 3072 when not given. */
export function embed(request: Json): Result {
	const text = textOf(request.content);
	if (text.includes(ERROR_MARK)) return failure(13, 'Internal error encountered.');
	const size = Number(field(request, 'outputDimensionality') ?? DIMENSIONS);
	const digest = createHash('shake256', { outputLength: size * 4 })
		.update(text)
		.digest();
	const raw = Array.from({ length: size }, (_, index) => digest.readInt32BE(index * 4) / 2 ** 31);
	const norm = Math.hypot(...raw) || 1;
	const values = raw.map((value) => Number((value / norm).toFixed(8)));
	return { response: { tokenCount: String(tokens(text)), embedding: { values } } };
}

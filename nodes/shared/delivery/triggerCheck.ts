import { isJson, json, type Json } from '../json';
import { sameTarget } from './callbackToken';
import { mintText, provenText } from './provenText';

/**
 * How the Gemini Webhook node asks a Gemini Webhook Trigger, at its Production URL, whether it would receive. Both have
 * the same API key: under keys derived from it the question and the answer are proven, so that nobody else learns
 * anything, and nobody else can answer. An answer holds no secret.
 */
export const QUESTION_HEADER = 'x-gemini-webhooks-check';

/** Milliseconds that the clocks of the asking and the asked process may differ, as with deliveries. */
const TOLERANCE = 300_000;

const MAX_QUESTION_LENGTH = 1024;
const MAX_ANSWER_LENGTH = 65_536;

export interface Question {
	/** Random; the answer repeats it, so that an old answer doesn't pass for a new one. */
	nonce: string;
	/** Whether the trigger is to mend its webhook first. What is as it should be is left alone, so a repetition does no harm. */
	repair: boolean;
}

/**
 * @param path of the URL that is asked; the question is void at any other
 * @param now milliseconds since 1970
 */
export function mintQuestion(
	{ nonce, repair }: Question,
	path: string,
	apiKey: string,
	now: number,
): string {
	const content = JSON.stringify({ n: nonce, p: path, t: now, r: repair });
	return mintText(content, 'trigger-question', apiKey);
}

/**
 * @param path the path of the URL that was really called
 * @param key the API key, or `derivedKey(apiKey, 'trigger-question')`
 * @param now milliseconds since 1970
 * @returns undefined when it is missing, forged, old, made under another API key or for another URL
 */
export function readQuestion(
	header: unknown,
	path: string,
	key: string | Uint8Array,
	now: number,
): Question | undefined {
	const proven = provenText(header, 'trigger-question', key, MAX_QUESTION_LENGTH);
	if (proven === undefined) return undefined;
	const { n, p, t, r } = json(JSON.parse(proven));
	if (typeof n !== 'string' || typeof p !== 'string' || !sameTarget(p, path)) return undefined;
	// Asked this way round, a time that isn't a number is none.
	if (typeof t !== 'number' || !(Math.abs(now - t) <= TOLERANCE)) return undefined;
	return { nonce: n, repair: r === true };
}

export const mintAnswer = (nonce: string, view: Json, apiKey: string): string =>
	mintText(JSON.stringify({ n: nonce, view }), 'trigger-answer', apiKey);

/** @returns what the trigger says; undefined when it is forged, or the answer to another question */
export function readAnswer(answer: unknown, nonce: string, apiKey: string): Json | undefined {
	const proven = provenText(answer, 'trigger-answer', apiKey, MAX_ANSWER_LENGTH);
	if (proven === undefined) return undefined;
	const { n, view } = json(JSON.parse(proven));
	return n === nonce && isJson(view) ? view : undefined;
}

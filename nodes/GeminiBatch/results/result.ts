import { isJson, json, text, type Json } from '../../shared/json';
import type { JobError } from '../../shared/jobs/describe';
import { parsedAnswer, type Parsing } from '../../shared/parsedAnswer';
import {
	embeddingOf,
	finishReasonOf,
	mediaOf,
	sourcesOf,
	textOf,
	usageOf,
	type Media,
	type Source,
	type Usage,
} from './answer';

/** One request's result. These names are a promise to users: see README, "What arrives". */
export interface BatchResult {
	key: string | null;
	status: 'succeeded' | 'failed' | 'blocked' | 'missing';
	text: string | null;
	/** The parsed answer when a JSON schema was asked for. */
	data: unknown;
	finishReason: string | null;
	usage: Usage | null;
	error: JobError | null;
	jobId: string;
	/** How the result was joined to its item: `position` is a guess, made only when no keys came back. */
	matchedBy: 'key' | 'position' | 'none';
	/** Only of an embedding. */
	embedding?: number[];
	/** Only of an answer that searched or read pages. */
	sources?: Source[];
}

/** A result and the files that belong to it, which become binary data. */
interface ReadResult {
	result: BatchResult;
	media: Media[];
}

/** How Google ends an answer that is whole, or cut off by the token limit. */
const HARMLESS_ENDS = ['STOP', 'MAX_TOKENS', 'FINISH_REASON_UNSPECIFIED'];

/** The model went astray; all other reasons are Google's filters. Source: `FinishReason` of the SDK. */
const TECHNICAL_ENDS = [
	'CONTINUATION',
	'MALFORMED_FUNCTION_CALL',
	'MALFORMED_RESPONSE',
	'NO_IMAGE',
	'TOO_MANY_TOOL_CALLS',
	'UNEXPECTED_TOOL_CALL',
];

type Outcome = Pick<BatchResult, 'status' | 'error'>;

/** Whether there is an answer, and if not, Google's reason. */
function outcomeOf(entry: Json | undefined, isEmpty: boolean): Outcome {
	const ended = (status: BatchResult['status'], code: string | null, message: string): Outcome => ({
		status,
		error: { code, message },
	});
	if (entry?.error) {
		const { code, message } = json(entry.error);
		return { status: 'failed', error: { code: text(code), message: text(message) } };
	}
	if (!isJson(entry?.response)) {
		return ended('missing', null, 'Google returned no result for this request');
	}
	const blocked = text(json(entry.response.promptFeedback).blockReason);
	if (blocked) return ended('blocked', blocked, `Google blocked the prompt: ${blocked}`);
	const finishReason = finishReasonOf(entry.response);
	if (finishReason && TECHNICAL_ENDS.includes(finishReason)) {
		return ended('failed', finishReason, `The model did not finish the answer: ${finishReason}`);
	}
	if (finishReason && !HARMLESS_ENDS.includes(finishReason)) {
		return ended('blocked', finishReason, `Google stopped the answer: ${finishReason}`);
	}
	if (isEmpty && finishReason !== 'STOP') {
		const reason = finishReason ? `: ${finishReason}` : '';
		return ended('failed', finishReason, `Google returned no text${reason}`);
	}
	return { status: 'succeeded', error: null };
}

/**
 * Reads one `{response | error, metadata}` of a batch's output. How it was joined is for the caller to say.
 *
 * @param entry undefined when Google returned none
 */
export function readResult(
	entry: Json | undefined,
	key: string | null,
	jobId: string,
	parsing: Parsing,
): ReadResult {
	const response = json(entry?.response);
	const answer = textOf(response);
	const media = mediaOf(response);
	const embedding = embeddingOf(response);
	const sources = sourcesOf(response);
	const isEmpty = answer === null && media.length === 0 && embedding === undefined;
	const { status, error } = outcomeOf(entry, isEmpty);
	// In the order that a table shows best: what was asked for first.
	const result: BatchResult = {
		key,
		status,
		text: answer,
		data: parsedAnswer(answer, parsing),
		error,
		finishReason: finishReasonOf(response),
		usage: usageOf(response),
		jobId,
		matchedBy: 'none',
		...(embedding ? { embedding } : {}),
		...(sources.length > 0 ? { sources } : {}),
	};
	return { result, media };
}

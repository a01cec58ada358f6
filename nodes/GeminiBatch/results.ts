import type { INodeExecutionData } from 'n8n-workflow';

import { isJson, json, jsonList, text, type Json } from '../shared/json';
import { batchOutput, type JobError } from '../shared/jobs/describe';
import { jobItem, type TrackedAnswer } from '../shared/jobs/tracked';

/** One request's result. These names are a promise to users: see README, "What arrives". */
export interface BatchResult {
	key: string | null;
	status: 'succeeded' | 'failed' | 'blocked' | 'missing';
	text: string | null;
	/** The parsed answer when a JSON schema was asked for. */
	data: unknown;
	finishReason: string | null;
	usage: { promptTokens: number; outputTokens: number; totalTokens: number } | null;
	error: JobError | null;
	jobId: string;
	/** How the result was joined to its item: `position` is a guess, made only when no keys came back. */
	matchedBy: 'key' | 'position' | 'none';
}

/** The answer's text: all parts of the first candidate but the model's thoughts. */
function answerText(response: Json): string | null {
	const [candidate] = jsonList(response.candidates);
	const parts = jsonList(json(candidate?.content).parts).filter(({ thought }) => thought !== true);
	const joined = parts.map((part) => (typeof part.text === 'string' ? part.text : '')).join('');
	return joined === '' ? null : joined;
}

/** How to fill `data`: not at all, with whatever JSON the answer is, or only if it looks like JSON. */
type Parsing = 'none' | 'json' | 'guess';

function parsed(value: string | null, parsing: Parsing): unknown {
	if (value === null || parsing === 'none') return null;
	if (parsing === 'guess' && !/^\s*[[{]/.test(value)) return null;
	try {
		return JSON.parse(value) as unknown;
	} catch {
		return null; // Cut off by the token limit, say; the text is there to look at.
	}
}

function usageOf(response: Json): BatchResult['usage'] {
	const usage = json(response.usageMetadata);
	if (usage.totalTokenCount === undefined) return null;
	return {
		promptTokens: Number(usage.promptTokenCount ?? 0),
		outputTokens: Number(usage.candidatesTokenCount ?? 0) + Number(usage.thoughtsTokenCount ?? 0),
		totalTokens: Number(usage.totalTokenCount),
	};
}

/** How Google ends an answer that is whole, or cut off by the token limit; all other reasons are its filters'. */
const HARMLESS_ENDS = ['STOP', 'MAX_TOKENS', 'FINISH_REASON_UNSPECIFIED'];

type Outcome = Pick<BatchResult, 'status' | 'error'>;

/** Whether there is an answer, and if not, Google's reason. */
function outcomeOf(
	entry: Json | undefined,
	answer: string | null,
	finishReason: string | null,
): Outcome {
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
	if (finishReason && !HARMLESS_ENDS.includes(finishReason)) {
		return ended('blocked', finishReason, `Google stopped the answer: ${finishReason}`);
	}
	if (answer === null && finishReason !== 'STOP') {
		return ended(
			'failed',
			finishReason,
			`Google returned no text${finishReason ? `: ${finishReason}` : ''}`,
		);
	}
	return { status: 'succeeded', error: null };
}

/** Reads one `{response | error, metadata}` of a batch's output. */
function readResult(
	entry: Json | undefined,
	key: string | null,
	jobId: string,
	parsing: Parsing,
	matchedBy: BatchResult['matchedBy'],
): BatchResult {
	const response = json(entry?.response);
	const answer = answerText(response);
	const finishReason = text(jsonList(response.candidates)[0]?.finishReason);
	return {
		key,
		...outcomeOf(entry, answer, finishReason),
		text: answer,
		data: parsed(answer, parsing),
		finishReason,
		usage: usageOf(response),
		jobId,
		matchedBy,
	};
}

const inlinedEntries = (operation: Json): Json[] =>
	jsonList(json(batchOutput(operation).inlinedResponses).inlinedResponses);

const keyOf = (entry: Json): string | null => text(json(entry.metadata).key) ?? text(entry.key);

/**
 * Joins a batch's results to the requests, in the order of the requests. By key: Google promises no order and has
 * been seen to change it. By position only if not a single key came back and the numbers agree. Results that fit
 * no request come last, so that nothing paid for is lost.
 *
 * @param keys the keys in the order of the incoming items
 * @param asJson whether a JSON schema was asked for
 */
export function joinResults(
	operation: Json,
	jobId: string,
	keys: string[],
	asJson: boolean,
): BatchResult[] {
	const entries = inlinedEntries(operation);
	const read = (entry: Json | undefined, key: string | null, by: BatchResult['matchedBy']) =>
		readResult(entry, key, jobId, asJson ? 'json' : 'none', by);
	if (entries.length === keys.length && entries.every((entry) => keyOf(entry) === null)) {
		return entries.map((entry, index) => read(entry, keys[index], 'position'));
	}
	const known = new Set(keys);
	const byKey = new Map<string, Json>();
	const leftOver: Json[] = [];
	for (const entry of entries) {
		const key = keyOf(entry);
		if (key !== null && known.has(key) && !byKey.has(key)) byKey.set(key, entry);
		else leftOver.push(entry);
	}
	return [
		...keys.map((key) => read(byKey.get(key), key, byKey.has(key) ? 'key' : 'none')),
		...leftOver.map((entry) => read(entry, keyOf(entry), 'none')),
	];
}

/** What the webhook that ends a wait needs to know about the batch; stored with the parked execution. */
export interface BatchDetails {
	/** The keys in the order of the incoming items. */
	keys: string[];
	/** Whether a JSON schema was asked for. */
	asJson: boolean;
}

/** Reads back what was stored as `BatchDetails`. */
export const readBatchDetails = (stored: Json): BatchDetails => ({
	keys: Array.isArray(stored.keys) ? stored.keys.map(String) : [],
	asJson: stored.asJson === true,
});

const hasInlineResults = (operation: Json): boolean =>
	batchOutput(operation).inlinedResponses !== undefined;

/**
 * The outcome of a finished batch as items: one for each request, or, if the batch ended without results, the
 * job with Google's reason. A result that fits no request has no incoming item to come from.
 */
export function outcomeItems(
	{ tracked, job, raw }: TrackedAnswer,
	{ keys, asJson }: BatchDetails,
): INodeExecutionData[] {
	if (!hasInlineResults(raw)) return [jobItem(tracked, job, 'finished')];
	const { first, count, metadata } = tracked;
	const own = keys.slice(first, first + count);
	return joinResults(raw, job.jobId, own, asJson).map((result, index) => ({
		json: { ...result, metadata } as INodeExecutionData['json'],
		...(index < own.length ? { pairedItem: { item: first + index } } : {}),
	}));
}

/**
 * The results of a batch in Google's order, for whoever looks it up later and has no items to join them to.
 *
 * @returns undefined when the batch has no results, or not yet
 */
export function listResults(operation: Json, jobId: string): BatchResult[] | undefined {
	if (!hasInlineResults(operation)) return undefined;
	return inlinedEntries(operation).map((entry) => {
		const key = keyOf(entry);
		return readResult(entry, key, jobId, 'guess', key === null ? 'none' : 'key');
	});
}

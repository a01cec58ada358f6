import type { INodeExecutionData } from 'n8n-workflow';

import { json, jsonList, text, type Json } from '../shared/json';
import { batchOutput, type JobDescription, type JobError } from '../shared/jobs/describe';

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

function parsed(value: string | null): unknown {
	try {
		return value === null ? null : (JSON.parse(value) as unknown);
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

/** Reads one `{response | error, metadata}` of a batch's output. */
function readResult(
	entry: Json | undefined,
	key: string | null,
	jobId: string,
	asJson: boolean,
	matchedBy: BatchResult['matchedBy'],
): BatchResult {
	const response = json(entry?.response);
	const answer = answerText(response);
	const result: BatchResult = {
		key,
		status: 'succeeded',
		text: answer,
		data: asJson ? parsed(answer) : null,
		finishReason: text(jsonList(response.candidates)[0]?.finishReason),
		usage: usageOf(response),
		error: null,
		jobId,
		matchedBy,
	};
	if (!entry) {
		const message = 'Google returned no result for this request';
		return { ...result, status: 'missing', error: { code: null, message } };
	}
	if (entry.error) {
		const { code, message } = json(entry.error);
		return { ...result, status: 'failed', error: { code: text(code), message: text(message) } };
	}
	const blocked = text(json(response.promptFeedback).blockReason);
	if (blocked) {
		const message = `Google blocked the prompt: ${blocked}`;
		return { ...result, status: 'blocked', error: { code: blocked, message } };
	}
	return result;
}

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
	const entries = jsonList(json(batchOutput(operation).inlinedResponses).inlinedResponses);
	const read = (entry: Json | undefined, key: string | null, by: BatchResult['matchedBy']) =>
		readResult(entry, key, jobId, asJson, by);
	if (entries.length === keys.length && entries.every((entry) => keyOf(entry) === null)) {
		return entries.map((entry, index) => read(entry, keys[index], 'position'));
	}
	const byKey = new Map<string, Json>();
	const leftOver: Json[] = [];
	for (const entry of entries) {
		const key = keyOf(entry);
		if (key !== null && keys.includes(key) && !byKey.has(key)) byKey.set(key, entry);
		else leftOver.push(entry);
	}
	return [
		...keys.map((key) => read(byKey.get(key), key, byKey.has(key) ? 'key' : 'none')),
		...leftOver.map((entry) => read(entry, keyOf(entry), 'none')),
	];
}

/** All incoming items as the origin of one outgoing item. */
export const fromAllItems = (count: number) =>
	Array.from({ length: count }, (_, item) => ({ item }));

/** The job itself as an item, coming from all of the batch's items. */
export function jobItem(
	job: JobDescription,
	count: number,
	extra: object = {},
): INodeExecutionData {
	return { json: { ...job, ...extra }, pairedItem: fromAllItems(count) };
}

/**
 * The outcome of a finished batch as items: one for each request, or, if the batch ended without results, the
 * job with Google's reason.
 */
export function outcomeItems(
	operation: Json,
	job: JobDescription,
	keys: string[],
	asJson: boolean,
): INodeExecutionData[] {
	const hasResults = batchOutput(operation).inlinedResponses !== undefined;
	if (!hasResults) return [jobItem(job, keys.length, { waitStatus: 'finished' })];
	return joinResults(operation, job.jobId, keys, asJson).map((result, index) => ({
		json: { ...result } as INodeExecutionData['json'],
		pairedItem: index < keys.length ? { item: index } : fromAllItems(keys.length),
	}));
}

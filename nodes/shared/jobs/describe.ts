import { count, entryOf, isJson, json, jsonList, text, texts, type Json } from '../json';
import type { JobReference, JobStatus } from './types';

export interface JobError {
	/** Google's code: a number for batches and operations, a word for interactions; as text. */
	code: string | null;
	message: string | null;
}

/** The stable fields that every node of this package shows for a job. */
export interface JobDescription extends JobReference {
	status: JobStatus;
	model: string | null;
	displayName: string | null;
	createdAt: string | null;
	updatedAt: string | null;
	endedAt: string | null;
	outputFile: string | null;
	/** The file that a batch was started from, if it was. */
	inputFile?: string;
	error: JobError | null;
	/** How many of a batch's requests there are, and how they went. */
	requests?: { total: number; succeeded: number; failed: number; pending: number };
}

const BATCH_STATUS: Record<string, JobStatus> = {
	CANCELLED: 'cancelled',
	CANCELLING: 'running',
	EXPIRED: 'expired',
	FAILED: 'failed',
	PENDING: 'pending',
	RUNNING: 'running',
	SUCCEEDED: 'succeeded',
};

const INTERACTION_STATUS: Record<string, JobStatus> = {
	budget_exceeded: 'incomplete',
	cancelled: 'cancelled',
	completed: 'succeeded',
	failed: 'failed',
	in_progress: 'running',
	incomplete: 'incomplete',
	queued: 'pending',
	requires_action: 'requiresAction',
};

function jobError(value: unknown): JobError | null {
	if (!isJson(value)) return null;
	return { code: text(value.code), message: text(value.message) };
}

/** The output of a batch: in `metadata.output` or, as some answers have it, only in `response`. */
export const batchOutput = (operation: Json): Json => ({
	...json(operation.response),
	...json(json(operation.metadata).output),
});

/**
 * Describes a batch from the API's own JSON (the SDK's object leaves out errors and counters).
 *
 * @param operation the answer of `GET batches/x`, see https://ai.google.dev/api/batch-api
 */
export function describeBatch(operation: Json): JobDescription {
	const metadata = json(operation.metadata);
	const stats = json(metadata.batchStats);
	const state = (text(metadata.state) ?? '').replace(/^(BATCH|JOB)_STATE_/, '');
	const status = entryOf(BATCH_STATUS, state) ?? 'unknown';
	const inputFile = text(json(metadata.inputConfig).fileName);
	const isPartial = status === 'succeeded' && count(stats.failedRequestCount) > 0;
	return {
		jobType: 'batch',
		jobId: text(operation.name) ?? text(metadata.name) ?? '',
		status: isPartial ? 'partlyFailed' : status,
		model: text(metadata.model),
		displayName: text(metadata.displayName),
		createdAt: text(metadata.createTime),
		updatedAt: text(metadata.updateTime),
		endedAt: text(metadata.endTime),
		outputFile: text(batchOutput(operation).responsesFile),
		...(inputFile ? { inputFile } : {}),
		error: jobError(operation.error),
		requests: {
			total: count(stats.requestCount),
			succeeded: count(stats.successfulRequestCount),
			failed: count(stats.failedRequestCount),
			pending: count(stats.pendingRequestCount),
		},
	};
}

/** Describes an interaction from the API's own JSON, see https://ai.google.dev/api/interactions */
export function describeInteraction(interaction: Json): JobDescription {
	const [error = interaction.error] = jsonList(interaction.errors);
	return {
		jobType: 'interaction',
		jobId: text(interaction.id) ?? '',
		status: entryOf(INTERACTION_STATUS, text(interaction.status) ?? '') ?? 'unknown',
		model: text(interaction.model) ?? text(interaction.agent),
		displayName: null,
		createdAt: text(interaction.created),
		updatedAt: text(interaction.updated),
		endedAt: null,
		outputFile: null,
		error: jobError(error),
	};
}

/** All content parts of what the model put out, see https://ai.google.dev/api/interactions */
export const modelOutput = (interaction: Json): Json[] =>
	jsonList(interaction.steps)
		.filter(({ type }) => type === 'model_output')
		.flatMap(({ content }) => jsonList(content));

/** The texts among content parts, joined. */
export const textOf = (parts: Json[]): string =>
	parts.map((part) => (typeof part.text === 'string' ? part.text : '')).join('');

/** Describes an interaction that makes a video. Finished without one, it was refused: its text says why. */
export function describeVideoInteraction(interaction: Json): JobDescription {
	const job: JobDescription = { ...describeInteraction(interaction), jobType: 'video' };
	const parts = modelOutput(interaction);
	if (job.status !== 'succeeded' || parts.some(({ type }) => type === 'video')) return job;
	return { ...job, status: 'blocked', error: { code: 'NO_VIDEO', message: textOf(parts) || null } };
}

/** What a finished video operation holds: films, and what the safety filters took out. */
export function operationFilms(operation: Json): { videos: Json[]; reasons: string[] } {
	const response = json(json(operation.response).generateVideoResponse);
	const reasons = texts(response.raiMediaFilteredReasons);
	return {
		videos: jsonList(response.generatedSamples).map(({ video }) => json(video)),
		reasons,
	};
}

/** An operation that was cancelled ends with the code 1 (https://google.aip.dev/151). */
const failedStatus = ({ code }: JobError): JobStatus => (code === '1' ? 'cancelled' : 'failed');

/** Our code for a film of Veo that Google's filters kept back. */
export const SAFETY_FILTER = 'SAFETY_FILTER';

/** Describes a video operation (`models/m/operations/x`), which has no state but `done`. */
export function describeOperation(operation: Json): JobDescription {
	const failure = jobError(operation.error);
	const { videos, reasons } = operationFilms(operation);
	const isBlocked = operation.done === true && !failure && videos.length === 0;
	const error = isBlocked ? { code: SAFETY_FILTER, message: reasons.join(' ') || null } : failure;
	const name = text(operation.name) ?? '';
	const outcome = isBlocked ? 'blocked' : failure ? failedStatus(failure) : 'succeeded';
	return {
		jobType: 'video',
		jobId: name,
		status: operation.done === true ? outcome : 'running',
		model: name.match(/^(models\/[^/]+)\//)?.[1] ?? null,
		displayName: null,
		createdAt: null,
		updatedAt: null,
		endedAt: null,
		outputFile: null,
		error,
	};
}

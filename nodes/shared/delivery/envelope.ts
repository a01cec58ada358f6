import { entryOf, isJson, isShallow, json, parseJson, text, type Json } from '../json';
import type { JobStatus, JobType } from '../jobs/types';
import { readMetadata, type Metadata } from './metadata';

/** The event types that Google documents, and the two it once did. */
export const EVENT_TYPES = [
	'batch.cancelled',
	'batch.expired',
	'batch.failed',
	'batch.succeeded',
	'interaction.cancelled',
	'interaction.completed',
	'interaction.failed',
	'interaction.requires_action',
	'video.generated',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** One event about one job, whatever spelling Google chose for it. */
export interface GeminiEvent {
	/** Google's event type; `known` says whether it is one of `EVENT_TYPES`. */
	event: string;
	known: boolean;
	status: JobStatus;
	jobType: JobType | null;
	jobId: string | null;
	/** When Google says it happened (RFC 3339). */
	occurredAt: string | null;
	outputFile: string | null;
	error: { code: string | null; message: string | null } | null;
	metadata: Metadata;
	raw: Json;
}

const MAX_ID_LENGTH = 512;
const ID = /^[\w~=-][\w.~=-]*(\/[\w~=-][\w.~=-]*)*$/;

const STATUS_BY_OUTCOME: Record<string, JobStatus> = {
	cancelled: 'cancelled',
	completed: 'succeeded',
	expired: 'expired',
	failed: 'failed',
	generated: 'succeeded',
	requires_action: 'requiresAction',
	succeeded: 'succeeded',
};

/**
 * Google's guide shows ids that its API doesn't use (`batch_123`), so each spelling leads to the API's own name.
 *
 * @returns null for what can't be the name of a job
 */
export function jobName(type: JobType | null, id: string): string | null {
	if (id.length > MAX_ID_LENGTH) return null;
	const isBatch = type === 'batch';
	const bare = id.replace(isBatch ? /^batches\/|^batch_(?=.)/ : /^(interactions\/)+/, '');
	// The name becomes part of a URL later: nothing but an id's own characters, and no step that a URL would
	// take up the path (`..`), skip (`.`) or end at a list (nothing).
	if (!ID.test(bare)) return null;
	return isBatch ? `batches/${bare}` : bare;
}

function jobType(event: string): JobType | null {
	const [kind] = event.split('.');
	return kind === 'batch' || kind === 'interaction' || kind === 'video' ? kind : null;
}

/** `files/x` from any of the spellings; other addresses (`gs://`) stay as they are. */
function fileName(value: string | null): string | null {
	return value?.match(/^(?:https:\/\/[^/]+\/(?:[^?#]*\/)?)?(files\/[\w-]+)/)?.[1] ?? value;
}

/** Google promises an echo of user metadata, and doesn't say where. */
function metadataIn(body: Json, data: Json): Metadata {
	const places = [body, data, json(body.webhook_config), json(data.webhook_config)];
	const echoes = places.flatMap((place) => [place.userMetadata, place.user_metadata]);
	return Object.assign({}, ...echoes.map(readMetadata)) as Metadata;
}

/**
 * Reads the body of a delivery. Tolerant, because its shape is documented by example only: unknown types and
 * missing fields are for the caller to judge.
 *
 * @returns undefined when the body isn't a JSON object with a type
 * @see https://ai.google.dev/gemini-api/docs/webhooks
 */
export function parseEnvelope(rawBody: Buffer): GeminiEvent | undefined {
	let body: unknown;
	try {
		body = parseJson(rawBody.toString('utf8'));
	} catch {
		return undefined;
	}
	if (!isJson(body) || typeof body.type !== 'string' || !isShallow(body)) return undefined;
	const data = json(body.data);
	const type = jobType(body.type);
	const id = text(data.id);
	const code = text(data.error_code);
	const message = text(data.error_message);
	return {
		event: body.type,
		known: (EVENT_TYPES as readonly string[]).includes(body.type),
		status: entryOf(STATUS_BY_OUTCOME, body.type.split('.')[1] ?? '') ?? 'unknown',
		jobType: type,
		jobId: id === null ? null : jobName(type, id),
		occurredAt: text(body.timestamp),
		outputFile: fileName(
			text(data.output_file_uri) ?? text(data.file_name) ?? text(data.video_uri),
		),
		error: (code ?? message) ? { code, message } : null,
		metadata: metadataIn(body, data),
		raw: body,
	};
}

import { sleep } from 'n8n-workflow';

import { count, json, text, type Json } from '../json';
import type { GeminiClient } from './client';
import { GeminiApiError } from './errors';
import { isTransient } from './failure';

/** A file of Google's Files API, see https://ai.google.dev/api/files */
export interface RemoteFile {
	/** `files/x` */
	name: string;
	/** What requests refer to it by. */
	uri: string;
	mimeType: string;
	/** `PROCESSING`, `ACTIVE` or `FAILED`. */
	state: string;
	/** Google's reason when it is `FAILED`. */
	reason: string | null;
	sizeBytes: number;
	/** When Google deletes it (RFC 3339): 48 hours after the upload. */
	expiresAt: string | null;
}

/** Milliseconds for Google to process a file; films take a while. */
const PROCESSING_LIMIT = 300_000;

/** Milliseconds between two looks at a file that is being processed. */
const LOOK_AGAIN = [500, 1000, 2000, 3000, 5000];

export function remoteFile(raw: Json): RemoteFile {
	return {
		name: text(raw.name) ?? '',
		uri: text(raw.uri) ?? '',
		mimeType: text(raw.mimeType) ?? '',
		state: text(raw.state) ?? 'ACTIVE',
		reason: text(json(raw.error).message),
		sizeBytes: count(raw.sizeBytes),
		expiresAt: text(raw.expirationTime),
	};
}

/**
 * The name of a file, whichever way it is written: `files/x`, `x`, or an address of the Files API.
 *
 * @returns undefined when it names no file of the Files API
 */
export function fileName(value: string): string | undefined {
	const given = value.trim();
	const id = given.match(/^(?:https?:\/\/[^/]+\/(?:[^?#]*\/)?)?files\/([\w-]+)(?:[:?#].*)?$/)?.[1];
	if (id) return `files/${id}`;
	return /^[\w-]+$/.test(given) ? `files/${given}` : undefined;
}

/**
 * Looks a file up. Not for a batch's output: its name is longer than this call allows, though it can be downloaded
 * (https://github.com/googleapis/python-genai/issues/1759).
 *
 * @param name `files/x`
 * @throws GeminiApiError that names the file
 */
export async function getFile(client: GeminiClient, name: string): Promise<RemoteFile> {
	const { raw } = await client.read(
		{ action: 'look up the file', subject: name },
		async (ai) => await ai.files.get({ name }),
	);
	return remoteFile(raw);
}

/**
 * Waits until Google has processed a file.
 *
 * @param limit how long to wait, in milliseconds
 * @returns the file as it is at the end: `ACTIVE`, `FAILED`, or still `PROCESSING` when the time is over
 * @throws GeminiApiError that names the file
 */
export async function settledFile(
	client: GeminiClient,
	name: string,
	limit = PROCESSING_LIMIT,
): Promise<RemoteFile> {
	let waited = 0;
	for (let look = 0; ; look++) {
		const file = await getFile(client, name);
		if (file.state !== 'PROCESSING' || waited >= limit) return file;
		const pause = LOOK_AGAIN[Math.min(look, LOOK_AGAIN.length - 1)];
		await sleep(pause);
		waited += pause;
	}
}

/** Whether the same piece of an upload may be sent again. */
export const mayRepeat = (error: unknown): boolean =>
	error instanceof GeminiApiError && isTransient(error.gemini);

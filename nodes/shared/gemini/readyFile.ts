import { NodeOperationError } from 'n8n-workflow';

import type { GeminiClient } from './client';
import { GeminiApiError } from './errors';
import { settledFile, type RemoteFile } from './files';
import { uploadFile, type UploadSource } from './upload';

/** Milliseconds for Google to process a file; films take a while. */
const PROCESSING_LIMIT = 300_000;

/** Google answers 403 for a file that isn't there, as for one of another project; names have 40 characters at most. */
const NOT_THERE = [400, 403, 404];

/**
 * Waits until a file at Google can be used.
 *
 * @param name `files/x`
 * @throws NodeOperationError, GeminiApiError that name the file
 */
export async function readyFile(
	client: GeminiClient,
	name: string,
	itemIndex?: number,
): Promise<RemoteFile> {
	const refuse = (message: string, description: string): never => {
		throw new NodeOperationError(client.context.getNode(), message, { description, itemIndex });
	};
	let file: RemoteFile;
	try {
		file = await settledFile(client, name, PROCESSING_LIMIT);
	} catch (error) {
		const isMissing =
			error instanceof GeminiApiError && NOT_THERE.includes(error.gemini.status ?? 0);
		if (!isMissing || error.gemini.reason?.startsWith('API_KEY')) throw error as Error;
		return refuse(
			`There is no file ${name} for this API key`,
			`"${error.gemini.message}". Google keeps a file for 48 hours, and shows it only to keys of the project that uploaded it.`,
		);
	}
	if (file.state === 'ACTIVE') return file;
	return refuse(
		`The file ${name} cannot be used: its state is ${file.state}`,
		file.reason ?? 'Upload it again, or try again later.',
	);
}

/**
 * Uploads a file and waits until it can be used.
 *
 * @throws NodeOperationError, GeminiApiError that name the file
 */
export async function uploadReadyFile(
	client: GeminiClient,
	source: UploadSource,
): Promise<RemoteFile> {
	const file = await uploadFile(client, source);
	return file.state === 'ACTIVE' ? file : await readyFile(client, file.name);
}

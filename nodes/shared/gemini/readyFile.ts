import type { BinaryFile } from '../binaryFile';
import { refuse, type Objection } from '../objection';
import type { GeminiClient } from './client';
import { GeminiApiError } from './errors';
import { settledFile, type RemoteFile } from './files';
import { uploadFile, type UploadSource } from './upload';

/** Google answers 403 for a file that isn't there, as for one of another project; names have 40 characters at most. */
const NOT_THERE = [400, 403, 404];

/** Says that a file can't be used: one that is not `ACTIVE`. */
type Unusable = (file: RemoteFile) => Objection;

const unusable: Unusable = ({ name, state, reason }) => ({
	message: `The file ${name} cannot be used: its state is ${state}`,
	description: reason ?? 'Upload it again, or try again later.',
});

/**
 * Waits until a file at Google can be used.
 *
 * @param name `files/x`
 * @param inWords says it in the words of the node's field
 * @throws NodeOperationError, GeminiApiError that name the file
 */
export async function usableFile(
	client: GeminiClient,
	name: string,
	inWords = unusable,
): Promise<RemoteFile> {
	const file = await settledFile(client, name);
	return file.state === 'ACTIVE' ? file : refuse(client.context, inWords(file));
}

/**
 * The same for a file that a field names, and that may not be there.
 *
 * @throws NodeOperationError, GeminiApiError that name the file
 */
export async function readyFile(
	client: GeminiClient,
	name: string,
	itemIndex?: number,
): Promise<RemoteFile> {
	try {
		return await usableFile(client, name, (file) => ({ ...unusable(file), itemIndex }));
	} catch (error) {
		const isMissing =
			error instanceof GeminiApiError && NOT_THERE.includes(error.gemini.status ?? 0);
		if (!isMissing || error.gemini.reason?.startsWith('API_KEY')) throw error as Error;
		return refuse(client.context, {
			message: `There is no file ${name} for this API key`,
			description: `"${error.gemini.message}". Google keeps a file for 48 hours, and shows it only to keys of the project that uploaded it.`,
			itemIndex,
		});
	}
}

/**
 * Uploads a file and waits until it can be used.
 *
 * @param inWords see `usableFile`
 * @throws NodeOperationError, GeminiApiError that name the file
 */
export async function uploadReadyFile(
	client: GeminiClient,
	source: UploadSource,
	inWords?: Unusable,
): Promise<RemoteFile> {
	const file = await uploadFile(client, source);
	return file.state === 'ACTIVE' ? file : await usableFile(client, file.name, inWords);
}

/** The same for a binary field of an item, streamed where n8n keeps it outside of memory. */
export async function uploadBinary(
	client: GeminiClient,
	{ fileName, mimeType, size, open }: BinaryFile,
	inWords?: Unusable,
): Promise<RemoteFile> {
	const source = { displayName: fileName, mimeType, size, bytes: await open() };
	return await uploadReadyFile(client, source, inWords);
}

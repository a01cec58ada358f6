import {
	NodeOperationError,
	sleep,
	type IBinaryData,
	type IBinaryKeyData,
	type IExecuteFunctions,
	type IWebhookFunctions,
} from 'n8n-workflow';

import type { GeminiClient } from '../shared/gemini/client';
import { GeminiApiError } from '../shared/gemini/errors';
import { openDownload } from '../shared/gemini/download';
import { isTransient } from '../shared/gemini/failure';
import { fileName, settledFile } from '../shared/gemini/files';
import { redact } from '../shared/gemini/redact';
import { storeBytes } from '../shared/gemini/storeBytes';
import type { Film, FilmFacts } from './films';

type Context = IExecuteFunctions | IWebhookFunctions;

/** Where the films of a job go. */
export interface Target {
	/** The binary field; further films get `_1`, `_2`. */
	field: string;
	/** Empty: named after the file at Google. */
	fileName: string;
}

/** A downloaded film as an item shows it. */
interface DownloadedFilm extends FilmFacts {
	bytes: number;
	fileName: string;
	binaryField: string;
}

/** Milliseconds before a download is begun anew: it can't be continued in the middle. */
const BACK_OFF = [1000, 4000];

const EXTENSIONS: Record<string, string> = {
	'video/mp4': 'mp4',
	'video/quicktime': 'mov',
	'video/webm': 'webm',
};

/** `trailer.mp4`, `trailer_1.mp4`; named after the file at Google when no name is given. */
export function filmFileName(given: string, film: Film, index: number): string {
	const own = given.trim();
	const dot = own.lastIndexOf('.');
	const extension = dot > 0 ? own.slice(dot + 1) : (EXTENSIONS[film.mimeType] ?? 'mp4');
	const base = dot > 0 ? own.slice(0, dot) : own;
	const google = film.uri && fileName(film.uri)?.replace(/^files\//, '');
	if (base === '' && google) return `${google}.${extension}`;
	return `${base || 'video'}${index > 0 ? `_${index}` : ''}.${extension}`;
}

/** How many bytes n8n has stored. */
async function storedBytes(context: Context, { bytes, id, data }: IBinaryData): Promise<number> {
	if (bytes !== undefined) return bytes;
	if (!id) return Buffer.from(data, 'base64').length;
	return (await context.helpers.getBinaryMetadata(id)).fileSize;
}

/**
 * Waits until Google has a film ready.
 *
 * @throws NodeOperationError, GeminiApiError that name the file
 */
async function waitUntilReady(context: Context, client: GeminiClient, uri: string): Promise<void> {
	const name = fileName(uri);
	if (!name) return;
	const { state, reason } = await settledFile(client, name);
	if (state === 'ACTIVE') return;
	const isFailed = state === 'FAILED';
	throw new NodeOperationError(
		context.getNode(),
		isFailed
			? `Google could not finish the film ${name}`
			: `Google is still processing the film ${name}`,
		{
			description: isFailed
				? `${reason ? `"${reason}". ` : ''}There is nothing to download. Start the video again.`
				: "Fetch it later with 'Download'.",
		},
	);
}

/** Fetches the bytes once, as a stream. A film that arrives cut short is a failure, whoever says it was fine. */
async function fetchOnce(
	context: Context,
	client: GeminiClient,
	uri: string,
	name: string,
	mimeType: string,
): Promise<{ binary: IBinaryData; bytes: number }> {
	const attempt = { action: 'download', subject: fileName(uri) ?? uri.split('?')[0] };
	const { stream, size } = await openDownload(client, uri);
	let binary: IBinaryData;
	try {
		binary = await context.helpers.prepareBinaryData(stream, name, mimeType);
	} catch (error) {
		throw client.failed(attempt, undefined, error);
	}
	const bytes = await storedBytes(context, binary);
	if (size !== null && bytes < size) {
		const cut = new Error(`It broke off after ${bytes} of ${size} bytes`);
		throw client.failed(attempt, undefined, Object.assign(cut, { code: 'ECONNRESET' }));
	}
	return { binary, bytes };
}

async function fetchFilm(
	context: Context,
	client: GeminiClient,
	{ uri, base64, mimeType }: Film,
	name: string,
): Promise<{ binary: IBinaryData; bytes: number }> {
	if (uri === null) {
		const content = Buffer.from(base64 ?? '', 'base64');
		const attempt = { action: 'keep the film', subject: name };
		const binary = await storeBytes(context, attempt, content, name, mimeType);
		return { binary, bytes: content.length };
	}
	await waitUntilReady(context, client, uri);
	for (let round = 0; ; round++) {
		try {
			return await fetchOnce(context, client, uri, name, mimeType);
		} catch (error) {
			const mayPass = error instanceof GeminiApiError && isTransient(error.gemini);
			if (round >= BACK_OFF.length || !mayPass) throw error as Error;
			await sleep(BACK_OFF[round]);
		}
	}
}

/**
 * Fetches films into binary data, one after the other.
 *
 * @throws NodeOperationError, GeminiApiError that name the file
 */
export async function downloadFilms(
	context: Context,
	client: GeminiClient,
	films: Film[],
	target: Target,
): Promise<{ videos: DownloadedFilm[]; binary: IBinaryKeyData }> {
	const videos: DownloadedFilm[] = [];
	const binary: IBinaryKeyData = {};
	for (const [index, film] of films.entries()) {
		const { uri, mimeType } = film;
		const binaryField = index === 0 ? target.field : `${target.field}_${index}`;
		const name = filmFileName(target.fileName, film, index);
		const fetched = await fetchFilm(context, client, film, name);
		binary[binaryField] = fetched.binary;
		videos.push({
			uri: uri && redact(uri),
			mimeType,
			bytes: fetched.bytes,
			fileName: name,
			binaryField,
		});
	}
	return { videos, binary };
}

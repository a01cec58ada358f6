import { sleep } from 'n8n-workflow';

import { json } from '../json';
import type { GeminiClient } from './client';
import { GeminiApiError } from './errors';
import type { RawAnswer } from './failure';
import { rawAnswer } from './fetchOverN8n';
import { mayRepeat, remoteFile, type RemoteFile } from './files';

/** What is to be uploaded. Its bytes are asked for once, in order, and never held as a whole. */
export interface UploadSource {
	/** The name to show at Google. */
	displayName: string;
	mimeType: string;
	/** Exactly how many bytes will come. */
	size: number;
	bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** The most that the Files API takes: https://ai.google.dev/gemini-api/docs/files */
export const MAX_FILE_BYTES = 2_000_000_000;

/** Bytes of one request, as Google's own SDK has it; all but the last one must be a multiple of 256 KiB. */
const PIECE = 8 * 1024 * 1024;
/** Milliseconds for one piece; slow lines exist. */
const PIECE_TIMEOUT = 300_000;
const TIMEOUT = 30_000;
/** Milliseconds before a piece is sent again. */
const BACK_OFF = [500, 2000, 5000];

/** The pieces of a byte stream, each of `PIECE` bytes, the last one shorter. */
export async function* piecesOf(
	bytes: UploadSource['bytes'],
	size = PIECE,
): AsyncGenerator<Buffer> {
	let waiting: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of bytes) {
		waiting.push(chunk);
		length += chunk.length;
		while (length >= size) {
			const all = Buffer.concat(waiting, length);
			yield all.subarray(0, size);
			waiting = [all.subarray(size)];
			length -= size;
		}
	}
	if (length > 0) yield Buffer.concat(waiting, length);
}

/** One resumable upload: https://ai.google.dev/gemini-api/docs/files */
class Upload {
	private readonly client: GeminiClient;
	private readonly source: UploadSource;
	private address = '';

	constructor(client: GeminiClient, source: UploadSource) {
		this.client = client;
		this.source = source;
	}

	private get attempt() {
		return { action: 'upload the file', subject: `'${this.source.displayName}'`, isNew: true };
	}

	private async request(
		url: string,
		headers: Record<string, string>,
		body: Buffer | undefined,
		timeout: number,
	): Promise<RawAnswer> {
		let answer: RawAnswer;
		try {
			const response = await this.client.send({
				method: 'POST',
				url,
				headers: { 'content-type': 'application/json', ...headers },
				body,
				timeout,
				encoding: 'arraybuffer',
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
			});
			answer = rawAnswer(response);
		} catch (error) {
			throw this.client.failed(this.attempt, undefined, error);
		}
		if (answer.status >= 300) throw this.client.failed(this.attempt, answer);
		return answer;
	}

	/** Opens the upload. The address for the bytes is taken over without its host: the API key stays where it is. */
	async open(mimeType: string): Promise<void> {
		const { baseUrl, apiVersion } = this.client.connection;
		const { displayName, size } = this.source;
		const file = { displayName, mimeType, sizeBytes: String(size) };
		const { headers } = await this.request(
			`${baseUrl}/upload/${apiVersion}/files`,
			{
				'x-goog-upload-protocol': 'resumable',
				'x-goog-upload-command': 'start',
				'x-goog-upload-header-content-length': String(size),
				'x-goog-upload-header-content-type': mimeType,
			},
			Buffer.from(JSON.stringify({ file })),
			TIMEOUT,
		);
		const address = headers['x-goog-upload-url'] ?? '';
		if (!URL.canParse(address)) throw this.unfinished('Google named no address for the bytes');
		const { pathname, search } = new URL(address);
		this.address = `${new URL(baseUrl).origin}${pathname}${search}`;
	}

	/** How many bytes have arrived, asked after a piece whose answer got lost. */
	private async received(): Promise<number> {
		const { headers } = await this.request(
			this.address,
			{ 'x-goog-upload-command': 'query' },
			undefined,
			TIMEOUT,
		);
		if (headers['x-goog-upload-status'] === 'final') return this.source.size;
		return Number(headers['x-goog-upload-size-received'] ?? NaN);
	}

	/** Sends one piece; after a passing trouble only what hasn't arrived of it. */
	async piece(bytes: Buffer, offset: number, isLast: boolean): Promise<RawAnswer> {
		let arrived = offset;
		for (let round = 0; ; round++) {
			try {
				return await this.request(
					this.address,
					{
						'x-goog-upload-command': isLast ? 'upload, finalize' : 'upload',
						'x-goog-upload-offset': String(arrived),
					},
					bytes.subarray(arrived - offset),
					PIECE_TIMEOUT,
				);
			} catch (error) {
				if (round >= BACK_OFF.length || !mayRepeat(error)) throw error as Error;
				await sleep(BACK_OFF[round]);
				arrived = await this.received();
				// Neither at the beginning nor inside of this piece: the upload can't be continued.
				if (!(arrived >= offset && arrived <= offset + bytes.length)) throw error as Error;
			}
		}
	}

	unfinished(why: string): GeminiApiError {
		return this.client.failed(this.attempt, undefined, new Error(`${why}. Try again.`));
	}
}

/** Some projects have been refused this documented type: https://github.com/googleapis/python-genai/issues/1590 */
const OTHER_TYPES: Record<string, string> = { 'application/jsonl': 'jsonl' };

/**
 * Uploads a file to Google's Files API, piece by piece. Google keeps it for 48 hours.
 *
 * @returns the file, which may still be `PROCESSING`
 * @throws GeminiApiError that names the file
 */
export async function uploadFile(client: GeminiClient, source: UploadSource): Promise<RemoteFile> {
	const upload = new Upload(client, source);
	try {
		await upload.open(source.mimeType);
	} catch (error) {
		const other = OTHER_TYPES[source.mimeType];
		const isRefused = error instanceof GeminiApiError && error.gemini.status === 400;
		if (!other || !isRefused) throw error as Error;
		await upload.open(other);
	}
	let offset = 0;
	let answer: RawAnswer | undefined;
	for await (const bytes of piecesOf(source.bytes)) {
		answer = await upload.piece(bytes, offset, offset + bytes.length >= source.size);
		offset += bytes.length;
	}
	if (offset !== source.size) {
		throw upload.unfinished(`${offset} bytes came instead of ${source.size}`);
	}
	const file = remoteFile(json(json(parsed(answer)).file));
	if (file.name === '') throw upload.unfinished("Google's answer does not name the file");
	return file;
}

function parsed(answer: RawAnswer | undefined): unknown {
	try {
		return JSON.parse(answer?.body.toString() ?? '');
	} catch {
		return undefined;
	}
}

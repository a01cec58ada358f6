import { sleep } from 'n8n-workflow';

import type { GeminiClient } from '../shared/gemini/client';
import { openDownload, type Download } from '../shared/gemini/download';
import { GeminiApiError } from '../shared/gemini/errors';
import { isOutOfRoom, isTransient } from '../shared/gemini/failure';
import type { JobAnswer } from '../shared/jobs/read';
import { fileEntries, inlinedEntries, type Entries } from './results/entries';

/** Milliseconds before a download is begun anew. */
const BACK_OFF = [1000, 3000];

/** Google's answers for a file that is gone, or was never this project's. */
const GONE = [403, 404];

const GONE_ADVICE = 'Google keeps the file with the results for a limited time, about two days.';

/** The same failure, told about the job instead of its file. */
function ofJob(client: GeminiClient, jobId: string, { gemini }: GeminiApiError): GeminiApiError {
	const attempt = { action: 'fetch the results of', subject: jobId };
	const error = new GeminiApiError(client.context.getNode(), gemini, attempt);
	if (GONE.includes(gemini.status ?? 0)) error.description += ` ${GONE_ADVICE}`;
	return error;
}

/**
 * Downloads a batch's output file and has it used. When the connection breaks, in the middle too, all of it is done
 * once more: reading is free.
 *
 * @param file `files/batch-x`; never looked up, as its name is longer than that call allows
 * @param use must read the stream; what it made of a broken one is dropped
 * @throws GeminiApiError that names the job; whatever `use` throws
 */
export async function withDownload<T>(
	client: GeminiClient,
	jobId: string,
	file: string,
	use: (download: Download) => Promise<T>,
): Promise<T> {
	for (let round = 0; ; round++) {
		let broken: unknown;
		let failure: GeminiApiError;
		try {
			const download = await openDownload(client, file);
			download.stream.on('error', (error: unknown) => {
				broken = error;
			});
			try {
				return await use(download);
			} finally {
				download.stream.destroy();
			}
		} catch (error) {
			const isFull = error instanceof GeminiApiError && isOutOfRoom(error.gemini);
			// Who can't keep what comes breaks the connection as well.
			if (broken !== undefined && !isFull) {
				failure = client.failed({ action: 'download', subject: file }, undefined, broken);
			} else if (error instanceof GeminiApiError) failure = error;
			else throw error as Error;
		}
		if (round >= BACK_OFF.length || !isTransient(failure.gemini)) {
			throw ofJob(client, jobId, failure);
		}
		await sleep(BACK_OFF[round]);
	}
}

/** Whether the batch has results, in the answer or in a file. A cancelled one may have some. */
export const hasOutput = ({ job, raw }: JobAnswer): boolean =>
	job.outputFile !== null || inlinedEntries(raw) !== undefined;

/** Lets a file pass until it turns out larger than `most` bytes. */
async function* upTo(most: number, { stream, size }: Download): AsyncGenerator<Uint8Array> {
	const refuse = () => {
		throw new Error(
			`The results have more than ${Math.floor(most / 1e6)} MB, too much to continue with at once. 'Get Results' fetches them, as items or as one file.`,
		);
	};
	if ((size ?? 0) > most) refuse();
	let length = 0;
	for await (const chunk of stream as AsyncIterable<Uint8Array>) {
		length += chunk.length;
		if (length > most) refuse();
		yield chunk;
	}
}

/**
 * Has a batch's results read, wherever they are: one at a time if they are in a file.
 *
 * @param most the bytes that the file may have
 * @throws GeminiApiError that names the job; an Error when the file is larger; whatever `use` throws
 */
export async function withEntries<T>(
	client: GeminiClient,
	{ job, raw }: JobAnswer,
	use: (entries: Entries) => Promise<T>,
	most = Infinity,
): Promise<T> {
	const inlined = inlinedEntries(raw);
	if (inlined || !job.outputFile) return await use(inlined ?? []);
	return await withDownload(
		client,
		job.jobId,
		job.outputFile,
		async (download) => await use(fileEntries(upTo(most, download))),
	);
}

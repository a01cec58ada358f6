import { sleep } from 'n8n-workflow';

import type { GeminiClient, ReadLimits } from '../gemini/client';
import { GeminiApiError } from '../gemini/errors';
import { readJob, type JobAnswer } from './read';
import { isOperation, type JobReference } from './types';

/** Milliseconds before a job that isn't there is looked for once more: it may be reported before it can be read. */
const PAUSE = 1000;

/** Google now and then denies interactions that run (see `read.ts`), so one is never taken for deleted. */
const mayBeDeleted = ({ jobType, jobId }: JobReference): boolean =>
	jobType === 'batch' || isOperation(jobId);

/** In Google's own words; a proxy's page for a wrong address says nothing about the job. */
const isMissing = (error: unknown): boolean =>
	error instanceof GeminiApiError &&
	error.gemini.status === 404 &&
	error.gemini.code === 'NOT_FOUND';

/**
 * Reads a job that is known to be the user's own: a key of another project finds none of them.
 *
 * @returns undefined for a batch or an operation that Google knows nothing of any more
 * @throws GeminiApiError that names the job
 */
export async function readUnlessDeleted(
	client: GeminiClient,
	reference: JobReference,
	limits?: ReadLimits,
): Promise<JobAnswer | undefined> {
	for (let isSecond = false; ; isSecond = true) {
		try {
			return await readJob(client, reference, limits);
		} catch (error) {
			if (!isMissing(error) || !mayBeDeleted(reference)) throw error as Error;
			if (isSecond) return undefined;
			await sleep(PAUSE);
		}
	}
}

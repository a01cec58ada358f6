import type { GeminiClient } from '../gemini/client';
import { inParallel } from '../inParallel';
import { readUnlessDeleted } from './readUnlessDeleted';
import type { TrackedAnswer, TrackedJob } from './tracked';

/**
 * One look at each job while Google waits for the answer. Milliseconds without a byte: n8n's HTTP helper lets a long
 * answer go on as long as it flows.
 */
export const QUICK = { attempts: 1, timeout: 10_000 };
/** Looks at jobs at once: enough for speed, few enough for a quota. */
const PARALLEL = 5;

/** What is left of a job that somebody has deleted: it will never be over, and must not keep others from it. */
const gone = (tracked: TrackedJob): TrackedAnswer => ({
	tracked,
	raw: {},
	job: {
		jobType: tracked.jobType,
		jobId: tracked.jobId,
		status: 'failed',
		model: null,
		displayName: null,
		createdAt: null,
		updatedAt: null,
		endedAt: null,
		outputFile: null,
		error: {
			code: '404',
			message: 'Google knows nothing of it any more: it was deleted while it was waited for.',
		},
	},
});

async function lookAt(client: GeminiClient, tracked: TrackedJob): Promise<TrackedAnswer> {
	const answer = await readUnlessDeleted(client, tracked, QUICK);
	return answer ? { tracked, ...answer } : gone(tracked);
}

/**
 * Looks at jobs of a wait, a few at a time, in the order given. One that was deleted at Google counts as failed: only
 * to be asked after another job of the wait could be read, as a key of another project finds none of them.
 *
 * @throws GeminiApiError that names the job
 */
export const lookOrGone = async (
	client: GeminiClient,
	jobs: TrackedJob[],
): Promise<TrackedAnswer[]> =>
	await inParallel(jobs, PARALLEL, async (tracked) => await lookAt(client, tracked));

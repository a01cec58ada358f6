import type { GeminiClient, ReadLimits } from '../gemini/client';
import { inParallel } from '../inParallel';
import { readJob } from './read';
import type { TrackedAnswer, TrackedJob } from './tracked';

/** Looks at jobs at once: enough for speed, few enough for a quota. */
const PARALLEL = 5;

/**
 * Reads jobs from the API, a few at a time, in the order given.
 *
 * @throws GeminiApiError that names the job
 */
export async function readAll(
	client: GeminiClient,
	jobs: TrackedJob[],
	limits?: ReadLimits,
): Promise<TrackedAnswer[]> {
	return await inParallel(jobs, PARALLEL, async (tracked) => ({
		tracked,
		...(await readJob(client, tracked, limits)),
	}));
}

import { NodeOperationError } from 'n8n-workflow';

import type { GeminiClient } from '../shared/gemini/client';
import { isGone, orReadBack } from '../shared/gemini/orReadBack';
import { adviceFor } from '../shared/jobs/advice';
import type { JobDescription } from '../shared/jobs/describe';
import { readJob, type JobAnswer } from '../shared/jobs/read';

/** @throws GeminiApiError that names the batch */
export const readBatch = async (client: GeminiClient, jobId: string): Promise<JobAnswer> =>
	await readJob(client, { jobType: 'batch', jobId });

/**
 * Asks Google to cancel a batch. It may go on for a moment, and may even succeed.
 *
 * @throws GeminiApiError that names the batch
 */
export async function cancelBatch(client: GeminiClient, jobId: string): Promise<void> {
	await client.change(
		{ action: 'cancel the batch', subject: jobId },
		async (ai) => await ai.batches.cancel({ name: jobId }),
	);
}

/**
 * Deletes a batch from Google's list; one that runs goes on unseen (https://ai.google.dev/api/batch-api). When the
 * answer is lost, looks whether it is gone.
 *
 * @throws GeminiApiError that names the batch
 */
export async function deleteBatch(client: GeminiClient, jobId: string): Promise<void> {
	await orReadBack(
		async () => {
			await client.change(
				{ action: 'delete the batch', subject: jobId },
				async (ai) => await ai.batches.delete({ name: jobId }),
			);
			return true;
		},
		async () => await isGone(async () => await readBatch(client, jobId)),
	);
}

/** What became of a batch, as a person says it after "it". */
const ENDS: Partial<Record<JobDescription['status'], string>> = {
	cancelled: 'was cancelled',
	expired: 'expired',
	failed: 'failed',
	partlyFailed: 'is over, and some of its requests failed',
	pending: 'has not begun yet',
	running: 'is still running',
	succeeded: 'has succeeded',
	unknown: 'is in a state that this version does not know',
};

const stateInWords = ({ status }: JobDescription): string => ENDS[status] ?? status;

/** Google's own reason, and what to do, in one text. */
export function reasonAndAdvice(job: JobDescription): string {
	const reason = job.error?.message ? `Google's reason: "${job.error.message}". ` : '';
	return `${reason}${adviceFor(job, 'timedOut') ?? ''}`.trim();
}

/** An error about a batch that is not in the state that an operation needs. */
export const wrongState = (
	client: GeminiClient,
	job: JobDescription,
	what: string,
	todo: string,
): NodeOperationError =>
	new NodeOperationError(
		client.context.getNode(),
		`${what}: the batch ${job.jobId} ${stateInWords(job)}`,
		{ description: todo },
	);

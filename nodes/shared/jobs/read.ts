import { ONCE, type GeminiClient, type ReadLimits } from '../gemini/client';
import type { Json } from '../json';
import { GenerateVideosOperation, type GoogleGenAI } from '../vendor';
import {
	describeBatch,
	describeInteraction,
	describeOperation,
	type JobDescription,
} from './describe';
import type { JobReference } from './types';

export interface JobAnswer {
	job: JobDescription;
	/** The API's own JSON. */
	raw: Json;
}

interface Source {
	call: (ai: GoogleGenAI) => Promise<unknown>;
	describe: (raw: Json) => JobDescription;
}

function sourceOf({ jobType, jobId }: JobReference): Source {
	if (jobType === 'batch') {
		return { call: async (ai) => await ai.batches.get({ name: jobId }), describe: describeBatch };
	}
	// A video job is an operation (Veo) or an interaction (Omni); their names differ.
	if (jobId.includes('/operations/')) {
		const operation = Object.assign(new GenerateVideosOperation(), { name: jobId });
		return {
			call: async (ai) => await ai.operations.getVideosOperation({ operation }),
			describe: describeOperation,
		};
	}
	return {
		call: async (ai) => await ai.interactions.get(jobId, {}, ONCE),
		describe: (raw) => ({ ...describeInteraction(raw), jobType }),
	};
}

/**
 * Reads a job of any kind from the API: the only source to believe about its state.
 *
 * @throws GeminiApiError that names the job
 */
export async function readJob(
	client: GeminiClient,
	reference: JobReference,
	limits?: ReadLimits,
): Promise<JobAnswer> {
	const { call, describe } = sourceOf(reference);
	const attempt = { action: `read the ${reference.jobType}`, subject: reference.jobId };
	const { raw } = await client.read(attempt, call, limits);
	const job = describe(raw);
	// Some answers leave the name out.
	return { job: { ...job, jobId: job.jobId || reference.jobId }, raw };
}

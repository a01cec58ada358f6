import { ONCE, type GeminiClient, type ReadLimits } from '../gemini/client';
import type { GeminiFailure } from '../gemini/failure';
import type { Json } from '../json';
import { GenerateVideosOperation, type GoogleGenAI } from '../vendor';
import {
	describeBatch,
	describeInteraction,
	describeOperation,
	describeVideoInteraction,
	type JobDescription,
} from './describe';
import { isOperation, type JobReference } from './types';

export interface JobAnswer {
	job: JobDescription;
	/** The API's own JSON. */
	raw: Json;
}

interface Source {
	call: (ai: GoogleGenAI) => Promise<unknown>;
	describe: (raw: Json) => JobDescription;
	alsoRepeat?: ReadLimits['alsoRepeat'];
}

function sourceOf({ jobType, jobId }: JobReference): Source {
	if (jobType === 'batch') {
		return { call: async (ai) => await ai.batches.get({ name: jobId }), describe: describeBatch };
	}
	// A video job is an operation (Veo) or an interaction (Omni); their names differ.
	if (isOperation(jobId)) {
		const operation = Object.assign(new GenerateVideosOperation(), { name: jobId });
		return {
			call: async (ai) => await ai.operations.getVideosOperation({ operation }),
			describe: describeOperation,
		};
	}
	return {
		call: async (ai) => await ai.interactions.get(jobId, {}, ONCE),
		describe: jobType === 'video' ? describeVideoInteraction : describeInteraction,
		alsoRepeat: isNoInteraction,
	};
}

/**
 * What Google answers for an interaction that isn't there, for one that it has only just accepted, and now and then while
 * one runs
 * (https://github.com/googleapis/python-genai/issues/2985).
 */
export const isNoInteraction = ({ status, message }: GeminiFailure): boolean =>
	status === 404 || (status === 400 && /invalid interaction name/i.test(message));

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
	const { call, describe, alsoRepeat } = sourceOf(reference);
	const attempt = { action: `read the ${reference.jobType}`, subject: reference.jobId };
	const { raw } = await client.read(attempt, call, { alsoRepeat, ...limits });
	const job = describe(raw);
	// Some answers leave the name out.
	return { job: { ...job, jobId: job.jobId || reference.jobId }, raw };
}

import { createHash } from 'node:crypto';

import { readCallbackToken, type CallbackClaims } from '../shared/delivery/callbackToken';
import type { GeminiEvent } from '../shared/delivery/envelope';
import type { Accepted } from '../shared/delivery/types';
import type { GeminiClient } from '../shared/gemini/client';
import { GeminiApiError } from '../shared/gemini/errors';
import { isKeyRefused, isTransient } from '../shared/gemini/failure';
import { Recently } from '../shared/inbound/recently';
import type { JobDescription } from '../shared/jobs/describe';
import { reportedStatus } from '../shared/jobs/identity';
import { readJob } from '../shared/jobs/read';

/** One quick look: Google waits only a few seconds for the answer to a delivery. Milliseconds. */
const QUICK = { attempts: 1, timeout: 5000 };

/**
 * Jobs that were not readable a moment ago, so that one foreign delivery, sent again and again, doesn't use up the
 * user's quota of reads. Short, because a job may be reported before it can be read. Milliseconds.
 */
const FOREIGN_FOR = 60_000;
const MAX_REMEMBERED = 1000;
const foreign = new Recently<true>(FOREIGN_FOR, MAX_REMEMBERED);

type Ownership =
	| { verdict: 'ours'; claims?: CallbackClaims; job?: JobDescription }
	| { verdict: 'foreign' | 'undecided'; why: string };

export interface OwnershipQuestion {
	client: GeminiClient;
	event: GeminiEvent;
	proof: Accepted;
	token: unknown;
	/** The path that was called, which the token must be made for. */
	path: string;
	/** Milliseconds since 1970. */
	now: number;
	tokenRequired: boolean;
}

/**
 * Whether a delivery is about the user's own job. Google's signature doesn't say: Google signs the deliveries of
 * all its customers with the same keys, and anyone may name our URL for a job. Proof is the secret of our own static
 * webhook, or that the job can be read with the user's own API key. The signed token of our own nodes says what the
 * job was started with; by itself it proves no job, as URLs end up in logs, and a stranger may give one to a job of his own.
 */
export async function ownership(question: OwnershipQuestion): Promise<Ownership> {
	const { client, event, proof, token, path, now, tokenRequired } = question;
	const { apiKey } = client.connection;
	const claims = readCallbackToken(token, path, apiKey, now);
	if (tokenRequired && !claims) return { verdict: 'foreign', why: 'token-missing' };
	// A static webhook's secret is known to Google and to us alone.
	if (proof.scheme === 'v1') return { verdict: 'ours', claims };

	const isExpected = proof.bodyProven && claims !== undefined;
	const { jobType, jobId } = event;
	if (!jobType || !jobId) {
		// What Google may invent one day, about a job that is ours.
		return isExpected ? { verdict: 'ours', claims } : { verdict: 'foreign', why: 'job-not-named' };
	}
	const askedFor = createHash('sha256').update(`${apiKey}:${jobId}`).digest('base64');
	if (foreign.get(askedFor, now)) return { verdict: 'foreign', why: 'job-not-readable' };
	try {
		const { job } = await readJob(client, { jobType, jobId }, QUICK);
		// A JWT doesn't sign the body: believe an event only if the job is really in that state.
		if (!proof.bodyProven && reportedStatus(job.status) !== event.status) {
			return { verdict: 'foreign', why: 'job-state-differs' };
		}
		return { verdict: 'ours', claims, job };
	} catch (error) {
		const failure = error instanceof GeminiApiError ? error.gemini : undefined;
		const isAway = failure !== undefined && isTransient(failure);
		// The token has to do meanwhile: whoever has got hold of one could start this trigger for as long.
		if (isAway && isExpected) return { verdict: 'ours', claims };
		const undecided = !failure || isAway || isKeyRefused(failure);
		if (undecided) return { verdict: 'undecided', why: 'api-unavailable' };
		foreign.note(askedFor, true, now);
		return { verdict: 'foreign', why: 'job-not-readable' };
	}
}

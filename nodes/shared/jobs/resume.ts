import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { claimedNonce, TOKEN_PARAMETER } from '../delivery/callbackToken';
import { parseEnvelope } from '../delivery/envelope';
import { GeminiClient } from '../gemini/client';
import { guarded, logRejection } from '../inbound/guarded';
import { proveDelivery } from '../inbound/prove';
import { acknowledged, tryLater, unauthorized } from '../inbound/reply';
import { rawBody } from '../inbound/request';
import type { Json } from '../json';
import { readParked } from './park';
import { readJob, type JobAnswer } from './read';
import { isFinal } from './types';

/** Turns the final jobs into the node's output, one array for each output. */
export type ToItems = (answers: JobAnswer[], details: Json) => INodeExecutionData[][];

const WHAT = 'A webhook did not continue the waiting execution';

/** One look at each job while Google waits for the answer. Milliseconds. */
const QUICK = { attempts: 1, timeout: 10_000 };

async function judge(context: IWebhookFunctions, toItems: ToItems): Promise<IWebhookResponseData> {
	const turnAway = (reason: string) => {
		logRejection(context, WHAT, reason);
		return reason === 'keys-unavailable' ? tryLater(context) : unauthorized(context);
	};
	// What was settled when the wait began. The node's fields can't be read here: their expressions would now be
	// evaluated for the waiting job instead of the items that came in.
	const parked = readParked(context);
	const client = await GeminiClient.for(context);
	const body = await rawBody(context);
	const proof = await proveDelivery(context, body, client.connection, {
		secrets: [],
		allowJwt: parked?.allowJwt ?? false,
	});
	if (!proof.ok) return turnAway(proof.reason);
	const nonce = claimedNonce((context.getQueryData() as IDataObject)[TOKEN_PARAMETER]);
	if (!nonce) return turnAway('token-missing');
	const event = parseEnvelope(body);
	if (!event) return turnAway('not an event');

	// An earlier job's webhook, late: proven, and no longer of interest.
	if (parked?.nonce !== nonce) return acknowledged(context, 'not waited for');
	// The nonce says which jobs it is about, the API how they are: the event is only the occasion to ask.
	const answers = await Promise.all(
		parked.jobs.map(async (job) => await readJob(client, job, QUICK)),
	);
	const final = answers.filter(({ job }) => isFinal(job.status));
	if (final.length === answers.length) {
		return {
			workflowData: toItems(answers, parked.details),
			webhookResponse: { received: true },
		};
	}
	if (final.some(({ job }) => job.jobId === event.jobId)) {
		return acknowledged(context, 'other jobs still running');
	}
	// Google may know of the end before its API shows it; a delivery that is acknowledged never comes again.
	logRejection(context, WHAT, 'the API does not show the end yet');
	return tryLater(context);
}

/**
 * Continues a parked execution when Google reports the end of its job: the delivery must be proven and carry the
 * nonce of this very wait, and the API must say that all of its jobs are final. Never throws.
 */
export async function resume(
	context: IWebhookFunctions,
	toItems: ToItems,
): Promise<IWebhookResponseData> {
	return await guarded(context, WHAT, async () => await judge(context, toItems));
}

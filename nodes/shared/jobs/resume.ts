import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { claimedNonce, TOKEN_PARAMETER } from '../delivery/callbackToken';
import { parseEnvelope } from '../delivery/envelope';
import { GeminiClient } from '../gemini/client';
import { GeminiApiError } from '../gemini/errors';
import { proveDelivery } from '../inbound/prove';
import { acknowledged, tryLater, unauthorized } from '../inbound/reply';
import { rawBody } from '../inbound/request';
import type { Json } from '../json';
import { readParked } from './park';
import { readJob, type JobAnswer } from './read';
import { isFinal } from './types';

export interface ResumeOptions {
	allowJwt: boolean;
	/** Turns the final jobs into the node's output, one array for each output. */
	toItems: (answers: JobAnswer[], details: Json) => INodeExecutionData[][];
}

/** One look at each job while Google waits for the answer. Milliseconds. */
const QUICK = { attempts: 1, timeout: 10_000 };

function log(context: IWebhookFunctions, reason: string): void {
	context.logger.warn(`A webhook did not continue the waiting execution: ${reason}`, {
		reason,
		node: context.getNode().name,
		executionId: context.getExecutionId(),
	});
}

async function judge(
	context: IWebhookFunctions,
	{ allowJwt, toItems }: ResumeOptions,
): Promise<IWebhookResponseData> {
	const client = await GeminiClient.for(context);
	const body = await rawBody(context);
	const proof = await proveDelivery(context, body, client.connection, { secrets: [], allowJwt });
	if (!proof.ok) {
		log(context, proof.reason);
		return proof.reason === 'keys-unavailable' ? tryLater(context) : unauthorized(context);
	}
	const nonce = claimedNonce((context.getQueryData() as IDataObject)[TOKEN_PARAMETER]);
	const event = parseEnvelope(body);
	if (!nonce || !event) {
		log(context, nonce ? 'not an event' : 'token-missing');
		return unauthorized(context);
	}

	const parked = readParked(context);
	// An earlier job's webhook, late: true, and no longer of interest.
	if (parked?.nonce !== nonce) return acknowledged(context, 'not waited for');
	if (!parked.jobs.some(({ jobId }) => jobId === event.jobId)) {
		return acknowledged(context, 'another job');
	}
	const answers = await Promise.all(
		parked.jobs.map(async (job) => await readJob(client, job, QUICK)),
	);
	if (!answers.every(({ job }) => isFinal(job.status))) {
		return acknowledged(context, 'jobs still running');
	}
	return {
		workflowData: toItems(answers, parked.details),
		webhookResponse: { received: true },
	};
}

/**
 * Continues a parked execution when Google reports the end of its job: the delivery must be proven, carry the
 * nonce of this very wait and name one of its jobs, and the API must say that all of them are final. Never
 * throws: n8n would end the parked execution with an error.
 */
export async function resume(
	context: IWebhookFunctions,
	options: ResumeOptions,
): Promise<IWebhookResponseData> {
	try {
		return await judge(context, options);
	} catch (error) {
		log(context, error instanceof GeminiApiError ? error.message : 'unexpected');
		return tryLater(context);
	}
}

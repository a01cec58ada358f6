import type { IDataObject } from 'n8n-workflow';

import type { GeminiEvent } from '../shared/delivery/envelope';
import type { Metadata } from '../shared/delivery/metadata';
import type { SignatureScheme } from '../shared/delivery/types';
import { redact, redactJson } from '../shared/gemini/redact';
import type { JobDescription, JobError } from '../shared/jobs/describe';
import type { FunctionCall } from '../shared/jobs/functionCalls';
import { jobIdentity } from '../shared/jobs/identity';
import { isSettled, type JobStatus, type JobType } from '../shared/jobs/types';

/** The item the trigger hands out. These names are a promise to users: see README, "What arrives". */
export interface TriggerItem {
	event: string;
	status: JobStatus;
	jobType: JobType | null;
	jobId: string | null;
	deliveryId: string;
	/** When Google says it happened. */
	occurredAt: string | null;
	/** When n8n received it. */
	receivedAt: string;
	outputFile: string | null;
	error: JobError | null;
	metadata: Metadata;
	signatureScheme: SignatureScheme;
	/** What to do; only if the job did not simply succeed, or its details could not be had. */
	advice?: string;
	/** Only with 'Output': With Job Details, and unless the job was deleted at Google meanwhile. */
	job?: JobDescription;
	/** Only with 'Include Raw Event'. */
	rawEvent?: IDataObject;
	/** Only of an interaction that requires an action: how many function calls wait for a result. */
	openCalls?: number;
	/** One of them; each has an item of its own. */
	functionCall?: FunctionCall;
	/** What the next interaction has to repeat, as far as the API tells. */
	model?: string;
	tools?: IDataObject[];
}

export interface Receipt {
	deliveryId: string;
	scheme: SignatureScheme;
	/** Whether the signature covers the event's body. */
	bodyProven: boolean;
	/** Milliseconds since 1970. */
	receivedAt: number;
	/** What the callback token says; it wins over Google's unreliable echo. */
	metadata: Metadata;
	/** The job as the API describes it, when it was read to prove the delivery. */
	job?: JobDescription;
	includeRawEvent: boolean;
}

/**
 * Builds the item of one delivery. What the API says about the job wins over what the delivery says; of a delivery
 * whose body isn't proven, only what the API confirmed is taken over.
 */
export function triggerItem(event: GeminiEvent, receipt: Receipt): TriggerItem {
	const { job, bodyProven } = receipt;
	const fileOf = (uri: string | null) => uri && redact(uri);
	const told = bodyProven
		? event
		: { occurredAt: null, outputFile: null, error: null, metadata: {}, raw: undefined };
	return {
		event: event.event,
		status: event.status,
		jobType: event.jobType,
		jobId: event.jobId,
		deliveryId: receipt.deliveryId,
		occurredAt: told.occurredAt,
		receivedAt: new Date(receipt.receivedAt).toISOString(),
		outputFile: job?.outputFile ?? fileOf(told.outputFile),
		error: job?.error ?? told.error,
		metadata: { ...told.metadata, ...receipt.metadata },
		signatureScheme: receipt.scheme,
		...(receipt.includeRawEvent && told.raw
			? { rawEvent: redactJson(told.raw) as IDataObject }
			: {}),
	};
}

/**
 * What makes two deliveries the same: the delivery's own id, or the same job reaching the same state. A JWT doesn't
 * sign the id, so there the job's state alone counts.
 */
export function identityOf(
	item: Pick<TriggerItem, 'deliveryId' | 'jobId' | 'signatureScheme' | 'status'>,
): string[] {
	const { deliveryId, jobId, signatureScheme, status } = item;
	const delivery = `delivery:${deliveryId}`;
	const outcome = jobIdentity({ jobId: String(jobId), status });
	if (signatureScheme === 'jwt') return [outcome];
	return jobId && isSettled(status) ? [delivery, outcome] : [delivery];
}

import type { Metadata } from '../../../shared/delivery/metadata';
import type { JobDescription } from '../../../shared/jobs/describe';
import type { JobStatus, JobType } from '../../../shared/jobs/types';
import type { TriggerItem } from '../../../GeminiWebhookTrigger/item';

/** A finished job in the shape of the trigger's items, so that the nodes behind take both alike. */
export type ReconciledItem = Omit<TriggerItem, 'deliveryId' | 'signatureScheme' | 'job'> & {
	/** Nothing was delivered. */
	deliveryId: null;
	signatureScheme: null;
	source: 'reconcile';
	job: JobDescription;
};

/** The second word of Google's event, where it isn't the state's own name. */
const OUTCOMES: Record<JobType, Partial<Record<JobStatus, string>>> = {
	batch: { partlyFailed: 'succeeded' },
	interaction: { requiresAction: 'requires_action', succeeded: 'completed' },
	video: { blocked: 'generated', succeeded: 'generated' },
};

/**
 * The event that reports this end of a job. Google has none for some ends (a video that failed, an interaction that
 * broke off): these are named after the same pattern.
 */
export const eventOf = ({ jobType, status }: JobDescription): string =>
	`${jobType}.${OUTCOMES[jobType][status] ?? status}`;

/** @param now milliseconds since 1970 */
export function reconciledItem(
	job: JobDescription,
	metadata: Metadata,
	now: number,
): ReconciledItem {
	const { status, jobType, jobId, outputFile, error } = job;
	return {
		event: eventOf(job),
		status,
		jobType,
		jobId,
		deliveryId: null,
		occurredAt: job.endedAt ?? job.updatedAt,
		receivedAt: new Date(now).toISOString(),
		outputFile,
		error,
		metadata,
		signatureScheme: null,
		source: 'reconcile',
		job,
	};
}

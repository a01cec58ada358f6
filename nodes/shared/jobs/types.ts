/** Google's three kinds of long jobs. */
export type JobType = 'batch' | 'interaction' | 'video';

/** One vocabulary for the states of all kinds; anything new from Google is `unknown` and not final. */
export type JobStatus =
	| 'pending'
	| 'running'
	| 'requiresAction'
	| 'succeeded'
	| 'failed'
	| 'expired'
	| 'cancelled'
	| 'incomplete'
	| 'unknown';

/** Names a job: `batches/x`, `models/m/operations/x`, or the bare id of an interaction. */
export interface JobReference {
	jobType: JobType;
	jobId: string;
}

const FINAL: JobStatus[] = ['succeeded', 'failed', 'expired', 'cancelled', 'incomplete'];

/** Whether a job in this state will never change again. */
export const isFinal = (status: JobStatus): boolean => FINAL.includes(status);

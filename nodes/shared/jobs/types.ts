/** Google's three kinds of long jobs. */
export type JobType = 'batch' | 'interaction' | 'video';

/** One vocabulary for the states of all kinds; anything new from Google is `unknown` and not final. */
export type JobStatus =
	| 'pending'
	| 'running'
	/** An interaction that waits for the results of function calls. */
	| 'requiresAction'
	| 'succeeded'
	/** A batch that went through, though some or all of its requests failed. */
	| 'partlyFailed'
	| 'failed'
	| 'expired'
	| 'cancelled'
	| 'incomplete'
	/** A video that Google's safety filters kept back. */
	| 'blocked'
	| 'unknown';

/** Names a job: `batches/x`, `models/m/operations/x`, or the bare id of an interaction. */
export interface JobReference {
	jobType: JobType;
	jobId: string;
}

const FINAL: JobStatus[] = [
	'succeeded',
	'partlyFailed',
	'failed',
	'expired',
	'cancelled',
	'incomplete',
	'blocked',
];

/** Whether a job in this state will never change again. */
export const isFinal = (status: JobStatus): boolean => FINAL.includes(status);

/** Whether there is nothing to wait for: the job is over, or it is the user's turn. */
export const isSettled = (status: JobStatus): boolean =>
	isFinal(status) || status === 'requiresAction';

/** Whether the job has results to fetch. */
export const hasResults = (status: JobStatus): boolean =>
	status === 'succeeded' || status === 'partlyFailed';

/** Whether a video job's name is that of an operation (Veo), not of an interaction (Omni). */
export const isOperation = (jobId: string): boolean => jobId.includes('/operations/');

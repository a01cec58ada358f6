import { entryOf } from '../json';
import type { JobStatus } from './types';

/**
 * Ends that Google's events don't tell apart. A batch with some failed requests, or a video that was refused, is
 * reported as succeeded; only the API's own description of the job says more.
 */
const REPORTED_AS: Record<string, JobStatus> = { blocked: 'succeeded', partlyFailed: 'succeeded' };

/** The state that Google's events give a job that is in `status`. */
export const reportedStatus = (status: JobStatus): JobStatus =>
	entryOf(REPORTED_AS, status) ?? status;

/**
 * What makes two reports of a job the same, whether Google's webhook brought it or a look at the API: the job, and the
 * state it reached. The state is part of it because a repetition does less harm than a loss: Google's texts disagree
 * on when a batch counts as expired, and should one succeed after all, both are told.
 *
 * An interaction that requires an action is over as well: its results go into a new interaction with an id of its own
 * (https://ai.google.dev/api/interactions), so the same id in the same state is a repetition, never a second turn.
 */
export const jobIdentity = ({ jobId, status }: { jobId: string; status: JobStatus }): string =>
	`job:${jobId}:${reportedStatus(status)}`;

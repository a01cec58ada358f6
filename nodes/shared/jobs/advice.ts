import { SAFETY_FILTER, type JobDescription } from './describe';
import type { JobType } from './types';

/** What an advice depends on. */
export type AdvisedJob = Pick<JobDescription, 'jobType' | 'status' | 'error' | 'requests'>;

/** What to do about an outcome that isn't the wanted one, in a sentence for a person. */
type Advice = (job: AdvisedJob) => string;

const START_AGAIN = 'Start it again';

const failedRequests = ({ requests }: AdvisedJob): string => {
	const { total = 0, failed = 0 } = requests ?? {};
	const which =
		failed < total ? `${failed} of ${total} requests` : `All of its requests (${total})`;
	return `${which} failed. 'Get Results' shows Google's reason for each; send those again that you still need.`;
};

const EXPIRED: Record<JobType, string> = {
	batch: `Google did not get to it in time, and there is nothing to fetch or to pay. ${START_AGAIN}, with fewer requests or another model.`,
	interaction: `Google did not get to it in time. ${START_AGAIN}.`,
	video: `Google did not get to it in time. ${START_AGAIN}.`,
};

/** By status. Sources: https://ai.google.dev/gemini-api/docs/batch-api and https://ai.google.dev/api/interactions */
const ADVICE: Partial<Record<JobDescription['status'], Advice>> = {
	// What Google charges when an Omni model refuses is documented nowhere.
	blocked: ({ error }) =>
		`Google's safety filters kept the video back${error?.code === SAFETY_FILTER ? ', which is not charged' : ''}. Change the prompt or the pictures; the same request will end the same way.`,
	cancelled: () => `Somebody cancelled it. ${START_AGAIN} if you still need it.`,
	expired: ({ jobType }) => EXPIRED[jobType],
	failed: ({ error }) =>
		error?.message
			? `Google's reason is in 'error'. ${START_AGAIN} once it is dealt with.`
			: `Google gave no reason. ${START_AGAIN}; if it fails once more, try another model or fewer items.`,
	incomplete: () =>
		'The answer breaks off: a limit on tokens or on the budget was reached. Raise the limit, or ask for less.',
	partlyFailed: failedRequests,
	requiresAction: () =>
		"The model waits for the results of its function calls. Run them, and hand the results back with 'Respond'.",
	unknown: () => 'Google reports a state that this version does not know. Look at the raw answer.',
};

const STILL_RUNNING =
	"Google has not reported the end in time, or n8n could not follow its report up (then n8n's log says why). Use 'Wait' to go on waiting: it looks the job up first. 'Cancel' gives it up.";

/**
 * What to do about a job that did not, or not yet, succeed.
 *
 * @returns undefined when there is nothing to do
 */
export function adviceFor(job: AdvisedJob, waitStatus?: string): string | undefined {
	const isOpen = job.status === 'pending' || job.status === 'running';
	if (isOpen) return waitStatus === 'timedOut' ? STILL_RUNNING : undefined;
	return ADVICE[job.status]?.(job);
}

import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { GeminiClient } from '../gemini/client';
import type { Json } from '../json';
import type { JobDescription } from './describe';
import { outcomeOrJobs, type Outcome } from './outcome';
import { hintAtLostResults, hintAtOutcomes } from './outcomeHints';
import { park } from './park';
import { jobItem, type TrackedAnswer, type TrackedJob } from './tracked';
import { isSettled } from './types';
import { waitedForText } from './waitingTooltip';

/** Jobs to wait for, as they were last seen. */
export interface Wait {
	jobs: Array<{ tracked: TrackedJob; job: JobDescription }>;
	/** What the API says of all of them right now; undefined when that look failed: the webhook will tell. */
	answers: TrackedAnswer[] | undefined;
	outcome: Outcome;
	details: Json;
	/** When to stop waiting. */
	until: Date;
	/** Items that come out along with the jobs'. */
	others: INodeExecutionData[];
}

/** Puts items behind those of the first output. */
export const withOthers = (
	[first = [], ...rest]: INodeExecutionData[][],
	others: INodeExecutionData[],
): INodeExecutionData[][] => [[...first, ...others], ...rest];

/**
 * Hands the jobs' items out if there is nothing to wait for, and parks the execution otherwise.
 *
 * @returns what the node puts out; while it is parked, only the editor shows it
 */
export async function waitFor(
	context: IExecuteFunctions,
	client: GeminiClient,
	{ jobs, answers, outcome, details, until, others }: Wait,
): Promise<INodeExecutionData[][]> {
	if (answers?.every(({ job }) => isSettled(job.status))) {
		hintAtOutcomes(context, answers);
		const outputs = await outcomeOrJobs(outcome, context, client, answers, details);
		hintAtLostResults(context, outputs.flat());
		return withOthers(outputs, others);
	}
	const seen = answers ?? jobs;
	const open = seen.filter(({ job }) => !isSettled(job.status));
	const items = (waitStatus: 'timedOut' | 'waiting') => [
		...seen.map(({ tracked, job }) => jobItem(tracked, job, waitStatus)),
		...others,
	];
	await park(
		context,
		{
			jobs: jobs.map(({ tracked }) => tracked),
			allowJwt: context.getNodeParameter('options.allowJwt', 0, false) === true,
			details,
			others,
		},
		items('timedOut'),
		until,
		waitedForText(open.map(({ job }) => job.jobId)),
	);
	// For the editor to show meanwhile. Not the input: a field 'error' there would make n8n take this for a failure
	// and run the node again with the items above as its input.
	return [items('waiting')];
}

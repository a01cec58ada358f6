import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { sharesClaims } from '../dedupe/option';
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

/** The index of the incoming item that an item comes from, or of the first of them. */
function originOf({ pairedItem }: INodeExecutionData): number {
	const [origin] = Array.isArray(pairedItem) ? pairedItem : [pairedItem];
	return (typeof origin === 'object' ? origin.item : origin) ?? Infinity;
}

/**
 * Adds items to those of the first output, in the order of the incoming items: a node that has waited is passed over
 * by n8n, which then pairs what came out with what came in by nothing but the position
 * (`addPairedItemLineage` of n8n-core 2.41).
 */
export const withOthers = (
	[first = [], ...rest]: INodeExecutionData[][],
	others: INodeExecutionData[],
): INodeExecutionData[][] => [
	[...first, ...others].sort((a, b) => originOf(a) - originOf(b) || 0),
	...rest,
];

/**
 * The same items without an 'error' in the first one. With 'Retry On Fail', n8n would take that for a failure of the
 * node and run it again on what takes the input's place while it is parked: jobs would be started for other jobs' items.
 */
const notFailing = ([first, ...rest]: INodeExecutionData[]): INodeExecutionData[] => [
	first.json.error ? { ...first, json: { ...first.json, error: null } } : first,
	...rest,
];

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
	const items = (waitStatus: 'timedOut' | 'waiting') =>
		withOthers([seen.map(({ tracked, job }) => jobItem(tracked, job, waitStatus))], others)[0];
	await park(
		context,
		{
			jobs: jobs.map(({ tracked }) => tracked),
			allowJwt: context.getNodeParameter('options.allowJwt', 0, false) === true,
			sharesClaims: sharesClaims(context),
			details,
			others,
		},
		items('timedOut'),
		until,
		waitedForText(open.map(({ job }) => job.jobId)),
	);
	// For the editor to show meanwhile; not the input, which may have a field 'error'.
	return [notFailing(items('waiting'))];
}

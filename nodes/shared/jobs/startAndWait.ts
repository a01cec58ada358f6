import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { GeminiClient } from '../gemini/client';
import type { Json } from '../json';
import type { JobKind } from './kind';
import { launchAll, type Launch, type Launched } from './launch';
import type { Outcome } from './outcome';
import { PaidForError } from './paidFor';
import type { NotificationPlan } from './plan';
import { readAll } from './readAll';
import { noteStart } from './startOnce';
import { jobItem } from './tracked';
import { waitFor, withOthers } from './waitFor';

export interface StartAndWait<Order> {
	kind: JobKind<Order>;
	plan: NotificationPlan;
	launches: Array<Launch<Order>>;
	/** Items that come out along with the jobs': those that were turned away before, if the node is set to continue. */
	turnedAway?: INodeExecutionData[];
	outcome: Outcome;
	/** What `outcome` needs to know of the jobs' requests; plain JSON. */
	details: (launched: Launched[]) => Json;
}

/** Whatever went wrong after the jobs were started: the message names them. */
const namingTheJobs = (
	context: IExecuteFunctions,
	jobType: string,
	launched: Launched[],
	error: unknown,
) =>
	new PaidForError(
		context.getNode(),
		`The ${jobType} ${launched.map(({ job }) => job.jobId).join(', ')} was started, but this node cannot wait for it`,
		{ description: `Look at it with 'Get'. The reason: ${(error as Error).message}` },
	);

/**
 * Starts jobs and, if asked to, waits for them: all of them in one parked execution.
 *
 * @throws NodeOperationError, GeminiApiError when nothing was started; PaidForError, which names the jobs, otherwise
 */
export async function startAndWait<Order>(
	context: IExecuteFunctions,
	client: GeminiClient,
	{ kind, plan, launches, turnedAway = [], outcome, details }: StartAndWait<Order>,
): Promise<INodeExecutionData[][]> {
	const { launched, others: failed } = await launchAll(context, client, kind, plan, launches);
	const others = [...turnedAway, ...failed];
	try {
		const items = await afterStart(context, client, launched, others, { plan, outcome, details });
		for (const { settled } of launches) noteStart(context, settled.start, { isDone: true });
		return items;
	} catch (error) {
		throw launched.length > 0
			? namingTheJobs(context, kind.jobType, launched, error)
			: (error as Error);
	}
}

async function afterStart(
	context: IExecuteFunctions,
	client: GeminiClient,
	launched: Launched[],
	others: INodeExecutionData[],
	{ plan, outcome, details }: Pick<StartAndWait<never>, 'plan' | 'outcome' | 'details'>,
): Promise<INodeExecutionData[][]> {
	const { until } = plan;
	if (!until || launched.length === 0) {
		return withOthers([launched.map(({ tracked, job }) => jobItem(tracked, job))], others);
	}
	// A fast job may be over already. If this look fails, the webhook will tell.
	const answers = await readAll(
		client,
		launched.map(({ tracked }) => tracked),
		{ attempts: 1 },
	).catch(() => undefined);
	return await waitFor(context, client, {
		jobs: launched,
		answers,
		outcome,
		details: details(launched),
		until,
		others,
	});
}

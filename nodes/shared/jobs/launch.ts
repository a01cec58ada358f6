import type {
	IExecuteFunctions,
	INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';

import type { Metadata } from '../delivery/metadata';
import { asNodeError, failureItem } from '../forEachItem';
import type { GeminiClient } from '../gemini/client';
import { inParallel } from '../inParallel';
import { createJob } from './createJob';
import type { JobDescription } from './describe';
import type { JobKind } from './kind';
import { PaidForError } from './paidFor';
import { callbackFor, type NotificationPlan } from './plan';
import type { SettledStart } from './settleStart';
import { noteStart } from './startOnce';
import { itemsOf, type TrackedJob } from './tracked';
import type { JobType } from './types';

/** Starts at the same time: enough for speed, few enough for a quota on requests. */
const PARALLEL = 3;

/** One job to start, ready in all respects. */
export interface Launch<Order> {
	order: Order;
	/**
	 * Gets the order ready: uploads what it refers to. Called only if the job is to be started, and before any is, so
	 * that a failure here costs nothing.
	 */
	prepare?: (order: Order) => Promise<Order>;
	settled: SettledStart;
	metadata: Metadata;
	/** The incoming items it is made from. */
	first: number;
	count: number;
	/** See `TrackedJob`. */
	items?: number[];
	carried?: TrackedJob['carried'];
}

/** A job that is there, started now or by an earlier attempt. */
export interface Launched {
	tracked: TrackedJob;
	job: JobDescription;
}

export interface LaunchResult {
	launched: Launched[];
	/** Items of the starts that failed while the node is set to continue. */
	others: INodeExecutionData[];
}

async function launchOne<Order>(
	context: IExecuteFunctions,
	client: GeminiClient,
	kind: JobKind<Order>,
	plan: NotificationPlan,
	{ order, settled, metadata, first, count, items, carried }: Launch<Order>,
): Promise<Launched> {
	const { start, earlier } = settled;
	const url = callbackFor(plan, client, start.nonce, metadata, Date.now());
	const job = earlier ?? (await createJob(context, client, kind, { order, start, url, metadata }));
	noteStart(context, start, { jobId: job.jobId });
	const { jobType, jobId } = job;
	const origin = { first, count, ...(items ? { items } : {}), ...(carried ? { carried } : {}) };
	return { tracked: { jobType, jobId, nonce: start.nonce, metadata, ...origin }, job };
}

/**
 * An error, told together with the jobs that were started beside it.
 *
 * @param jobIds the jobs' names; without any, the error stays as it is
 */
export function namingTheStarted(
	context: IExecuteFunctions,
	jobType: JobType,
	jobIds: string[],
	error: NodeApiError | NodeOperationError,
): NodeApiError | NodeOperationError {
	const names = [...new Set(jobIds)].join(', ');
	if (names === '') return error;
	return new PaidForError(context.getNode(), error.message, {
		description: `${error.description ?? ''} Started before that, and running: ${jobType} ${names}. 'Retry On Fail' takes these over and starts none of them twice; or look at them with 'Get'.`,
		itemIndex: error.context.itemIndex as number | undefined,
	});
}

/** Orders that are ready, each launch with its own. */
async function prepareAll<Order>(
	launches: Array<Launch<Order>>,
	one: (launch: Launch<Order>, work: () => Promise<void>) => Promise<void>,
): Promise<Array<Launch<Order>>> {
	const ready: Array<Launch<Order>> = [];
	await inParallel(launches, PARALLEL, async (launch, index) => {
		const { order, prepare, settled } = launch;
		await one(launch, async () => {
			const isNeeded = prepare && !settled.earlier;
			ready[index] = isNeeded ? { ...launch, order: await prepare(order) } : launch;
		});
	});
	return ready.filter((launch) => launch !== undefined);
}

/**
 * Starts jobs, a few at a time. If one can't be started, no further ones are: the error names those that were. A node
 * that is set to continue starts all it can, and the failed ones become items.
 *
 * @throws NodeOperationError, GeminiApiError when nothing was started; PaidForError, which names the jobs, otherwise
 */
export async function launchAll<Order>(
	context: IExecuteFunctions,
	client: GeminiClient,
	kind: JobKind<Order>,
	plan: NotificationPlan,
	launches: Array<Launch<Order>>,
): Promise<LaunchResult> {
	const launched: Launched[] = [];
	const others: INodeExecutionData[] = [];
	const one = async (launch: Launch<Order>, work: () => Promise<void>) => {
		try {
			await work();
		} catch (thrown) {
			const error = asNodeError(context, thrown, launch.first);
			if (!context.continueOnFail()) throw error;
			const pairs = itemsOf(launch);
			others.push(failureItem(error, pairs.length === 1 ? pairs[0] : pairs));
		}
	};
	try {
		const ready = await prepareAll(launches, one);
		await inParallel(ready, PARALLEL, async (launch) => {
			await one(launch, async () => {
				launched.push(await launchOne(context, client, kind, plan, launch));
			});
		});
	} catch (thrown) {
		const earlier = launches.flatMap(({ settled }) => settled.earlier ?? []);
		const jobs = [...earlier, ...launched.map(({ job }) => job)];
		throw namingTheStarted(
			context,
			kind.jobType,
			jobs.map(({ jobId }) => jobId),
			asNodeError(context, thrown, 0),
		);
	}
	launched.sort((a, b) => a.tracked.first - b.tracked.first);
	return { launched, others };
}

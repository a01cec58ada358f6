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
import type { TrackedJob } from './tracked';
import type { JobType } from './types';

/** Starts at the same time: enough for speed, few enough for a quota on requests. */
const PARALLEL = 3;

/** One job to start, ready in all respects. */
export interface Launch<Order> {
	order: Order;
	settled: SettledStart;
	metadata: Metadata;
	/** The incoming items it is made from. */
	first: number;
	count: number;
}

/** A job that is there, started now or by an earlier attempt. */
export interface Launched {
	tracked: TrackedJob;
	job: JobDescription;
}

interface Failed {
	error: NodeApiError | NodeOperationError;
	item: INodeExecutionData;
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
	{ order, settled, metadata, first, count }: Launch<Order>,
): Promise<Launched> {
	const { start, earlier } = settled;
	const url = callbackFor(plan, client, start.nonce, metadata, Date.now());
	const job = earlier ?? (await createJob(context, client, kind, { order, start, url, metadata }));
	noteStart(context, start, { jobId: job.jobId });
	const { jobType, jobId } = job;
	return { tracked: { jobType, jobId, nonce: start.nonce, metadata, first, count }, job };
}

/**
 * The error of one start, told together with the jobs that were started beside it.
 *
 * @param jobIds of these jobs
 */
export function namingTheOthers(
	context: IExecuteFunctions,
	jobType: JobType,
	jobIds: string[],
	error: NodeApiError | NodeOperationError,
): NodeApiError | NodeOperationError {
	if (jobIds.length === 0) return error;
	return new PaidForError(context.getNode(), error.message, {
		description: `${error.description ?? ''} Started before that, and running: ${jobType} ${jobIds.join(', ')}. 'Retry On Fail' takes these over and starts none of them twice; or look at them with 'Get'.`,
		itemIndex: error.context.itemIndex as number | undefined,
	});
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
	const failed: Failed[] = [];
	const one = async (launch: Launch<Order>) => {
		const { first, count } = launch;
		try {
			launched.push(await launchOne(context, client, kind, plan, launch));
		} catch (thrown) {
			const error = asNodeError(context, thrown, first);
			if (!context.continueOnFail()) throw error;
			const pairs = Array.from({ length: count }, (_, index) => ({ item: first + index }));
			failed.push({ error, item: failureItem(error, pairs.length === 1 ? pairs[0] : pairs) });
		}
	};
	try {
		await inParallel(launches, PARALLEL, one);
	} catch (thrown) {
		const jobIds = launched.map(({ job }) => job.jobId);
		throw namingTheOthers(context, kind.jobType, jobIds, asNodeError(context, thrown, 0));
	}
	launched.sort((a, b) => a.tracked.first - b.tracked.first);
	return { launched, others: failed.map(({ item }) => item) };
}

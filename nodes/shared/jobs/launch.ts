import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Metadata } from '../delivery/metadata';
import { tryEach } from '../forEachItem';
import type { GeminiClient } from '../gemini/client';
import { createJob } from './createJob';
import type { JobDescription } from './describe';
import type { JobKind } from './kind';
import { callbackFor, type NotificationPlan } from './plan';
import type { SettledStart } from './settleStart';
import { logStarted } from './startLog';
import { noteStart } from './startOnce';
import { itemsOf, type TrackedJob } from './tracked';

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

interface LaunchResult {
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
	if (!earlier) logStarted(context, job);
	const { jobType, jobId } = job;
	const origin = { first, count, ...(items ? { items } : {}), ...(carried ? { carried } : {}) };
	return { tracked: { jobType, jobId, nonce: start.nonce, metadata, ...origin }, job };
}

/** The order made ready. */
async function prepared<Order>(launch: Launch<Order>): Promise<Launch<Order>> {
	const { order, prepare, settled } = launch;
	return prepare && !settled.earlier ? { ...launch, order: await prepare(order) } : launch;
}

/**
 * Starts jobs, a few at a time. If one can't be started, no further ones are; `startingJobs` names those that were. A
 * node that is set to continue starts all it can, and the failed ones become items.
 *
 * @throws NodeOperationError, GeminiApiError, PaidForError
 */
export async function launchAll<Order>(
	context: IExecuteFunctions,
	client: GeminiClient,
	kind: JobKind<Order>,
	plan: NotificationPlan,
	launches: Array<Launch<Order>>,
): Promise<LaunchResult> {
	const ready = await tryEach(context, launches, itemsOf, prepared, PARALLEL);
	const start = async (launch: Launch<Order>) =>
		await launchOne(context, client, kind, plan, launch);
	const { values, failures } = await tryEach(context, ready.values, itemsOf, start, PARALLEL);
	return { launched: values, others: [...ready.failures, ...failures] };
}

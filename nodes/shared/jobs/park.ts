import { randomUUID } from 'node:crypto';

import {
	NodeConnectionTypes,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type IWebhookFunctions,
} from 'n8n-workflow';

import { json, jsonList, text, type Json } from '../json';
import { WAITING_PATH } from './restartWebhooks';
import { readTracked, type TrackedJob } from './tracked';

/** What a parked execution needs to know when the webhook arrives, possibly after a restart of n8n. */
export interface Parked {
	/** Random; tells this wait from all others of the execution. */
	id: string;
	/** When n8n lets the execution go on without the webhook; milliseconds since 1970. */
	until: number;
	/** In a loop, an earlier job's webhook is about none of these. */
	jobs: TrackedJob[];
	/** Whether the webhook may carry a JWT; settled here, as the node's fields can't be read in the webhook. */
	allowJwt: boolean;
	/** Whether the waits that were continued are noted in Redis, for all processes of n8n; settled here, too. */
	sharesClaims: boolean;
	/** What the node needs to turn the results into items; plain JSON. */
	details: Json;
	/** Items that come out along with the jobs': those whose start failed while the node is set to continue. */
	others: INodeExecutionData[];
}

/**
 * Whether an AI agent called this node as a tool. Newer agents leave the call to the engine, which runs the node
 * like any other and only marks it.
 */
export const isToolCall = (context: IExecuteFunctions): boolean =>
	(context.isToolExecution?.() ?? false) ||
	context.getNode().rewireOutputLogTo === NodeConnectionTypes.AiTool;

/** Why this execution can't be parked, undefined when it can. */
export function whyNotParkable(context: IExecuteFunctions): string | undefined {
	if (isToolCall(context)) return 'An AI agent is waiting for the answer of this tool';
	if (context.getMode() === 'cli')
		return 'An execution on the command line cannot be continued later';
	return undefined;
}

/** n8n's address of this execution while it waits; a secret, as it carries n8n's token for it. */
export function resumeUrl(context: IExecuteFunctions): string {
	const url: unknown = context.evaluateExpression('{{ $execution.resumeUrl }}', 0);
	if (typeof url !== 'string' || !URL.canParse(url)) {
		throw new NodeOperationError(
			context.getNode(),
			'This execution has no address to continue at',
			{
				description: 'Save the workflow and run it again.',
			},
		);
	}
	return url;
}

/** The URL that continues this execution while one of these nodes waits, and no other node; a secret like the above. */
export function waitingUrl(context: IExecuteFunctions): string {
	const url = new URL(resumeUrl(context));
	url.pathname += `/${WAITING_PATH}`;
	return url.href;
}

/**
 * Parks the execution in n8n's database, where it holds no worker, until its webhook is called or `until` passes.
 *
 * @param timedOut the items that come out if `until` passes: n8n then hands on the node's *input*, so they take
 * its place (in this node only, not in the one before)
 * @param waitedFor for the editor to show, see `waitingTooltip`
 */
export async function park(
	context: IExecuteFunctions,
	parked: Omit<Parked, 'id' | 'until'>,
	timedOut: INodeExecutionData[],
	until: Date,
	waitedFor: string,
): Promise<void> {
	const stored: Parked = { id: randomUUID(), until: until.getTime(), ...parked };
	context.getContext('node').parked = stored as unknown as IDataObject;
	const executeData = context.getExecuteData();
	executeData.data = { ...executeData.data, main: [timedOut] };
	context.setMetadata({ resumeUrl: `${waitingUrl(context)}#${waitedFor}` });
	await context.putExecutionToWait(until);
}

/**
 * What a webhook handed over when it continued this wait, if it did. n8n passes such a node over; it runs it only after
 * a crash, by 'Retry' with the workflow as it is saved now, and then on what the webhook handed over.
 *
 * @returns one array for each of the node's outputs
 */
export function continuedWith(context: IExecuteFunctions): INodeExecutionData[][] | undefined {
	const { data, metadata } = context.getExecuteData();
	// Set by n8n when a webhook continues an execution (`prepareExecutionData` of n8n 2.41).
	const isContinued = metadata?.forwardAllOutputs === true;
	if (!isContinued || context.getContext('node').parked === undefined) return undefined;
	return data.main.map((items) => items ?? []);
}

/** Reads back, inside the webhook, what `park` stored; undefined when nothing is parked. */
export function readParked(context: IWebhookFunctions): Parked | undefined {
	// Braces of the name would end the expression.
	const name = JSON.stringify(context.getNode().name).replace(
		/[{}]/g,
		(brace) => `\\u00${brace.charCodeAt(0).toString(16)}`,
	);
	const stored: unknown = context.evaluateExpression(
		`{{ JSON.stringify($(${name}).context.parked ?? null) }}`,
		0,
	);
	const parked = json(typeof stored === 'string' ? JSON.parse(stored) : undefined);
	const jobs = jsonList(parked.jobs).map(readTracked);
	if (jobs.length === 0) return undefined;
	return {
		id: text(parked.id) ?? '',
		until: Number(parked.until),
		jobs,
		allowJwt: parked.allowJwt === true,
		sharesClaims: parked.sharesClaims === true,
		details: json(parked.details),
		others: jsonList(parked.others) as unknown as INodeExecutionData[],
	};
}

import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { deduplicationOption, sharesClaims } from '../dedupe/option';
import { checkSharedStore } from '../dedupe/sharedStore';
import { readMetadata } from '../delivery/metadata';
import { tryItems } from '../forEachItem';
import { GeminiClient } from '../gemini/client';
import type { Json } from '../json';
import { refuse } from '../objection';
import { allowJwtOption } from './jobOptions';
import type { Outcome } from './outcome';
import { continuedWith, isToolCall, whyNotParkable } from './park';
import { checkedDeadline } from './plan';
import { readAll } from './readAll';
import { jobItem, type TrackedAnswer, type TrackedJob } from './tracked';
import { isSettled, type JobType } from './types';
import { waitFor, withOthers } from './waitFor';
import { waitLimitFields } from './waitLimit';

interface WaitOperation {
	jobType: JobType;
	/** The field that names the job. */
	jobField: INodeProperties;
	/**
	 * Reads that field.
	 *
	 * @throws NodeOperationError when it names no job
	 */
	jobIdOf: (context: IExecuteFunctions, index: number) => string;
	/** Fields between the job and the limit, if any. */
	fields?: INodeProperties[];
	/** Options besides those that every such operation has. */
	options?: INodeProperties[];
	/** The limit that is filled in from the start. */
	limit: { amount: number; unit: string };
	outcome: Outcome;
	/** What `outcome` needs to know; plain JSON. */
	details?: (context: IExecuteFunctions) => Json;
	/** What an item hands on, see `TrackedJob.carried`. */
	carriedBy?: (item: Json) => Json | undefined;
}

const LOOP_NOTICE =
	"Looks the job up first and waits only if it is still running. When the limit passes, the item says 'timedOut' under 'waitStatus': lead it back into this node to look and wait again. Google's webhook ends the wait early if this very execution started the job.";

const SHOW = { show: { operation: ['wait'] } };

/** The jobs that the items name, each once: the items of a batch's results all name the same one. */
async function look(
	context: IExecuteFunctions,
	client: GeminiClient,
	{ jobType, jobIdOf, carriedBy }: WaitOperation,
): Promise<{ answers: TrackedAnswer[]; failures: INodeExecutionData[] }> {
	const known = new Set<string>();
	const input = context.getInputData();
	const { values, failures } = await tryItems(context, async (index) => {
		const { json } = input[index];
		const jobId = jobIdOf(context, index);
		if (known.has(jobId)) return [];
		const metadata = readMetadata(json.metadata);
		const carried = carriedBy?.(json);
		const tracked: TrackedJob = {
			...{ jobType, jobId, nonce: '', metadata, first: index, count: 1 },
			...(carried ? { carried } : {}),
		};
		const read = await readAll(client, [tracked]);
		known.add(jobId);
		return read;
	});
	return { answers: values.flat(), failures };
}

async function refuseWhatCannotWait(context: IExecuteFunctions): Promise<void> {
	const obstacle = whyNotParkable(context);
	if (obstacle) {
		refuse(context, { message: obstacle, description: "Use 'Get' to look at the job." });
	}
	if (sharesClaims(context)) await checkSharedStore(context);
}

/**
 * The operation 'Wait' of a node: hands out the jobs that are over, and parks the execution for the others, until
 * Google's webhook arrives or the limit passes.
 */
export function waitOperation(wait: WaitOperation): {
	description: INodeProperties[];
	execute: (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>;
} {
	const description = updateDisplayOptions(SHOW, [
		wait.jobField,
		...(wait.fields ?? []),
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [allowJwtOption, deduplicationOption, ...(wait.options ?? [])],
		},
		...waitLimitFields(wait.limit.amount, wait.limit.unit, {}),
		{ displayName: LOOP_NOTICE, name: 'loopNotice', type: 'notice', default: '' },
	]);
	async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const continued = continuedWith(this);
		if (continued) return continued;
		const client = await GeminiClient.for(this);
		const { answers, failures } = await look(this, client, wait);
		if (answers.length === 0) return [failures];
		// An agent waits for the answer of its tool: it gets the jobs as they are now.
		const isOpen = answers.some(({ job }) => !isSettled(job.status));
		if (isOpen && isToolCall(this)) {
			return withOthers([answers.map(({ tracked, job }) => jobItem(tracked, job))], failures);
		}
		if (isOpen) await refuseWhatCannotWait(this);
		return await waitFor(this, client, {
			jobs: answers,
			answers,
			outcome: wait.outcome,
			details: wait.details?.(this) ?? {},
			until: checkedDeadline(this),
			others: failures,
		});
	}
	return { description, execute };
}

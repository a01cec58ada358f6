import {
	NodeOperationError,
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import type { EventType } from '../../shared/delivery/envelope';
import { fieldText } from '../../shared/fieldText';
import { asNodeError, failureItem } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import type { JobDescription } from '../../shared/jobs/describe';
import { isToolCall, park } from '../../shared/jobs/park';
import { planNotification, type NotificationPlan } from '../../shared/jobs/plan';
import { readJob } from '../../shared/jobs/read';
import { noteStart } from '../../shared/jobs/startOnce';
import { isFinal } from '../../shared/jobs/types';
import { inlinedRequest, objectionTo, objectionToSize, type Objection } from '../requests';
import { fromAllItems, jobItem, outcomeItems, type BatchDetails } from '../results';
import { createBatch } from './createBatch';
import { readPrompts } from './readPrompts';
import { PaidForError, settleStart } from './settleStart';
import { startFields } from './startFields';

/** The events that report a batch's end to the project's webhooks. */
const END_EVENTS: EventType[] = ['batch.succeeded', 'batch.failed'];

export const description = updateDisplayOptions({ show: { operation: ['start'] } }, startFields);

function refuse(context: IExecuteFunctions, objection: Objection | undefined): void {
	if (!objection) return;
	const { message, description: todo, itemIndex } = objection;
	throw new NodeOperationError(context.getNode(), message, { description: todo, itemIndex });
}

/** The chosen model, after asking the API whether it exists and can run batches. */
async function checkedModel(context: IExecuteFunctions, client: GeminiClient): Promise<string> {
	const chosen = context.getNodeParameter('model', 0, '', { extractValue: true });
	const model = fieldText(chosen)
		.trim()
		.replace(/^models\//, '');
	if (model === '') {
		refuse(context, { message: "No 'Model' is chosen", description: 'Choose one from the list.' });
	}
	const { raw } = await client.read(
		{ action: 'find the model', subject: model },
		async (ai) => await ai.models.get({ model }),
	);
	const methods = raw.supportedGenerationMethods;
	if (!Array.isArray(methods) || !methods.includes('batchGenerateContent')) {
		refuse(context, {
			message: `The model ${model} cannot run batches`,
			description: "Choose one from the list of 'Model': it shows only those that can.",
		});
	}
	return model;
}

/** What comes out, and whether the execution waits, once the batch exists. Every failure names the batch. */
async function afterStart(
	context: IExecuteFunctions,
	client: GeminiClient,
	job: JobDescription,
	plan: NotificationPlan,
	nonce: string,
	details: BatchDetails,
): Promise<INodeExecutionData[]> {
	const { metadata } = plan;
	const count = details.keys.length;
	if (plan.whenDone !== 'continueHere' || !plan.until) return [jobItem(job, count, { metadata })];
	// A fast job may be over already. If this look fails, the webhook will tell.
	const now = await readJob(client, job, { attempts: 1 }).catch(() => undefined);
	if (now && isFinal(now.job.status)) return outcomeItems(now.raw, now.job, details);
	const item = (waitStatus: string) => jobItem(job, count, { metadata, waitStatus });
	await park(
		context,
		{
			nonce,
			jobs: [{ jobType: 'batch', jobId: job.jobId }],
			allowJwt: context.getNodeParameter('options.allowJwt', 0, false) === true,
			details: { ...details },
		},
		[item('timedOut')],
		plan.until,
	);
	// For the editor to show meanwhile. Not the input: a field 'error' there would make n8n take this for a failure
	// and run the node again with the item above as its input.
	return [item('waiting')];
}

/** Whatever went wrong after the batch was started: the message names the batch. */
const namingTheBatch = (context: IExecuteFunctions, { jobId }: JobDescription, error: unknown) =>
	new PaidForError(
		context.getNode(),
		`The batch ${jobId} was started, but this node cannot wait for it`,
		{ description: `Look at it with 'Get'. The reason: ${(error as Error).message}` },
	);

async function start(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	// Everything that can be checked is checked before the batch is paid for.
	const prompts = readPrompts(context);
	refuse(context, objectionTo(prompts));
	const requests = prompts.map(inlinedRequest);
	refuse(context, objectionToSize(requests));
	const client = await GeminiClient.for(context);
	const name = fieldText(context.getNodeParameter('options.displayName', 0, '')).trim();
	const settled = await settleStart(context, client, name || (context.getWorkflow().name ?? 'n8n'));
	const { start: intended } = settled;
	let job = settled.earlier;
	try {
		const model = job ? '' : await checkedModel(context, client);
		const plan = await planNotification(context, client, intended.nonce, END_EVENTS);
		job ??= await createBatch(context, client, { model, start: intended, requests, plan });
		noteStart(context, { jobId: job.jobId });
		const details = {
			keys: prompts.map(({ key }) => key),
			asJson: prompts.some(({ schema }) => schema !== undefined),
			metadata: plan.metadata,
		};
		const items = await afterStart(context, client, job, plan, intended.nonce, details);
		noteStart(context, { isDone: true });
		return items;
	} catch (error) {
		throw job ? namingTheBatch(context, job, error) : asNodeError(context, error, 0);
	}
}

/** Turns all incoming items into one batch, and waits for its end if asked to. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		return [await start(this)];
	} catch (error) {
		const nodeError = asNodeError(this, error, 0);
		// An agent's tool is tried again without any memory of the attempt before, so it must not fail here: the
		// model reads the name of the batch instead.
		const goOn = this.continueOnFail() || (isToolCall(this) && error instanceof PaidForError);
		if (!goOn) throw nodeError;
		return [[failureItem(nodeError, fromAllItems(this.getInputData().length))]];
	}
}

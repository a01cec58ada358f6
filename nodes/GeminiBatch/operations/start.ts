import {
	NodeOperationError,
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import { asNodeError, failureItem } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import type { JobDescription } from '../../shared/jobs/describe';
import { park } from '../../shared/jobs/park';
import { planNotification, type NotificationPlan } from '../../shared/jobs/plan';
import { readJob } from '../../shared/jobs/read';
import { currentStart, startMark } from '../../shared/jobs/startOnce';
import { isFinal } from '../../shared/jobs/types';
import { isJson, type Json } from '../../shared/json';
import {
	inlinedRequest,
	objectionTo,
	objectionToSize,
	type BatchPrompt,
	type Objection,
} from '../requests';
import { fromAllItems, jobItem, outcomeItems } from '../results';
import { createBatch } from './createBatch';
import { startFields } from './startFields';

export const description = updateDisplayOptions({ show: { operation: ['start'] } }, startFields);

function refuse(context: IExecuteFunctions, objection: Objection | undefined): void {
	if (!objection) return;
	const { message, description: todo, itemIndex } = objection;
	throw new NodeOperationError(context.getNode(), message, { description: todo, itemIndex });
}

function schemaOf(context: IExecuteFunctions, value: unknown, itemIndex: number): Json | undefined {
	if (value === undefined || value === '') return undefined;
	try {
		const schema: unknown = typeof value === 'string' ? JSON.parse(value) : value;
		if (isJson(schema)) return schema;
	} catch {
		// Said below, in one place.
	}
	throw new NodeOperationError(context.getNode(), "The 'JSON Schema' is not a JSON object", {
		description: 'Check brackets and quotation marks; it starts with { and ends with }.',
		itemIndex,
	});
}

function readPrompts(context: IExecuteFunctions): BatchPrompt[] {
	return [...context.getInputData().keys()].map((index) => {
		const options = context.getNodeParameter('options', index, {}) as Partial<BatchPrompt> & {
			jsonSchema?: unknown;
		};
		const { systemInstruction, temperature, maxOutputTokens, topP } = options;
		return {
			key: fieldText(options.key).trim() || String(index),
			prompt: fieldText(context.getNodeParameter('prompt', index, '')),
			systemInstruction,
			temperature,
			maxOutputTokens,
			topP,
			schema: schemaOf(context, options.jsonSchema, index),
		};
	});
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
	details: { nonce: string; keys: string[]; asJson: boolean },
): Promise<INodeExecutionData[]> {
	const { nonce, keys, asJson } = details;
	if (plan.whenDone !== 'continueHere' || !plan.until) {
		return [jobItem(job, keys.length, { metadata: plan.metadata })];
	}
	// A fast job may be over already. If this look fails, the webhook will tell.
	const now = await readJob(client, job, { attempts: 1 }).catch(() => undefined);
	if (now && isFinal(now.job.status)) return outcomeItems(now.raw, now.job, keys, asJson);
	const item = (waitStatus: string) =>
		jobItem(job, keys.length, { metadata: plan.metadata, waitStatus });
	await park(
		context,
		{ nonce, jobs: [{ jobType: 'batch', jobId: job.jobId }], details: { keys, asJson } },
		[item('timedOut')],
		plan.until,
	);
	// For the editor to show meanwhile. Not the input: a field 'error' there would make n8n take this for a failure
	// and run the node again with the item above as its input.
	return [item('waiting')];
}

async function start(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	// Everything that can be checked is checked before the batch is paid for.
	const prompts = readPrompts(context);
	refuse(context, objectionTo(prompts));
	const requests = prompts.map(inlinedRequest);
	refuse(context, objectionToSize(requests));
	const client = await GeminiClient.for(context);
	const model = await checkedModel(context, client);
	const intended = currentStart(context);
	const { nonce } = intended;
	const plan = await planNotification(context, client, nonce, ['batch.succeeded', 'batch.failed']);

	const name = fieldText(context.getNodeParameter('options.displayName', 0, '')).trim();
	const displayName = `${name || (context.getWorkflow().name ?? 'n8n')} ${startMark(nonce)}`;
	const order = { model, displayName, requests, plan };
	const job = await createBatch(context, client, order, intended);
	try {
		const keys = prompts.map(({ key }) => key);
		const asJson = prompts.some(({ schema }) => schema !== undefined);
		return await afterStart(context, client, job, plan, { nonce, keys, asJson });
	} catch (error) {
		throw new NodeOperationError(
			context.getNode(),
			`The batch ${job.jobId} runs, but this node cannot wait for it`,
			{
				description: `${(error as Error).message} Look at it with 'Get'.`,
			},
		);
	}
}

/** Turns all incoming items into one batch, and waits for its end if asked to. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		return [await start(this)];
	} catch (error) {
		const nodeError = asNodeError(this, error, 0);
		if (!this.continueOnFail()) throw nodeError;
		return [[failureItem(nodeError, fromAllItems(this.getInputData().length))]];
	}
}

/** What `execute` stored for the webhook that ends the wait. */
export function readDetails(details: Json): { keys: string[]; asJson: boolean } {
	const keys = Array.isArray(details.keys) ? details.keys.map(String) : [];
	return { keys, asJson: details.asJson === true };
}

import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { GeminiClient } from '../../shared/gemini/client';
import { failingAsItem } from '../../shared/jobs/failingAsItem';
import type { Launch } from '../../shared/jobs/launch';
import { namingStarted } from '../../shared/jobs/namingStarted';
import { metadataOf } from '../../shared/jobs/plan';
import { settleStart } from '../../shared/jobs/settleStart';
import { refuse } from '../../shared/objection';
import { parted, tryEach } from '../../shared/tryEach';
import { checkModel, checkPrevious } from '../checks';
import { continuationOf } from '../continuation';
import { checkFiles, fileParts } from '../inputFiles';
import { interactionKind, type InteractionOrder } from '../interactionKind';
import { objectionTo, requestBody, withFiles } from '../request';
import { planInteractions, startAll } from '../startAll';
import { readStart } from './readStart';
import { startFields } from './startFields';

export const description = updateDisplayOptions({ show: { operation: ['start'] } }, startFields);

/** Items looked at at the same time. */
const PARALLEL = 3;

/** Does something once for each name, however often it is asked for. */
function onceEach(work: (name: string) => Promise<void>): (name: string) => Promise<void> {
	const done = new Map<string, Promise<void>>();
	return async (name) => {
		const one = done.get(name) ?? work(name);
		done.set(name, one);
		await one;
	};
}

/** Reads and checks what an item asks for; an item whose interaction is there already isn't checked again. */
async function prepared(
	context: IExecuteFunctions,
	client: GeminiClient,
	index: number,
	modelExists: (model: string) => Promise<void>,
): Promise<Launch<InteractionOrder>> {
	const fields = readStart(context, index);
	refuse(context, objectionTo(fields), index);
	const metadata = metadataOf(context, index);
	const workflow = context.getWorkflow().name ?? 'n8n';
	const name = `Item ${index} of ${workflow}`;
	const settled = await settleStart(context, client, interactionKind, name, String(index));
	if (!settled.earlier) {
		if (fields.run === 'model') await modelExists(fields.name);
		if (fields.previousInteraction !== undefined) {
			await checkPrevious(context, client, fields.previousInteraction, index);
		}
		await checkFiles(context, client, index);
	}
	const body = requestBody(fields);
	const continuation = continuationOf(body, 0, metadata);
	return {
		order: { body, about: `item ${index}` },
		prepare: async (order) => {
			const parts = await fileParts(context, client, index);
			return { ...order, body: withFiles(order.body, parts) };
		},
		settled,
		metadata,
		first: index,
		count: 1,
		...(continuation ? { carried: { continuation: { ...continuation } } } : {}),
	};
}

async function start(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	// Everything that can be checked is checked before the first interaction is paid for.
	const client = await GeminiClient.for(context);
	const modelExists = onceEach(async (model) => await checkModel(context, client, model));
	const indexes = [...context.getInputData().keys()];
	const { values, failures } = parted(
		await tryEach(
			context,
			indexes,
			PARALLEL,
			(index) => [index],
			async (index) => await prepared(context, client, index, modelExists),
		),
	);
	if (values.length === 0) return [failures];
	const plan = await planInteractions(context, client);
	return await startAll(context, client, plan, values, failures);
}

/** Starts an interaction for each item, and waits for all of them if asked to. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await failingAsItem(
		this,
		async () => await namingStarted(this, 'interaction', async () => await start(this)),
	);
}

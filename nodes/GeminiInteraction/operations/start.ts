import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { tryItems } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import type { Launch } from '../../shared/jobs/launch';
import { metadataOf } from '../../shared/jobs/plan';
import { settleStart } from '../../shared/jobs/settleStart';
import { startingJobs } from '../../shared/jobs/startingJobs';
import { refuse } from '../../shared/objection';
import { onceEach } from '../../shared/onceEach';
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
	const { values, failures } = await tryItems(
		context,
		async (index) => await prepared(context, client, index, modelExists),
		PARALLEL,
	);
	if (values.length === 0) return [failures];
	const plan = await planInteractions(context, client);
	return await startAll(context, client, plan, values, failures);
}

/** Starts an interaction for each item, and waits for all of them if asked to. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await startingJobs(this, interactionKind.jobType, async () => await start(this));
}

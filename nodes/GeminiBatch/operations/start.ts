import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import { tryEach } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import type { Launch } from '../../shared/jobs/launch';
import { metadataOf, planNotification } from '../../shared/jobs/plan';
import { settleStart, type SettledStart } from '../../shared/jobs/settleStart';
import { startAndWait } from '../../shared/jobs/startAndWait';
import { startingJobs } from '../../shared/jobs/startingJobs';
import { itemsOf } from '../../shared/jobs/tracked';
import { batchDetails } from '../batchDetails';
import { batchKind, type BatchInput, type BatchOrder } from '../batchKind';
import { batchFields } from '../input/batchFields';
import { planBatches, type RequestSource } from '../input/planBatches';
import type { PlannedBatch } from '../input/plannedBatch';
import { chosenModels } from '../model';
import { batchOutcome } from '../outcome';
import { requestKind, type RequestKind } from '../requestKind';
import { errorsOn } from '../resultFields';
import { startFields } from './startFields';

export const description = updateDisplayOptions({ show: { operation: ['start'] } }, startFields);

/** A batch, and what became of an earlier attempt to start it. */
interface SettledBatch {
	batch: PlannedBatch;
	settled: SettledStart;
}

/** Stands for what `prepare` uploads; never sent. */
const NOT_YET: BatchInput = { fileName: '' };

/** What the user wants a batch to be called. */
function nameOf(context: IExecuteFunctions, { first, label }: PlannedBatch): string {
	const name = fieldText(context.getNodeParameter('options.displayName', first, '')).trim();
	return `${name || (context.getWorkflow().name ?? 'n8n')}${label}`;
}

/** A batch, ready but for its uploads, which follow before the first one is started. */
async function launchFor(
	context: IExecuteFunctions,
	client: GeminiClient,
	kind: RequestKind,
	modelFor: (itemIndex: number) => Promise<string>,
	{ batch, settled }: SettledBatch,
): Promise<Launch<BatchOrder>> {
	const { first, count } = batch;
	const model = settled.earlier ? '' : await modelFor(first);
	const extra = batchFields(context, first);
	return {
		order: { kind, model, extra, input: NOT_YET },
		prepare: async (order) => ({ ...order, input: await batch.input(client) }),
		settled,
		metadata: metadataOf(context, first),
		first,
		count,
	};
}

async function start(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const kind = requestKind(context.getNodeParameter('kind', 0, 'text'));
	const source = context.getNodeParameter('source', 0, 'items') as RequestSource;
	const planned = await planBatches(context, source, kind);
	const client = await GeminiClient.for(context);
	const batches = await tryEach(context, planned.values, itemsOf, async (batch) => {
		const name = nameOf(context, batch);
		return { batch, settled: await settleStart(context, client, batchKind, name, batch.key) };
	});
	const modelFor = chosenModels(context, client, kind);
	const launches = await tryEach(
		context,
		batches.values,
		({ batch }) => itemsOf(batch),
		async (batch) => await launchFor(context, client, kind, modelFor, batch),
	);
	const turnedAway = [...planned.failures, ...batches.failures, ...launches.failures];
	if (launches.values.length === 0) return [turnedAway];
	return await startAndWait(context, client, {
		kind: batchKind,
		plan: await planNotification(context, client, batchKind.endEvents),
		launches: launches.values,
		turnedAway,
		outcome: batchOutcome,
		details: (launched) => ({
			...batchDetails(kind, source, planned.values, launched),
			errorsOn: errorsOn(context),
		}),
	});
}

/** Turns the incoming items, or their files, into batches, and waits for their end if asked to. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await startingJobs(this, batchKind.jobType, async () => await start(this));
}

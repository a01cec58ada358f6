import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import { asNodeError } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import { failingAsItem } from '../../shared/jobs/failingAsItem';
import { namingTheStarted, type Launch } from '../../shared/jobs/launch';
import { metadataOf, planNotification, type NotificationPlan } from '../../shared/jobs/plan';
import { settleStart, type SettledStart } from '../../shared/jobs/settleStart';
import { startAndWait } from '../../shared/jobs/startAndWait';
import { batchDetails } from '../batchDetails';
import { batchKind, type BatchInput, type BatchOrder } from '../batchKind';
import { batchFields } from '../input/batchFields';
import { Failures } from '../input/failures';
import { planBatches, type RequestSource } from '../input/planBatches';
import type { PlannedBatch } from '../input/plannedBatch';
import { Models } from '../model';
import { batchOutcome } from '../outcome';
import { requestKind, type RequestKind } from '../requestKind';
import { errorsOn } from '../resultFields';
import { startFields } from './startFields';

export const description = updateDisplayOptions({ show: { operation: ['start'] } }, startFields);

/** A batch, and what became of an earlier attempt to start it, or why nobody knows. */
interface SettledBatch {
	batch: PlannedBatch;
	settled: SettledStart | Error;
}

/** Stands for what `prepare` uploads; never sent. */
const NOT_YET: BatchInput = { fileName: '' };

/** What the user wants a batch to be called. */
function nameOf(context: IExecuteFunctions, { first, label }: PlannedBatch): string {
	const name = fieldText(context.getNodeParameter('options.displayName', first, '')).trim();
	return `${name || (context.getWorkflow().name ?? 'n8n')}${label}`;
}

/** Finds out which of the batches are there already: of all of them, so that an error can name them. */
async function settleAll(
	context: IExecuteFunctions,
	client: GeminiClient,
	planned: PlannedBatch[],
): Promise<SettledBatch[]> {
	const all: SettledBatch[] = [];
	for (const batch of planned) {
		const settling = settleStart(context, client, batchKind, nameOf(context, batch), batch.key);
		all.push({ batch, settled: await settling.catch((error: Error) => error) });
	}
	return all;
}

/** Checks with Google what the batches need. Their uploads follow before the first one is started. */
async function prepare(
	context: IExecuteFunctions,
	client: GeminiClient,
	kind: RequestKind,
	batches: SettledBatch[],
	failures: Failures,
): Promise<{ plan?: NotificationPlan; launches: Array<Launch<BatchOrder>> }> {
	const models = new Models(context, client, kind);
	const launch = async (one: SettledBatch): Promise<Launch<BatchOrder>> => {
		const { batch, settled } = one;
		if (settled instanceof Error) throw settled;
		const { first, count } = batch;
		const model = settled.earlier ? '' : await models.chosenFor(first);
		const extra = batchFields(context, first);
		return {
			order: { kind, model, extra, input: NOT_YET },
			prepare: async (order) => ({ ...order, input: await batch.input(client) }),
			settled,
			metadata: metadataOf(context, first),
			first,
			count,
		};
	};
	const launches = await failures.each(batches, ({ batch }) => batch, launch);
	if (launches.length === 0) return { launches };
	return { launches, plan: await planNotification(context, client, batchKind.endEvents) };
}

async function start(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const kind = requestKind(context.getNodeParameter('kind', 0, 'text'));
	const source = context.getNodeParameter('source', 0, 'items') as RequestSource;
	const failures = new Failures(context);
	const planned = await planBatches(context, source, kind, failures);
	const client = await GeminiClient.for(context);
	const batches = await settleAll(context, client, planned);
	const prepared = await prepare(context, client, kind, batches, failures).catch((error) => {
		const there = batches.flatMap(({ settled }) =>
			settled instanceof Error ? [] : (settled.earlier?.jobId ?? []),
		);
		throw namingTheStarted(context, batchKind.jobType, there, asNodeError(context, error, 0));
	});
	const { plan, launches } = prepared;
	if (!plan) return [failures.items];
	return await startAndWait(context, client, {
		kind: batchKind,
		plan,
		launches,
		turnedAway: failures.items,
		outcome: batchOutcome,
		details: (launched) => ({
			...batchDetails(kind, source, planned, launched),
			errorsOn: errorsOn(context),
		}),
	});
}

/** Turns the incoming items, or their files, into batches, and waits for their end if asked to. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await failingAsItem(this, async () => await start(this));
}

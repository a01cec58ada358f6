import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { asNodeError } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import { failingAsItem } from '../../shared/jobs/failingAsItem';
import { namingTheStarted, type Launch } from '../../shared/jobs/launch';
import { metadataOf, planNotification } from '../../shared/jobs/plan';
import { settleStart, type SettledStart } from '../../shared/jobs/settleStart';
import { startAndWait, type StartAndWait } from '../../shared/jobs/startAndWait';
import { forItems } from '../forItems';
import { readyMedia } from '../media';
import { checkedOrder, ModelBook } from '../order';
import { downloadDetails, videoOutcome } from '../outcome';
import type { VideoRequest } from '../request';
import { videoKind, type VideoOrder } from '../videoKind';
import { generateFields } from './generateFields';

export const description = updateDisplayOptions(
	{ show: { operation: ['generate'] } },
	generateFields,
);

/** The order of a start that was made before: of no interest any more. */
const STARTED_BEFORE: VideoOrder = { request: {} as VideoRequest, media: [] };

async function launchFor(
	context: IExecuteFunctions,
	client: GeminiClient,
	models: ModelBook,
	index: number,
	settled: SettledStart,
): Promise<Launch<VideoOrder>> {
	const metadata = metadataOf(context, index);
	const launch = { order: STARTED_BEFORE, settled, metadata, first: index, count: 1 };
	if (settled.earlier) return launch;
	const { request, media } = await checkedOrder(context, client, models, index);
	return {
		...launch,
		order: { request, media: [] },
		prepare: async (order) => ({
			...order,
			media: await readyMedia(context, client, index, request.family, media),
		}),
	};
}

/** Settles and checks everything, and starts nothing. What an earlier attempt started is named, whatever fails. */
async function planned(
	context: IExecuteFunctions,
	client: GeminiClient,
): Promise<StartAndWait<VideoOrder>> {
	const models = new ModelBook();
	const workflow = context.getWorkflow().name ?? 'n8n';
	const turnedAway: INodeExecutionData[] = [];
	const started: string[] = [];
	try {
		const items = [...context.getInputData().keys()];
		const starts = await forItems(context, items, turnedAway, async (index) => {
			const settled = await settleStart(context, client, videoKind, workflow, String(index));
			if (settled.earlier) started.push(settled.earlier.jobId);
			return settled;
		});
		const settledAt = new Map(starts.map(({ index, value }) => [index, value]));
		const launches = await forItems(context, [...settledAt.keys()], turnedAway, async (index) =>
			launchFor(context, client, models, index, settledAt.get(index)!),
		);
		const details = downloadDetails(context);
		return {
			kind: videoKind,
			plan: await planNotification(context, client, videoKind.endEvents),
			launches: launches.map(({ value }) => value),
			turnedAway,
			outcome: videoOutcome,
			details: () => details,
		};
	} catch (thrown) {
		const error = asNodeError(context, thrown, 0);
		throw namingTheStarted(context, videoKind.jobType, started, error);
	}
}

/** Starts one video job for each item, and waits for all of them if asked to. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await failingAsItem(this, async () => {
		const client = await GeminiClient.for(this);
		return await startAndWait(this, client, await planned(this, client));
	});
}

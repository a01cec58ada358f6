import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { tryEach, tryItems } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import type { Launch } from '../../shared/jobs/launch';
import { metadataOf, planNotification } from '../../shared/jobs/plan';
import { settleStart, type SettledStart } from '../../shared/jobs/settleStart';
import { startAndWait, type StartAndWait } from '../../shared/jobs/startAndWait';
import { startingJobs } from '../../shared/jobs/startingJobs';
import { readyMedia } from '../media';
import { checkedOrder, familiesFrom, type FamilyOf } from '../order';
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
	families: FamilyOf,
	index: number,
	settled: SettledStart,
): Promise<Launch<VideoOrder>> {
	const metadata = metadataOf(context, index);
	const launch = { order: STARTED_BEFORE, settled, metadata, first: index, count: 1 };
	if (settled.earlier) return launch;
	const { request, media } = await checkedOrder(context, client, families, index);
	return {
		...launch,
		order: { request, media: [] },
		prepare: async (order) => ({
			...order,
			media: await readyMedia(context, client, index, request.family, media),
		}),
	};
}

/** Settles and checks everything, and starts nothing. */
async function planned(
	context: IExecuteFunctions,
	client: GeminiClient,
): Promise<StartAndWait<VideoOrder>> {
	const families = familiesFrom(client);
	const workflow = context.getWorkflow().name ?? 'n8n';
	const starts = await tryItems(context, async (index) => {
		const settled = await settleStart(context, client, videoKind, workflow, String(index));
		return { index, settled };
	});
	const launches = await tryEach(
		context,
		starts.values,
		({ index }) => [index],
		async ({ index, settled }) => await launchFor(context, client, families, index, settled),
	);
	const details = downloadDetails(context);
	return {
		kind: videoKind,
		plan: await planNotification(context, client, videoKind.endEvents),
		launches: launches.values,
		turnedAway: [...starts.failures, ...launches.failures],
		outcome: videoOutcome,
		details: () => details,
	};
}

/** Starts one video job for each item, and waits for all of them if asked to. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await startingJobs(this, videoKind.jobType, async () => {
		const client = await GeminiClient.for(this);
		return await startAndWait(this, client, await planned(this, client));
	});
}

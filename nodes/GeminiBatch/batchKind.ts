import type { GeminiClient } from '../shared/gemini/client';
import { describeBatch, type JobDescription } from '../shared/jobs/describe';
import type { JobKind } from '../shared/jobs/kind';
import { jsonList, text } from '../shared/json';
import type { InlinedRequest } from './requests';

/** How many pages of a hundred batches to search. */
const PAGES_TO_SEARCH = 3;

/** What a batch is started with. */
export interface BatchOrder {
	model: string;
	requests: InlinedRequest[];
}

async function findBatch(client: GeminiClient, mark: string): Promise<JobDescription | undefined> {
	let pageToken: string | undefined;
	for (let page = 0; page < PAGES_TO_SEARCH; page++) {
		const { raw } = await client.read(
			{ action: 'look for the batch', subject: mark },
			async (ai) => await ai.batches.list({ config: { pageSize: 100, pageToken } }),
		);
		const found = jsonList(raw.operations)
			.map(describeBatch)
			.find(({ displayName }) => displayName?.endsWith(mark));
		pageToken = text(raw.nextPageToken) ?? undefined;
		if (found || !pageToken) return found;
	}
	return undefined;
}

/** How batches are started and found again. */
export const batchKind: JobKind<BatchOrder> = {
	jobType: 'batch',
	endEvents: ['batch.succeeded', 'batch.failed'],
	create: async (client, { model, requests }, displayName, webhook) => {
		const webhookConfig = webhook && {
			uris: [webhook.url],
			...(webhook.userMetadata ? { userMetadata: webhook.userMetadata } : {}),
		};
		const { raw } = await client.change(
			{ action: 'start the batch', subject: displayName, isNew: true },
			async (ai) =>
				ai.batches.create({
					model,
					src: requests,
					config: { displayName, ...(webhookConfig ? { webhookConfig } : {}) },
				}),
		);
		return raw;
	},
	describe: describeBatch,
	find: findBatch,
};

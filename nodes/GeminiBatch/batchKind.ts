import type { GeminiClient } from '../shared/gemini/client';
import { describeBatch, type JobDescription } from '../shared/jobs/describe';
import type { JobKind } from '../shared/jobs/kind';
import { jsonList, merged, text, type Json } from '../shared/json';
import { methodOf, type RequestKind } from './requestKind';

/** How many pages of a hundred batches to search. */
const PAGES_TO_SEARCH = 3;

/** Milliseconds for the answer to a creation: what every call gets, and more for a slow line to carry 20 MB. */
const TIMEOUT = 180_000;

/** Where a batch's requests are: in the call, or in a file at Google. */
export type BatchInput =
	| { requests: { requests: Array<{ request: Json; metadata: { key: string } }> } }
	| { fileName: string };

/** What a batch is started with. */
export interface BatchOrder {
	kind: RequestKind;
	model: string;
	input: BatchInput;
	/** More fields of the batch: its priority, and whatever the API takes. */
	extra?: Json;
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

/**
 * How batches are started and found again. The body is ours rather than the SDK's, which drops fields: of embeddings
 * even the webhook. See https://ai.google.dev/api/batch-api
 */
export const batchKind: JobKind<BatchOrder> = {
	jobType: 'batch',
	endEvents: ['batch.succeeded', 'batch.failed'],
	create: async (client, { kind, model, input, extra = {} }, displayName, webhook) => {
		const batch = merged(extra, {
			displayName,
			inputConfig: input,
			...(webhook
				? {
						webhookConfig: {
							uris: [webhook.url],
							...(webhook.userMetadata ? { userMetadata: webhook.userMetadata } : {}),
						},
					}
				: {}),
		});
		const { raw } = await client.change(
			{ action: 'start the batch', subject: displayName, isNew: true },
			async (_ai, rest) => await rest('POST', `models/${model}:${methodOf(kind)}`, { batch }),
			TIMEOUT,
		);
		return raw;
	},
	describe: describeBatch,
	find: findBatch,
};

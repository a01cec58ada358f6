import type { GeminiClient } from '../shared/gemini/client';
import { batchPages } from '../shared/jobs/batchPages';
import { describeBatch, type JobDescription } from '../shared/jobs/describe';
import type { JobKind } from '../shared/jobs/kind';
import { webhookConfig } from '../shared/jobs/perRequestWebhook';
import { merged, type Json } from '../shared/json';
import { methodOf, type RequestKind } from './requestKind';

/** How many pages of a hundred batches to search. Their order is documented nowhere, so all of them are looked at. */
const PAGES_TO_SEARCH = 50;

/** Other than single requests, batches free their quota when they end: a pause of seconds is no help. */
const QUOTA_ADVICE =
	"Batches count as long as they wait and run: try again in some minutes at the earliest, once others have ended ('Get Many' shows them), or send fewer items";

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

/** @throws GeminiApiError also when there are more batches than are searched: then nobody knows */
async function findBatch(client: GeminiClient, mark: string): Promise<JobDescription | undefined> {
	const attempt = { action: 'look for the batch', subject: mark };
	for await (const { batches, next } of batchPages(client, { most: PAGES_TO_SEARCH }, attempt)) {
		const found = batches.map(describeBatch).find(({ displayName }) => displayName?.endsWith(mark));
		if (found || !next) return found;
	}
	throw client.failed(attempt, undefined, new Error('There are too many batches to search'));
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
			...webhookConfig(webhook),
		});
		const { raw } = await client.change(
			{
				action: 'start the batch',
				subject: displayName,
				isNew: true,
				ifQuotaIsUsedUp: QUOTA_ADVICE,
			},
			async (_ai, rest) => await rest('POST', `models/${model}:${methodOf(kind)}`, { batch }),
			TIMEOUT,
		);
		return raw;
	},
	describe: describeBatch,
	find: findBatch,
};

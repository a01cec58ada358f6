import type { GeminiClient } from '../gemini/client';
import type { Attempt } from '../gemini/explain';
import { jsonList, type Json } from '../json';
import { pagesOf } from '../pages';

/** Batches on one page of the list. */
const PAGE_SIZE = 100;

/** One page of the project's batches. */
interface BatchPage {
	/** The API's own JSON; results inside of the answer are left out. */
	batches: Json[];
	/** What to ask for the next page with; undefined on the last one. */
	next: string | undefined;
}

/**
 * The project's batches in the API's order, page by page.
 *
 * @param limits see `pagesOf`
 * @param attempt what they are read for
 * @throws GeminiApiError
 */
export async function* batchPages(
	client: GeminiClient,
	limits?: { from?: string; most?: number },
	attempt: Attempt = { action: "list the project's batches" },
): AsyncGenerator<BatchPage> {
	const read = async (pageToken: string | undefined) =>
		await client.read(
			attempt,
			async (ai) => await ai.batches.list({ config: { pageSize: PAGE_SIZE, pageToken } }),
		);
	for await (const { raw, next } of pagesOf(read, limits)) {
		yield { batches: jsonList(raw.operations), next };
	}
}

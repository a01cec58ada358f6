import { text, type Json } from './json';

/** One page of a list of the API's. */
export interface Page {
	/** The API's own JSON. */
	raw: Json;
	/** What to ask for the next page with; undefined on the last one. */
	next: string | undefined;
}

/** In case the API never stops handing out page tokens. */
const MAX_PAGES = 200;

/**
 * Reads a list of the API's, page by page, for as long as pages are asked for.
 *
 * @param read asks for one page; of the first one without a token
 * @param from the token to begin with
 * @param most how many pages to read: the last one then still names a next one
 * @throws what `read` throws
 */
export async function* pagesOf(
	read: (pageToken: string | undefined) => Promise<{ raw: Json }>,
	{ from, most = MAX_PAGES }: { from?: string; most?: number } = {},
): AsyncGenerator<Page> {
	let pageToken = from;
	for (let page = 0; page < most; page++) {
		const { raw } = await read(pageToken);
		// The two spellings of Google's APIs.
		const next = text(raw.nextPageToken ?? raw.next_page_token) ?? undefined;
		yield { raw, next };
		if (!next) return;
		pageToken = next;
	}
}

import { isJson, json, jsonList, parseJson, text, type Json } from '../../shared/json';
import { batchOutput } from '../../shared/jobs/describe';
import { linesOf, type Line } from './lines';

/** The results of a batch, one `{response | error, key | metadata}` after the other. */
export type Entries = AsyncIterable<Json> | Iterable<Json>;

/** Our code for a line of the output file that can't be read; Google's own codes are numbers. */
export const BROKEN_LINE = 'BROKEN_LINE';

/** The key, if the line begins with it: Google writes the fields of a line in any order. */
function keyAtStart(line: string): string | undefined {
	const written = /^\s*\{\s*"key"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(line)?.[1];
	if (written === undefined) return undefined;
	try {
		return JSON.parse(written) as string;
	} catch {
		return undefined;
	}
}

function broken(number: number, what: string, key?: string): Json {
	const message = `Line ${number} of the output file ${what}`;
	return { error: { code: BROKEN_LINE, message }, ...(key === undefined ? {} : { key }) };
}

/** Reads one line; undefined for a blank one. A line that can't be read becomes a failed result that names it. */
function entryOfLine({ number, bytes, isWhole }: Line): Json | undefined {
	if (!bytes) return broken(number, 'is too long to be read');
	const line = bytes.toString('utf8');
	if (line.trim() === '') return undefined;
	try {
		const value = parseJson(number === 1 ? line.replace(/^\uFEFF/, '') : line);
		if (isJson(value)) return value;
	} catch {
		const what = isWhole ? 'is not JSON' : 'breaks off';
		return broken(number, what, keyAtStart(line));
	}
	return broken(number, 'is not a JSON object');
}

/**
 * Reads a batch's output file (JSONL) one result at a time, so that the file is never held. Whatever a line looks
 * like, it is no exception.
 *
 * @throws what the stream throws, when the connection breaks
 */
export async function* fileEntries(
	bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
	longest?: number,
): AsyncGenerator<Json> {
	for await (const line of linesOf(bytes, longest)) {
		const entry = entryOfLine(line);
		if (entry) yield entry;
	}
}

/**
 * The results inside of the API's answer; those of embeddings have been seen under a name of their own
 * (https://github.com/googleapis/js-genai, `batchJobDestinationFromMldev`).
 *
 * @returns undefined when the batch has none there
 */
export function inlinedEntries(operation: Json): Json[] | undefined {
	const output = batchOutput(operation);
	const inlined = output.inlinedResponses ?? output.inlinedEmbedContentResponses;
	return inlined === undefined ? undefined : jsonList(json(inlined).inlinedResponses);
}

/** The key that the user gave the request: in the metadata (inline) or beside the result (file). */
export const keyOf = (entry: Json): string | null =>
	text(json(entry.metadata).key) ?? text(entry.key);

/**
 * Results from inside of the API's answer in the form of an output file: a line for each, with its key. Not for
 * results in a file, which is handed on as it is.
 */
export const linesFrom = (entries: Json[]): Buffer =>
	Buffer.from(
		entries
			.map((entry) => {
				const key = keyOf(entry);
				return `${JSON.stringify(key === null ? entry : { ...entry, key })}\n`;
			})
			.join(''),
	);

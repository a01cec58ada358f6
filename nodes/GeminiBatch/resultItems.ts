import type {
	IBinaryKeyData,
	IExecuteFunctions,
	INodeExecutionData,
	IWebhookFunctions,
} from 'n8n-workflow';

import type { Metadata } from '../shared/delivery/metadata';
import { storeBytes } from '../shared/gemini/storeBytes';
import type { Parsing } from '../shared/parsedAnswer';
import { keyOf, type Entries } from './results/entries';
import type { Media } from './results/answer';
import { joinEntries, listEntries, type Joined, type Make } from './results/join';
import { readResult, type BatchResult } from './results/result';
import { addTo, emptyTally, type Tally } from './results/tally';
import type { ErrorsOn } from './resultFields';

type Context = IExecuteFunctions | IWebhookFunctions;

/** What the results of one batch are joined to. */
export interface ResultOrder {
	jobId: string;
	/** The keys in the order of the requests; undefined: everything in Google's order. */
	keys?: string[];
	parsing: Parsing;
	metadata: Metadata;
	/** The incoming item that the request with this index came from; asked without one for what fits no request. */
	itemOf: (index?: number) => number | undefined;
}

/** A batch's results, ready to come out, and how they went. */
interface ResultItems {
	items: INodeExecutionData[];
	tally: Tally;
}

/** What is left of a key that can be part of a file's name. */
const fileStem = (key: string | null): string =>
	(key ?? '').replace(/[^\w.-]+/g, '_').slice(0, 100) || 'result';

/** Stores the images of one result as n8n binary data: `image`, `image_1`, …; anything else is a `file`. */
async function stored(
	context: Context,
	jobId: string,
	key: string | null,
	media: Media[],
): Promise<IBinaryKeyData | undefined> {
	if (media.length === 0) return undefined;
	const binary: IBinaryKeyData = {};
	for (const { mimeType, base64 } of media) {
		const kind = mimeType.startsWith('image/') ? 'image' : 'file';
		const nth = Object.keys(binary).filter((name) => name.startsWith(kind)).length;
		const suffix = nth === 0 ? '' : `_${nth}`;
		const extension = /\/(\w+)/.exec(mimeType)?.[1] ?? 'bin';
		binary[`${kind}${suffix}`] = await storeBytes(
			context,
			{ action: 'keep the results of', subject: jobId },
			Buffer.from(base64, 'base64'),
			`${fileStem(key)}${suffix}.${extension}`,
			mimeType,
		);
	}
	return binary;
}

interface Made {
	result: BatchResult;
	binary?: IBinaryKeyData;
}

/**
 * Turns a batch's results into items: one for each request, in the order of the keys, or all in Google's order. A
 * result that fits no request comes last.
 *
 * @throws what `entries` and n8n's store for binary data throw
 */
export async function resultItems(
	context: Context,
	entries: Entries,
	{ jobId, keys, parsing, metadata, itemOf }: ResultOrder,
): Promise<ResultItems> {
	const tally = emptyTally();
	const make: Make<Made> = async (entry, key) => {
		const { result, media } = readResult(entry, key, jobId, parsing);
		addTo(tally, result);
		return { result, binary: await stored(context, jobId, key, media) };
	};
	const itemFrom = ({ made, key, matchedBy, index }: Joined<Made>): INodeExecutionData => {
		const item = itemOf(index);
		return {
			json: { ...made.result, key, matchedBy, metadata } as unknown as INodeExecutionData['json'],
			...(made.binary ? { binary: made.binary } : {}),
			...(item === undefined ? {} : { pairedItem: { item } }),
		};
	};
	if (keys) return { items: (await joinEntries(entries, keys, make)).map(itemFrom), tally };
	const items: INodeExecutionData[] = [];
	for await (const joined of listEntries(entries, make)) items.push(itemFrom(joined));
	return { items, tally };
}

/** Counts results without keeping any. */
export async function tallyOf(entries: Entries, jobId: string): Promise<Tally> {
	const tally = emptyTally();
	for await (const entry of entries) {
		addTo(tally, readResult(entry, keyOf(entry), jobId, 'none').result);
	}
	return tally;
}

/** What one batch puts out: its results, and the items that are none. */
export interface BatchOutput {
	results: INodeExecutionData[];
	/** The batch itself, where it has no results; a failure. */
	others: INodeExecutionData[];
}

/** Sorts items to the node's outputs: with 'Second Output', only results that succeeded leave by the first. */
export function toOutputs(where: ErrorsOn, batches: BatchOutput[]): INodeExecutionData[][] {
	if (where === 'inline')
		return [batches.flatMap(({ results, others }) => [...results, ...others])];
	const succeeded = ({ json }: INodeExecutionData) => json.status === 'succeeded';
	return [
		batches.flatMap(({ results }) => results.filter(succeeded)),
		batches.flatMap(({ results, others }) => [
			...results.filter((item) => !succeeded(item)),
			...others,
		]),
	];
}

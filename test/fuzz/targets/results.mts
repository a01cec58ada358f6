import { isDeepStrictEqual } from 'node:util';
import type * as entries from '../../../nodes/GeminiBatch/results/entries.ts';
import type * as join from '../../../nodes/GeminiBatch/results/join.ts';
import type * as result from '../../../nodes/GeminiBatch/results/result.ts';
import type * as tally from '../../../nodes/GeminiBatch/results/tally.ts';
import { built } from '../engine/instrument.mts';
import { must, mustBeHarmless, mustBePlainJson } from '../support/invariants.mts';

const { fileEntries, keyOf, linesFrom } = built<typeof entries>('GeminiBatch/results/entries');
const { joinEntries } = built<typeof join>('GeminiBatch/results/join');
const { readResult } = built<typeof result>('GeminiBatch/results/result');
const { addTo, emptyTally } = built<typeof tally>('GeminiBatch/results/tally');

const KEYS = ['a', 'b', '__proto__'];

/** The file as it may arrive: in pieces of any size. */
function* inPieces(bytes: Buffer, size: number): Generator<Buffer> {
	for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
	const list: T[] = [];
	for await (const value of values) list.push(value);
	return list;
}

async function run(file: Buffer): Promise<void> {
	const read = await all(fileEntries([file]));
	const lines = file
		.toString()
		.split('\n')
		.filter((line) => line.trim() !== '');
	must(read.length === lines.length, 'every line is a result');
	must(
		isDeepStrictEqual(await all(fileEntries(inPieces(file, 3))), read),
		'pieces make no difference',
	);
	const short = await all(fileEntries([file], 20));
	must(short.length >= read.length, 'a line that is too long is a result, too');

	const counted = emptyTally();
	const joined = await joinEntries(read, KEYS, (entry, key) => {
		const { result: one, media } = readResult(entry, key, 'batches/x', 'json');
		mustBeHarmless(one.data);
		mustBePlainJson({ ...one, data: null, embedding: null });
		for (const { base64, mimeType } of media)
			must(base64 !== '' && mimeType !== '', 'media is there');
		addTo(counted, one);
		return one;
	});
	mustBePlainJson(counted);
	const { total, succeeded, failed, blocked, missing } = counted.counts;
	must(total === succeeded + failed + blocked + missing, 'the counts add up');
	must(joined.length >= Math.max(read.length, KEYS.length), 'nothing that was paid for is lost');
	const places = joined.flatMap(({ index }) => index ?? []);
	must(isDeepStrictEqual(places, [...KEYS.keys()]), 'every request has one result, in order');
	must(
		joined.every(
			({ matchedBy, key, index }) =>
				matchedBy !== 'key' || (index !== undefined && KEYS[index] === key),
		),
		'a result belongs to the request with its key',
	);
	const again = await all(fileEntries([linesFrom(read)]));
	must(again.length === read.length, 'as a file it has as many results');
	must(isDeepStrictEqual(again.map(keyOf), read.map(keyOf)), 'with the same keys');
}

const text = (words: string, more: object = {}) => ({
	response: {
		candidates: [{ content: { parts: [{ text: words }] }, finishReason: 'STOP', ...more }],
		usageMetadata: {
			promptTokenCount: 3,
			candidatesTokenCount: '4',
			totalTokenCount: 7,
			thoughtsTokenCount: 1,
		},
	},
});
const seed = (...values: unknown[]): Buffer =>
	Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));

export const target = {
	seeds: [
		seed({ key: 'a', ...text('{"x":1}') }, { key: 'b', ...text('hello') }),
		seed(
			{ ...text('x'), metadata: { key: 'b' } },
			{ error: { code: 13, message: 'No' }, key: 'a' },
		),
		seed({ key: 'a', response: { promptFeedback: { blockReason: 'SAFETY' } } }),
		seed({
			key: 'a',
			response: {
				candidates: [
					{
						content: {
							parts: [
								{ inlineData: { mimeType: 'image/png', data: 'AAAA' } },
								{ text: 't', thought: true },
							],
						},
					},
				],
			},
		}),
		seed({ key: 'a', response: { embedding: { values: [0.1, -2] }, tokenCount: '5' } }),
		seed({
			key: 'a',
			...text('x', {
				groundingMetadata: { groundingChunks: [{ web: { uri: 'https://x', title: 't' } }] },
				citationMetadata: { citationSources: [{ uri: 'u' }] },
				urlContextMetadata: { urlMetadata: [{ retrievedUrl: 'r' }] },
			}),
		}),
		seed({ key: '__proto__', ...text('{"__proto__":{"a":1}}') }),
		Buffer.from('\ufeff{"key":"a","response":{}}\r\n\r\n{"key":"b"'),
	],
	tokens: [
		'"key":',
		'"response":',
		'"error":',
		'"metadata":',
		'candidates',
		'content',
		'parts',
		'text',
		'usageMetadata',
		'totalTokenCount',
		'embedding',
		'values',
		'finishReason',
		'MAX_TOKENS',
		'SAFETY',
		'NO_IMAGE',
		'inlineData',
		'\n',
		'\r\n',
		'\ufeff',
		'{',
		'}',
		'\\u005f_proto__',
		'"a"',
		'"b"',
		'__proto__',
	],
	run,
};

import { fileEntries, linesFrom } from '../../../../nodes/GeminiBatch/results/entries.ts';
import { joinEntries } from '../../../../nodes/GeminiBatch/results/join.ts';
import { linesOf } from '../../../../nodes/GeminiBatch/results/lines.ts';
import { readResult } from '../../../../nodes/GeminiBatch/results/result.ts';
import { addTo, emptyTally, sumOf } from '../../../../nodes/GeminiBatch/results/tally.ts';
import { memoryInUse } from '../../../support/memoryInUse.mts';
import { Random } from '../../support/random.mts';

const entry = (key: string, text = `about ${key}`) => ({
	response: {
		candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }],
		usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 3, totalTokenCount: 5 },
	},
	key,
});
const file = (...entries: unknown[]) => entries.map((one) => `${JSON.stringify(one)}\n`).join('');

/** The bytes of a text in chunks whose borders fall anywhere, in the middle of letters too. */
function* chunks(text: string, random: Random, most: number): Generator<Uint8Array> {
	const bytes = Buffer.from(text);
	for (let at = 0; at < bytes.length; ) {
		const size = Math.floor(random.next() * most); // zero now and then
		yield bytes.subarray(at, at + size);
		at += size;
	}
}

async function all<T>(things: AsyncIterable<T>): Promise<T[]> {
	const list: T[] = [];
	for await (const thing of things) list.push(thing);
	return list;
}
const read = async (text: string, longest?: number) =>
	await all(fileEntries([Buffer.from(text)], longest));

describe('lines', () => {
	const texts = async (bytes: Iterable<Uint8Array>, longest?: number) =>
		(await all(linesOf(bytes, longest))).map(({ bytes: held, ...rest }) => ({
			...rest,
			text: held?.toString('utf8'),
		}));

	it('are the same wherever the chunks end', async () => {
		const text = 'ä€😀 first\n\n\r\nsecond ü\nlast without an end 😀';
		const expected = await texts([Buffer.from(text)]);
		expect(expected).toEqual([
			{ number: 1, isWhole: true, text: 'ä€😀 first' },
			{ number: 2, isWhole: true, text: '' },
			{ number: 3, isWhole: true, text: '\r' },
			{ number: 4, isWhole: true, text: 'second ü' },
			{ number: 5, isWhole: false, text: 'last without an end 😀' },
		]);
		for (let seed = 0; seed < 200; seed++) {
			const random = new Random(seed);
			expect(await texts(chunks(text, random, 1 + Math.ceil(random.next() * 12)))).toEqual(
				expected,
			);
		}
	});

	it.each(['', '\n', 'a', 'a\n'])('of %j: none is made up', async (text) => {
		const expected = text.split('\n').slice(0, text.endsWith('\n') || text === '' ? -1 : undefined);
		expect((await texts([Buffer.from(text)])).map((line) => line.text)).toEqual(expected);
	});

	it('that are too long are passed over, and not kept meanwhile', async () => {
		const before = memoryInUse();
		let most = 0;
		const huge = function* () {
			yield Buffer.from('a\n');
			for (let n = 0; n < 200; n++) {
				yield Buffer.alloc(1 << 20, 120);
				if (n % 10 === 0) most = Math.max(most, memoryInUse() - before);
			}
			yield Buffer.from('\nb\n');
		};
		expect(await texts(huge(), 3 << 20)).toEqual([
			{ number: 1, isWhole: true, text: 'a' },
			{ number: 2, isWhole: true, text: undefined },
			{ number: 3, isWhole: true, text: 'b' },
		]);
		expect(most).toBeLessThan(30 << 20);
	});

	it('may be exactly as long as allowed', async () => {
		expect(await texts([Buffer.from('aaa\nbbbb\ncc'), Buffer.from('c')], 3)).toMatchObject([
			{ text: 'aaa' },
			{ text: undefined },
			{ text: 'ccc', isWhole: false },
		]);
	});
});

describe('an output file', () => {
	it('gives its entries, blank lines or not', async () => {
		const a = entry('a');
		const b = entry('b');
		expect(await read(`\n  \n${file(a)}\r\n\n${file(b)}\n`)).toEqual([a, b]);
		expect(await read(file(a, b).trimEnd())).toEqual([a, b]);
		expect(await read(`\uFEFF${file(a)}`)).toEqual([a]);
		expect(await read('')).toEqual([]);
	});

	it('that breaks off has a failed result with the number of the line', async () => {
		expect(await read(file(entry('a'), entry('b')).slice(0, -20))).toEqual([
			entry('a'),
			{ error: { code: 'BROKEN_LINE', message: 'Line 2 of the output file breaks off' } },
		]);
	});

	it('that breaks off behind a key still says whose result it is', async () => {
		const line = `{"key":"a \\"1\\"","response":{"candidates":[{"content":`;
		expect(await read(line)).toEqual([
			{
				error: { code: 'BROKEN_LINE', message: 'Line 1 of the output file breaks off' },
				key: 'a "1"',
			},
		]);
	});

	it.each([
		['no JSON', 'oops', 'is not JSON'],
		['a list', '[1]', 'is not a JSON object'],
		['a text', '"x"', 'is not a JSON object'],
		['nothing', 'null', 'is not a JSON object'],
		['a line that is too long', JSON.stringify({ x: 'y'.repeat(300) }), 'is too long to be read'],
	])('with %s goes on behind it', async (_, line, what) => {
		expect(await read(`${file(entry('a'))}${line}\n${file(entry('b'))}`, 250)).toEqual([
			entry('a'),
			{ error: { code: 'BROKEN_LINE', message: `Line 2 of the output file ${what}` } },
			entry('b'),
		]);
	});

	it('says when the connection breaks, instead of handing out a part', async () => {
		async function* broken(): AsyncGenerator<Uint8Array> {
			yield await Promise.resolve(Buffer.from(file(entry('a'))));
			throw new Error('aborted');
		}
		await expect(all(fileEntries(broken()))).rejects.toThrow('aborted');
	});

	it('of 100,000 lines in any order is joined in a bounded memory, line by line', async () => {
		const count = 100_000;
		const keys = Array.from({ length: count }, (_, index) => `key-${index}`);
		const filler = 'ü'.repeat(1500);
		let most = 0;
		const start = memoryInUse();
		function* bytes(): Generator<Uint8Array> {
			// 7 and 100,000 have no common divisor: each line once, far from its place. 0.3 GB.
			for (let n = 0; n < count; n++) {
				yield Buffer.from(file(entry(`key-${(n * 7) % count}`, `${(n * 7) % count} ${filler}`)));
				if (n % 10_000 === 0) most = Math.max(most, memoryInUse() - start);
			}
		}
		const joined = await joinEntries(fileEntries(bytes()), keys, (one, key) =>
			readResult(one, key, 'batches/x', 'guess').result.text?.slice(0, 8),
		);
		expect(most).toBeLessThan(150 << 20);
		expect(joined).toHaveLength(count);
		const wrong = joined.find(
			({ made, index, matchedBy }) =>
				matchedBy !== 'key' || Number(String(made).split(' ')[0]) !== index,
		);
		expect(wrong).toBeUndefined();
	}, 60_000);

	it('is what inlined results are written as: the key beside the result', async () => {
		const entries = [
			{ response: { a: 1 }, metadata: { key: 'a' } },
			{ error: { code: 3 } },
			{ response: { text: 'two\nlines' }, key: 'c' },
		];
		expect(await all(fileEntries([linesFrom(entries)]))).toEqual([
			{ ...entries[0], key: 'a' },
			entries[1],
			entries[2],
		]);
		expect(linesFrom([]).length).toBe(0);
	});
});

describe('one answer', () => {
	const resultOf = (one: object) => readResult(one as never, 'a', 'batches/x', 'none');
	const answer = (candidate: object, more: object = {}) =>
		resultOf({ response: { candidates: [{ finishReason: 'STOP', ...candidate }], ...more } });

	it('of an embedding has its numbers and tokens', () => {
		const { result } = resultOf({
			response: { embedding: { values: [0.5, -1] }, tokenCount: '3' },
		});
		expect(result).toMatchObject({
			status: 'succeeded',
			error: null,
			text: null,
			embedding: [0.5, -1],
			usage: { promptTokens: 3, outputTokens: 0, totalTokens: 3 },
		});
	});

	it('of an image model has its images apart from its text, and no thought among them', () => {
		const image = (data: string, more: object = {}) => ({
			inlineData: { mimeType: 'image/png', data },
			...more,
		});
		const parts = [
			image('AAAA', { thought: true }),
			image('AQID'),
			{ text: 'Here' },
			image('BAUG'),
		];
		const { result, media } = answer({ content: { parts } });
		expect(result).toMatchObject({ status: 'succeeded', text: 'Here' });
		expect(media).toEqual([
			{ mimeType: 'image/png', base64: 'AQID' },
			{ mimeType: 'image/png', base64: 'BAUG' },
		]);
		expect(answer({ content: { parts: [image('')] } }).media).toEqual([]);
		// An image without a word is an answer, though cut off by the token limit.
		const alone = answer({ content: { parts: [image('AQID')] }, finishReason: 'MAX_TOKENS' });
		expect(alone.result).toMatchObject({ status: 'succeeded', text: null });
	});

	it('names the pages it is based on, each once', () => {
		const { result } = answer({
			content: { parts: [{ text: 'x' }] },
			groundingMetadata: {
				groundingChunks: [
					{ web: { uri: 'https://a.example/', title: 'A' } },
					{ web: { uri: 'https://a.example/', title: 'A again' } },
					{ maps: { uri: 'https://maps.example/', title: 'M' } },
					{ web: {} },
					{},
				],
			},
			citationMetadata: { citationSources: [{ uri: 'https://b.example/' }] },
			urlContextMetadata: { urlMetadata: [{ retrievedUrl: 'https://c.example/' }] },
		});
		expect(result.sources).toEqual([
			{ title: 'A', url: 'https://a.example/' },
			{ title: 'M', url: 'https://maps.example/' },
			{ title: null, url: 'https://b.example/' },
			{ title: null, url: 'https://c.example/' },
		]);
		expect(answer({ content: { parts: [{ text: 'x' }] } }).result).not.toHaveProperty('sources');
	});

	it('tells thoughts and what came from the cache only where Google does', () => {
		const usageMetadata = { promptTokenCount: 9, cachedContentTokenCount: 4, totalTokenCount: 9 };
		expect(answer({}, { usageMetadata }).result.usage).toEqual({
			promptTokens: 9,
			outputTokens: 0,
			totalTokens: 9,
			cachedTokens: 4,
		});
	});

	it.each(['MALFORMED_FUNCTION_CALL', 'NO_IMAGE', 'TOO_MANY_TOOL_CALLS'])(
		'that ended with %s failed, and was not blocked',
		(finishReason) => {
			expect(answer({ finishReason }).result).toMatchObject({
				status: 'failed',
				error: {
					code: finishReason,
					message: `The model did not finish the answer: ${finishReason}`,
				},
			});
		},
	);
});

test('the sum of results counts each kind and all tokens', () => {
	const usage = { promptTokens: 1, outputTokens: 2, totalTokens: 3 };
	const one = emptyTally();
	addTo(one, { status: 'succeeded', usage: { ...usage, thoughtTokens: 1 } });
	addTo(one, { status: 'failed', usage: null });
	const other = emptyTally();
	addTo(other, { status: 'blocked', usage });
	expect(sumOf([one, other])).toEqual({
		counts: { total: 3, succeeded: 1, failed: 1, blocked: 1, missing: 0 },
		usage: { promptTokens: 2, outputTokens: 4, totalTokens: 6, thoughtTokens: 1 },
	});
});

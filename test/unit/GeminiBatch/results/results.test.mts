import { inlinedEntries } from '../../../../nodes/GeminiBatch/results/entries.ts';
import { joinEntries, listEntries } from '../../../../nodes/GeminiBatch/results/join.ts';
import { readResult, type BatchResult } from '../../../../nodes/GeminiBatch/results/result.ts';
import { Random } from '../../support/random.mts';

const JOB = 'batches/abc';
const answer = (text: string, extra: object = {}) => ({
	candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
	...extra,
});
const result = (key: string | number | null, response: unknown = answer(`about ${key}`)) => ({
	response,
	...(key === null ? {} : { metadata: { key } }),
});
/** A finished batch as the API sends it. */
const operation = (inlinedResponses: unknown[], place: 'response' | 'metadata' = 'response') => {
	const output = { inlinedResponses: { inlinedResponses } };
	return place === 'response'
		? { name: JOB, metadata: { state: 'BATCH_STATE_SUCCEEDED' }, done: true, response: output }
		: { name: JOB, metadata: { state: 'BATCH_STATE_SUCCEEDED', output }, done: true };
};
/** The results of these entries, joined to the keys: what the node makes of them. */
async function join(
	entries: unknown[],
	keys: string[],
	asJson = false,
	place?: 'response' | 'metadata',
): Promise<BatchResult[]> {
	const parsing = asJson ? 'json' : 'none';
	const found = inlinedEntries(operation(entries, place)) ?? [];
	const joined = await joinEntries(
		found,
		keys,
		(entry, key) => readResult(entry, key, JOB, parsing).result,
	);
	return joined.map(({ made, key, matchedBy }) => ({ ...made, key, matchedBy }));
}
const brief = async (entries: unknown[], keys: string[]) =>
	(await join(entries, keys)).map(({ key, status, text, matchedBy }) => [
		key,
		status,
		text,
		matchedBy,
	]);

describe('the status of one result', () => {
	const ended = (finishReason: string | undefined, text?: string) => ({
		candidates: [{ content: { parts: text === undefined ? [] : [{ text }] }, finishReason }],
	});
	const cases: Array<[string, object, string, string | null]> = [
		['an answer', { response: ended('STOP', 'Hi') }, 'succeeded', null],
		[
			'an answer cut off by the token limit',
			{ response: ended('MAX_TOKENS', 'Hi') },
			'succeeded',
			null,
		],
		['an answer that is empty and whole', { response: ended('STOP') }, 'succeeded', null],
		[
			'nothing but thoughts, then the token limit',
			{ response: ended('MAX_TOKENS') },
			'failed',
			'MAX_TOKENS',
		],
		[
			'an answer that the filters stopped',
			{ response: ended('SAFETY', 'Hi') },
			'blocked',
			'SAFETY',
		],
		['a recitation', { response: ended('RECITATION') }, 'blocked', 'RECITATION'],
		[
			'a blocked prompt',
			{ response: { promptFeedback: { blockReason: 'OTHER' } } },
			'blocked',
			'OTHER',
		],
		['a response without candidates', { response: {} }, 'failed', null],
		['neither response nor reason', {}, 'missing', null],
		['an error', { error: { code: 3, message: 'bad' } }, 'failed', '3'],
	];
	it.each(cases)('%s', async (_, entry, status, code) => {
		const [result] = await join([{ ...entry, metadata: { key: 'a' } }], ['a']);
		expect([result.status, result.error?.code ?? null]).toEqual([status, code]);
		expect(result.error === null).toBe(status === 'succeeded');
	});

	it('is found for 50,000 results without comparing each with each', async () => {
		const keys = Array.from({ length: 50_000 }, (_, index) => `key-${index}`);
		const started = performance.now();
		expect(
			await join(
				keys.map((key) => result(key, {})),
				keys,
			),
		).toHaveLength(50_000);
		expect(performance.now() - started).toBeLessThan(3000);
	});
});

describe('joining by key', () => {
	it('describes a result', async () => {
		const usageMetadata = {
			promptTokenCount: 8,
			candidatesTokenCount: 11,
			thoughtsTokenCount: 829,
			totalTokenCount: 848,
		};
		expect(await join([result('a', answer('Hi', { usageMetadata }))], ['a'])).toEqual([
			{
				key: 'a',
				status: 'succeeded',
				text: 'Hi',
				data: null,
				finishReason: 'STOP',
				usage: { promptTokens: 8, outputTokens: 840, totalTokens: 848, thoughtTokens: 829 },
				error: null,
				jobId: JOB,
				matchedBy: 'key',
			},
		]);
	});

	it('finds the results in the metadata of the operation too', async () => {
		const [first] = await join([result('a')], ['a'], false, 'metadata');
		expect(first).toMatchObject({ key: 'a', status: 'succeeded', text: 'about a' });
	});

	it('gives shuffled results in the order of the items, again and again', async () => {
		const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);
		for (let seed = 0; seed < 20; seed++) {
			const random = new Random(seed);
			const shuffled = keys
				.map((key) => ({ key, rank: random.next() }))
				.sort((a, b) => a.rank - b.rank)
				.map(({ key }) => result(key));
			expect(await brief(shuffled, keys)).toEqual(
				keys.map((key) => [key, 'succeeded', `about ${key}`, 'key']),
			);
		}
	});

	it.each([
		['metadata.key', { metadata: { key: 'a' } }],
		['key', { key: 'a' }],
		['both, of which the metadata count', { metadata: { key: 'a' }, key: 'b' }],
	])('finds the key in %s', async (_, place) => {
		const [first] = await join([{ response: answer('Hi'), ...place }], ['a']);
		expect(first).toMatchObject({ text: 'Hi', matchedBy: 'key' });
	});

	it('takes a number for the key that it is written as', async () => {
		expect(await brief([result(1), result(0)], ['0', '1'])).toEqual([
			['0', 'succeeded', 'about 0', 'key'],
			['1', 'succeeded', 'about 1', 'key'],
		]);
	});

	it('is not confused by keys of the prototype', async () => {
		const keys = ['__proto__', 'constructor', 'toString'];
		expect(await brief([result('toString'), result('__proto__')], keys)).toEqual([
			['__proto__', 'succeeded', 'about __proto__', 'key'],
			['constructor', 'missing', null, 'none'],
			['toString', 'succeeded', 'about toString', 'key'],
		]);
	});
});

describe('when the numbers do not agree', () => {
	it('says which result is missing', async () => {
		const [, second] = await join([result('c'), result('a')], ['a', 'b', 'c']);
		expect(second).toMatchObject({
			key: 'b',
			status: 'missing',
			text: null,
			matchedBy: 'none',
			error: { code: null, message: 'Google returned no result for this request' },
		});
	});

	it('says that all are missing', async () => {
		expect(await brief([], ['a', 'b'])).toEqual([
			['a', 'missing', null, 'none'],
			['b', 'missing', null, 'none'],
		]);
	});

	it('puts duplicates and strangers last, and loses none', async () => {
		const entries = [
			result('x'),
			result('b'),
			result('b', answer('again')),
			result('a'),
			result(null),
		];
		expect(await brief(entries, ['a', 'b'])).toEqual([
			['a', 'succeeded', 'about a', 'key'],
			['b', 'succeeded', 'about b', 'key'],
			['x', 'succeeded', 'about x', 'none'],
			['b', 'succeeded', 'again', 'none'],
			[null, 'succeeded', 'about null', 'none'],
		]);
	});

	it('never guesses while there is a single key', async () => {
		expect(await brief([result('b'), result(null)], ['a', 'b'])).toEqual([
			['a', 'missing', null, 'none'],
			['b', 'succeeded', 'about b', 'key'],
			[null, 'succeeded', 'about null', 'none'],
		]);
	});
});

describe('when no key came back', () => {
	it('goes by position, and says that it is a guess', async () => {
		const entries = [result(null, answer('first')), result(null, answer('second'))];
		expect(await brief(entries, ['a', 'b'])).toEqual([
			['a', 'succeeded', 'first', 'position'],
			['b', 'succeeded', 'second', 'position'],
		]);
	});

	it.each([
		['too few', 1],
		['too many', 3],
	])('does not guess with %s', async (_, count) => {
		const entries = Array.from({ length: count }, () => result(null));
		expect((await join(entries, ['a', 'b'])).map(({ matchedBy }) => matchedBy)).toEqual(
			Array(2 + count).fill('none'),
		);
	});

	it.each(['', null, {}, [], true])('takes %j for no key', async (key) => {
		const entries = [{ response: answer('Hi'), metadata: { key } }];
		expect((await join(entries, ['a']))[0]).toMatchObject({ key: 'a', matchedBy: 'position' });
	});
});

describe('what became of a request', () => {
	it.each([
		[
			{ code: 3, message: 'Invalid value' },
			{ code: '3', message: 'Invalid value' },
		],
		[{ message: 'No code' }, { code: null, message: 'No code' }],
		[{}, { code: null, message: null }],
		['text', { code: null, message: null }],
	])('failed with %j', async (error, told) => {
		const [only] = await join([{ error, metadata: { key: 'a' } }], ['a']);
		expect(only).toMatchObject({
			key: 'a',
			status: 'failed',
			error: told,
			text: null,
			matchedBy: 'key',
		});
	});

	it.each(['SAFETY', 'PROHIBITED_CONTENT', 'OTHER'])('blocked: %s', async (blockReason) => {
		const [only] = await join([result('a', { promptFeedback: { blockReason } })], ['a']);
		expect(only).toMatchObject({
			status: 'blocked',
			text: null,
			error: { code: blockReason, message: `Google blocked the prompt: ${blockReason}` },
		});
	});

	it('joins the parts of the first candidate, without thoughts', async () => {
		const parts = [
			{ text: 'I think', thought: true },
			{ text: 'Hello ' },
			{ inlineData: { data: 'AAAA' } },
			{ text: 7 },
			null,
			{ text: 'world' },
		];
		const candidates = [
			{ content: { parts }, finishReason: 'MAX_TOKENS' },
			{ content: { parts: [{ text: 'no' }] } },
		];
		expect((await join([result('a', { candidates })], ['a']))[0]).toMatchObject({
			text: 'Hello world',
			finishReason: 'MAX_TOKENS',
		});
	});

	it.each([
		[{}],
		[{ candidates: [] }],
		[{ candidates: 'x' }],
		[{ candidates: [{}] }],
		[{ candidates: [{ content: null }] }],
		[{ candidates: [{ content: { parts: 'x' } }] }],
		[{ candidates: [{ content: { parts: [{ text: 'only', thought: true }] } }] }],
		[null],
	])('has no text in %j', async (response) => {
		expect((await join([result('a', response)], ['a']))[0]).toMatchObject({
			text: null,
			usage: null,
		});
	});

	it.each([
		['{"a":1}', { a: 1 }],
		[' [1, 2] ', [1, 2]],
		['"x"', 'x'],
		['0', 0],
		['null', null],
		['{"a":1', null],
		['```json\n{}\n```', null],
	])('parses %j when JSON was asked for', async (text, data) => {
		expect((await join([result('a', answer(text))], ['a'], true))[0]).toMatchObject({ text, data });
		expect((await join([result('a', answer(text))], ['a'], false))[0]).toMatchObject({
			text,
			data: null,
		});
	});

	it('counts tokens that Google leaves out as zero', async () => {
		const [only] = await join(
			[result('a', answer('x', { usageMetadata: { totalTokenCount: '5' } }))],
			['a'],
		);
		expect(only.usage).toEqual({ promptTokens: 0, outputTokens: 0, totalTokens: 5 });
	});
});

test("without keys, everything comes in Google's order", async () => {
	const found = inlinedEntries(operation([result('b'), result(null), result('b')]))!;
	const listed: unknown[] = [];
	for await (const one of listEntries(found, (entry) => entry?.response)) {
		listed.push([one.key, one.matchedBy, one.made]);
	}
	expect(listed).toEqual([
		['b', 'key', answer('about b')],
		[null, 'none', answer('about null')],
		['b', 'key', answer('about b')],
	]);
});

test('a batch without results has no entries, one with none has an empty list', () => {
	expect(inlinedEntries({ name: JOB, metadata: {} })).toBeUndefined();
	expect(inlinedEntries(operation([]))).toEqual([]);
});

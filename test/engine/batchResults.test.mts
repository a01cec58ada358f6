import { BinaryDataService } from 'n8n-core';
import type { INode, INodeExecutionData } from 'n8n-workflow';
import { mintCallbackToken, TOKEN_PARAMETER } from '../../nodes/shared/delivery/callbackToken.ts';
import type { Attempt } from '../emulator/index.mts';
import { PIXEL } from '../emulator/answers.mts';
import type { BatchResult } from '../emulator/batch-output.mts';
import { Container } from './support/container.mts';
import type { Execution } from './support/execution.mts';
import { finishedFileBatch, requestLine, startFileBatch } from './support/fileBatches.mts';
import { finishedJob, startJob } from './support/jobs.mts';
import { API_KEY, FOREIGN_KEY, Stage, type RunOptions } from './support/stage.mts';
import { until } from './support/until.mts';

interface BinaryData {
	mode: string;
	setManager: (mode: string, manager: object | undefined) => void;
}

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(() => stage.reset());
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const named = (batch: string, more: object = {}): INodeExecutionData => ({
	json: { jobId: batch, ...more },
});

/** 'Get Results' of the batches that the items name as 'jobId'. */
const getResults = (
	items: INodeExecutionData[],
	parameters: INode['parameters'] = {},
	options: RunOptions = {},
): Promise<Execution> =>
	stage.runBatch(
		{
			operation: 'getResults',
			batch: { __rl: true, mode: 'id', value: '={{ $json.jobId }}' },
			...parameters,
		},
		{ items, ...options },
	);

const failed = (key: string): BatchResult => ({ key, error: { code: 3, message: 'Bad request' } });
const blocked = (key: string): BatchResult => ({
	key,
	response: { promptFeedback: { blockReason: 'SAFETY' } },
});
const said = (key: string, text = `about ${key}`, parts: object[] = []): BatchResult => ({
	key,
	response: {
		candidates: [{ content: { parts: [{ text }, ...parts] }, finishReason: 'STOP' }],
		usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 3, totalTokenCount: 5 },
	},
});

/** Some fields of what came out. */
const brief = (execution: Execution, output = 0): unknown[][] =>
	execution
		.output('Batch', output)
		.map(({ json, pairedItem }) => [
			json.key,
			json.status,
			json.text,
			json.matchedBy,
			(pairedItem as { item: number } | undefined)?.item,
		]);
const hints = (execution: Execution): unknown =>
	execution
		.runsOf('Batch')
		.at(-1)
		?.hints?.map(({ message }) => message);
const downloads = () => stage.calls(/:download/);
const bytesIn = (item: INodeExecutionData, field = 'data'): string =>
	Buffer.from(item.binary![field].data, 'base64').toString();

describe("'Get Results' as items", () => {
	test('reads an output file whose name is too long to be looked up', async () => {
		const batch = await finishedFileBatch(stage, ['a', 'b']);
		const execution = await getResults([named(batch, { metadata: { lot: '7' } })]);
		expect(execution.error).toBeUndefined();
		expect(execution.json('After')).toEqual(
			['a', 'b'].map((key) => ({
				key,
				status: 'succeeded',
				text: `Echo: about ${key}`,
				data: null,
				finishReason: 'STOP',
				usage: expect.objectContaining({ totalTokens: expect.any(Number) as number }) as object,
				error: null,
				jobId: batch,
				matchedBy: 'key',
				metadata: { lot: '7' },
			})),
		);
		const [{ path }] = downloads();
		expect(path).toMatch(/\/v1beta\/files\/batch-\w{36}:download\?alt=media$/);
		expect(stage.calls(/\/files\/batch-\w+$/)).toEqual([]);
		expect(hints(execution)).toEqual([expect.stringMatching(/^\d+ tokens in 2 results/)]);
	});

	test("reads results inside of the answer, JSON parsed, where only 'response' has them", async () => {
		stage.emulator.settings.batchOutputIn = 'response';
		const batch = await startJob(stage);
		stage.emulator.jobs.complete(batch, { results: [said('a', '{"mood":"good"}'), said('b')] });
		const execution = await getResults([named(batch)]);
		expect(execution.json('After')).toMatchObject([
			{ key: 'a', data: { mood: 'good' } },
			{ key: 'b', data: null },
		]);
		expect(downloads()).toEqual([]);
	});

	test("reads an output file that only 'response' names", async () => {
		stage.emulator.settings.batchOutputIn = 'response';
		const execution = await getResults([named(await finishedFileBatch(stage, ['a']))]);
		expect(brief(execution)).toEqual([['a', 'succeeded', 'Echo: about a', 'key', 0]]);
	});

	test('fetches a batch once, however many items name it, and each of several', async () => {
		const one = await finishedFileBatch(stage, ['a']);
		const other = await finishedFileBatch(stage, ['x', 'y']);
		const execution = await getResults([named(one), named(other), named(one)]);
		expect(brief(execution)).toEqual([
			['a', 'succeeded', 'Echo: about a', 'key', 0],
			['x', 'succeeded', 'Echo: about x', 'key', 1],
			['y', 'succeeded', 'Echo: about y', 'key', 1],
		]);
		expect(downloads()).toHaveLength(2);
	});

	test('stores images as binary data, and no byte of them as text', async () => {
		const image = { inlineData: { mimeType: 'image/png', data: PIXEL } };
		const sound = { inlineData: { mimeType: 'audio/wav;rate=24000', data: 'AAAA' } };
		const batch = await finishedFileBatch(
			stage,
			['a b/ü', 'c'],
			[said('a b/ü', 'Two', [image, image]), said('c', 'Heard', [sound])],
		);
		const execution = await getResults([named(batch)]);
		const [pictures, heard] = execution.output('After');
		expect(pictures.binary).toMatchObject({
			image: { mimeType: 'image/png', fileName: 'a_b_.png', fileExtension: 'png' },
			image_1: { mimeType: 'image/png', fileName: 'a_b__1.png' },
		});
		expect(pictures.binary!.image.data).toBe(PIXEL);
		expect(heard.binary).toMatchObject({ file: { fileName: 'c.wav' } });
		expect(JSON.stringify(pictures.json)).not.toContain(PIXEL);
	});

	test('gives embeddings and sources', async () => {
		const batch = await startJob(stage);
		stage.emulator.jobs.complete(batch, {
			results: [
				{ key: 'a', response: { embedding: { values: [0.25, 0.5] }, tokenCount: '4' } },
				{
					key: 'b',
					response: {
						candidates: [
							{
								content: { parts: [{ text: 'Found' }] },
								finishReason: 'STOP',
								groundingMetadata: {
									groundingChunks: [{ web: { uri: 'https://a.example/', title: 'A' } }],
								},
							},
						],
					},
				},
			],
		});
		expect((await getResults([named(batch)])).json('After')).toMatchObject([
			{ status: 'succeeded', embedding: [0.25, 0.5], usage: { totalTokens: 4 } },
			{ status: 'succeeded', sources: [{ title: 'A', url: 'https://a.example/' }] },
		]);
	});

	test('tells what did not succeed, among the results or on an output of its own', async () => {
		const results = [said('a'), failed('b'), blocked('c'), said('d')];
		const batch = await finishedFileBatch(stage, ['a', 'b', 'c', 'd'], results);
		const inline = await getResults([named(batch)]);
		expect(brief(inline).map(([key, status]) => [key, status])).toEqual([
			['a', 'succeeded'],
			['b', 'failed'],
			['c', 'blocked'],
			['d', 'succeeded'],
		]);
		expect(hints(inline)).toEqual([
			"2 of 4 requests did not succeed (1 failed, 1 blocked). Their 'error' says why.",
			'10 tokens in 4 results: 4 of the prompts, 6 of the answers.',
		]);

		const apart = await getResults([named(batch)], { errorsOn: 'secondOutput' });
		expect(brief(apart, 0).map(([key]) => key)).toEqual(['a', 'd']);
		expect(apart.output('Batch', 1).map(({ json }) => [json.key, json.error])).toEqual([
			['b', { code: '3', message: 'Bad request' }],
			['c', { code: 'SAFETY', message: 'Google blocked the prompt: SAFETY' }],
		]);
		expect(apart.json('After').map(({ key }) => key)).toEqual(['a', 'd']);
	});

	test('a batch that only failed requests came of is no reason to fail', async () => {
		const batch = await startFileBatch(stage, [requestLine('a', 'x')]);
		stage.emulator.jobs.complete(batch, { allErrors: true });
		const execution = await getResults([named(batch)]);
		expect(execution.json('After')).toMatchObject([{ key: 'a', status: 'failed' }]);
	});

	test('says that the output is empty', async () => {
		const batch = await finishedFileBatch(stage, ['a'], []);
		const execution = await getResults([named(batch)]);
		expect(execution.status).toBe('success');
		expect(hints(execution)).toEqual([expect.stringContaining('holds no results')]);
	});
});

test('100,000 rows come out in the order of their keys, from one download', async () => {
	const count = 100_000;
	const results = Array.from({ length: count }, (_, n) => said(`k${(n * 7) % count}`));
	const batch = await finishedFileBatch(stage, ['any'], results);
	const execution = await getResults([named(batch)], {
		joinTo: 'keys',
		keys: `={{ Array.from({ length: ${count} }, (_, n) => 'k' + n) }}`,
	});
	const items = execution.json('Batch');
	expect(items).toHaveLength(count);
	expect(items.findIndex(({ key, text }, n) => key !== `k${n}` || text !== `about k${n}`)).toBe(-1);
	expect(downloads()).toHaveLength(1);
	expect((await getResults([named(batch)], { returnAs: 'summary' })).json('Batch')).toMatchObject([
		{ counts: { total: count, succeeded: count }, usage: { totalTokens: 5 * count } },
	]);
}, 60_000);

describe('joined to', () => {
	const rows = (batch: string) => ['a', 'b', 'c'].map((sku) => ({ json: { sku, jobId: batch } }));

	test("the incoming items: each result comes from its row, and in the rows' order", async () => {
		stage.emulator.settings.shuffleOutput = true;
		stage.emulator.settings.blankLines = true;
		const batch = await finishedFileBatch(stage, ['b', 'x', 'a', 'c']);
		const execution = await getResults(rows(batch), { joinTo: 'items', key: '={{ $json.sku }}' });
		expect(brief(execution)).toEqual([
			['a', 'succeeded', 'Echo: about a', 'key', 0],
			['b', 'succeeded', 'Echo: about b', 'key', 1],
			['c', 'succeeded', 'Echo: about c', 'key', 2],
			['x', 'succeeded', 'Echo: about x', 'none', undefined],
		]);
		expect(downloads()).toHaveLength(1);
	});

	test('the incoming items by their index, as Start numbers them', async () => {
		const batch = await finishedFileBatch(stage, ['2', '0', '1']);
		const execution = await getResults(rows(batch), { joinTo: 'items' });
		expect(brief(execution).map(([key, , , , item]) => [key, item])).toEqual([
			['0', 0],
			['1', 1],
			['2', 2],
		]);
	});

	test('the incoming items of two batches', async () => {
		const one = await finishedFileBatch(stage, ['a', 'c']);
		const other = await finishedFileBatch(stage, ['b']);
		const items = [one, other, one].map((jobId, index) => named(jobId, { sku: 'abc'[index] }));
		const execution = await getResults(items, { joinTo: 'items', key: '={{ $json.sku }}' });
		expect(brief(execution).map(([key, , , , item]) => [key, item])).toEqual([
			['a', 0],
			['c', 2],
			['b', 1],
		]);
	});

	test('a list of keys, from an expression or as JSON', async () => {
		const batch = await finishedFileBatch(stage, ['b', 'a', '3']);
		const expected = [
			['a', 'succeeded', 'Echo: about a', 'key', 0],
			['3', 'succeeded', 'Echo: about 3', 'key', 0],
			['z', 'missing', null, 'none', 0],
			['b', 'succeeded', 'Echo: about b', 'none', 0],
		];
		for (const keys of ['={{ ["a", 3, "z"] }}', '["a", 3, "z"]']) {
			const execution = await getResults([named(batch)], { joinTo: 'keys', keys });
			expect(brief(execution)).toEqual(expected);
		}
	});

	test('anything, when no key came back: by position, and said so', async () => {
		stage.emulator.settings.omitKeys = true;
		const batch = await finishedFileBatch(stage, ['a', 'b', 'c']);
		const execution = await getResults(rows(batch), { joinTo: 'items', key: '={{ $json.sku }}' });
		expect(brief(execution)).toEqual([
			['a', 'succeeded', 'Echo: about a', 'position', 0],
			['b', 'succeeded', 'Echo: about b', 'position', 1],
			['c', 'succeeded', 'Echo: about c', 'position', 2],
		]);
	});

	test('a key that came twice: the second is lost to no one', async () => {
		stage.emulator.settings.duplicateKeys = true;
		const batch = await finishedFileBatch(
			stage,
			['a', 'b'],
			[said('a', 'first'), said('a', 'second')],
		);
		const execution = await getResults([named(batch, { sku: 'a' })], {
			joinTo: 'keys',
			keys: '["a", "b"]',
		});
		expect(brief(execution)).toEqual([
			['a', 'succeeded', 'first', 'key', 0],
			['b', 'missing', null, 'none', 0],
			['a', 'succeeded', 'second', 'none', 0],
		]);
	});

	test.each<[string, INode['parameters'], RegExp]>([
		[
			'two rows with one key',
			{ joinTo: 'items', key: 'x' },
			/^Items 0 and 1 have the same 'Key': x/,
		],
		['a list that is none', { joinTo: 'keys', keys: 'a, b' }, /^'Keys in Order' is not a list/],
		['an empty list', { joinTo: 'keys', keys: '[]' }, /^'Keys in Order' is not a list/],
		[
			'a list with a gap',
			{ joinTo: 'keys', keys: '["a", null]' },
			/^'Keys in Order' is not a list/,
		],
		['a key twice', { joinTo: 'keys', keys: '["a", "a"]' }, /^'Keys in Order' has the key a twice/],
	])('%s: refused before anything is fetched', async (_, parameters, message) => {
		const batch = await finishedFileBatch(stage, ['a']);
		stage.emulator.requests.length = 0;
		const execution = await getResults(rows(batch), parameters);
		expect(execution.error!.message).toMatch(message);
		expect(execution.error!.description).not.toBe('');
		expect(stage.emulator.requests).toEqual([]);
	});
});

describe('a spoilt output file', () => {
	test('that breaks off: the results before it are there, and the line is named', async () => {
		stage.emulator.settings.truncateLastLine = true;
		const batch = await finishedFileBatch(stage, ['a', 'b']);
		const execution = await getResults([named(batch)], { joinTo: 'keys', keys: '["a", "b"]' });
		expect(execution.status).toBe('success');
		expect(brief(execution).map(([key, status]) => [key, status])).toEqual([
			['a', 'succeeded'],
			['b', 'missing'],
			[null, 'failed'],
		]);
		expect(execution.json('Batch')[2].error).toEqual({
			code: 'BROKEN_LINE',
			message: 'Line 2 of the output file breaks off',
		});
	});

	test.each([1, 2])(
		'whose download breaks %d time(s) is begun anew',
		async (times) => {
			const batch = await finishedFileBatch(stage, ['a', 'b']);
			stage.emulator.faults.add({ path: ':download', cut: 'body', times });
			const execution = await getResults([named(batch)]);
			expect(execution.error).toBeUndefined();
			expect(execution.json('After')).toHaveLength(2);
			expect(hints(execution)).toEqual([expect.stringMatching(/in 2 results/)]);
			expect(downloads()).toHaveLength(times + 1);
		},
		20_000,
	);

	test.each(['items', 'file'])(
		'whose download always breaks comes out as no part of it (%s), and the batch is named',
		async (returnAs) => {
			const batch = await finishedFileBatch(stage, ['a', 'b']);
			stage.emulator.faults.add({ path: ':download', cut: 'body', times: null });
			const execution = await getResults([named(batch)], { returnAs });
			expect(execution.error!.message).toMatch(
				`Could not fetch the results of ${batch}: the Gemini API could not be reached`,
			);
			expect(execution.json('After')).toEqual([]);
			expect(downloads()).toHaveLength(3);
		},
		20_000,
	);

	test('that is gone: said once, with how long Google keeps it', async () => {
		const batch = await finishedFileBatch(stage, ['a']);
		stage.emulator.faults.add({ path: ':download', status: 403, times: null });
		const execution = await getResults([named(batch)]);
		expect(execution.error!.message).toBe(
			`Could not fetch the results of ${batch}: Google does not allow this with the API key`,
		);
		expect(execution.error!.description).toContain('two days');
		expect(downloads()).toHaveLength(1);
	});

	test('behind a busy API comes later', async () => {
		const batch = await finishedFileBatch(stage, ['a']);
		stage.emulator.faults.add({ path: ':download', status: 503 });
		const execution = await getResults([named(batch)]);
		expect(execution.json('After')).toHaveLength(1);
	}, 20_000);
});

describe("'Get Results' otherwise", () => {
	test("as a JSONL file: Google's bytes, and the batch beside them", async () => {
		stage.emulator.settings.truncateLastLine = true;
		const batch = await finishedFileBatch(stage, ['a', 'ü']);
		const execution = await getResults([named(batch), named(batch)], { returnAs: 'file' });
		const [item] = execution.output('After');
		const response = await fetch(
			`${stage.emulator.url}/v1beta/files/batch-${batch.slice(8)}:download?alt=media`,
			{ headers: { 'x-goog-api-key': API_KEY } },
		);
		expect(bytesIn(item)).toBe(await response.text());
		expect(item.binary!.data).toMatchObject({
			fileName: `${batch.slice(8)}.jsonl`,
			mimeType: 'application/jsonl',
		});
		expect(item.json).toMatchObject({ jobId: batch, status: 'succeeded', jobType: 'batch' });
		expect(execution.output('Batch')[0].pairedItem).toEqual([{ item: 0 }, { item: 1 }]);
	});

	test("as a JSONL file that goes to n8n's store as a stream, in pieces", async () => {
		const batch = await finishedFileBatch(
			stage,
			['any'],
			Array.from({ length: 300 }, (_, n) => said(`k${n}`, 'x'.repeat(100_000))),
		);
		const pieces: number[] = [];
		const store = async (_location: unknown, bytes: Buffer | AsyncIterable<Buffer>) => {
			if (Buffer.isBuffer(bytes)) throw new Error('The whole file was held');
			for await (const { length } of bytes) pieces.push(length);
			return { fileId: 'stored', fileSize: pieces.reduce((sum, length) => sum + length, 0) };
		};
		// Keeps all in memory as long as it has no manager.
		const service = Container.get(BinaryDataService) as BinaryData;
		const { mode } = service;
		service.mode = 'filesystem-v2';
		service.setManager('filesystem-v2', { store });
		try {
			const [item] = (await getResults([named(batch)], { returnAs: 'file' })).output('Batch');
			expect(item.binary!.data).toMatchObject({
				id: 'filesystem-v2:stored',
				data: 'filesystem-v2',
			});
			expect((item.binary!.data as unknown as { bytes: number }).bytes).toBeGreaterThan(30e6);
			expect(Math.max(...pieces)).toBeLessThan(1 << 20);
		} finally {
			service.mode = mode;
			service.setManager('filesystem-v2', undefined);
		}
	});

	test('as a JSONL file of results inside of the answer, in the field that was asked for', async () => {
		const batch = await startJob(stage);
		stage.emulator.jobs.complete(batch, {
			results: [{ response: { x: 1 }, metadata: { key: 'a' } } as BatchResult],
		});
		const execution = await getResults([named(batch)], {
			returnAs: 'file',
			binaryProperty: 'results',
			errorsOn: 'secondOutput',
		});
		const [item] = execution.output('After');
		expect(bytesIn(item, 'results')).toBe(
			'{"response":{"x":1},"metadata":{"key":"a"},"key":"a"}\n',
		);
	});

	test('as a summary: how the requests went and what they cost together', async () => {
		const results = [said('a'), failed('b'), blocked('c'), said('d')];
		const batch = await finishedFileBatch(stage, ['a', 'b', 'c', 'd'], results);
		const execution = await getResults([named(batch)], { returnAs: 'summary' });
		expect(execution.json('After')).toEqual([
			expect.objectContaining({
				jobId: batch,
				status: 'partlyFailed',
				counts: { total: 4, succeeded: 2, failed: 1, blocked: 1, missing: 0 },
				usage: { promptTokens: 4, outputTokens: 6, totalTokens: 10 },
				advice: expect.stringContaining('1 of 4 requests failed') as string,
			}),
		]);
	});
});

describe('a batch without results', () => {
	const ends: Array<[string, (name: string) => unknown, RegExp, RegExp]> = [
		['has not begun', () => undefined, /has not begun yet$/, /'Wait'/],
		[
			'runs',
			(name) => stage.emulator.jobs.set(name, 'BATCH_STATE_RUNNING'),
			/is still running$/,
			/'Wait'/,
		],
		[
			'failed',
			(name) => stage.emulator.jobs.fail(name, { code: 8, message: 'No quota left' }),
			/failed$/,
			/"No quota left"/,
		],
		[
			'failed without a reason',
			(name) => stage.emulator.jobs.fail(name, null),
			/failed$/,
			/gave no reason/,
		],
		[
			'expired',
			(name) => stage.emulator.jobs.expire(name),
			/expired$/,
			/nothing to fetch or to pay/,
		],
		['was cancelled', (name) => stage.emulator.jobs.cancel(name), /was cancelled$/, /Somebody/],
		[
			'is in a new state',
			(name) => stage.emulator.jobs.set(name, 'BATCH_STATE_RESTING'),
			/does not know$/,
			/raw answer/,
		],
	];

	test.each(ends)('that %s: refused by name, with what to do', async (_, end, message, todo) => {
		const batch = await startJob(stage);
		end(batch);
		const execution = await getResults([named(batch)]);
		expect(execution.error!.message).toMatch(message);
		expect(execution.error!.message).toContain(`There are no results: the batch ${batch}`);
		expect(execution.error!.description).toMatch(todo);
	});

	test.each(ends)('that %s: comes out itself, if that is asked for', async (_, end) => {
		const batch = await startJob(stage);
		end(batch);
		const asked = { ifNoResults: 'returnJob' };
		const execution = await getResults([named(batch)], asked);
		expect(execution.json('After')).toEqual([
			expect.objectContaining({ jobId: batch, advice: expect.any(String) as string }),
		]);
		const apart = await getResults([named(batch)], { ...asked, errorsOn: 'secondOutput' });
		expect(apart.output('Batch', 0)).toEqual([]);
		expect(apart.output('Batch', 1)).toMatchObject([{ json: { jobId: batch } }]);
	});

	test('keeps no other batch from coming out, where the node is to continue', async () => {
		const open = await startJob(stage);
		const over = await finishedFileBatch(stage, ['a']);
		const items = [named(open), named(over), named('not a name'), named('batches/unknown')];
		const execution = await getResults(items, {}, { onError: 'continueRegularOutput' });
		expect(execution.output('Batch')).toMatchObject([
			{ json: { key: 'a' }, pairedItem: { item: 1 } },
			{ json: { error: expect.stringContaining('not the name of a batch') as string } },
			{ json: { error: expect.stringContaining(open) as string }, pairedItem: { item: 0 } },
			{ json: { error: expect.stringContaining('batches/unknown') as string } },
		]);
	});

	test('of another project is refused', async () => {
		const batch = await finishedFileBatch(stage, ['a']);
		stage.credential.apiKey = FOREIGN_KEY;
		expect((await getResults([named(batch)])).error!.message).toContain(batch);
	});
});

describe('the end of a wait', () => {
	const KEYS = ['a', 'b'];
	const prompts = KEYS.map((sku) => ({ json: { sku } }));

	/** A waiting execution whose batch, as the API tells it, is over and has its results in a file. */
	async function overWithFile(
		parameters: INode['parameters'] = {},
		results?: BatchResult[],
	): Promise<Execution> {
		const execution = await stage.runBatch(
			{ options: { key: '={{ $json.sku }}' }, ...parameters },
			{ items: prompts },
		);
		expect(execution.status).toBe('waiting');
		const own = stage.emulator.jobs.list()[0].name;
		const file = await finishedFileBatch(stage, ['b', 'a'], results);
		stage.emulator.jobs.complete(own);
		const output = { responsesFile: `files/batch-${file.slice(8)}` };
		stage.emulator.faults.add({
			path: new RegExp(`${own}$`),
			times: null,
			body: { name: own, done: true, metadata: { state: 'BATCH_STATE_SUCCEEDED', output } },
		});
		return execution;
	}

	const deliverFirst = (): Promise<Attempt> =>
		stage.emulator.redeliver(stage.emulator.deliveries[0].id);

	async function settled(execution: Execution): Promise<void> {
		await until(() => execution.status !== 'waiting');
		expect(execution.status).toBe('success');
	}

	test('answers Google first, then fetches the file and joins it to the items', async () => {
		const execution = await overWithFile();
		stage.emulator.faults.add({ path: ':download', slowBodyMs: 300 });
		const attempt = await deliverFirst();
		expect(attempt.status).toBe(200);
		expect(execution.status).toBe('waiting');
		// Once more meanwhile: nothing is fetched or handed on twice.
		expect((await deliverFirst()).status).toBe(200);
		await settled(execution);
		expect(brief(execution)).toEqual([
			['a', 'succeeded', 'Echo: about a', 'key', 0],
			['b', 'succeeded', 'Echo: about b', 'key', 1],
		]);
		expect(downloads()).toHaveLength(1);
		expect(execution.runsOf('After')).toHaveLength(1);
	});

	test('comes out as the job when the file cannot be had, with the reason', async () => {
		const execution = await overWithFile();
		stage.emulator.faults.add({ path: ':download', status: 403, times: null });
		await deliverFirst();
		await settled(execution);
		const [{ jobId }] = execution.json('Batch');
		expect(execution.json('Batch')).toEqual([
			expect.objectContaining({
				jobId: stage.emulator.jobs.list()[0].name,
				waitStatus: 'finished',
				resultsError: expect.stringContaining(
					`Could not fetch the results of ${jobId as string}: Google does not allow this with the API key. "`,
				) as string,
			}),
		]);
		expect(stage.log).not.toContain(API_KEY);
	});

	test.each([true, false])(
		'leaves a file that is too large to Get Results (its size told: %s)',
		async (isTold) => {
			const execution = await overWithFile();
			const megabyte = `${' '.repeat(999_999)}\n`;
			const huge = megabyte.repeat(201);
			stage.emulator.faults.add({ path: ':download', body: huge, chunked: !isTold });
			await deliverFirst();
			await settled(execution);
			expect(execution.json('Batch')).toMatchObject([
				{
					waitStatus: 'finished',
					resultsError: expect.stringMatching(
						/^The results have more than 200 MB.*'Get Results'/,
					) as string,
				},
			]);
		},
		30_000,
	);
});

describe("'Wait'", () => {
	const wait = (
		items: INodeExecutionData[],
		parameters: INode['parameters'] = {},
	): Promise<Execution> =>
		stage.runBatch(
			{
				operation: 'wait',
				batch: { __rl: true, mode: 'id', value: '={{ $json.jobId }}' },
				limitAmount: 15,
				limitUnit: 'minutes',
				...parameters,
			},
			{ items },
		);

	/** A delivery to the waiting execution about `batch`, as Google signs it. */
	const deliverTo = async (execution: Execution, batch: string): Promise<Attempt> => {
		const { resumeToken } = execution.data;
		const path = `/webhook-waiting/${execution.id}/gemini-job`;
		const token = mintCallbackToken({ nonce: 'other', path, metadata: {} }, API_KEY, Date.now());
		const url = new URL(`${stage.front.url}${path}`);
		url.searchParams.set('signature', resumeToken!);
		url.searchParams.set(TOKEN_PARAMETER, token);
		const event = { type: 'batch.succeeded', data: { id: batch } };
		return await stage.emulator.send({ url: url.href, event });
	};

	test('hands the results of a finished batch out at once, from a file or not', async () => {
		const file = await finishedFileBatch(stage, ['a'], [said('a', '[1]')]);
		const inline = await finishedJob(stage);
		const execution = await wait([named(file), named(file), named(inline)]);
		expect(execution.status).toBe('success');
		expect(execution.waitTill).toBeUndefined();
		expect(execution.output('Batch')).toMatchObject([
			{ json: { key: 'a', data: [1], matchedBy: 'key', jobId: file }, pairedItem: { item: 0 } },
			{ json: { status: 'succeeded', matchedBy: 'none', jobId: inline }, pairedItem: { item: 2 } },
		]);
		expect(hints(execution)).toEqual([expect.stringMatching(/tokens in 2 results/)]);
	});

	test('waits for a batch that runs, and goes on with its results and errors apart', async () => {
		const batch = await startFileBatch(stage, [requestLine('a', 'x')]);
		const execution = await wait([named(batch, { metadata: { lot: '7' } })], {
			errorsOn: 'secondOutput',
		});
		expect(execution.status).toBe('waiting');
		expect(await deliverTo(execution, batch)).toMatchObject({ status: 503 });
		stage.emulator.jobs.complete(batch, { results: [said('a'), failed('b')] });
		expect(await deliverTo(execution, batch)).toMatchObject({ status: 200 });
		await until(() => execution.status !== 'waiting');
		expect(execution.status).toBe('success');
		expect(execution.output('Batch', 0)).toMatchObject([
			{ json: { key: 'a', metadata: { lot: '7' } }, pairedItem: { item: 0 } },
		]);
		expect(execution.output('Batch', 1)).toMatchObject([{ json: { key: 'b', status: 'failed' } }]);
		expect(execution.output('After')).toHaveLength(1);
	});

	test('comes out as the job when the time is over, for a loop to look again', async () => {
		const batch = await startJob(stage);
		const execution = await wait([named(batch)], { errorsOn: 'secondOutput' });
		await execution.timeOut();
		expect(execution.json('After')).toMatchObject([
			{
				jobId: batch,
				status: 'pending',
				waitStatus: 'timedOut',
				advice: expect.stringContaining("'Wait'") as string,
			},
		]);
		const [item] = execution.output('After');
		stage.emulator.jobs.complete(batch);
		expect((await wait([item])).json('After')).toMatchObject([{ status: 'succeeded' }]);
	});

	test.each<[string, (name: string) => unknown, object]>([
		['failed', (name) => stage.emulator.jobs.fail(name), { status: 'failed' }],
		['expired', (name) => stage.emulator.jobs.expire(name), { status: 'expired' }],
		['was cancelled', (name) => stage.emulator.jobs.cancel(name), { status: 'cancelled' }],
	])('gives a batch that %s with the reason, where errors go', async (_, end, expected) => {
		const batch = await startJob(stage);
		end(batch);
		const told = { jobId: batch, waitStatus: 'finished', advice: expect.any(String) as string };
		const inline = await wait([named(batch)]);
		expect(inline.json('After')).toMatchObject([{ ...told, ...expected }]);
		const apart = await wait([named(batch)], { errorsOn: 'secondOutput' });
		expect(apart.output('Batch', 0)).toEqual([]);
		expect(apart.output('Batch', 1)).toMatchObject([{ json: expected }]);
	});

	test('keeps the order of several batches, and one without a file from hurting the others', async () => {
		const gone = await finishedFileBatch(stage, ['g']);
		const failedOne = await startJob(stage);
		stage.emulator.jobs.fail(failedOne);
		const good = await finishedFileBatch(stage, ['a']);
		stage.emulator.faults.add({
			path: `batch-${gone.slice(8)}:download`,
			status: 403,
			times: null,
		});
		const execution = await wait([named(gone), named(failedOne), named(good)]);
		expect(execution.json('After')).toMatchObject([
			{ jobId: gone, resultsError: expect.stringContaining(gone) as string },
			{ jobId: failedOne, status: 'failed' },
			{ jobId: good, key: 'a' },
		]);
	});

	test.each(['', 'no name'])('refuses %j before it waits', async (jobId) => {
		const execution = await wait([named(jobId)]);
		expect(execution.error!.message).toContain("'Batch' is not the name of a batch");
	});
});

import type { BatchJob, GoogleGenAI } from '@google/genai';
import { startEmulator } from './index.mts';
import type { Emulator } from './index.mts';
import { lastCall, prompt, raw, sdk, until } from './support.mts';

const MODEL = 'gemini-3.8-flash';

describe('the SDK runs batches', () => {
	let emulator: Emulator;
	let ai: GoogleGenAI;

	beforeEach(async () => {
		emulator = await startEmulator();
		ai = sdk(emulator);
		jest.spyOn(console, 'warn').mockImplementation(() => undefined);
	});
	afterEach(async () => {
		jest.restoreAllMocks();
		await emulator.close();
	});

	const start = (texts: string[], config: object = {}): Promise<BatchJob> =>
		ai.batches.create({
			model: MODEL,
			src: texts.map((text, index) => ({
				...prompt(text),
				metadata: { key: `k${index}` },
			})) as never,
			config: { displayName: 'My job', ...config },
		});
	const finished = async (job: BatchJob): Promise<BatchJob> => {
		await emulator.clock.advance(1_000);
		return await ai.batches.get({ name: job.name as string });
	};
	const texts = (job: BatchJob): unknown[] =>
		(job.dest?.inlinedResponses ?? []).map(
			({ response }) => response?.candidates?.[0]?.content?.parts?.[0]?.text,
		);

	test('inline, from PENDING over RUNNING to SUCCEEDED in real time', async () => {
		const job = await start(['one', 'two'], { webhookConfig: { uris: ['https://example.com/h'] } });
		expect(lastCall(emulator)).toEqual([
			'POST',
			`/v1/models/${MODEL}:batchGenerateContent`,
			{
				batch: {
					inputConfig: {
						requests: {
							requests: [
								{ request: prompt('one'), metadata: { key: 'k0' } },
								{ request: prompt('two'), metadata: { key: 'k1' } },
							],
						},
					},
					displayName: 'My job',
					webhookConfig: { uris: ['https://example.com/h'] },
				},
			},
		]);
		expect(job.name).toMatch(/^batches\/[a-z0-9]{36}$/);
		expect(job).toMatchObject({
			state: 'JOB_STATE_PENDING',
			displayName: 'My job',
			model: `models/${MODEL}`,
		});
		const seen = new Set<string>();
		await until(async () => {
			const { state } = await ai.batches.get({ name: job.name as string });
			seen.add(state as string);
			return state === 'JOB_STATE_SUCCEEDED';
		}, 'the batch');
		expect([...seen]).toEqual(expect.arrayContaining(['JOB_STATE_RUNNING', 'JOB_STATE_SUCCEEDED']));
		const done = await ai.batches.get({ name: job.name as string });
		expect(lastCall(emulator)).toEqual(['GET', `/v1/${job.name}`, null]);
		expect(texts(done)).toEqual(['Echo: one', 'Echo: two']);
		expect(done.dest?.inlinedResponses?.map(({ metadata }) => metadata)).toEqual([
			{ key: 'k0' },
			{ key: 'k1' },
		]);
		expect(done.endTime).toMatch(/^\d{4}-.*\.\d{9}Z$/);
	});

	test('the raw operation has what the SDK drops', async () => {
		const job = await finished(await start(['fine', 'bad [[error]]', 'odd [[blocked]]']));
		const { json } = await raw(emulator, 'GET', `/v1beta/${job.name}`);
		expect(json.done).toBe(true);
		expect(json.metadata['@type']).toContain('GenerateContentBatch');
		expect(json.metadata.batchStats).toEqual({
			requestCount: '3',
			successfulRequestCount: '2',
			failedRequestCount: '1',
		});
		const [fine, bad, odd] = json.response.inlinedResponses.inlinedResponses;
		expect(fine.response.usageMetadata.totalTokenCount).toBeGreaterThan(0);
		expect(bad.error).toEqual({ code: 13, message: expect.any(String) });
		expect(odd.response.candidates).toBeUndefined();
		expect(odd.response.promptFeedback.blockReason).toBe('PROHIBITED_CONTENT');
	});

	test('JSON answers are an instance of the schema', async () => {
		const responseSchema = {
			type: 'OBJECT',
			properties: {
				title: { type: 'STRING' },
				tags: { type: 'ARRAY', items: { type: 'STRING', enum: ['red', 'blue'] } },
				pages: { type: 'INTEGER' },
			},
		};
		const config = { responseMimeType: 'application/json', responseSchema } as never;
		const src = [{ ...prompt('A boat'), config }] as never;
		const job = await finished(
			await ai.batches.create({ model: MODEL, src, config: { displayName: 'd' } }),
		);
		expect(JSON.parse(texts(job)[0] as string)).toEqual({
			title: 'A boat',
			tags: ['red'],
			pages: 1,
		});
	});

	test('with a file: reads the JSONL, writes a JSONL', async () => {
		const lines = [
			{ key: 'a', request: prompt('first') },
			{
				key: 'b',
				request: { contents: [{ parts: [{ text: 'second [[error]]' }] }], generation_config: {} },
			},
		];
		const blob = new Blob([
			`${lines.map((line) => JSON.stringify(line)).join('\n')}\n\nnot json\n`,
		]);
		const file = await ai.files.upload({ file: blob, config: { mimeType: 'application/jsonl' } });
		const created = await ai.batches.create({
			model: MODEL,
			src: file.name as string,
			config: { displayName: 'My job', webhookConfig: { uris: ['https://h.example/1'] } },
		});
		expect(lastCall(emulator)[2]).toEqual({
			batch: {
				inputConfig: { fileName: file.name },
				displayName: 'My job',
				webhookConfig: { uris: ['https://h.example/1'] },
			},
		});
		const job = await finished(created);
		expect(job.state).toBe('JOB_STATE_SUCCEEDED');
		expect(job.dest?.fileName).toBe(`files/batch-${job.name?.split('/')[1]}`);
		const download = await raw(emulator, 'GET', `/v1beta/${job.dest?.fileName}:download?alt=media`);
		const results = download.text
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line));
		expect(results).toEqual([
			expect.objectContaining({ key: 'a', response: expect.anything() }),
			expect.objectContaining({ key: 'b', error: { code: 13, message: expect.any(String) } }),
			{ error: { code: 3, message: expect.stringContaining('Invalid JSON') } },
		]);
		// googleapis/python-genai#1759: the name is too long for files.get
		await expect(ai.files.get({ name: job.dest?.fileName as string })).rejects.toMatchObject({
			status: 400,
		});
	});

	test('an input file that is not there is refused', async () => {
		const create = ai.batches.create({ model: MODEL, src: 'files/nothing', config: {} });
		await expect(create).rejects.toMatchObject({ status: 400 });
	});

	test('embeddings, inline and with a file', async () => {
		const inline = await ai.batches.createEmbeddings({
			model: 'gemini-embedding-2',
			src: {
				inlinedRequests: { contents: ['a', 'b'], config: { outputDimensionality: 4 } },
			} as never,
			config: { displayName: 'e' },
		});
		expect(lastCall(emulator)[1]).toBe('/v1/models/gemini-embedding-2:asyncBatchEmbedContent');
		const done = await finished(inline);
		const vectors = done.dest?.inlinedEmbedContentResponses?.map(
			({ response }) => response?.embedding?.values,
		);
		expect(vectors?.map((values) => values?.length)).toEqual([4, 4]);
		expect(vectors?.[0]).not.toEqual(vectors?.[1]);

		const line = JSON.stringify({
			key: 'x',
			request: { output_dimensionality: 4, content: { parts: [{ text: 'a' }] } },
		});
		const file = await ai.files.upload({ file: new Blob([line]), config: { mimeType: 'jsonl' } });
		const config = { displayName: 'e' };
		const src = { fileName: file.name as string };
		const job = await finished(
			await ai.batches.createEmbeddings({ model: 'gemini-embedding-2', src, config }),
		);
		const body = lastCall(emulator, 2)[2] as any;
		expect(body.batch.inputConfig).toEqual({ file_name: file.name });
		const { json } = await raw(emulator, 'GET', `/v1beta/${job.dest?.fileName}:download?alt=media`);
		expect(json).toEqual({
			key: 'x',
			response: { tokenCount: '1', embedding: { values: vectors?.[0] } },
		});
	});

	test('list shows the newest first, with names but without results, and turns pages', async () => {
		for (const displayName of ['a', 'b', 'c']) await start(['x'], { displayName });
		await emulator.clock.advance(1_000);
		const pager = await ai.batches.list({ config: { pageSize: 2 } });
		expect(lastCall(emulator)[1]).toBe('/v1/batches?pageSize=2');
		expect(pager.page.map(({ displayName }) => displayName)).toEqual(['c', 'b']);
		expect(pager.page[0]?.dest?.inlinedResponses).toBeUndefined();
		expect((await pager.nextPage()).map(({ displayName }) => displayName)).toEqual(['a']);
		expect(pager.hasNextPage()).toBe(false);
	});

	test('cancel ends the job with error code 1', async () => {
		const job = await start(['x']);
		await ai.batches.cancel({ name: job.name as string });
		expect(lastCall(emulator)).toEqual(['POST', `/v1/${job.name}:cancel`, {}]);
		expect((await finished(job)).state).toBe('JOB_STATE_CANCELLED');
		expect((await raw(emulator, 'GET', `/v1beta/${job.name}`)).json.error.code).toBe(1);
	});

	test('cancelling can take a while, and the job does not succeed meanwhile', async () => {
		emulator.settings.cancellingMs = 2_000;
		const job = await start(['x']);
		await ai.batches.cancel({ name: job.name as string });
		expect((await finished(job)).state).toBe('BATCH_STATE_CANCELLING');
		expect((await finished(job)).state).toBe('JOB_STATE_CANCELLED');
	});

	test('delete hides the job, which goes on unseen', async () => {
		const job = await start(['x']);
		await ai.batches.delete({ name: job.name as string });
		expect(lastCall(emulator)).toEqual(['DELETE', `/v1/${job.name}`, {}]);
		await expect(ai.batches.get({ name: job.name as string })).rejects.toMatchObject({
			status: 404,
		});
		await emulator.clock.advance(1_000);
		expect(emulator.jobs.get(job.name as string).state).toBe('BATCH_STATE_SUCCEEDED');
	});

	test('display name and priority can be updated', async () => {
		const job = await start(['x'], { httpOptions: { extraBody: { batch: { priority: 5 } } } });
		const path = `/v1beta/${job.name}`;
		expect((await raw(emulator, 'GET', path)).json.metadata.priority).toBe('5');
		const update = `${path}:updateGenerateContentBatch?updateMask=displayName,priority`;
		const { json } = await raw(emulator, 'PATCH', update, { displayName: 'New', priority: '-7' });
		expect(json).toMatchObject({ displayName: 'New', priority: '-7' });
	});

	test('a job that nobody ends expires after 48 hours', async () => {
		emulator.settings.batchDurationMs = null;
		const job = await start(['x']);
		await emulator.clock.advance(47 * 3_600_000);
		expect((await ai.batches.get({ name: job.name as string })).state).toBe('JOB_STATE_PENDING');
		await emulator.clock.advance(3_600_000);
		expect((await ai.batches.get({ name: job.name as string })).state).toBe('JOB_STATE_EXPIRED');
	});

	test('switches spoil the output', async () => {
		Object.assign(emulator.settings, {
			omitInlineMetadata: true,
			shuffleOutput: true,
			batchOutputIn: 'response',
		});
		const job = await finished(await start(['one', 'two']));
		expect([job.state, job.dest]).toEqual(['JOB_STATE_SUCCEEDED', undefined]);
		const { json } = await raw(emulator, 'GET', `/v1beta/${job.name}`);
		const results = json.response.inlinedResponses.inlinedResponses;
		expect(results[0].response.candidates[0].content.parts[0].text).toBe('Echo: two');
		expect(results[0].metadata).toBeUndefined();
	});

	test.each([
		[
			{ batch: { inputConfig: { requests: { requests: [{ request: {} }] } }, foo: 1 } },
			'foo',
			'batch',
		],
		[{ batch: { displayName: 'd' }, bar: 1 }, 'bar', ''],
		[
			{ batch: { inputConfig: { requests: { requests: [{ request: { nope: 1 } }] } } } },
			'nope',
			'batch.input_config.requests.requests[0].request',
		],
		[
			{
				batch: {
					inputConfig: { fileName: 'files/x' },
					webhookConfig: { uris: ['https://h.example'], userMetadata: {} },
				},
			},
			'userMetadata',
			'batch.webhook_config',
		],
		[
			{
				batch: {
					inputConfig: { fileName: 'files/x' },
					webhook_config: { uris: ['https://h.example'], user_metadata: {} },
				},
			},
			'user_metadata',
			'batch.webhook_config',
		],
	])('unknown fields are refused: %j', async (body, name, at) => {
		const { status, json } = await raw(
			emulator,
			'POST',
			`/v1beta/models/${MODEL}:batchGenerateContent`,
			body,
		);
		expect(status).toBe(400);
		const where = at && ` at '${at}'`;
		expect(json.error.message).toBe(
			`Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`,
		);
	});

	test('user metadata is accepted when the switch says so, and snake_case is understood', async () => {
		emulator.settings.rejectUserMetadata = false;
		const batch = {
			display_name: 'd',
			input_config: {
				requests: { requests: [{ request: { ...prompt('x'), generation_config: {} } }] },
			},
			webhook_config: { uris: ['https://h.example'], user_metadata: { a: '1' } },
		};
		const { status, json } = await raw(
			emulator,
			'POST',
			`/v1beta/models/${MODEL}:batchGenerateContent`,
			{ batch },
		);
		expect(status).toBe(200);
		expect(json.metadata.webhookConfig).toEqual({
			uris: ['https://h.example'],
			userMetadata: { a: '1' },
		});
	});

	test('a model that does not do batches is refused', async () => {
		const create = ai.batches.create({
			model: 'gemini-omni-1.1-flash',
			src: [prompt('x')] as never,
			config: {},
		});
		await expect(create).rejects.toMatchObject({ status: 404 });
	});
});

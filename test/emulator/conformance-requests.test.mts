import type { BatchJob, GoogleGenAI } from '@google/genai';
import { PIXEL } from './answers.mts';
import { startEmulator } from './index.mts';
import type { Emulator } from './index.mts';
import { prompt, raw, sdk } from './support.mts';

const MODEL = 'gemini-3.8-flash';
const HOST = 'https://generativelanguage.googleapis.com/v1beta';

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

const lines = (rows: unknown[]): Buffer =>
	Buffer.from(rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'));
const addFile = (bytes: Buffer, mimeType = 'application/jsonl'): string =>
	emulator.files.add({ bytes, mimeType, source: 'UPLOADED' });
const startFile = (rows: unknown[], model = MODEL) =>
	ai.batches.create({ model, src: addFile(lines(rows)), config: { displayName: 'd' } });
/** The text of a job's output file. */
const output = async (job: BatchJob): Promise<string> => {
	const { dest } = await ai.batches.get({ name: job.name as string });
	const path = `/v1beta/${dest?.fileName}:download?alt=media`;
	return (await raw(emulator, 'GET', path)).text;
};
const runFile = async (rows: unknown[]): Promise<any[]> => {
	const job = await startFile(rows);
	await emulator.clock.advance(1_000);
	const text = await output(job);
	return text
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line));
};
const runInline = async (requests: object[], model = MODEL): Promise<any[]> => {
	const job = await ai.batches.create({
		model,
		src: requests as never,
		config: { displayName: 'd' },
	});
	await emulator.clock.advance(1_000);
	return (await ai.batches.get({ name: job.name as string })).dest?.inlinedResponses ?? [];
};

describe('what a request of a batch may ask for', () => {
	const schema = { type: 'OBJECT', properties: { a: { type: 'STRING' } }, required: ['a'] };

	test('every field the SDK has', async () => {
		const config = {
			systemInstruction: 'Be brief',
			safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
			tools: [{ googleSearch: {} }, { urlContext: {} }, { codeExecution: {} }],
			temperature: 0.1,
			topP: 0.9,
			topK: 40,
			candidateCount: 1,
			maxOutputTokens: 100,
			stopSequences: ['x'],
			seed: 1,
			presencePenalty: 0.1,
			frequencyPenalty: 0.1,
			mediaResolution: 'MEDIA_RESOLUTION_LOW',
			responseMimeType: 'application/json',
			responseSchema: schema,
			thinkingConfig: { includeThoughts: true, thinkingLevel: 'LOW' },
		};
		const [result] = await runInline([{ ...prompt('see https://example.com/x'), config }]);
		const [candidate] = result.response.candidates;
		const [thought, text] = candidate.content.parts;
		expect([thought.thought, JSON.parse(text.text)]).toEqual([
			true,
			{ a: 'see https://example.com/x' },
		]);
		expect(candidate.groundingMetadata.groundingChunks[0].web.uri).toMatch(/^https:/);
		expect(candidate.urlContextMetadata.urlMetadata[0].retrievedUrl).toBe('https://example.com/x');
		expect(result.response.usageMetadata.thoughtsTokenCount).toBeGreaterThan(0);
	});

	test('images in, by bytes and by file, and images out', async () => {
		const fileUri = `${HOST}/${addFile(Buffer.from('x'), 'image/jpeg')}`;
		const parts = [
			{ text: 'What is it?' },
			{ inlineData: { mimeType: 'image/png', data: PIXEL } },
			{ fileData: { mimeType: 'image/jpeg', fileUri } },
		];
		const config = {
			responseModalities: ['TEXT', 'IMAGE'],
			imageConfig: { aspectRatio: '1:1', imageSize: '1K' },
		};
		const [result] = await runInline(
			[{ contents: [{ role: 'user', parts }], config }],
			'gemini-3.1-flash-image',
		);
		expect(result.response.candidates[0].content.parts).toEqual([
			{ text: 'Echo: What is it? (image/png, image/jpeg)' },
			{ inlineData: { mimeType: 'image/png', data: PIXEL } },
		]);
	});

	test('function calls, an answer that was too long, one that was withheld', async () => {
		const tools = [{ functionDeclarations: [{ name: 'f', parameters: schema }] }];
		const results = await runInline([
			{ ...prompt('[[action]]'), config: { tools } },
			{ ...prompt('a long text that goes on'), config: { maxOutputTokens: 2 } },
			prompt('[[safety]]'),
		]);
		const candidates = results.map(({ response }) => response.candidates[0]);
		expect(candidates[0].content.parts).toEqual([
			{ functionCall: { name: 'f', args: { a: '[[action]]' } } },
		]);
		expect([candidates[1].finishReason, candidates[1].content.parts[0].text]).toEqual([
			'MAX_TOKENS',
			'Echo: a ',
		]);
		expect(candidates[2]).toEqual({ finishReason: 'SAFETY', index: 0 });
	});

	test.each<[string, object, RegExp]>([
		[
			'field',
			{ frobnicate: 1 },
			/Unknown name "frobnicate" at 'batch\.input_config\.requests\.requests\[0\]\.request'/,
		],
		[
			'config',
			{ generationConfig: { responseShema: {} } },
			/Unknown name "responseShema".*generation_config/,
		],
		['part', { contents: [{ parts: [{ txt: 'x' }] }] }, /Unknown name "txt".*parts\[0\]/],
		['tool', { tools: [{ googleSerach: {} }] }, /Unknown name "googleSerach".*tools\[0\]/],
		[
			'thinking',
			{ generationConfig: { thinkingConfig: { budget: 1 } } },
			/Unknown name "budget".*thinking_config/,
		],
		[
			'thinking level',
			{ generationConfig: { thinkingConfig: { thinkingLevel: 'much' } } },
			/thinking_level' \(TYPE_ENUM\), "much"/,
		],
		[
			'number',
			{ generationConfig: { temperature: 'warm' } },
			/temperature' \(TYPE_FLOAT\), "warm"/,
		],
		[
			'modality',
			{ generationConfig: { responseModalities: ['FILM'] } },
			/response_modalities\[0\]' \(TYPE_ENUM\)/,
		],
		[
			'schema',
			{
				generationConfig: { responseSchema: { type: 'OBJECT', properties: { a: { $ref: '#' } } } },
			},
			/Unknown name "\$ref".*response_schema\.properties\[a\]/,
		],
		[
			'safety category',
			{ safetySettings: [{ category: 'VIOLENCE', threshold: 'OFF' }] },
			/category' \(TYPE_ENUM\)/,
		],
		[
			'safety threshold',
			{ safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'NONE' }] },
			/threshold' \(TYPE_ENUM\)/,
		],
		[
			'base64',
			{ contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: '!' } }] }] },
			/Base64 decoding failed/,
		],
	])(
		"what cannot be read refuses an inline job, and is a line's own error in a file: %s",
		async (_, part, message) => {
			const request = { ...prompt('x'), ...part };
			const batch = { displayName: 'd', inputConfig: { requests: { requests: [{ request }] } } };
			const path = `/v1beta/models/${MODEL}:batchGenerateContent`;
			const refused = await raw(emulator, 'POST', path, { batch });
			expect([refused.status, refused.json.error.message]).toEqual([
				400,
				expect.stringMatching(message),
			]);
			const [bad, good] = await runFile([
				{ key: 'a', request },
				{ key: 'b', request: prompt('y') },
			]);
			expect(bad).toEqual({ key: 'a', error: { code: 3, message: expect.any(String) } });
			expect(good).toMatchObject({ key: 'b', response: {} });
			emulator.settings.strictJson = false;
			const lenient = await raw(emulator, 'POST', path, { batch });
			expect(lenient.status).toBe(/Unknown name/.test(message.source) ? 200 : 400);
		},
	);

	test.each<[string, object, RegExp]>([
		[
			'a file that is not there',
			{ contents: [{ parts: [{ fileData: { fileUri: `${HOST}/files/none` } }] }] },
			/File none or it may not exist/,
		],
		[
			'a bucket',
			{ contents: [{ parts: [{ file_data: { file_uri: 'gs://b/x' } }] }] },
			/Unsupported file uri: gs:/,
		],
		['no contents', { contents: [] }, /contents is not specified/],
		['a role', { contents: [{ role: 'system', parts: [{ text: 'x' }] }] }, /valid role/],
		[
			'a schema without its type',
			{ generationConfig: { responseSchema: schema } },
			/response_mime_type/,
		],
		[
			'two schemas',
			{ generationConfig: { responseSchema: schema, responseJsonSchema: {} } },
			/Only one of/,
		],
	])("what makes no sense is that request's own error: %s", async (_, part, message) => {
		const batch = {
			displayName: 'd',
			inputConfig: {
				requests: {
					requests: [{ request: { ...prompt('x'), ...part } }, { request: prompt('y') }],
				},
			},
		};
		const path = `/v1beta/models/${MODEL}:batchGenerateContent`;
		const { json: created } = await raw(emulator, 'POST', path, { batch });
		await emulator.clock.advance(1_000);
		const { json } = await raw(emulator, 'GET', `/v1beta/${created.name}`);
		const [bad, good] = json.response.inlinedResponses.inlinedResponses;
		expect(bad.error).toEqual({ code: 3, message: expect.stringMatching(message) });
		expect(good.response).toBeDefined();
		expect(json.metadata.batchStats).toEqual({
			requestCount: '2',
			successfulRequestCount: '1',
			failedRequestCount: '1',
		});
	});

	test('models without batches are refused', async () => {
		for (const model of [
			'gemini-3.1-flash-tts-preview',
			'gemini-omni-1.2-flash',
			'gemini-embedding-2',
		])
			await expect(startFile([{ request: prompt('x') }], model)).rejects.toMatchObject({
				status: 404,
				message: expect.stringContaining('not supported for batchGenerateContent'),
			});
	});
});

describe('what comes back', () => {
	const rows = ['one', 'two', 'three'].map((text, index) => ({
		key: `k${index}`,
		request: prompt(text),
	}));

	test('a job can end with some requests failed', async () => {
		const job = await startFile(rows);
		emulator.jobs.complete(job.name as string, { partial: true });
		const text = await output(job);
		const results = text
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line));
		expect(results.map((result) => [result.key, 'error' in result])).toEqual([
			['k0', false],
			['k1', true],
			['k2', false],
		]);
		const { json } = await raw(emulator, 'GET', `/v1beta/${job.name}`);
		expect(json.metadata.batchStats.failedRequestCount).toBe('1');
	});

	test('one key twice, in files and inline', async () => {
		emulator.settings.duplicateKeys = true;
		expect((await runFile(rows)).map(({ key }) => key)).toEqual(['k0', 'k0', 'k2']);
		const inline = await runInline(
			[0, 1].map((id) => ({ ...prompt('x'), metadata: { key: `m${id}` } })),
		);
		expect(inline.map(({ metadata }) => metadata)).toEqual([{ key: 'm0' }, { key: 'm0' }]);
	});

	test('embeddings, inline and from a file', async () => {
		const model = 'gemini-embedding-2';
		const contents = ['a', 'b'].map((text) => ({ role: 'user', parts: [{ text }] }));
		const inline = await ai.batches.createEmbeddings({
			model,
			src: { inlinedRequests: { contents, config: { outputDimensionality: 64 } } },
			config: { displayName: 'e' },
		});
		const request = { content: contents[0], output_dimensionality: 8 };
		const file = await ai.batches.createEmbeddings({
			model,
			src: {
				fileName: addFile(
					lines([
						{ key: 'k', request },
						{ key: 'none', request: {} },
					]),
				),
			},
			config: { displayName: 'e' },
		});
		expect(emulator.requests.at(-1)?.body).toContain('"file_name"');
		await emulator.clock.advance(1_000);
		const { dest } = await ai.batches.get({ name: inline.name as string });
		const lengths = dest?.inlinedEmbedContentResponses?.map(
			({ response }) => response?.embedding?.values?.length,
		);
		expect(lengths).toEqual([64, 64]);
		const [first, second] = (await output(file))
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line));
		expect([first.key, first.response.embedding.values.length]).toEqual(['k', 8]);
		expect(second).toMatchObject({ key: 'none', error: { code: 3 } });
	});

	test('100,000 requests from a file of 50 MB', async () => {
		const filler = 'x'.repeat(400);
		const many = Array.from({ length: 100_000 }, (_, index) =>
			JSON.stringify({ key: `k${index}`, request: prompt(`${index} ${filler}`) }),
		);
		const job = await startFile(many);
		emulator.jobs.complete(job.name as string);
		const text = await output(job);
		const results = text.trimEnd().split('\n');
		expect(results).toHaveLength(100_000);
		expect(JSON.parse(results[99_999] as string)).toMatchObject({ key: 'k99999', response: {} });
	}, 30_000);

	test('newest first in lists, with priority; a deleted job runs on', async () => {
		const names: string[] = [];
		for (const priority of [5, -1, 0]) {
			const config = { displayName: 'd', httpOptions: { extraBody: { batch: { priority } } } };
			const job = await ai.batches.create({ model: MODEL, src: [prompt('x')] as never, config });
			names.push(job.name as string);
			await emulator.clock.advance(10);
		}
		const { json } = await raw(emulator, 'GET', '/v1beta/batches');
		const listed = json.operations.map((one: any) => [one.name, one.metadata.priority]);
		expect(listed).toEqual([
			[names[2], undefined],
			[names[1], '-1'],
			[names[0], '5'],
		]);
		const times = json.operations.map((one: any) => one.metadata.createTime);
		expect(times).toEqual([...times].sort().reverse());

		await ai.batches.delete({ name: names[0] as string });
		await emulator.clock.advance(1_000);
		await expect(ai.batches.get({ name: names[0] as string })).rejects.toMatchObject({
			status: 404,
		});
		expect(emulator.jobs.get(names[0] as string).state).toBe('BATCH_STATE_SUCCEEDED');
	});
});

import { LoadOptionsContext } from 'n8n-core';
import type { IBinaryData, ILoadOptionsFunctions, INode, INodeExecutionData } from 'n8n-workflow';
import { GeminiBatch } from '../../nodes/GeminiBatch/GeminiBatch.node.ts';
import { ITEM_LIMITS } from '../../nodes/GeminiBatch/input/fromItems.ts';
import { inMemory } from './support/binaryStore.mts';
import { Stage } from './support/stage.mts';
import { additionalData, chosen, loadWorkflow } from './support/workflow.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(() => stage.reset());
afterEach(() => {
	jest.restoreAllMocks();
	expect(stage.front.thrown).toEqual([]);
});
afterAll(() => stage.close());

interface SentBatch extends Record<string, unknown> {
	inputConfig: { requests: { requests: Array<{ request: unknown; metadata: unknown }> } };
}

const creations = () => stage.calls(/:(batchGenerateContent|asyncBatchEmbedContent)$/, 'POST');
const sentBatch = () => (JSON.parse(creations().at(-1)!.body) as { batch: SentBatch }).batch;
const sentRequests = () => sentBatch().inputConfig.requests.requests.map(({ request }) => request);
const uploads = () => stage.calls(/^\/upload\//).filter(({ path }) => !/upload_id/.test(path));
const model = (value: string) => chosen(value);

const run = (parameters: INode['parameters'], items?: INodeExecutionData[], more = {}) =>
	stage.runBatch({ whenDone: 'nothing', ...parameters }, { items, ...more });

describe('a request for text', () => {
	test('has every option in its place', async () => {
		await run({
			prompt: 'Hi',
			options: {
				systemInstruction: 'Be brief',
				temperature: 0.5,
				topP: 0.9,
				topK: 12,
				maxOutputTokens: 100,
				stopSequences: ['END', '={{ $json.sku }}'],
				seed: -7,
				thinkingLevel: 'MINIMAL',
				tools: ['googleSearch', 'urlContext', 'codeExecution'],
				safetySettings: {
					settings: [
						{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' },
						{ category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'OFF' },
					],
				},
				requestFields: '={{ JSON.stringify({ labels: { sku: $json.sku } }) }}',
			},
		});
		const [first, second] = sentRequests();
		expect(first).toEqual({
			contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
			systemInstruction: { parts: [{ text: 'Be brief' }] },
			tools: [{ googleSearch: {} }, { urlContext: {} }, { codeExecution: {} }],
			safetySettings: [
				{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' },
				{ category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'OFF' },
			],
			generationConfig: {
				temperature: 0.5,
				topP: 0.9,
				topK: 12,
				maxOutputTokens: 100,
				stopSequences: ['END', 'a'],
				seed: -7,
				thinkingConfig: { thinkingLevel: 'MINIMAL' },
			},
			labels: { sku: 'a' },
		});
		expect(second).toMatchObject({
			generationConfig: { stopSequences: ['END', 'b'] },
			labels: { sku: 'b' },
		});
	});

	test('of a batch with a priority and fields of its own', async () => {
		await run({
			options: { priority: ' 9007199254740993 ', batchFields: '{ "output": { "x": 1 } }' },
		});
		expect(sentBatch()).toMatchObject({ priority: '9007199254740993', output: { x: 1 } });
		await run({ options: { priority: '={{ -3 }}' } });
		expect(sentBatch()).toMatchObject({ priority: '-3' });
	});
});

describe('a request for an image', () => {
	test('asks for words and pictures of the wanted shape', async () => {
		const execution = await run({
			kind: 'image',
			whenDone: 'continueHere',
			model: model('gemini-3.1-flash-image'),
			options: { aspectRatio: '16:9', imageSize: '2K', temperature: 1 },
		});
		expect(creations()[0].path).toBe('/v1beta/models/gemini-3.1-flash-image:batchGenerateContent');
		expect(sentRequests()[0]).toEqual({
			contents: [{ role: 'user', parts: [{ text: 'Judge: Great' }] }],
			generationConfig: {
				temperature: 1,
				responseModalities: ['TEXT', 'IMAGE'],
				imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
			},
		});
		stage.emulator.jobs.complete(stage.emulator.jobs.list()[0].name);
		await stage.deliver();
		expect(execution.output('After')).toMatchObject([
			{ json: { key: '0' }, binary: { image: { mimeType: 'image/png' } } },
			{ json: { key: '1' }, binary: { image: { mimeType: 'image/png' } } },
		]);
	});
});

describe('a request for an embedding', () => {
	const parameters = {
		kind: 'embeddings',
		model: model('gemini-embedding-001'),
		prompt: '={{ $json.review }}',
	};

	test('goes to its own method, with the webhook', async () => {
		const options = { taskType: 'RETRIEVAL_DOCUMENT', title: '={{ $json.sku }}' };
		const execution = await run({
			...parameters,
			whenDone: 'continueHere',
			options: { ...options, key: '={{ $json.sku }}', outputDimensionality: 64 },
		});
		expect(execution.status).toBe('waiting');
		const [{ path }] = creations();
		expect(path).toBe('/v1beta/models/gemini-embedding-001:asyncBatchEmbedContent');
		const { inputConfig, webhookConfig } = sentBatch();
		expect(inputConfig.requests.requests).toEqual([
			{
				request: {
					content: { parts: [{ text: 'Great' }] },
					taskType: 'RETRIEVAL_DOCUMENT',
					title: 'a',
					outputDimensionality: 64,
				},
				metadata: { key: 'a' },
			},
			{
				request: {
					content: { parts: [{ text: 'Bad' }] },
					taskType: 'RETRIEVAL_DOCUMENT',
					title: 'b',
					outputDimensionality: 64,
				},
				metadata: { key: 'b' },
			},
		]);
		const { uris } = webhookConfig as { uris: string[] };
		expect(uris[0]).toContain(`/webhook-waiting/${execution.id}/gemini-job?`);

		const [{ name }] = stage.emulator.jobs.list();
		stage.emulator.jobs.complete(name);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		const results = execution.json('After');
		expect(results).toMatchObject([
			{ key: 'a', status: 'succeeded' },
			{ key: 'b', status: 'succeeded' },
		]);
		for (const { embedding } of results) expect(embedding).toHaveLength(64);
	});

	test('is not made by a model for text, nor the other way round', async () => {
		const wrong = await run({ ...parameters, model: model('gemini-3.8-flash') });
		expect(wrong.error!.message).toBe(
			'The model gemini-3.8-flash cannot make embeddings in batches',
		);
		const other = await run({ model: model('gemini-embedding-2') });
		expect(other.error!.message).toBe('The model gemini-embedding-2 cannot run batches');
		expect(creations()).toEqual([]);
	});
});

describe('files that go along', () => {
	const png = Buffer.from('89504e470d0a1a0a', 'hex');
	const photo = inMemory(png, 'image/png', 'photo.png');
	const paper = inMemory(Buffer.from('%PDF-1.7 '.repeat(20)), 'Application/PDF; x=y', 'paper.pdf');
	const item = (binary: Record<string, IBinaryData>): INodeExecutionData => ({
		json: { review: 'x' },
		binary,
	});
	const text = { text: 'Judge: x' };
	const inline = (mimeType: string, binary: IBinaryData) => ({
		inlineData: { mimeType, data: binary.data },
	});
	const partsOf = (request: unknown) =>
		(request as { contents: Array<{ parts: object[] }> }).contents[0].parts;

	test('are put into the request, in the order asked for', async () => {
		await run({ options: { binaryFields: ' paper , photo ' } }, [item({ photo, paper })]);
		expect(sentRequests().map(partsOf)).toEqual([
			[inline('application/pdf', paper), inline('image/png', photo), text],
		]);
		expect(uploads()).toEqual([]);
	});

	test('are all that an item has, with *', async () => {
		await run({ options: { binaryFields: '*' } }, [item({ photo }), item({}), item({ paper })]);
		expect(sentRequests().map(partsOf)).toEqual([
			[inline('image/png', photo), text],
			[text],
			[inline('application/pdf', paper), text],
		]);
	});

	test('are uploaded when they are large, each of them once, and referred to', async () => {
		jest.replaceProperty(ITEM_LIMITS, 'inlineMedia', 100);
		stage.emulator.settings.filePollsProcessing = 1;
		await run({ options: { binaryFields: '*' } }, [item({ paper }), item({ paper, photo })]);
		expect(uploads()).toHaveLength(1);
		const [stored] = stage.emulator.files.list();
		expect(stored).toMatchObject({ displayName: 'paper.pdf', mimeType: 'application/pdf' });
		expect(stage.emulator.files.bytes(String(stored.name)).toString('base64')).toBe(paper.data);
		const reference = { fileData: { mimeType: 'application/pdf', fileUri: stored.uri } };
		expect(sentRequests().map(partsOf)).toEqual([
			[reference, text],
			[reference, inline('image/png', photo), text],
		]);
	});

	test('are not paid for when Google cannot process one', async () => {
		jest.replaceProperty(ITEM_LIMITS, 'inlineMedia', 100);
		stage.emulator.settings.uploadFault = 'failed-file';
		const execution = await run({ options: { binaryFields: '*' } }, [item({ paper })]);
		expect(execution.error!.message).toMatch(
			/^The file files\/\w+ cannot be used: its state is FAILED$/,
		);
		expect(execution.error!.description).toBe('The file could not be processed.');
		expect(creations()).toEqual([]);
	});

	test('may be at Google already; each is asked for once', async () => {
		const add = (mimeType: string) =>
			stage.emulator.files.add({ bytes: png, mimeType, source: 'UPLOADED' });
		const [one, two] = [add('image/png'), add('image/webp')];
		const address = `https://generativelanguage.googleapis.com/v1beta/${two}`;
		await run({ options: { remoteFiles: ` ${one}, ${address} `, binaryFields: 'photo' } }, [
			item({ photo }),
			item({ photo }),
		]);
		const reference = (name: string, mimeType: string) => ({
			fileData: {
				mimeType,
				fileUri: `https://generativelanguage.googleapis.com/v1beta/${name}`,
			},
		});
		const parts = [
			reference(one, 'image/png'),
			reference(two, 'image/webp'),
			inline('image/png', photo),
			text,
		];
		expect(sentRequests().map(partsOf)).toEqual([parts, parts]);
		expect(stage.calls(/\/files\//, 'GET')).toHaveLength(2);
	});

	test('may stand alone where embeddings are made', async () => {
		await run(
			{
				kind: 'embeddings',
				model: model('gemini-embedding-2'),
				prompt: '',
				options: { binaryFields: 'photo' },
			},
			[item({ photo })],
		);
		expect(sentRequests()).toEqual([{ content: { parts: [inline('image/png', photo)] } }]);
	});

	test.each<[string, Record<string, string>, Record<string, IBinaryData>, RegExp, RegExp]>([
		[
			'a field that is not there',
			{ binaryFields: 'photo' },
			{ paper, 'other one': photo },
			/^Item 1 has no binary field 'photo'$/,
			/^It has 'paper', 'other one'\.$/,
		],
		[
			'a field of an item without any',
			{ binaryFields: 'toString' },
			{},
			/^Item 1 has no binary field 'toString'$/,
			/none at all/,
		],
		[
			'a type that no model reads',
			{ binaryFields: '*' },
			{ photo: inMemory(png, 'application/zip', 'a.zip') },
			/^The file 'a\.zip' in 'photo' of item 1 is of the type application\/zip, which Gemini does not read$/,
			/PNG, JPEG/,
		],
		[
			'an empty file',
			{ binaryFields: 'photo' },
			{ photo: inMemory(Buffer.alloc(0), 'image/png', 'a.png') },
			/^The file 'a\.png' in 'photo' of item 1 is empty$/,
			/node before/,
		],
		[
			'a file that is too large',
			{ binaryFields: 'photo' },
			{ photo: inMemory(Buffer.alloc(2001), 'image/png', 'a.png') },
			/^The file 'a\.png' in 'photo' of item 1 has 0\.0 MB, and Google takes 0\.0 MB at most$/,
			/smaller/,
		],
		[
			'a name that is none at Google',
			{ remoteFiles: 'files/abc, my photo.png' },
			{ photo },
			/^'Files at Google' of item 1 names what is no file there: my photo\.png$/,
			/commas/,
		],
		[
			'a file that is not at Google',
			{ remoteFiles: 'files/nothing' },
			{ photo },
			/^There is no file files\/nothing for this API key$/,
			/48 hours/,
		],
	])('refuses %s', async (_, options, binary, message, description) => {
		jest.replaceProperty(ITEM_LIMITS, 'file', 2000);
		const ofSecondItem = Object.fromEntries(
			Object.entries(options).map(([name, value]) => [
				name,
				`={{ $itemIndex === 1 ? "${value}" : "" }}`,
			]),
		);
		const items = [item({}), item(binary)];
		const execution = await run({ prompt: 'x', options: ofSecondItem }, items);
		expect(execution.error!.message).toMatch(message);
		expect(execution.error!.description).toMatch(description);
		expect(execution.error!.context.itemIndex).toBe(1);
		expect(creations()).toEqual([]);
		expect(uploads()).toEqual([]);
	});
});

describe('refuses before anything is sent', () => {
	test.each<[string, object, RegExp, RegExp?]>([
		[
			'temperature',
			{ temperature: 2.1 },
			/^'Sampling Temperature' of item 0 must be a number from 0 to 2$/,
			/It is: 2\.1/,
		],
		[
			'temperature',
			{ temperature: 'hot' },
			/^'Sampling Temperature' of item 0 is not a number$/,
			/It is: hot/,
		],
		[
			'top P',
			{ topP: '={{ $itemIndex + 0.5 }}' },
			/^'Top P' of item 1 must be a number from 0 to 1$/,
		],
		['top K', { topK: 0 }, /^'Top K' of item 0 must be a whole number, 1 or more$/],
		[
			'tokens',
			{ maxOutputTokens: 1.5 },
			/^'Maximum Number of Tokens' of item 0 must be a whole number/,
		],
		['seed', { seed: 2 ** 31 }, /^'Seed' of item 0 must be a whole number from -2147483648 to/],
		['thinking budget', { thinkingBudget: -2 }, /^'Thinking Budget' of item 0 must be/],
		['both kinds of thinking', { thinkingBudget: 5, thinkingLevel: 'LOW' }, /exclude each other$/],
		['stop sequences', { stopSequences: ['1', '2', '3', '4', '5', '6'] }, /^There are 6 'Stop/],
		[
			'request fields',
			{ requestFields: '{ "a": ' },
			/^The 'Additional Request Fields \(JSON\)' is not a JSON object$/,
		],
		[
			'batch fields',
			{ batchFields: '[]' },
			/^The 'Additional Batch Fields \(JSON\)' is not a JSON object$/,
		],
		[
			'batch fields of ours',
			{ batchFields: '{"webhook_config":{}}' },
			/may not contain webhook_config$/,
		],
		['priority', { priority: 'high' }, /^'Priority' is not a whole number$/, /It is: high/],
		['priority', { priority: '9223372036854775808' }, /^'Priority' is not a whole number$/],
	])('%s', async (_, options, message, description = /./) => {
		const execution = await run({ options: options as INode['parameters'] });
		expect(execution.error!.message).toMatch(message);
		expect(execution.error!.description).toMatch(description);
		expect(creations()).toEqual([]);
	});

	test('a title without its task', async () => {
		const execution = await run({
			kind: 'embeddings',
			model: model('gemini-embedding-001'),
			options: { title: 'x', taskType: 'CLUSTERING' },
		});
		expect(execution.error!.message).toMatch(/^'Title' only goes with/);
		expect(stage.emulator.requests).toEqual([]);
	});
});

describe('the list of models', () => {
	const list = async (kind?: string, filter?: string) => {
		const definition = stage.batchWorkflow();
		const workflow = loadWorkflow(definition);
		const context = new LoadOptionsContext(
			workflow,
			workflow.getNode('Batch')!,
			{
				...additionalData(definition, stage.surroundings, 'manual'),
				currentNodeParameters: kind === undefined ? {} : { kind },
			} as never,
			'',
		) as unknown as ILoadOptionsFunctions;
		const { searchBatchModels } = new GeminiBatch().methods.listSearch;
		const { results } = await searchBatchModels.call(context, filter);
		return results.map(({ value }) => value);
	};

	test('shows those that can run batches of the chosen kind', async () => {
		expect(await list()).toContain('gemini-3.8-flash');
		expect(await list('text')).toContain('gemini-3.1-flash-image');
		expect(await list('text')).not.toContain('gemini-embedding-2');
		expect(await list('image')).toEqual(['gemini-3.1-flash-image']);
		expect(await list('embeddings')).toEqual(['gemini-embedding-001', 'gemini-embedding-2']);
	});

	test('can be searched', async () => {
		expect(await list('embeddings', 'Embedding 2')).toEqual(['gemini-embedding-2']);
		expect(await list('text', 'pro-PREVIEW')).toEqual(['gemini-3.1-pro-preview']);
	});

	test('shows all that can run batches where no name speaks of images', async () => {
		const models = [
			{ name: 'models/a', supportedGenerationMethods: ['batchGenerateContent'] },
			{ name: 'models/b', supportedGenerationMethods: ['generateContent'] },
		];
		stage.emulator.faults.add({ path: /\/models\?/, times: 2, status: 200, body: { models } });
		expect(await list('image')).toEqual(['a']);
	});
});

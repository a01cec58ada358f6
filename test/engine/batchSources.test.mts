import type { INode, INodeExecutionData } from 'n8n-workflow';
import { ITEM_LIMITS } from '../../nodes/GeminiBatch/input/fromItems.ts';
import { BinaryStore, inMemory } from './support/binaryStore.mts';
import type { Execution } from './support/execution.mts';
import { Stage, type RunOptions } from './support/stage.mts';
import { until } from './support/until.mts';
import { chosen } from './support/workflow.mts';

let stage: Stage;
let store: BinaryStore;

beforeAll(async () => {
	stage = await Stage.open();
	store = await BinaryStore.open();
});
beforeEach(() => stage.reset());
afterEach(() => {
	jest.restoreAllMocks();
	expect(stage.front.thrown).toEqual([]);
});
afterAll(async () => {
	await stage.close();
	await store.close();
});

interface SentBatch {
	displayName: string;
	inputConfig: { fileName?: string };
}

const jobs = () => stage.emulator.jobs.list();
const sent = () =>
	stage.batchCreations.map(({ body }) => (JSON.parse(body) as { batch: SentBatch }).batch);
/** Uploads that were begun. */
const uploads = () => stage.calls(/^\/upload\//).filter(({ path }) => !/upload_id/.test(path));
const linesOf = (name: unknown) =>
	stage.emulator.files
		.bytes(String(name))
		.toString()
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line) as { key: string; request: object });
const reviews = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, index) => ({ json: { review: `Review ${index}` } }));
const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const create = /:batchGenerateContent$/;

/** Results that are in a file are fetched after Google got its answer. */
async function finished(execution: Execution): Promise<INodeExecutionData[]> {
	await until(() => execution.status !== 'waiting');
	expect(execution.status).toBe('success');
	return execution.output('After');
}

const run = (parameters: INode['parameters'], options: RunOptions = {}) =>
	stage.runBatch({ whenDone: 'nothing', ...parameters }, options);

describe('items as a file', () => {
	const alwaysFile = { options: { alwaysFile: true } };

	test('has one line for each item, and the batch is made of it', async () => {
		const execution = await run({ options: { alwaysFile: true, temperature: 0.5 } });
		expect(uploads()).toHaveLength(1);
		const [file] = stage.emulator.files.list();
		expect(file).toMatchObject({ mimeType: 'application/jsonl' });
		const request = (text: string) => ({
			contents: [{ role: 'user', parts: [{ text }] }],
			generationConfig: { temperature: 0.5 },
		});
		expect(linesOf(file.name)).toEqual([
			{ key: '0', request: request('Judge: Great') },
			{ key: '1', request: request('Judge: Bad') },
		]);
		expect(sent()).toMatchObject([{ inputConfig: { fileName: file.name } }]);
		expect(execution.output('Batch')).toMatchObject([
			{
				json: { jobId: jobs()[0].name, inputFile: file.name, requests: { total: 2 } },
				pairedItem: [{ item: 0 }, { item: 1 }],
			},
		]);
	});

	test('is what happens by itself to many images, whose results would be too large for one answer', async () => {
		const model = { __rl: true, mode: 'id', value: 'gemini-3.1-flash-image' };
		const images = { kind: 'image', model };
		await run(images, { items: reviews(20) });
		expect(uploads()).toEqual([]);
		await run(images, { items: reviews(21) });
		expect(uploads()).toHaveLength(1);
		expect(linesOf(sent()[1].inputConfig.fileName)).toHaveLength(21);
		await run({}, { items: reviews(21) });
		expect(uploads()).toHaveLength(1);
	});

	test('is what happens by itself to more than Google takes at once', async () => {
		const prompt = `={{ $json.review.repeat(${2_600_000}) }}`;
		await run({ prompt }, { items: reviews(1) });
		const [file] = stage.emulator.files.list();
		expect(sent()).toMatchObject([{ inputConfig: { fileName: file.name } }]);
		expect(Number(file.sizeBytes)).toBeGreaterThan(20_000_000);
		const [line] = linesOf(file.name);
		expect(JSON.stringify(line.request)).toContain('Review 0'.repeat(2_600_000));
		// Pieces of 8 MiB.
		expect(stage.calls(/upload_id/)).toHaveLength(3);
	});

	test('is waited for, and so are the results', async () => {
		stage.emulator.settings.filePollsProcessing = 2;
		const execution = await run({ whenDone: 'continueHere', ...alwaysFile });
		expect(execution.status).toBe('waiting');
		stage.emulator.jobs.complete(jobs()[0].name);
		await stage.deliver();
		expect(await finished(execution)).toMatchObject([
			{ json: { key: '0', status: 'succeeded', text: 'Echo: Judge: Great' } },
			{ json: { key: '1', status: 'succeeded', text: 'Echo: Judge: Bad' } },
		]);
	});

	test('travels under another type where Google refuses the usual one', async () => {
		stage.emulator.settings.refuseJsonlType = true;
		await run(alwaysFile);
		expect(stage.emulator.files.list()).toMatchObject([{ mimeType: 'jsonl' }]);
		expect(jobs()).toHaveLength(1);
	});

	test.each([
		['failed-file', /^The file files\/\w+ cannot be used: its state is FAILED$/],
		['no-url', /^Could not upload the file 'n8n-requests\.jsonl'/],
	] as const)('is not paid for when its upload ends with %s', async (uploadFault, message) => {
		stage.emulator.settings.uploadFault = uploadFault;
		const execution = await run(alwaysFile);
		expect(execution.error!.message).toMatch(message);
		expect(stage.batchCreations).toEqual([]);
		// And nothing is thought to be started.
		stage.emulator.settings.uploadFault = 'none';
		expect((await run(alwaysFile, retry)).error).toBeUndefined();
	});

	test('is not uploaded when the answer would go nowhere', async () => {
		const execution = await run({ ...alwaysFile, whenDone: 'projectWebhooks' });
		expect(execution.error!.message).toMatch(/^No webhook of the Google project listens/);
		expect(uploads()).toEqual([]);
	});

	test('binary files in it are read when their line is made', async () => {
		const png = Buffer.from('89504e470d0a1a0a', 'hex');
		const binary = { data: await store.add(png, 'image/png', 'a.png') };
		expect(binary.data.id).toBeDefined();
		const items = [0, 1, 2].map(() => ({ json: { review: 'x' }, binary }));
		const before = store.streams;
		await run({ options: { alwaysFile: true, binaryFields: 'data' } }, { items });
		expect(store.streams - before).toBe(3);
		const [file] = stage.emulator.files.list();
		expect(linesOf(file.name)[2].request).toMatchObject({
			contents: [
				{ parts: [{ inlineData: { mimeType: 'image/png', data: png.toString('base64') } }, {}] },
			],
		});
	});

	test('a retry after a lost answer uploads nothing and starts nothing', async () => {
		stage.emulator.faults.add({ path: create, after: true, cut: true });
		stage.emulator.faults.add({ path: /\/batches\?/, status: 400 });
		const execution = await run({ whenDone: 'continueHere', ...alwaysFile }, retry);
		expect(execution.status).toBe('waiting');
		expect(uploads()).toHaveLength(1);
		expect(stage.batchCreations).toHaveLength(1);
		expect(jobs()).toHaveLength(1);
	});

	test('a retry after an upload that broke starts it', async () => {
		stage.emulator.settings.uploadFault = 'forbidden-second';
		stage.emulator.faults.add({ path: /upload_id/, status: 403 });
		const execution = await run(alwaysFile, retry);
		expect(execution.status).toBe('success');
		expect(uploads()).toHaveLength(2);
		expect(jobs()).toHaveLength(1);
	});
});

describe('items as several batches', () => {
	const split = { options: { split: true } };
	/** So that two of the requests fit into one. */
	const lower = () => {
		jest.replaceProperty(ITEM_LIMITS, 'inline', 100);
		jest.replaceProperty(ITEM_LIMITS, 'file', 200);
	};

	test('only if that is allowed', async () => {
		lower();
		const execution = await run({}, { items: reviews(5) });
		expect(execution.error!.message).toMatch(/^The batch has .* at most$/);
		expect(execution.error!.description).toContain(
			"'Split Into Several Batches' to make 3 batches",
		);
		expect(stage.emulator.requests).toEqual([]);
	});

	test('are waited for in one execution', async () => {
		lower();
		const options = { ...split.options, displayName: 'Mine' };
		const execution = await run({ whenDone: 'continueHere', options }, { items: reviews(5) });
		expect(execution.status).toBe('waiting');
		expect(
			sent()
				.map(({ displayName }) => displayName.replace(/ \[.*/, ''))
				.sort(),
		).toEqual(['Mine, part 1 of 3', 'Mine, part 2 of 3', 'Mine, part 3 of 3']);
		const byName = sent().sort((a, b) => a.displayName.localeCompare(b.displayName));
		expect(
			byName.map(({ inputConfig: { fileName } }) => linesOf(fileName).map(({ key }) => key)),
		).toEqual([['0', '1'], ['2', '3'], ['4']]);
		expect(execution.output('Batch').map(({ pairedItem }) => pairedItem)).toEqual([
			[{ item: 0 }, { item: 1 }],
			[{ item: 2 }, { item: 3 }],
			{ item: 4 },
		]);
		for (const { name } of jobs()) {
			expect(execution.status).toBe('waiting');
			stage.emulator.jobs.complete(name);
			await stage.deliver();
		}
		const output = await finished(execution);
		expect(output.map(({ json }) => [json.key, json.text])).toEqual(
			[0, 1, 2, 3, 4].map((index) => [String(index), `Echo: Judge: Review ${index}`]),
		);
	});

	test('a retry starts the missing one, and uploads for it alone', async () => {
		lower();
		stage.emulator.faults.add({ path: create, skip: 2, status: 429 });
		const execution = await run(split, { items: reviews(5), ...retry });
		expect(execution.error).toBeUndefined();
		expect(jobs()).toHaveLength(3);
		expect(stage.batchCreations).toHaveLength(4);
		expect(uploads()).toHaveLength(4);
		expect(
			execution
				.json('After')
				.map(({ jobId }) => jobId)
				.sort(),
		).toEqual(
			jobs()
				.map(({ name }) => name)
				.sort(),
		);
	});

	test('the error names those that were started', async () => {
		lower();
		stage.emulator.faults.add({ path: create, skip: 2, status: 429, times: null });
		const execution = await run(split, { items: reviews(5), ...retry });
		expect(jobs()).toHaveLength(2);
		expect(execution.error!.message).toMatch(/^Could not start the batch Reviews, part \d of 3/);
		for (const { name } of jobs()) expect(execution.error!.description).toContain(name);
	});

	test('an upload that fails at a retry hides none of them', async () => {
		lower();
		stage.emulator.faults.add({ path: create, skip: 2, status: 429 });
		stage.emulator.faults.add({ path: /^\/upload/, skip: 6, status: 403, times: null });
		const execution = await run(split, { items: reviews(5), ...retry });
		expect(jobs()).toHaveLength(2);
		expect(execution.error!.message).toMatch(/^Could not upload the file/);
		for (const { name } of jobs()) expect(execution.error!.description).toContain(name);
	});
});

const line = (key: string, text = 'Hi') =>
	JSON.stringify({ key, request: { contents: [{ parts: [{ text }] }] } });
const withFile = (text: string, fileName = 'in.jsonl'): INodeExecutionData => ({
	json: {},
	binary: { data: inMemory(Buffer.from(text), 'application/json', fileName) },
});

describe('a JSONL file', () => {
	const jsonl = { source: 'jsonl' };

	test('is sent as it is; each item makes one batch', async () => {
		const one = `${line('a')}\n\n${line('b', '🎬')}`;
		const data = await store.add(Buffer.from(one), 'text/plain', 'one.jsonl');
		const items = [{ json: { n: 1 }, binary: { data } }, withFile(line('a'), 'two.jsonl')];
		const options = { displayName: '=n {{ $json.n }}' };
		const execution = await run({ ...jsonl, options }, { items });
		// They are uploaded side by side.
		const [first, second] = stage.emulator.files
			.list()
			.sort((a, b) => String(a.displayName).localeCompare(String(b.displayName)));
		expect(stage.emulator.files.bytes(String(first.name)).toString()).toBe(one);
		expect([first, second]).toMatchObject([
			{ displayName: 'one.jsonl', mimeType: 'application/jsonl' },
			{ displayName: 'two.jsonl', mimeType: 'application/jsonl' },
		]);
		const nameOf = (file: unknown) =>
			sent().find(({ inputConfig }) => inputConfig.fileName === file)!.displayName;
		expect(nameOf(first.name)).toMatch(/^n 1 \[n8n/);
		expect(nameOf(second.name)).toMatch(/^n \[n8n/);
		expect(execution.output('After')).toMatchObject([
			{ json: { inputFile: first.name, requests: { total: 2 } }, pairedItem: { item: 0 } },
			{ json: { inputFile: second.name, requests: { total: 1 } }, pairedItem: { item: 1 } },
		]);
	});

	test('its keys are kept for the results', async () => {
		const text = `${line('b')}\n${line('a')}`;
		const execution = await run(
			{ ...jsonl, whenDone: 'continueHere' },
			{ items: [withFile(text)] },
		);
		const { parked } = execution.data.executionData!.contextData['node:Batch'] as {
			parked: { details: object };
		};
		expect(parked.details).toEqual({
			kind: 'text',
			source: 'jsonl',
			asJson: false,
			errorsOn: 'inline',
			fileKeys: { [jobs()[0].name]: ['b', 'a'] },
		});
	});

	test.each([
		['a line that is not JSON', `${line('a')}\n{`, /^Line 2 of 'in\.jsonl' is not JSON$/],
		['a key twice', `${line('a')}\n${line('a')}\n`, /^Line 2 of 'in\.jsonl' has the same 'key'/],
		['no line', '\n', /^The file 'in\.jsonl' holds no request$/],
	])('is refused with %s, before anything is sent', async (_, text, message) => {
		const execution = await run(jsonl, { items: [withFile(line('x')), withFile(text)] });
		expect(execution.error!.message).toMatch(message);
		expect(execution.error!.context.itemIndex).toBe(1);
		expect(stage.emulator.requests).toEqual([]);
	});

	test('that is not there is refused', async () => {
		const execution = await run(jsonl, { items: [{ json: {} }] });
		expect(execution.error!.message).toBe("Item 0 has no binary field 'data'");
	});

	const mixed = [withFile('{'), withFile(line('a')), { json: {} }];

	test('that fails leaves the others alone, if the node is to continue', async () => {
		const execution = await run(jsonl, { items: mixed, onError: 'continueRegularOutput' });
		expect(execution.output('Batch')).toMatchObject([
			{ json: { error: "Line 1 of 'in.jsonl' is not JSON" }, pairedItem: { item: 0 } },
			{ json: { jobId: jobs()[0].name }, pairedItem: { item: 1 } },
			{ json: { error: "Item 2 has no binary field 'data'" }, pairedItem: { item: 2 } },
		]);
	});

	test('that fails comes out together with the results of the others', async () => {
		const execution = await run(
			{ ...jsonl, whenDone: 'continueHere' },
			{ items: mixed, onError: 'continueRegularOutput' },
		);
		expect(execution.status).toBe('waiting');
		stage.emulator.jobs.complete(jobs()[0].name);
		await stage.deliver();
		expect((await finished(execution)).map(({ json }) => json)).toMatchObject([
			{ error: "Line 1 of 'in.jsonl' is not JSON" },
			{ key: 'a', text: 'Echo: Hi', jobId: jobs()[0].name },
			{ error: "Item 2 has no binary field 'data'" },
		]);
	});

	test('all of which fail costs nothing', async () => {
		const items = [withFile('{'), withFile('[')];
		const execution = await run(jsonl, { items, onError: 'continueRegularOutput' });
		expect(execution.json('After')).toHaveLength(2);
		expect(stage.emulator.requests).toEqual([]);
	});

	test('a retry after a lost answer uploads nothing and starts nothing', async () => {
		stage.emulator.faults.add({ path: create, after: true, cut: true });
		stage.emulator.faults.add({ path: /\/batches\?/, status: 400 });
		const execution = await run(jsonl, { items: [withFile(line('a'))], ...retry });
		expect(execution.error).toBeUndefined();
		expect(uploads()).toHaveLength(1);
		expect(jobs()).toHaveLength(1);
	});

	test('for embeddings goes to their method', async () => {
		const model = chosen('gemini-embedding-001');
		const content = { parts: [{ text: 'Hi' }] };
		const text = JSON.stringify({ key: 'a', request: { output_dimensionality: 64, content } });
		await run({ ...jsonl, kind: 'embeddings', model }, { items: [withFile(text)] });
		expect(stage.calls(/:asyncBatchEmbedContent$/, 'POST')).toHaveLength(1);
	});
});

describe('a file at Google', () => {
	const add = (more: { error?: { code: number; message: string } } = {}) =>
		stage.emulator.files.add({
			bytes: Buffer.from(line('a')),
			mimeType: 'application/jsonl',
			source: 'UPLOADED',
			...more,
		});
	const remote = (remoteFile: string, options: RunOptions = {}) =>
		run({ source: 'remote', remoteFile }, { items: [{ json: {} }], ...options });

	test.each([
		['its name', (name: string) => ` ${name} `],
		['its id', (name: string) => name.replace('files/', '')],
		['its address', (name: string) => `https://generativelanguage.googleapis.com/v1beta/${name}`],
	])('is found by %s', async (_, written) => {
		const name = add();
		const execution = await remote(written(name));
		expect(sent()).toMatchObject([{ inputConfig: { fileName: name } }]);
		expect(execution.output('After')).toMatchObject([
			{ json: { inputFile: name }, pairedItem: { item: 0 } },
		]);
	});

	test('that is being processed is waited for', async () => {
		stage.emulator.settings.filePollsProcessing = 1;
		expect((await remote(add())).error).toBeUndefined();
		expect(jobs()).toHaveLength(1);
	});

	test.each<[string, () => string, RegExp, RegExp]>([
		[
			'no name',
			() => '={{ $json.nothing }}',
			/^'File' of item 0 is not the name of a file at Google/,
			/files\/p1/,
		],
		[
			'something else',
			() => 'my file',
			/is not the name of a file at Google: my file$/,
			/files\/p1/,
		],
		[
			'an unknown file',
			() => 'files/unknown',
			/^There is no file files\/unknown for this API key$/,
			/48 hours/,
		],
		[
			"a batch's output, which cannot be looked up",
			() => `files/batch-${'a'.repeat(36)}`,
			/^There is no file files\/batch-a+ for this API key$/,
			/40 characters/,
		],
		[
			'a file that Google could not process',
			() => add({ error: { code: 3, message: 'Not a JSONL file.' } }),
			/^The file files\/\w+ cannot be used: its state is FAILED$/,
			/Not a JSONL file/,
		],
	])('is refused: %s', async (_, name, message, description) => {
		const execution = await remote(name());
		expect(execution.error!.message).toMatch(message);
		expect(execution.error!.description).toMatch(description);
		expect(execution.error!.context.itemIndex).toBe(0);
		expect(stage.batchCreations).toEqual([]);
	});
});

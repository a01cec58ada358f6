import type { INode, INodeExecutionData, IRunExecutionData } from 'n8n-workflow';
import type { Execution } from './support/execution.mts';
import {
	creations,
	ids,
	QUESTIONS,
	run as runInteraction,
	startParameters,
} from './support/interactions.mts';
import { requestLine, uploadLines } from './support/fileBatches.mts';
import { startJob } from './support/jobs.mts';
import { API_KEY, Stage, type RunOptions } from './support/stage.mts';
import { until } from './support/until.mts';
import { jobIds, runVideo, SCENES, starts, VEO } from './support/video.mts';
import { chosen } from './support/workflow.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open({ interactionDurationMs: null, videoDurationMs: null });
});
beforeEach(() => stage.reset());
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

/** What n8n's 'Retry' does: another execution with the stored data, but without the failed run. */
async function repeated(failed: Execution, name: string): Promise<Execution> {
	const again = stage.execution(failed.definition);
	const data = JSON.parse(failed.stored) as IRunExecutionData;
	delete data.resultData.error;
	data.resultData.runData[name].pop();
	again.stored = JSON.stringify(data);
	return await again.timeOut();
}

const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const interactions = async (parameters: INode['parameters'], options: RunOptions) =>
	await runInteraction(stage, startParameters(parameters), options);

describe("a job that failed at once, with 'Retry On Fail', while others run", () => {
	/** The first interaction fails before the node's first look at it. */
	const failFirst = async (running: Promise<unknown>) => {
		while (ids(stage).length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
		stage.emulator.jobs.fail(`interactions/${ids(stage)[0]}`, { code: 3, message: 'No' });
		await running;
	};

	test('starts nothing anew, and the wait goes on', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, delayMs: 100, skip: 1 });
		const running = interactions({ prompt: '={{ $json.city }}' }, retry);
		await failFirst(running);
		const execution = await running;
		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('waiting');
		expect(creations(stage)).toHaveLength(2);
	});

	test('nor for the item of another one, when some could not be started', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, status: 400, skip: 1 });
		stage.emulator.faults.add({ path: /\/interactions$/, delayMs: 100, skip: 1 });
		const running = interactions(
			{ prompt: 'How are you?' },
			{ ...retry, onError: 'continueRegularOutput', items: [...QUESTIONS, ...QUESTIONS] },
		);
		await failFirst(running);
		const execution = await running;
		expect(execution.status).toBe('waiting');
		expect(creations(stage)).toHaveLength(4);
		expect(ids(stage)).toHaveLength(3);
	});
});

describe('an error names every job', () => {
	test('also those of which it is not known, beside a refusal: videos', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, status: 429 });
		stage.emulator.faults.add({ path: /\/interactions$/, after: true, status: 503 });
		const execution = await runVideo(stage, {}, { items: SCENES });
		expect(jobIds(stage)).toHaveLength(1);
		expect(execution.error!.message).toMatch(/^Could not start the video/);
		expect(execution.error!.description).toMatch(/not known whether this was started: Reviews/);
	});

	test('that was started behind one that cannot be read at the second attempt: videos', async () => {
		stage.emulator.settings.veoAvailable = true;
		stage.emulator.faults.add({ path: /:predictLongRunning$/, status: 429, skip: 2 });
		stage.emulator.faults.add({ path: /\/operations\//, status: 400, times: null });
		const items = [...SCENES, { json: { scene: 'A wood' } }];
		const execution = await runVideo(
			stage,
			{ model: chosen(VEO) },
			{ ...retry, maxTries: 2, items },
		);
		expect(starts(stage)).toHaveLength(3);
		const told = `${execution.error!.message} ${execution.error!.description}`;
		for (const id of jobIds(stage)) expect(told).toContain(id);
	});
});

describe("'On Error: Continue (using error output)'", () => {
	const onError = 'continueErrorOutput' as const;
	const sorted = async (end: 'delivery' | 'limit') => {
		stage.emulator.faults.add({ path: /\/interactions$/, status: 400 });
		const execution = await interactions({}, { onError });
		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('waiting');
		const [id] = ids(stage);
		if (end === 'limit') await execution.timeOut();
		else {
			stage.emulator.jobs.complete(id);
			expect(await stage.deliver()).toMatchObject({ status: 202 });
		}
		expect(execution.status).toBe('success');
		expect(execution.output('Ask')).toMatchObject([{ json: { jobId: id } }]);
		expect(execution.output('Ask', 1)).toMatchObject([
			{ json: { error: expect.stringMatching(/^Could not start the interaction of item/) } },
		]);
	};

	test.each(['delivery', 'limit'] as const)(
		'keeps the failed starts apart after the wait: %s',
		sorted,
	);
});

/** Two batches, each from a file at Google, in one waiting execution. */
async function twoBatches(count = 2) {
	const items = [];
	for (let index = 0; index < count; index++) {
		const file = await uploadLines(stage, [requestLine(`k${index}`, `about ${index}`)]);
		items.push({ json: { file } });
	}
	const parameters = { source: 'remote', remoteFile: '={{ $json.file }}' };
	const execution = await stage.runBatch(parameters, { items });
	expect(execution.status).toBe('waiting');
	const names = execution.json('Batch').map(({ jobId }) => String(jobId));
	stage.emulator.requests.length = 0;
	return { execution, names };
}
const remove = async (name: string) => {
	const headers = { 'x-goog-api-key': API_KEY };
	const url = `${stage.emulator.url}/v1beta/${name}`;
	expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(200);
};

describe('a batch that was deleted at Google while it is waited for', () => {
	test('keeps the results of the others from nothing', async () => {
		const { execution, names } = await twoBatches();
		await remove(names[0]);
		stage.emulator.jobs.complete(names[1]);
		expect(await stage.deliver()).toMatchObject({ status: 200 });
		await until(() => execution.status === 'success');
		expect(execution.json('After')).toMatchObject([
			{ jobId: names[0], status: 'failed', error: { code: '404' }, waitStatus: 'finished' },
			{ jobId: names[1], key: 'k1', status: 'succeeded' },
		]);
	});

	test('is not taken for deleted while the API is only busy, or the key is refused', async () => {
		const { execution, names } = await twoBatches();
		stage.emulator.jobs.complete(names[1]);
		for (const status of [401, 403, 429, 500]) {
			stage.emulator.faults.add({ path: new RegExp(names[0]), status });
			expect(await stage.deliver()).toMatchObject({ status: 503 });
		}
		// Missing for a moment only, as a job may be that is new.
		stage.emulator.faults.add({ path: new RegExp(names[0]), status: 404 });
		expect((await stage.deliver()).responseBody).toContain('other jobs still running');
		expect(execution.status).toBe('waiting');
	});
});

test('many jobs in one execution: a delivery costs a few looks, not one for each job', async () => {
	const items = Array.from({ length: 60 }, (_, index) => ({ json: { city: String(index) } }));
	const execution = await interactions({}, { items });
	expect(execution.status).toBe('waiting');
	const looks = () => stage.calls(/\/interactions\/v1/, 'GET').length;
	for (const id of ids(stage)) {
		stage.emulator.requests.length = 0;
		stage.emulator.jobs.complete(id);
		expect((await stage.deliver()).status).toBeLessThan(300);
		if (execution.status === 'waiting') expect(looks()).toBeLessThan(8);
	}
	expect(execution.json('After')).toHaveLength(60);
});

test("Google's 499 (CANCELLED) says nothing about what was started: it is not sent again", async () => {
	stage.emulator.faults.add({ path: /\/interactions$/, after: true, status: 499 });
	const execution = await interactions({}, { ...retry, items: QUESTIONS.slice(0, 1) });
	expect(execution.error!.message).toMatch(/^It is not known whether the interaction/);
	expect(creations(stage)).toHaveLength(1);
});

test("'Wait' that continues on errors loses none of the items that name the same job", async () => {
	const execution = await interactions(
		{ operation: 'wait', interaction: 'v1_gone' },
		{ onError: 'continueRegularOutput' },
	);
	expect(execution.output('After').map(({ pairedItem }) => pairedItem)).toEqual([
		{ item: 0 },
		{ item: 1 },
	]);
});

describe("an interaction that was started before the execution failed, at n8n's 'Retry'", () => {
	/** The first one runs, the second one was refused. */
	const failed = async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, status: 429, skip: 1 });
		const execution = await interactions({}, { items: QUESTIONS });
		expect(ids(stage)).toHaveLength(1);
		return execution;
	};

	test('is never taken for deleted: Google now and then denies one that runs', async () => {
		const execution = await failed();
		const [id] = ids(stage);
		stage.emulator.faults.add({ path: new RegExp(id), status: 404, times: null });
		const { error } = await repeated(execution, 'Ask');
		expect(error!.message).toContain(`The interaction ${id}`);
		expect(error!.message).toContain('was started, but cannot be read now');
		expect(error!.description).toMatch(/It is not started again\. .*execute the workflow anew\.$/);
		expect(ids(stage)).toEqual([id]);
	});

	test('is not started again when it was broken off: it was paid for, and has a part of the answer', async () => {
		const execution = await failed();
		const [id] = ids(stage);
		stage.emulator.jobs.complete(`interactions/${id}`, { status: 'incomplete' });
		const { error } = await repeated(execution, 'Ask');
		expect(error!.message).toContain(`has started the interaction ${id} already`);
		expect(error!.description).toContain("its state is 'incomplete'");
		expect(ids(stage)).toEqual([id]);
	});

	test('is started anew when it came to nothing', async () => {
		const execution = await failed();
		const [id] = ids(stage);
		stage.emulator.jobs.fail(`interactions/${id}`, { code: 13, message: 'Internal' });
		expect((await repeated(execution, 'Ask')).status).toBe('waiting');
		expect(ids(stage)).toHaveLength(3);
	});
});

describe('a batch whose answer was lost', () => {
	const create = /:batchGenerateContent$/;

	test("is found by n8n's 'Retry' among many younger ones, and not started again", async () => {
		stage.emulator.faults.add({ path: create, after: true, cut: true });
		stage.emulator.faults.add({ path: /\/batches\?/, status: 400, times: 3 });
		const failed = await stage.runBatch();
		expect(failed.error!.message).toMatch(/^It is not known whether the batch/);
		const [{ name }] = stage.emulator.jobs.list();
		for (let count = 0; count < 320; count++) await startJob(stage);
		stage.emulator.requests.length = 0;
		const again = await repeated(failed, 'Batch');
		expect(again.error!.message).toContain(name);
		expect(stage.batchCreations).toEqual([]);
	});

	test('stays unsent when there are more batches than can be looked through', async () => {
		stage.emulator.faults.add({ path: create, after: true, cut: true });
		stage.emulator.faults.add({ path: /\/batches\?/, status: 400, times: 3 });
		const failed = await stage.runBatch();
		stage.emulator.requests.length = 0;
		const endless = { operations: [], nextPageToken: 'more' };
		stage.emulator.faults.add({ path: /\/batches\?/, body: endless, times: null });
		const again = await repeated(failed, 'Batch');
		expect(again.error!.message).toMatch(/^It is not known whether the batch/);
		expect(stage.batchCreations).toEqual([]);
	});

	test('beside a refused one is named as well', async () => {
		const files = [];
		for (const key of ['a', 'b']) files.push(await uploadLines(stage, [requestLine(key, key)]));
		stage.emulator.faults.add({ path: create, status: 429 });
		stage.emulator.faults.add({ path: create, after: true, status: 503 });
		stage.emulator.faults.add({ path: /\/batches\?/, status: 400, times: 3 });
		const execution = await stage.runBatch(
			{ source: 'remote', remoteFile: '={{ $json.file }}' },
			{ items: files.map((file) => ({ json: { file } })) },
		);
		const told = `${execution.error!.message} ${execution.error!.description}`;
		expect(stage.emulator.jobs.list()).toHaveLength(1);
		expect(told).toMatch(/^Could not start the batch.*not known whether this was started: Reviews/);
	});
});

describe("n8n crashes after a delivery has continued the execution; 'Retry' with the current workflow", () => {
	/** As n8n stores it when the delivery arrives, with the node as the workflow has it: not passed over. */
	const lost = (execution: Execution, name: string, handedOver: INodeExecutionData[][]) => {
		const { data } = execution;
		data.waitTill = undefined;
		data.resultData.runData[name].pop();
		const [top] = data.executionData!.nodeExecutionStack;
		top.data.main = handedOver;
		top.metadata = { ...top.metadata, forwardAllOutputs: true };
		return data;
	};
	const results = [[{ json: { key: '0' } }, { json: { key: '1' } }], [{ json: { key: '2' } }]];

	test('goes on with what the delivery brought, on all outputs', async () => {
		const parameters = { prompt: 'Say something', errorsOn: 'secondOutput' };
		const crashed = await stage.runBatch(parameters);
		const data = lost(crashed, 'Batch', results);
		const again = await stage.execution(crashed.definition, 'retry').resume(data);
		expect(again.status).toBe('success');
		expect(again.json('After')).toEqual([{ key: '0' }, { key: '1' }]);
		expect(again.output('Batch', 1)).toMatchObject([{ json: { key: '2' } }]);
		expect(stage.batchCreations).toHaveLength(1);
	});

	test("goes on with what the delivery brought to the operation 'Wait'", async () => {
		const job = await startJob(stage);
		const parameters = { operation: 'wait', batch: chosen(job), limitAmount: 1 };
		const crashed = await stage.runBatch(parameters, { items: [{ json: {} }] });
		expect(crashed.status).toBe('waiting');
		stage.emulator.requests.length = 0;
		const data = lost(crashed, 'Batch', results);
		const again = await stage.execution(crashed.definition, 'retry').resume(data);
		expect(again.json('After')).toEqual([{ key: '0' }, { key: '1' }]);
		expect(stage.emulator.requests).toEqual([]);
	});

	test('waits anew when the node runs again later', async () => {
		const workflow = stage.batchWorkflow({ prompt: 'Say something' });
		workflow.nodes[2].type = 'repeatOnce';
		workflow.connections.After = { main: [[{ node: 'Batch', type: 'main', index: 0 }]] };
		const crashed = await stage.execution(workflow).start([{ json: {} }]);
		const data = lost(crashed, 'Batch', [[{ json: { key: '0' } }]]);
		const again = await stage.execution(workflow, 'retry').resume(data);
		expect(again.status).toBe('waiting');
		expect(stage.batchCreations).toHaveLength(2);
	});
});

test("n8n ends after a delivery has continued the execution; 'Retry' with the current workflow starts nothing", async () => {
	const crashed = await stage.runBatch({ prompt: 'Say something' });
	const [{ name }] = stage.emulator.jobs.list();
	stage.emulator.jobs.complete(name);
	// What n8n stores when the delivery arrives: the node's results are its input. The node itself comes from the
	// workflow, where it isn't passed over.
	const { data } = crashed;
	data.waitTill = undefined;
	data.resultData.runData.Batch.pop();
	const [top] = data.executionData!.nodeExecutionStack;
	top.data.main = [[{ json: { key: '0', text: 'One' } }, { json: { key: '1', text: 'Two' } }]];
	const again = stage.execution(crashed.definition);
	again.stored = JSON.stringify(data);
	await again.timeOut();
	expect(stage.batchCreations).toHaveLength(1);
	expect(again.error!.message).toContain(name);
	expect(again.error!.description).toContain("'Get'");
});

test.each(['gemini-3.8-flash?x=', 'gemini-3.8-flash#', '../files', 'a/../../x', 'a b'])(
	"a batch's model that is no id is refused before anything is asked: %s",
	async (value) => {
		const execution = await stage.runBatch({ model: chosen(value) });
		expect(execution.error!.message).toMatch(/^'Model' is not the id of a model/);
		expect(stage.calls(/models/)).toEqual([]);
	},
);

test("the address of a file in an interaction's answer comes out without a key", async () => {
	const execution = await interactions({}, { items: QUESTIONS.slice(0, 1) });
	const uri = `https://storage.googleapis.com/made/x.png?alt=media&key=${API_KEY}`;
	const content = [{ type: 'image', mime_type: 'image/png', uri }];
	const steps = [{ type: 'model_output', content }] as never;
	stage.emulator.jobs.complete(ids(stage)[0], { steps });
	expect((await stage.deliver()).status).toBeLessThan(300);
	await until(() => execution.status === 'success');
	const [{ files }] = execution.json('After');
	expect(files).toMatchObject([{ uri: expect.stringContaining('/made/x.png') as string }]);
	expect(JSON.stringify(execution.output('After'))).not.toContain(API_KEY);
});

import { LoadOptionsContext } from 'n8n-core';
import {
	NodeHelpers,
	type ILoadOptionsFunctions,
	type INode,
	type INodeExecutionData,
} from 'n8n-workflow';
import { GeminiBatch } from '../../nodes/GeminiBatch/GeminiBatch.node.ts';
import type { Execution } from './support/execution.mts';
import { finishedFileBatch } from './support/fileBatches.mts';
import { finishedJob, startJob } from './support/jobs.mts';
import { API_KEY, FOREIGN_KEY, Stage, type RunOptions } from './support/stage.mts';
import { additionalData, chosen, loadWorkflow } from './support/workflow.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(() => stage.reset());
afterAll(() => stage.close());

const ONE_ITEM: INodeExecutionData[] = [{ json: {} }];

/** Runs an operation on the batch with this name. */
const run = (
	operation: string,
	batch: string,
	parameters: INode['parameters'] = {},
	options: RunOptions = {},
): Promise<Execution> =>
	stage.runBatch(
		{ operation, batch: chosen(batch), ...parameters },
		{ items: ONE_ITEM, ...options },
	);
const getMany = (
	parameters: INode['parameters'] = {},
	options: RunOptions = {},
): Promise<Execution> =>
	stage.runBatch({ operation: 'getMany', ...parameters }, { items: ONE_ITEM, ...options });
const state = (name: string): string => stage.emulator.jobs.get(name).state;
const names = (execution: Execution): unknown[] =>
	execution.json('Batch').map(({ jobId }) => jobId);

describe("'Get'", () => {
	test('names the output file, and leaves it where it is', async () => {
		const batch = await finishedFileBatch(stage, ['a']);
		const execution = await run('get', batch);
		expect(execution.json('After')).toMatchObject([
			{ jobId: batch, status: 'succeeded', outputFile: `files/batch-${batch.slice(8)}` },
		]);
		expect(execution.json('After')[0]).not.toHaveProperty('results');
		expect(stage.calls(/\/files\/batch/)).toEqual([]);
	});

	test('shows results inside of the answer, as far as they are JSON', async () => {
		const batch = await startJob(stage);
		stage.emulator.jobs.complete(batch, {
			results: [
				{ key: 'a', response: { embedding: { values: [1] }, tokenCount: '2' } },
				{ error: { code: 3, message: 'Bad' } },
			],
		});
		const [{ results, advice }] = (await run('get', batch)).json('After');
		expect(results).toMatchObject([
			{ key: 'a', embedding: [1], matchedBy: 'key' },
			{ key: null, status: 'failed', matchedBy: 'none' },
		]);
		expect(advice).toContain('All of its requests (1) failed.');
	});
});

describe("'Get Many'", () => {
	test('lists the batches as they are, without their webhooks', async () => {
		const one = await startJob(stage, { uris: ['https://a.example/?job_token=secret'] });
		const other = await finishedJob(stage);
		const execution = await getMany();
		expect(names(execution)).toEqual([other, one]);
		expect(execution.json('After')).toEqual([
			expect.objectContaining({ jobType: 'batch', status: 'succeeded', displayName: 'by hand' }),
			expect.objectContaining({ status: 'pending', model: 'models/gemini-3.8-flash' }),
		]);
		expect(execution.output('Batch').map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 0 },
		]);
		const raw = await getMany({ simplify: false });
		expect(raw.json('After')).toMatchObject([{ done: true }, { metadata: { name: one } }]);
		expect(JSON.stringify(raw.json('After'))).not.toContain('secret');
	});

	test('follows the pages to the limit, and no further', async () => {
		for (let n = 0; n < 105; n++) await startJob(stage);
		const pages = () => stage.calls(/\/batches\?/).length;
		expect(names(await getMany())).toHaveLength(50);
		expect(pages()).toBe(1);
		expect(names(await getMany({ limit: 100 }))).toHaveLength(100);
		expect(pages()).toBe(2);
		expect(names(await getMany({ limit: 101 }))).toHaveLength(101);
		expect(pages()).toBe(4);
		expect(new Set(names(await getMany({ returnAll: true }))).size).toBe(105);
	}, 30_000);

	test('filters by state', async () => {
		const running = await startJob(stage);
		stage.emulator.jobs.set(running, 'BATCH_STATE_RUNNING');
		const failed = await startJob(stage);
		stage.emulator.jobs.fail(failed);
		const partly = await startJob(stage);
		stage.emulator.jobs.complete(partly, { allErrors: true });
		await finishedJob(stage);
		const only = async (...states: string[]) => names(await getMany({ filters: { states } }));
		expect(await only('running')).toEqual([running]);
		expect(await only('failed', 'partlyFailed')).toEqual([partly, failed]);
		expect(await only('cancelled')).toEqual([]);
		expect(await only()).toHaveLength(4);
	});

	test('filters by the model, in any case', async () => {
		const batch = await startJob(stage);
		expect(names(await getMany({ filters: { model: ' FLASH' } }))).toEqual([batch]);
		expect(names(await getMany({ filters: { model: 'pro' } }))).toEqual([]);
	});

	test('filters by the time of creation', async () => {
		await startJob(stage);
		const now = Date.now();
		stage.emulator.clock.advance(3_600_000);
		const late = await startJob(stage);
		const since = (time: unknown) => getMany({ filters: { since: time as string } });
		expect(names(await since(new Date(now + 1_800_000).toISOString()))).toEqual([late]);
		expect(names(await since('2000-01-01'))).toHaveLength(2);
		expect(names(await since('={{ $now.plus({ minutes: 30 }) }}'))).toEqual([late]);
		expect(names(await since(''))).toHaveLength(2);
		expect((await since('soon')).error!.message).toBe("'Created Since' is not a time");
	});

	test('gives each item its own answer', async () => {
		const batch = await startJob(stage);
		const execution = await getMany(
			{ filters: { states: '={{ [$json.state] }}' } },
			{ items: [{ json: { state: 'running' } }, { json: { state: 'pending' } }] },
		);
		expect(execution.output('Batch')).toMatchObject([
			{ json: { jobId: batch }, pairedItem: { item: 1 } },
		]);
	});

	test('ends although the API never stops handing out pages, and says so', async () => {
		stage.emulator.faults.add({
			path: /\/batches\?/,
			times: null,
			body: { operations: [], nextPageToken: 'again' },
		});
		const execution = await getMany({ returnAll: true });
		expect(stage.calls(/\/batches\?/)).toHaveLength(200);
		expect(execution.runsOf('Batch')[0].hints).toMatchObject([
			{ message: expect.stringContaining('200 pages') as string },
		]);
	}, 30_000);
});

describe("'Cancel'", () => {
	test('says that the batch is cancelled', async () => {
		const batch = await startJob(stage);
		const execution = await run('cancel', batch);
		expect(execution.json('After')).toMatchObject([
			{ jobId: batch, status: 'cancelled', error: { code: '1' } },
		]);
		expect(execution.json('After')[0]).not.toHaveProperty('advice');
	});

	test('says that Google is still about it', async () => {
		stage.emulator.settings.cancellingMs = 60_000;
		const execution = await run('cancel', await startJob(stage));
		expect(execution.json('After')).toMatchObject([
			{ status: 'running', advice: expect.stringContaining("'Get'") as string },
		]);
	});

	test('says that the batch was quicker', async () => {
		const batch = await startJob(stage);
		stage.emulator.faults.add({ path: ':cancel', body: {} });
		stage.emulator.faults.add({
			path: `${batch}$`,
			skip: 1,
			body: { name: batch, done: true, metadata: { state: 'BATCH_STATE_SUCCEEDED' } },
		});
		expect((await run('cancel', batch)).json('After')).toMatchObject([
			{ status: 'succeeded', advice: expect.stringContaining("'Get Results'") as string },
		]);
	});

	test.each<[string, (name: string) => unknown, RegExp]>([
		['has succeeded', (name) => stage.emulator.jobs.complete(name), /'Get Results'/],
		['failed', (name) => stage.emulator.jobs.fail(name), /nothing left/],
		['expired', (name) => stage.emulator.jobs.expire(name), /nothing left/],
	])('refuses a batch that %s', async (words, end, todo) => {
		const batch = await startJob(stage);
		end(batch);
		const { error } = await run('cancel', batch);
		expect(error!.message).toBe(`There is nothing to cancel: the batch ${batch} ${words}`);
		expect(error!.description).toMatch(todo);
		expect(stage.calls(/:cancel$/)).toEqual([]);
	});

	test('of a batch that is cancelled already asks for nothing', async () => {
		const batch = await startJob(stage);
		stage.emulator.jobs.cancel(batch);
		const execution = await run('cancel', batch);
		expect(execution.json('After')).toMatchObject([{ jobId: batch, status: 'cancelled' }]);
		expect(stage.calls(/:cancel$/)).toEqual([]);
	});

	test.each([{}, { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 }])(
		'whose answer is lost is seen to have worked (%j)',
		async (options) => {
			const batch = await startJob(stage);
			stage.emulator.faults.add({ path: ':cancel', after: true, cut: true });
			const execution = await run('cancel', batch, {}, options);
			expect(execution.json('After')).toMatchObject([{ jobId: batch, status: 'cancelled' }]);
			expect(stage.calls(/:cancel$/)).toHaveLength(1);
		},
	);

	test('is asked for once, and a failure names the batch', async () => {
		const batch = await startJob(stage);
		stage.emulator.faults.add({ path: ':cancel', status: 503, times: null });
		const execution = await run('cancel', batch);
		expect(execution.error!.message).toMatch(`Could not cancel the batch ${batch}`);
		expect(stage.calls(/:cancel$/)).toHaveLength(1);
	});

	test('that worked is not told as a failure when the state cannot be read', async () => {
		const batch = await startJob(stage);
		stage.emulator.faults.add({ path: `${batch}$`, skip: 1, times: null, status: 403 });
		const { error } = await run('cancel', batch);
		expect(error!.message).toBe(
			`Google was asked to cancel the batch ${batch}, but its state cannot be read now`,
		);
		expect(state(batch)).toBe('BATCH_STATE_CANCELLED');
	});
});

describe("'Delete'", () => {
	const gone = async (batch: string) =>
		(await run('get', batch)).error?.message.includes('knows nothing under this name');

	test('cancels a batch that runs, then deletes it', async () => {
		const batch = await startJob(stage);
		const execution = await run('delete', batch);
		expect(execution.json('After')).toEqual([{ deleted: true, jobId: batch }]);
		expect(state(batch)).toBe('BATCH_STATE_CANCELLED');
		expect(await gone(batch)).toBe(true);
	});

	test('does not cancel one that is over', async () => {
		const batch = await finishedJob(stage);
		expect((await run('delete', batch)).json('After')).toEqual([{ deleted: true, jobId: batch }]);
		expect(stage.calls(/:cancel$/)).toEqual([]);
	});

	test('whose answer is lost is seen to have worked', async () => {
		const batch = await finishedJob(stage);
		stage.emulator.faults.add({ method: 'DELETE', path: '/batches/', after: true, status: 503 });
		expect((await run('delete', batch)).json('After')).toEqual([{ deleted: true, jobId: batch }]);
		expect(stage.calls(/./, 'DELETE')).toHaveLength(1);
	});

	test('lets it run, if that is wanted', async () => {
		const batch = await startJob(stage);
		const execution = await run('delete', batch, { cancelFirst: false });
		expect(execution.json('After')).toEqual([{ deleted: true, jobId: batch }]);
		expect(state(batch)).toBe('BATCH_STATE_PENDING');
		expect(await gone(batch)).toBe(true);
	});

	test('deletes nothing that could not be cancelled', async () => {
		const batch = await startJob(stage);
		stage.emulator.faults.add({ path: ':cancel', status: 500 });
		expect((await run('delete', batch)).error!.message).toContain(`cancel the batch ${batch}`);
		expect(await gone(batch)).toBeFalsy();
		expect(stage.calls(/./, 'DELETE')).toEqual([]);
	});
});

describe.each(['get', 'cancel', 'delete', 'getResults', 'wait'])("'%s'", (operation) => {
	test.each(['={{ "" }}', 'a/b', 'batches/', '../x', '={{ $json.jobId }}'])(
		'refuses %j, which is no name',
		async (name) => {
			const execution = await run(operation, name);
			expect(execution.error!.message).toMatch(/^'Batch' is not the name of a batch/);
			expect(stage.emulator.requests).toEqual([]);
		},
	);

	test('says that a batch is unknown, or another project has it, by its name', async () => {
		expect((await run(operation, 'batches/unknown')).error!.message).toContain('batches/unknown');
		const batch = await startJob(stage, { apiKey: FOREIGN_KEY });
		const execution = await run(operation, batch);
		expect(execution.error!.message).toContain(batch);
		expect(state(batch)).toBe('BATCH_STATE_PENDING');
		expect(JSON.stringify(execution.data)).not.toContain(API_KEY);
	});

	test('goes on with the other items where it is to continue', async () => {
		const batch = operation === 'cancel' ? await startJob(stage) : await finishedJob(stage);
		const execution = await run(
			operation,
			'={{ $json.id }}',
			{},
			{
				items: [{ json: { id: 'batches/unknown' } }, { json: { id: batch } }],
				onError: 'continueRegularOutput',
			},
		);
		expect(execution.status).toBe('success');
		const items = execution.output('Batch');
		expect(items).toHaveLength(2);
		expect(items.find(({ json }) => json.error && !json.jobId)).toMatchObject({
			json: { error: expect.stringContaining('batches/unknown') as string },
			pairedItem: { item: 0 },
		});
		expect(items.find(({ json }) => json.jobId === batch)).toMatchObject({
			pairedItem: { item: 1 },
		});
	});
});

describe("the list of 'Batch'", () => {
	const search = (filter?: string, page?: string) => {
		const definition = stage.batchWorkflow();
		const workflow = loadWorkflow(definition);
		const context = new LoadOptionsContext(
			workflow,
			workflow.getNode('Batch')!,
			additionalData(definition, stage.surroundings, 'manual') as never,
			'',
		) as unknown as ILoadOptionsFunctions;
		return new GeminiBatch().methods.listSearch.searchBatches.call(context, filter, page);
	};

	test('shows names and states, page by page', async () => {
		for (let n = 0; n < 101; n++) await startJob(stage);
		const last = await finishedJob(stage);
		const first = await search();
		expect(first.results).toHaveLength(100);
		expect(first.results[0]).toEqual({ name: 'by hand (succeeded)', value: last });
		const second = await search(undefined, first.paginationToken as string);
		expect(second.results).toHaveLength(2);
		expect(second.paginationToken).toBeUndefined();
	}, 30_000);

	test('finds a batch that is on a later page', async () => {
		const old = await finishedJob(stage);
		for (let n = 0; n < 100; n++) await startJob(stage);
		expect(await search('SUCCEEDED')).toEqual({
			results: [{ name: 'by hand (succeeded)', value: old }],
			paginationToken: undefined,
		});
		expect((await search('nothing like it')).results).toEqual([]);
	}, 30_000);
});

describe('the node', () => {
	const { description } = new GeminiBatch();

	test.each<[INode['parameters'], string[] | undefined]>([
		[{ operation: 'start', errorsOn: 'inline' }, undefined],
		[{ operation: 'start', errorsOn: 'secondOutput' }, ['Results', 'Errors']],
		[{ operation: 'start', errorsOn: 'secondOutput', whenDone: 'nothing' }, undefined],
		[{ operation: 'wait' }, undefined],
		[{ operation: 'wait', errorsOn: 'secondOutput' }, ['Results', 'Errors']],
		[{ operation: 'getResults', errorsOn: 'secondOutput' }, ['Results', 'Errors']],
		[{ operation: 'getResults', errorsOn: 'secondOutput', returnAs: 'file' }, undefined],
		[{ operation: 'get', errorsOn: 'secondOutput' }, undefined],
		[{}, undefined],
	])('has for %j the outputs %j', (parameters, expected) => {
		const workflow = loadWorkflow(stage.batchWorkflow());
		const node = workflow.getNode('Batch')!;
		node.parameters = parameters;
		const outputs = NodeHelpers.getNodeOutputs(workflow, node, description as never);
		const shown = outputs.map((one) => (typeof one === 'string' ? one : one.displayName));
		expect(shown).toEqual(expected ?? [undefined]);
	});
});

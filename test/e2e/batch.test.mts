/** Batches of every kind on a real n8n: from files and as files, with pictures and embeddings, and looked up later. */
import { eventually } from '../support/http.mts';
import { itemsOf } from '../support/n8nApi.mts';
import type { WorkflowNode } from '../support/n8nTypes.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { chain, node } from '../support/workflowParts.mts';

jest.setTimeout(120_000);

let stage: Stage;

beforeAll(async () => {
	stage = await openStage();
}, 300_000);

afterAll(async () => {
	await stage?.close();
});

const START = node('Start', 'manualTrigger', 1);

/** Edit Fields and Split Out: these objects as items. */
const items = (values: object[]): WorkflowNode[] => [
	node('List', 'set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ items: values }) }),
	node('Items', 'splitOut', 1, { fieldToSplitOut: 'items', options: {} }),
];

/** A Gemini Batch node. */
const batch = (name: string, parameters: object): WorkflowNode => ({
	...node(name, '', 1, parameters),
	type: 'n8n-nodes-gemini-webhooks.geminiBatch',
	credentials: { geminiWebhooksApi: { id: '', name: '' } },
	webhookId: `hook-of-${name.toLowerCase().replace(/\W+/g, '-')}`,
});

const model = (value: string) => ({ __rl: true, mode: 'id', value });
const start = (parameters: object) => ({
	operation: 'start',
	model: model('gemini-3.8-flash'),
	prompt: '=About {{ $json.sku }}',
	whenDone: 'continueHere',
	...parameters,
});
const SKUS = [{ sku: 'a' }, { sku: 'b' }, { sku: 'c' }];

async function run(nodes: WorkflowNode[]) {
	const workflowId = await stage.save(chain('Batches', [START, ...nodes]));
	await stage.api.runManually(workflowId, { startNode: 'Start' });
	return workflowId;
}

async function finished(nodes: WorkflowNode[]) {
	const workflowId = await run(nodes);
	return await stage.api.waitForExecution({ workflowId, status: 'success', timeoutMs: 60_000 });
}

const brief = (execution: Awaited<ReturnType<typeof finished>>, name: string, output = 0) =>
	itemsOf(execution, name, { output }).map(({ json }) => [json.key, json.status, json.text]);

test('a batch sent as a file comes back as items, after Google got its answer', async () => {
	const { emulator } = stage;
	const execution = await finished([
		...items(SKUS),
		batch('Batch', start({ options: { alwaysFile: true, key: '={{ $json.sku }}' } })),
	]);
	expect(brief(execution, 'Batch')).toEqual([
		['a', 'succeeded', 'Echo: About a'],
		['b', 'succeeded', 'Echo: About b'],
		['c', 'succeeded', 'Echo: About c'],
	]);
	// The uploaded prompts and the results.
	expect(emulator.files.list()).toEqual([
		expect.objectContaining({ mimeType: 'application/jsonl', source: 'UPLOADED' }),
		expect.objectContaining({ mimeType: 'application/jsonl', source: 'GENERATED' }),
	]);
	// n8n says 409 to what comes before it has parked the execution.
	expect(emulator.deliveries.at(-1)?.attempts.at(-1)?.status).toBe(200);
});

test('failed requests leave by the second output, pictures are binary data', async () => {
	const execution = await finished([
		...items([{ sku: 'sun' }, { sku: '[[error]]' }, { sku: 'moon' }]),
		batch(
			'Batch',
			start({
				kind: 'image',
				model: model('gemini-3.1-flash-image'),
				errorsOn: 'secondOutput',
				options: { key: '=k{{ $itemIndex }}' },
			}),
		),
	]);
	const results = itemsOf(execution, 'Batch');
	expect(results.map(({ json, binary }) => [json.key, Object.keys(binary ?? {})])).toEqual([
		['k0', ['image']],
		['k2', ['image']],
	]);
	expect(results[0].binary?.image).toMatchObject({ mimeType: 'image/png' });
	expect(itemsOf(execution, 'Batch', { output: 1 }).map(({ json }) => json)).toEqual([
		expect.objectContaining({
			key: 'k1',
			status: 'failed',
			error: { code: '13', message: 'Internal error encountered.' },
		}),
	]);
});

test('embeddings', async () => {
	const execution = await finished([
		...items(SKUS),
		batch(
			'Batch',
			start({
				kind: 'embeddings',
				model: model('gemini-embedding-2'),
				options: { outputDimensionality: 8 },
			}),
		),
	]);
	const vectors = itemsOf(execution, 'Batch').map(({ json }) => json.embedding as number[]);
	expect(vectors.map(({ length }) => length)).toEqual([8, 8, 8]);
	expect(vectors[0]).not.toEqual(vectors[1]);
});

test('looked up later: many, one, its results as a file and in sum, deleted', async () => {
	const { emulator } = stage;
	const job = await finished([
		...items(SKUS),
		batch('Batch', start({ whenDone: 'nothing', options: { alwaysFile: true } })),
	]);
	const [{ json: started }] = itemsOf(job, 'Batch');
	const jobId = String(started.jobId);
	await eventually(() => emulator.jobs.get(jobId).state === 'BATCH_STATE_SUCCEEDED');
	const execution = await finished([
		batch('Many', {
			operation: 'getMany',
			returnAll: true,
			filters: { states: ['succeeded'] },
		}),
		node('Ours', 'filter', 2.2, {
			conditions: {
				options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
				combinator: 'and',
				conditions: [
					{
						id: 'ours',
						leftValue: '={{ $json.jobId }}',
						rightValue: jobId,
						operator: { type: 'string', operation: 'equals' },
					},
				],
			},
			options: {},
		}),
		batch('File', { operation: 'getResults', returnAs: 'file' }),
		batch('Sum', { operation: 'getResults', returnAs: 'summary' }),
		batch('Delete', {
			operation: 'delete',
			batch: { __rl: true, mode: 'id', value: '={{ $json.jobId }}' },
		}),
	]);
	expect(itemsOf(execution, 'Ours')).toHaveLength(1);
	const [file] = itemsOf(execution, 'File');
	expect(file.binary?.data).toMatchObject({
		fileName: `${jobId.replace('batches/', '')}.jsonl`,
		mimeType: 'application/jsonl',
	});
	expect(itemsOf(execution, 'Sum')[0].json).toMatchObject({
		jobId,
		counts: expect.objectContaining({ succeeded: 3 }),
		usage: expect.objectContaining({ totalTokens: expect.any(Number) }),
	});
	expect(itemsOf(execution, 'Delete')[0].json).toEqual(
		expect.objectContaining({ deleted: true, jobId }),
	);
});

test('Wait takes over where the limit of Start has passed, also over a restart of n8n', async () => {
	const { api, emulator, n8n } = stage;
	emulator.settings.batchDurationMs = null;
	const workflowId = await run([
		...items(SKUS),
		batch('Batch', start({ limitAmount: 1, limitUnit: 'seconds' })),
		batch('Wait', { operation: 'wait', limitAmount: 1, limitUnit: 'hours' }),
	]);
	// The first wait ends by its limit, and the second one begins: n8n looks for such ends about once a minute.
	const waiting = await eventually(
		async () => {
			const [{ id, status }] = await api.executions({ workflowId });
			const { data } = await api.execution(id);
			return status === 'waiting' && data.resultData.lastNodeExecuted === 'Wait' ? id : undefined;
		},
		{ timeoutMs: 100_000, intervalMs: 500 },
	);
	const timedOut = itemsOf(await api.execution(waiting), 'Batch');
	expect(timedOut.map(({ json }) => [json.status, json.waitStatus])).toEqual([
		['pending', 'timedOut'],
	]);
	await n8n.restart();
	// Google calls the URL that Start gave it: the same execution, now in another node.
	emulator.jobs.complete(String(timedOut[0].json.jobId));
	const execution = await api.waitForExecution({
		workflowId,
		status: 'success',
		timeoutMs: 60_000,
	});
	expect(itemsOf(execution, 'Wait').map(({ json }) => [json.key, json.status])).toEqual([
		['0', 'succeeded'],
		['1', 'succeeded'],
		['2', 'succeeded'],
	]);
	emulator.settings.batchDurationMs = 500;
});

test('a batch of 8,000 rows goes up and comes back as a file', async () => {
	const { emulator } = stage;
	const execution = await finished([
		node('List', 'code', 2, {
			jsCode:
				'return Array.from({ length: 8000 }, (_, i) => ({ json: { sku: `s${i}`, more: "x".repeat(3000) } }));',
		}),
		batch(
			'Batch',
			start({
				prompt: '=About {{ $json.sku }}: {{ $json.more }}',
				options: { key: '={{ $json.sku }}' },
			}),
		),
		batch('Sum', { operation: 'getResults', returnAs: 'summary' }),
	]);
	// More than 20 MB: a file by itself.
	const uploaded = emulator.files.list().find(({ sizeBytes }) => Number(sizeBytes) > 20_000_000);
	expect(uploaded).toMatchObject({ mimeType: 'application/jsonl', source: 'UPLOADED' });
	const results = itemsOf(execution, 'Batch');
	expect(results).toHaveLength(8_000);
	expect([results[0].json.key, results[7_999].json.key]).toEqual(['s0', 's7999']);
	expect(itemsOf(execution, 'Sum')[0].json).toMatchObject({
		counts: expect.objectContaining({ succeeded: 8_000 }),
	});
});

/** The package's main job with the very workflows that users import. */
import { eventually } from '../support/http.mts';
import { itemsOf } from '../support/n8nApi.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';

jest.setTimeout(60_000);

let stage: Stage;

beforeAll(async () => {
	// Long enough that the execution is seen while it waits.
	stage = await openStage({ settings: { batchDurationMs: 2000 } });
}, 300_000);

afterAll(async () => {
	await stage?.close();
});

test('waiting: the execution is parked and goes on with one result for each item', async () => {
	const { api } = stage;
	const id = await stage.saveExample('1-wait-for-a-batch.json');
	await api.runManually(id, { startNode: 'Run by Hand' });
	await api.waitForExecution({ workflowId: id, status: 'waiting' });
	const execution = await api.waitForExecution({ workflowId: id, status: 'success' });
	const items = itemsOf(execution, 'Result per Review');
	expect(items.map(({ json }) => json)).toEqual(
		['A-1', 'A-2', 'A-3'].map((key) => ({
			key,
			status: 'succeeded',
			text: expect.stringContaining('Is this customer happy?'),
			data: null,
			finishReason: 'STOP',
			usage: {
				promptTokens: expect.any(Number),
				outputTokens: expect.any(Number),
				totalTokens: expect.any(Number),
			},
			error: null,
			jobId: expect.stringMatching(/^batches\/\w{36}$/),
			matchedBy: 'key',
			metadata: { source: 'reviews' },
		})),
	);
	expect(itemsOf(execution, 'Gemini Batch').map(({ pairedItem }) => pairedItem)).toEqual([
		{ item: 0 },
		{ item: 1 },
		{ item: 2 },
	]);
});

test('another workflow: starts once, with the documented item', async () => {
	const { api, emulator } = stage;
	const receiver = await stage.saveExample('3-when-a-batch-finishes.json');
	await api.publish(receiver);
	const starter = await stage.saveExample('2-start-a-batch-for-another-workflow.json');
	await api.runManually(starter, { startNode: 'Run by Hand' });
	const started = await api.waitForExecution({ workflowId: starter, status: 'success' });
	const [{ json: job }] = itemsOf(started, 'Gemini Batch');
	expect(job).toMatchObject({
		jobType: 'batch',
		status: 'pending',
		metadata: { source: 'reviews' },
	});

	const received = await api.waitForExecution({ workflowId: receiver, status: 'success' });
	const [{ json: item }] = itemsOf(received, 'Gemini Webhook Trigger');
	expect(item).toEqual({
		event: 'batch.succeeded',
		status: 'succeeded',
		jobType: 'batch',
		jobId: job.jobId,
		deliveryId: emulator.deliveries.at(-1)?.id,
		occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
		receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
		outputFile: null,
		error: null,
		metadata: { source: 'reviews' },
		signatureScheme: 'v1a',
		job: expect.objectContaining({ jobId: job.jobId, status: 'succeeded' }),
	});
	// And it goes on with the results.
	expect(itemsOf(received, 'Result per Review').map(({ json }) => [json.key, json.status])).toEqual(
		[
			['A-1', 'succeeded'],
			['A-2', 'succeeded'],
			['A-3', 'succeeded'],
		],
	);
	expect(await api.executions({ workflowId: receiver })).toHaveLength(1);
	expect(emulator.deliveries.at(-1)?.attempts.map(({ status }) => status)).toEqual([202]);
	await api.unpublish(receiver);
});

test('the whole project: publishing registers a webhook, a job starts one execution, unpublishing removes it', async () => {
	const { api, emulator, n8n } = stage;
	const receiver = await stage.saveExample('4-all-jobs-of-the-project.json');
	await api.publish(receiver);
	expect(emulator.webhooks.list()).toEqual([
		expect.objectContaining({
			name: 'n8n: 4 All jobs of the project / Gemini Webhook Trigger',
			uri: expect.stringMatching(new RegExp(`^${n8n.url}/webhook/[-\\w]+/webhook$`)),
			state: 'enabled',
		}),
	]);
	const starter = await stage.saveExample('5-start-a-batch-for-the-project.json');
	await api.runManually(starter, { startNode: 'Run by Hand' });
	const received = await api.waitForExecution({ workflowId: receiver, status: 'success' });
	const [{ json: item }] = itemsOf(received, 'Done');
	expect(item).toMatchObject({ event: 'batch.succeeded', signatureScheme: 'v1' });
	expect(Object.keys(item)).not.toContain('job');
	expect(await api.executions({ workflowId: receiver })).toHaveLength(1);

	await api.unpublish(receiver);
	await eventually(() => emulator.webhooks.list().length === 0);
});

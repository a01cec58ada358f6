/**
 * Google signs the deliveries of all its customers with the same keys. A stranger with a Gemini account of his own, and
 * with every URL of ours at hand, tokens included, starts and continues nothing in a real n8n.
 */
import { finishBatch, succeeded, triggerUrl } from '../support/deliveries.mts';
import { eventually } from '../support/http.mts';
import { itemsOf } from '../support/n8nApi.mts';
import { parkedBatch } from '../support/parked.mts';
import { API_KEY, FOREIGN_KEY, openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';

jest.setTimeout(90_000);

const TRIGGER = 'Gemini Webhook Trigger';

interface Published {
	workflowId: string;
	url: string;
}

let stage: Stage;
/** Takes any job of the project, with a token or without. */
let open: Published;
/** Takes jobs that were started from n8n for this very trigger, and no others. */
let strict: Published;

async function publish(onlyStartedFromN8n: boolean): Promise<Published> {
	const workflowId = await stage.saveExample('3-when-a-batch-finishes.json', ({ nodes }) => {
		const trigger = nodes.find(({ name }) => name === TRIGGER)!;
		trigger.webhookId = crypto.randomUUID();
		trigger.parameters.options = { onlyStartedFromN8n };
	});
	await stage.api.publish(workflowId);
	return { workflowId, url: await triggerUrl(stage, workflowId) };
}

beforeAll(async () => {
	// Jobs only end when a test says so.
	stage = await openStage({ settings: { batchDurationMs: null, retryFirstMs: 300_000 } });
	open = await publish(false);
	strict = await publish(true);
}, 300_000);

afterAll(async () => {
	await stage?.close();
});

const executions = async ({ workflowId }: Published) =>
	(await stage.api.executions({ workflowId })).length;

/** Google's answer from n8n for the end of a job that was given this URL. */
async function answerTo(apiKey: string, url: string) {
	const jobId = await finishBatch(stage.emulator, apiKey, url);
	const attempt = await eventually(() =>
		stage.emulator.deliveries
			.find(({ body }) => body.includes(jobId))
			?.attempts.find(({ status }) => status !== undefined),
	);
	return { jobId, status: attempt.status };
}

/** The webhook URL, with its token, that a workflow of ours gives Google for a job that another one hears of. */
async function callbackFor({ url }: Published): Promise<string> {
	const starter = await stage.saveExample(
		'2-start-a-batch-for-another-workflow.json',
		(workflow) => {
			const node = workflow.nodes.find(({ type }) => type.endsWith('.geminiBatch'))!;
			Object.assign(node.parameters, { workflowUrl: url });
		},
	);
	await stage.api.runManually(starter, { startNode: 'Run by Hand' });
	await stage.api.waitForExecution({ workflowId: starter });
	const { body } = stage.emulator.requests.findLast(({ path }) =>
		path.includes(':batchGenerateContent'),
	)!;
	const { batch } = JSON.parse(body) as { batch: { webhookConfig: { uris: string[] } } };
	return batch.webhookConfig.uris[0];
}

const withTokenOf = (callback: string, target: string): string =>
	`${target}?job_token=${new URL(callback).searchParams.get('job_token')}`;

test("a stranger's job starts nothing: without a token, with a token of ours, with one of another workflow", async () => {
	const [openCallback, strictCallback] = [await callbackFor(open), await callbackFor(strict)];
	expect(new URL(openCallback).searchParams.get('job_token')).toMatch(/^[\w-]+\.[\w-]+$/);
	for (const url of [
		open.url,
		strict.url,
		openCallback,
		strictCallback,
		withTokenOf(strictCallback, open.url),
		withTokenOf(openCallback, strict.url),
	]) {
		expect(await answerTo(FOREIGN_KEY, url)).toMatchObject({ status: 401 });
	}
	expect(await Promise.all([open, strict].map(executions))).toEqual([0, 0]);

	// The same URLs with jobs of our own: the token of another workflow counts for nothing.
	expect(await answerTo(API_KEY, withTokenOf(openCallback, strict.url))).toMatchObject({
		status: 401,
	});
	const { jobId, status } = await answerTo(API_KEY, strictCallback);
	expect(status).toBe(202);
	const [execution] = await stage.api.waitForExecutions({
		workflowId: strict.workflowId,
		count: 1,
	});
	expect(itemsOf(execution, TRIGGER)[0].json).toMatchObject({ jobId });
});

test('a delivery that was recorded starts nothing a second time, nor later, nor elsewhere', async () => {
	const callback = await callbackFor(strict);
	const before = await executions(strict);
	const jobId = await finishBatch(stage.emulator, API_KEY, `${stage.n8n.url}/webhook/nobody`);
	const message = { url: callback, id: 'msg_recorded', event: succeeded(jobId) };
	expect(await stage.emulator.send(message)).toMatchObject({ status: 202 });
	const repeated = await stage.emulator.send(message);
	expect([repeated.status, repeated.responseBody]).toEqual([
		200,
		'{"received":true,"note":"duplicate"}',
	]);
	const old = Math.floor(Date.now() / 1000) - 360;
	expect(await stage.emulator.send({ ...message, timestamp: old })).toMatchObject({ status: 401 });
	expect(await stage.emulator.send({ ...message, signTimestamp: old })).toMatchObject({
		status: 401,
	});
	// Sent on to another trigger that takes n8n's own jobs alone, the token is for another path.
	const other = await publish(true);
	const elsewhere = withTokenOf(callback, other.url);
	expect(await stage.emulator.send({ ...message, url: elsewhere })).toMatchObject({ status: 401 });
	expect(await executions(other)).toBe(0);
	expect(await executions(strict)).toBe(before + 1);
});

test('a waiting execution goes on with its own jobs alone, whoever knows its URL', async () => {
	const { api, emulator } = stage;
	const parked = await parkedBatch(stage);
	const other = await parkedBatch(stage);
	// Google's signature, n8n's token and ours: all genuine. The job is the stranger's.
	expect(await answerTo(FOREIGN_KEY, parked.url)).toMatchObject({ status: 503 });
	const swapped = new URL(parked.url);
	swapped.searchParams.set('job_token', new URL(other.url).searchParams.get('job_token')!);
	expect(await answerTo(FOREIGN_KEY, swapped.href)).toMatchObject({ status: 200 });
	for (const { workflowId } of [parked, other]) {
		expect((await api.executions({ workflowId }))[0].status).toBe('waiting');
	}
	emulator.jobs.complete(parked.jobId);
	await api.waitForExecution({ workflowId: parked.workflowId, status: 'success' });
	expect((await api.executions({ workflowId: other.workflowId }))[0].status).toBe('waiting');
});

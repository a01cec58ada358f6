/** Executions that wait for their batch: over a restart, under attack, and when Google never calls. */
import { eventually } from '../support/http.mts';
import { itemsOf } from '../support/n8nApi.mts';
import type { WorkflowDefinition } from '../support/n8nTypes.mts';
import { parkedBatch } from '../support/parked.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { node } from '../support/workflowParts.mts';

jest.setTimeout(180_000);

const EXAMPLE = '1-wait-for-a-batch.json';
const NODE = 'Gemini Batch';

let stage: Stage;

beforeAll(async () => {
	// Jobs only end when a test says so.
	stage = await openStage({ settings: { batchDurationMs: null } });
}, 300_000);

afterAll(async () => {
	await stage?.close();
});

const batchNode = ({ nodes }: WorkflowDefinition) => nodes.find(({ name }) => name === NODE)!;

const parkedExample = async (change?: (workflow: WorkflowDefinition) => void) =>
	await parkedBatch(stage, change);

const succeeded = (id: string) => ({ type: 'batch.succeeded', version: 'v1', data: { id } });

test('the webhook arrives after n8n was restarted', async () => {
	const { api, emulator, n8n } = stage;
	const { workflowId, jobId } = await parkedExample();
	await n8n.restart();
	expect((await api.executions({ workflowId }))[0].status).toBe('waiting');
	// The new process has no keys of Google's yet. It asks for them again after 30 s at the earliest.
	emulator.settings.jwks = 'down';
	emulator.jobs.complete(jobId);
	await eventually(() => emulator.deliveries.at(-1)?.attempts[0]?.status === 503);
	emulator.settings.jwks = 'normal';
	const execution = await api.waitForExecution({
		workflowId,
		status: 'success',
		timeoutMs: 90_000,
	});
	expect(itemsOf(execution, 'Result per Review').map(({ json }) => json.key)).toEqual([
		'A-1',
		'A-2',
		'A-3',
	]);
});

test('nothing but the proven end of this very job continues the execution', async () => {
	const { api, emulator } = stage;
	const { workflowId, executionId, jobId, url } = await parkedExample();
	const other = await parkedExample();
	const withoutToken = new URL(url);
	withoutToken.searchParams.delete('job_token');
	const withoutSignature = new URL(url);
	withoutSignature.searchParams.delete('signature');
	const event = succeeded(jobId);
	const answers = [
		await emulator.send({ url, event, scheme: 'none' }),
		await emulator.send({ url, event, keyIndex: 'upcoming' }),
		await emulator.send({ url, event, scheme: 'jwt' }),
		await emulator.send({ url, event, timestamp: Math.floor(Date.now() / 1000) - 400 }),
		await emulator.send({ url: withoutToken.href, event }),
		await emulator.send({ url: withoutSignature.href, event }),
		// Google's own signature, but the job isn't over: Google is to say so again.
		await emulator.send({ url, event }),
		// The same with another job's name.
		await emulator.send({ url, event: succeeded(other.jobId) }),
	];
	expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401, 503, 503]);
	// Another start's token.
	const swapped = new URL(url);
	swapped.searchParams.set('job_token', new URL(other.url).searchParams.get('job_token')!);
	expect(await emulator.send({ url: swapped.href, event })).toMatchObject({ status: 200 });
	expect((await api.executions({ workflowId }))[0].status).toBe('waiting');

	emulator.jobs.complete(jobId);
	await api.waitForExecution({ workflowId, status: 'success' });
	// Late repetitions find the execution finished.
	expect(await emulator.send({ url, event })).toMatchObject({ status: 409 });
	const stored = JSON.stringify((await api.execution(executionId)).data.resultData.runData);
	expect(stored).not.toMatch(/job_token/);
	emulator.jobs.complete(other.jobId);
	await api.waitForExecution({ workflowId: other.workflowId, status: 'success' });
});

test('two webhooks at once continue it once', async () => {
	const { api, emulator } = stage;
	const { workflowId, jobId, url } = await parkedExample();
	emulator.settings.deliveryFault = 'never';
	emulator.jobs.complete(jobId);
	emulator.settings.deliveryFault = 'none';
	const event = succeeded(jobId);
	const answers = await Promise.all(
		[1, 2, 3, 4].map(async () => await emulator.send({ url, event })),
	);
	expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
	const execution = await api.waitForExecution({ workflowId, status: 'success' });
	expect(execution.data.resultData.runData['Result per Review']).toHaveLength(1);
});

test("a batch that failed comes out as the job with Google's reason", async () => {
	const { api, emulator } = stage;
	const { workflowId, jobId } = await parkedExample();
	emulator.jobs.fail(jobId, { code: 13, message: 'Internal trouble at Google.' });
	const execution = await api.waitForExecution({ workflowId, status: 'success' });
	expect(itemsOf(execution, NODE).map(({ json }) => json)).toEqual([
		expect.objectContaining({
			jobId,
			status: 'failed',
			waitStatus: 'finished',
			error: { code: '13', message: 'Internal trouble at Google.' },
		}),
	]);
});

test('when the time is over the job comes out as timed out, Get looks it up, and an approval awaits its own call', async () => {
	const { api, emulator } = stage;
	const { workflowId, executionId, jobId, url } = await parkedExample((workflow) => {
		Object.assign(batchNode(workflow).parameters, { limitAmount: 1, limitUnit: 'seconds' });
		const get = structuredClone(batchNode(workflow));
		Object.assign(get, { id: crypto.randomUUID(), name: 'Look Up' });
		get.parameters = {
			operation: 'get',
			batch: { __rl: true, mode: 'id', value: '={{ $json.jobId }}' },
		};
		const approval = node('Approval', 'wait', 1.1, { resume: 'webhook', httpMethod: 'POST' });
		workflow.nodes.push(get, approval);
		workflow.connections['Result per Review'] = {
			main: [[{ node: 'Look Up', type: 'main', index: 0 }]],
		};
		workflow.connections['Look Up'] = {
			main: [[{ node: 'Approval', type: 'main', index: 0 }]],
		};
	});
	// n8n looks for waits that are over once a minute.
	await eventually(
		async () => {
			const { data, status } = await api.execution(executionId);
			return status === 'waiting' && data.resultData.lastNodeExecuted === 'Approval';
		},
		{ timeoutMs: 150_000, intervalMs: 500 },
	);
	// Google's own signature and token, but late.
	expect(await emulator.send({ url, event: succeeded(jobId) })).toMatchObject({ status: 404 });
	expect((await api.execution(executionId)).status).toBe('waiting');
	const approve = await fetch(url.replace('/gemini-job?', '?'), { method: 'POST' });
	expect(approve.status).toBe(200);
	const execution = await api.waitForExecution({ workflowId, status: 'success' });
	expect(itemsOf(execution, NODE).map(({ json }) => json)).toEqual([
		expect.objectContaining({ jobId, waitStatus: 'timedOut', status: 'pending' }),
	]);
	expect(itemsOf(execution, 'One Item per Review')[0].json).toHaveProperty('review');
	expect(itemsOf(execution, 'Look Up')[0].json).toMatchObject({ jobId, status: 'pending' });
	emulator.jobs.cancel(jobId);
});

test("n8n's Retry of an execution whose start got no answer finds the batch and pays for no second one", async () => {
	const { api, emulator } = stage;
	const batches = () => emulator.jobs.list().filter(({ kind }) => kind === 'batch').length;
	const before = batches();
	// The first attempt is refused for its metadata, the second one works although its answer is lost.
	emulator.faults.add({ path: /:batchGenerateContent/, status: 503, after: true, skip: 1 });
	emulator.faults.add({ path: /\/batches\?/, status: 400, times: 3 });
	const workflowId = await stage.saveExample(EXAMPLE);
	await api.runManually(workflowId, { startNode: 'Run by Hand' });
	const lost = await api.waitForExecution({ workflowId, status: 'error', timeoutMs: 30_000 });
	expect(lost.data.resultData.error?.message).toMatch(
		/^It is not known whether the batch 'Reviews/,
	);
	expect(batches()).toBe(before + 1);

	const retry = async () => await api.request('POST', `/executions/${lost.id}/retry`, {});
	await retry();
	const [, refused] = await api.waitForExecutions({ workflowId, status: 'error', count: 2 });
	const { name } = emulator.jobs.list().findLast(({ kind }) => kind === 'batch')!;
	expect(refused.data.resultData.error?.message).toBe(
		`The execution that is repeated has started the batch ${name} already`,
	);
	// One that came to nothing may be started again.
	emulator.jobs.fail(name, { code: 8, message: 'No capacity' });
	await retry();
	await api.waitForExecution({ workflowId, status: 'waiting' });
	expect(batches()).toBe(before + 2);
	emulator.jobs.complete(emulator.jobs.list().findLast(({ kind }) => kind === 'batch')!.name);
	const found = await api.waitForExecution({ workflowId, status: 'success' });
	expect(itemsOf(found, 'Result per Review')).toHaveLength(3);
});

test('nothing is started when the end could not be heard of', async () => {
	const { api, emulator } = stage;
	const before = emulator.jobs.list().length;
	const workflowId = await stage.saveExample(EXAMPLE, (workflow) => {
		Object.assign(batchNode(workflow).parameters, {
			whenDone: 'startWorkflow',
			workflowUrl: 'http://192.168.1.5/webhook/x/webhook',
		});
	});
	await api.runManually(workflowId, { startNode: 'Run by Hand' });
	const execution = await api.waitForExecution({ workflowId, status: 'error' });
	expect(execution.data.resultData.error).toMatchObject({
		message:
			"The 'URL of the Other Workflow's Trigger' points to 192.168.1.5, which Google cannot reach",
		description: expect.stringContaining('N8N_WEBHOOK_URL'),
	});
	expect(emulator.jobs.list()).toHaveLength(before);
});

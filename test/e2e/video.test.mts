/** Gemini Video in a real n8n: over a restart, slow and large films, films from another host, and when Google never calls. */
import { statSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { triggerUrl } from '../support/deliveries.mts';
import { figures } from '../support/figures.mts';
import { eventually } from '../support/http.mts';
import { byId, geminiNode, readInteraction, runUntilParked, START } from '../support/longJobs.mts';
import { memoryOf, watchMemory } from '../support/memory.mts';
import { itemsOf } from '../support/n8nApi.mts';
import type { Item, WorkflowDefinition, WorkflowNode } from '../support/n8nTypes.mts';
import { API_KEY, openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { chain, node } from '../support/workflowParts.mts';

jest.setTimeout(240_000);

let stage: Stage;

beforeAll(async () => {
	// Jobs only end when a test says so.
	stage = await openStage({
		settings: { interactionDurationMs: null },
		env: { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' },
	});
}, 300_000);

afterAll(async () => {
	await stage?.close();
});

afterEach(() => {
	Object.assign(stage.emulator.settings, { filmBytes: null, downloadRedirect: false });
	stage.emulator.faults.clear();
});

const AFTER = node('After', 'noOp', 1);

const video = (name: string, parameters = {}): WorkflowNode =>
	geminiNode(name, 'geminiVideo', {
		operation: 'generate',
		model: byId('gemini-omni-1.2-flash'),
		task: 'textToVideo',
		prompt: '=Film: {{ $json.scene }}',
		whenDone: 'continueHere',
		limitAmount: 30,
		limitUnit: 'minutes',
		download: true,
		outputField: 'video',
		options: {},
		...parameters,
	});

/** That many scenes, one item each, and then the nodes. */
function scenes(count: number, ...nodes: WorkflowNode[]): WorkflowDefinition {
	const list = Array.from({ length: count }, (_, index) => ({ scene: `No. ${index}` }));
	const jsonOutput = JSON.stringify({ scenes: list });
	return chain('Videos', [
		START,
		node('List', 'set', 3.4, { mode: 'raw', jsonOutput, options: {} }),
		node('Scenes', 'splitOut', 1, { fieldToSplitOut: 'scenes', options: {} }),
		...nodes,
	]);
}

/** Where n8n keeps a binary field's bytes. */
function storedAt({ binary }: Item, field = 'video'): string {
	const [mode, path] = String(binary?.[field].id).split(':');
	expect(mode).toBe('filesystem-v2');
	return join(stage.n8n.userFolder, '.n8n', 'storage', path);
}

const succeeds = async (workflowId: string, timeoutMs = 30_000) =>
	await stage.api.waitForExecution({ workflowId, status: 'success', timeoutMs });

/** The first attempt to deliver the end of a job. */
const firstAttempt = async (jobId: string) =>
	await eventually(
		() => stage.emulator.deliveries.find(({ body }) => body.includes(`"${jobId}"`))?.attempts[0],
	);

const downloads = () => stage.emulator.requests.filter(({ path }) => path.includes(':download'));

test('five videos wait over a restart of n8n; the last one continues the execution', async () => {
	const { api, emulator, n8n } = stage;
	const workflowId = await stage.save(scenes(5, video('Video'), AFTER));
	const { executionId, jobIds } = await runUntilParked(stage, workflowId);
	expect(jobIds).toHaveLength(5);
	emulator.jobs.complete(jobIds[3]);
	expect((await firstAttempt(jobIds[3])).status).toBe(200);
	await n8n.restart();
	// This one ends while nobody listens to it, and Google tries again later.
	expect((await api.execution(executionId)).status).toBe('waiting');
	for (const index of [1, 4, 0]) {
		emulator.jobs.complete(jobIds[index]);
		expect((await firstAttempt(jobIds[index])).status).toBe(200);
	}
	expect((await api.execution(executionId)).status).toBe('waiting');
	emulator.jobs.complete(jobIds[2]);
	const { data } = await succeeds(workflowId);
	expect(data.resultData.runData.Video).toHaveLength(1);
	expect(data.resultData.runData.After).toHaveLength(1);
	const items = itemsOf({ ...(await api.execution(executionId)) }, 'Video');
	expect(items).toHaveLength(5);
	for (const [index, item] of items.entries()) {
		expect(item.pairedItem).toEqual({ item: index });
		expect(item.json).toMatchObject({ status: 'succeeded', waitStatus: 'finished' });
		const { steps } = await readInteraction(stage, String(item.json.jobId));
		expect(JSON.stringify(steps)).toContain(`Film: No. ${index}`);
		expect(readFileSync(storedAt(item)).toString('latin1')).toContain(`film: Film: No. ${index}`);
	}
});

test('Google gets its answer before a slow film is fetched; a second delivery meanwhile changes nothing', async () => {
	const { api, emulator } = stage;
	emulator.settings.filmBytes = 500_000;
	emulator.faults.add({ path: /:download/, slowBodyMs: 4000 });
	const before = downloads().length;
	const workflowId = await stage.save(scenes(1, video('Video'), AFTER));
	const { executionId, jobIds } = await runUntilParked(stage, workflowId);
	emulator.jobs.complete(jobIds[0]);
	const attempt = await firstAttempt(jobIds[0]);
	expect(attempt).toMatchObject({ status: 200 });
	expect(attempt.durationMs).toBeLessThan(3000);
	await eventually(() => downloads().length > before);
	expect((await api.execution(executionId)).status).toBe('waiting');

	// The same delivery, and another one with an id of its own, as Google may send them.
	const { id, url, body } = emulator.deliveries.find((one) => one.body.includes(jobIds[0]))!;
	const again = await Promise.all([emulator.redeliver(id), emulator.send({ url, body })]);
	expect(again.map(({ status, responseBody }) => [status, responseBody])).toEqual([
		[200, expect.stringContaining('results are being fetched')],
		[200, expect.stringContaining('results are being fetched')],
	]);
	expect((await api.execution(executionId)).status).toBe('waiting');
	const { data } = await succeeds(workflowId);
	expect(data.resultData.runData.After).toHaveLength(1);
	expect(downloads()).toHaveLength(before + 1);
	const [item] = data.resultData.runData.Video.at(-1)!.data!.main[0]!;
	expect(statSync(storedAt(item)).size).toBe(500_000);
	// And later, the execution is over.
	expect((await emulator.redeliver(id)).status).toBe(409);
});

test('a film that comes from another host is fetched without the API key', async () => {
	const { emulator } = stage;
	emulator.settings.downloadRedirect = 'other';
	const workflowId = await stage.save(scenes(1, video('Video'), AFTER));
	const { jobIds } = await runUntilParked(stage, workflowId);
	emulator.jobs.complete(jobIds[0]);
	const execution = await succeeds(workflowId);
	const [item] = itemsOf(execution, 'After');
	expect(readFileSync(storedAt(item)).toString('latin1')).toContain('film: Film: No. 0');
	expect(emulator.otherRequests).toMatchObject([{ method: 'GET', status: 200 }]);
	expect(JSON.stringify(emulator.otherRequests)).not.toContain(API_KEY);
	// Neither does it rest with the execution, nor in n8n's log.
	expect(JSON.stringify(execution.data)).not.toContain(API_KEY);
	expect(stage.n8n.logs).not.toContain(API_KEY);
});

test('another workflow is started by the end of the video and downloads it', async () => {
	const { api, emulator } = stage;
	const trigger = {
		...geminiNode('Trigger', 'geminiWebhookTrigger', {
			listenTo: 'requests',
			events: ['interaction.completed', 'interaction.failed', 'video.generated'],
			options: {},
		}),
		typeVersion: 2,
		webhookId: crypto.randomUUID(),
	};
	const download = video('Download', {
		operation: 'download',
		jobOrFile: '={{ $json.jobId }}',
		fileName: 'second.mp4',
	});
	const receiver = await stage.save(chain('Receiver', [trigger, download, AFTER]));
	await api.publish(receiver);
	const workflowUrl = await triggerUrl(stage, receiver);
	const starter = await stage.save(
		scenes(1, video('Video', { whenDone: 'startWorkflow', workflowUrl }), AFTER),
	);
	await api.runManually(starter, { startNode: START.name });
	const started = await succeeds(starter);
	const [{ json: job }] = itemsOf(started, 'After');
	expect(job).toMatchObject({ jobType: 'video', status: 'running' });
	emulator.jobs.complete(String(job.jobId));
	const execution = await succeeds(receiver);
	expect(itemsOf(execution, 'Trigger')[0].json).toMatchObject({
		jobId: job.jobId,
		status: 'succeeded',
	});
	const [item] = itemsOf(execution, 'After');
	expect(item).toMatchObject({
		json: { jobId: job.jobId, status: 'succeeded', videos: [{ fileName: 'second.mp4' }] },
		binary: { video: { fileName: 'second.mp4', mimeType: 'video/mp4' } },
	});
	expect(readFileSync(storedAt(item)).toString('latin1')).toContain('film: Film: No. 0');
	await api.unpublish(receiver);
});

/** Asks whether an item's wait timed out. */
const isTimedOut = {
	options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
	conditions: [
		{
			id: 'c1',
			leftValue: '={{ $json.waitStatus }}',
			rightValue: 'timedOut',
			operator: { type: 'string', operation: 'equals' },
		},
	],
	combinator: 'and',
};

const SHORT = { limitAmount: 1, limitUnit: 'seconds' };

/** Started with a limit that is over at once; the job ends while the operation 'Wait' waits for it. */
async function waitOnceMore() {
	const { api, emulator } = stage;
	const link = (name: string) => [{ node: name, type: 'main', index: 0 }];
	const workflow = scenes(
		1,
		video('Video', SHORT),
		node('Timed Out?', 'if', 2.2, { conditions: isTimedOut, options: {} }),
	);
	workflow.nodes.push(
		video('Wait', { operation: 'wait', job: '={{ $json.jobId }}', fileName: 'late.mp4' }),
		AFTER,
	);
	Object.assign(workflow.connections, {
		'Timed Out?': { main: [link('Wait'), link('After')] },
		Wait: { main: [link('Timed Out?')] },
	});
	const workflowId = await stage.save(workflow);
	const { executionId, jobIds } = await runUntilParked(stage, workflowId);
	const goOn = async () => {
		// n8n looks for waits that are over once a minute.
		await eventually(
			async () => {
				const { data, status } = await api.execution(executionId);
				return status === 'waiting' && data.resultData.lastNodeExecuted === 'Wait';
			},
			{ timeoutMs: 100_000, intervalMs: 500 },
		);
		emulator.jobs.complete(jobIds[0]);
		return await succeeds(workflowId);
	};
	return { jobId: jobIds[0], goOn };
}

/** Started with a limit that is over while n8n, which has heard of the end, still fetches the film. */
async function fetchTooSlowly() {
	const { emulator } = stage;
	emulator.settings.filmBytes = 500_000;
	emulator.faults.add({ path: /:download/, slowBodyMs: 66_000 });
	// Long enough that Google is heard before n8n looks.
	const limit = { limitAmount: 10, limitUnit: 'seconds' };
	const workflowId = await stage.save(scenes(1, video('Video', limit), AFTER));
	const { executionId, jobIds } = await runUntilParked(stage, workflowId);
	emulator.jobs.complete(jobIds[0]);
	expect((await firstAttempt(jobIds[0])).status).toBe(200);
	await eventually(() => emulator.faults.list().every(({ hits }) => hits > 0));
	emulator.settings.filmBytes = null;
	const goOn = async () => {
		await succeeds(workflowId, 100_000);
		// The film comes too late, and is not handed to n8n any more.
		const why = `the limit of the wait has passed: ${jobIds[0]}`;
		await eventually(() => stage.n8n.logs.includes(why), {
			timeoutMs: 100_000,
		});
		return await stage.api.execution(executionId);
	};
	return { jobId: jobIds[0], goOn };
}

test('when the time is over, the execution goes on, once, and can go on waiting', async () => {
	// Together, as n8n takes its time to notice.
	const slow = await fetchTooSlowly();
	const early = await waitOnceMore();
	const [waited, fetched] = await Promise.all([early.goOn(), slow.goOn()]);

	expect(itemsOf(waited, 'Video')[0].json).toMatchObject({
		jobId: early.jobId,
		status: 'running',
		waitStatus: 'timedOut',
		advice: expect.stringContaining("'Wait'"),
	});
	const [item] = itemsOf(waited, 'After');
	expect(item).toMatchObject({
		json: { jobId: early.jobId, status: 'succeeded', waitStatus: 'finished' },
		binary: { video: { fileName: 'late.mp4' } },
	});
	expect(readFileSync(storedAt(item)).toString('latin1')).toContain('film: Film: No. 0');
	// Waiting is not starting.
	expect(stage.emulator.jobs.list().at(-1)!.name).toBe(`interactions/${early.jobId}`);

	expect(fetched.status).toBe('success');
	expect(fetched.data.resultData.runData.After).toHaveLength(1);
	expect(itemsOf(fetched, 'After')[0].json).toMatchObject({
		jobId: slow.jobId,
		waitStatus: 'timedOut',
	});
});

const onUnix = process.platform === 'win32' ? test.skip : test;

onUnix('a film of 300 MB never rests in memory', async () => {
	const { emulator, n8n } = stage;
	const size = 300 * 1024 * 1024;
	// A process that has not held anything large yet.
	await n8n.restart();
	// It has done all of it before, in small.
	const warmUp = await stage.save(scenes(1, video('Video'), AFTER));
	const first = await runUntilParked(stage, warmUp);
	emulator.jobs.complete(first.jobIds[0]);
	await succeeds(warmUp);

	emulator.settings.filmBytes = size;
	const workflowId = await stage.save(scenes(1, video('Video'), AFTER));
	const { jobIds } = await runUntilParked(stage, workflowId);
	const before = await memoryOf(n8n.pid!);
	const { result: execution, most } = await watchMemory(n8n.pid!, async () => {
		emulator.jobs.complete(jobIds[0]);
		return await succeeds(workflowId, 120_000);
	});
	const [item] = itemsOf(execution, 'After');
	expect(item.json.videos).toMatchObject([{ bytes: size }]);
	expect(statSync(storedAt(item)).size).toBe(size);
	const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
	figures('a film fetched by n8n', {
		'MB of film': megabytes(size),
		'MB more in memory at most': megabytes(most - before),
	});
	expect(most - before).toBeLessThan(size / 2);
});

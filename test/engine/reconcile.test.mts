import type { INode, INodeExecutionData, WorkflowExecuteMode } from 'n8n-workflow';
import { createCallback } from '../../nodes/shared/jobs/callback.ts';
import { databaseGoesAway, processedData } from './support/container.mts';
import { repeatedAfterCrash } from './support/crash.mts';
import { everythingIn } from './support/errors.mts';
import type { Execution } from './support/execution.mts';
import { finishedJob, startInteraction, startJob } from './support/jobs.mts';
import { API_KEY, FOREIGN_KEY, Stage, type TriggerWorkflow } from './support/stage.mts';
import { node, TRIGGER, WEBHOOK } from './support/workflow.mts';

let stage: Stage;
/** The trigger and Reconcile, which both lead to 'After'. */
let workflow: TriggerWorkflow;

beforeAll(async () => {
	stage = await Stage.open({ interactionDurationMs: null, videoDurationMs: null });
});
beforeEach(async () => {
	stage.reset();
	workflow = stage.trigger({ events: EVENTS });
	addNode(node('Reconcile', WEBHOOK, { ...RECONCILE }), 'After');
	addNode(node('Schedule', 'passThrough'), 'Reconcile');
	await workflow.publish();
});
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const RECONCILE = { resource: 'job', operation: 'reconcile' };
const EVENTS = [
	'batch.expired',
	'batch.failed',
	'batch.succeeded',
	'interaction.completed',
	'interaction.requires_action',
	'video.generated',
];

function addNode(added: INode, ...next: string[]): void {
	const { nodes, connections } = workflow.definition;
	nodes.push(added);
	connect(connections, added.name, next);
}

const connect = (connections: object, from: string, to: string[]) =>
	Object.assign(connections, {
		[from]: { main: [to.map((name) => ({ node: name, type: 'main', index: 0 }))] },
	});

/** What a user does who gives a node another name, and publishes. */
async function rename(from: string, to: string): Promise<void> {
	const { definition } = workflow;
	definition.nodes.find(({ name }) => name === from)!.name = to;
	definition.connections = JSON.parse(
		JSON.stringify(definition.connections).replaceAll(JSON.stringify(from), JSON.stringify(to)),
	) as typeof definition.connections;
	await workflow.publish();
}

const reconcileNode = () => workflow.definition.nodes.find(({ name }) => name === 'Reconcile')!;
const set = (parameters: INode['parameters']) =>
	Object.assign(reconcileNode().parameters, parameters);

/** An execution that starts at a node. */
async function run(
	first: string,
	items: INodeExecutionData[],
	mode: WorkflowExecuteMode = 'trigger',
): Promise<Execution> {
	const { nodes } = workflow.definition;
	const start = nodes.find(({ name }) => name === first)!;
	const definition = {
		...workflow.definition,
		nodes: [start, ...nodes.filter((n) => n !== start)],
	};
	return await stage.execution(definition, mode).start(items);
}

/** What the schedule starts. */
const scheduled = (mode?: WorkflowExecuteMode, items: INodeExecutionData[] = [{ json: {} }]) =>
	run('Reconcile', items, mode);

/** The delivery of the latest event, and what the trigger makes of it. */
async function delivered(): Promise<Execution> {
	expect(await stage.deliver()).toMatchObject({ status: 202 });
	return await workflow.execute();
}

const noted = () => [...processedData.noted.values()].flat();
const idsIn = (execution: Execution, name = 'After') =>
	execution.json(name).map(({ jobId }) => jobId);
const hints = (execution: Execution) =>
	execution.runsOf('Reconcile').flatMap((one) => one.hints?.map(({ message }) => message) ?? []);

describe('a job comes once', () => {
	test('by the webhook, and not again by Reconcile', async () => {
		const jobId = await finishedJob(stage);
		expect(idsIn(await delivered())).toEqual([jobId]);
		const execution = await scheduled();
		expect(execution.status).toBe('success');
		expect(execution.json('Reconcile')).toEqual([]);
		expect(execution.runsOf('After')).toEqual([]);
	});

	test('by Reconcile, and not again by the webhook', async () => {
		const jobId = await finishedJob(stage);
		expect(idsIn(await scheduled())).toEqual([jobId]);
		expect(noted().sort()).toEqual([
			`id-of-reconcile: job:${jobId}:succeeded`,
			expect.stringMatching(/^id-of-reconcile: job:.+:succeeded by [\w-]{16} in run 0$/),
			`id-of-trigger: job:${jobId}:succeeded`,
		]);
		expect((await delivered()).runsOf('After')).toEqual([]);
	});

	test("again with 'Put Out Again', and only then: after its execution was lost in a later node", async () => {
		const [lost, other] = [await finishedJob(stage), await finishedJob(stage)];
		for (const jobId of [lost, other]) {
			const { id } = stage.emulator.deliveries.find(({ job }) => job === jobId)!;
			expect(await stage.emulator.redeliver(id, { url: workflow.url })).toMatchObject({
				status: 202,
			});
			await workflow.execute();
		}
		const execution = await scheduled();
		expect(idsIn(execution)).toEqual([]);
		expect(hints(execution)).toEqual([expect.stringContaining("'Put Out Again'")]);
		set({ options: { putOutAgain: true, onlyJobs: lost } });
		expect(idsIn(await scheduled())).toEqual([lost]);
		expect(idsIn(await scheduled())).toEqual([lost]);
		const third = await finishedJob(stage);
		set({ options: { putOutAgain: true, onlyJobs: third } });
		expect(idsIn(await scheduled())).toEqual([third]);
		// It is noted as ever.
		set({ options: {} });
		expect(idsIn(await scheduled())).toEqual([]);
		expect((await delivered()).runsOf('After')).toEqual([]);
	});

	test("by Reconcile, and once more when n8n crashed in the middle and the execution is repeated by 'Retry'", async () => {
		const jobId = await finishedJob(stage);
		const lost = await scheduled();
		const again = await repeatedAfterCrash(stage, lost, { after: ['Reconcile'], at: 'After' });
		expect(idsIn(again)).toEqual([jobId]);
		const late = await scheduled();
		expect(idsIn(late)).toEqual([]);
		expect(idsIn(await repeatedAfterCrash(stage, late))).toEqual([]);
	});

	test('by Reconcile in a loop, where all rounds are one execution, repeated or not', async () => {
		const jobId = await finishedJob(stage);
		const { connections } = workflow.definition;
		addNode(node('Once More', 'repeatOnce'), 'Reconcile');
		connect(connections, 'After', ['Once More']);
		const lost = await scheduled();
		const again = await repeatedAfterCrash(stage, lost, { after: ['Reconcile'] });
		for (const execution of [lost, again]) {
			const outputs = execution.runsOf('Reconcile').flatMap(({ data }) => data!.main[0] ?? []);
			const ids = outputs.map(({ json }) => json.jobId).filter(Boolean);
			expect(ids).toEqual([jobId]);
		}
		expect(lost.runsOf('Reconcile')).toHaveLength(2);
		expect(again.runsOf('Reconcile')).toHaveLength(3);
	});

	test('by Reconcile, and not again by its next run; a new one comes', async () => {
		const first = await finishedJob(stage);
		expect(idsIn(await scheduled())).toEqual([first]);
		const second = await finishedJob(stage);
		expect(idsIn(await scheduled())).toEqual([second]);
		expect(idsIn(await scheduled())).toEqual([]);
	});

	test('when it runs at first', async () => {
		const jobId = await startJob(stage);
		expect(idsIn(await scheduled())).toEqual([]);
		expect(noted()).toEqual([]);
		stage.emulator.jobs.complete(jobId);
		expect(idsIn(await scheduled())).toEqual([jobId]);
	});

	test('when some of its requests failed, which the event does not tell', async () => {
		const jobId = await startJob(stage);
		stage.emulator.jobs.complete(jobId, { allErrors: true });
		const execution = await scheduled();
		expect(execution.json('After')).toMatchObject([
			{ jobId, event: 'batch.succeeded', status: 'partlyFailed' },
		]);
		expect((await delivered()).runsOf('After')).toEqual([]);

		const other = await startJob(stage);
		stage.emulator.jobs.complete(other, { allErrors: true });
		expect(idsIn(await delivered())).toEqual([other]);
		expect(idsIn(await scheduled())).toEqual([]);
	});

	test('when both look at the same moment', async () => {
		await finishedJob(stage);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		const executions = await Promise.all([workflow.execute(), scheduled(), scheduled()]);
		expect(executions.flatMap((one) => idsIn(one))).toHaveLength(1);
	});

	test('when it was delivered and n8n has not run the execution yet', async () => {
		const jobId = await finishedJob(stage);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(idsIn(await scheduled())).toEqual([jobId]);
		expect((await workflow.execute()).runsOf('After')).toEqual([]);
	});

	test('of many, each', async () => {
		const jobs: string[] = [];
		for (let index = 0; index < 5; index++) jobs.push(await finishedJob(stage));
		const byWebhook = await delivered();
		const byReconcile = await scheduled();
		expect([...idsIn(byWebhook), ...idsIn(byReconcile)].sort()).toEqual([...jobs].sort());
	});

	test('also after a restart: n8n keeps the record', async () => {
		const first = await finishedJob(stage);
		await scheduled();
		const second = await finishedJob(stage);
		await delivered();
		const stored = JSON.parse(JSON.stringify([...processedData.noted])) as Array<
			[string, string[]]
		>;
		// What a process forgets, and what the database gives back.
		processedData.noted.clear();
		expect(idsIn(await scheduled()).sort()).toEqual([first, second].sort());
		processedData.noted = new Map(stored);
		expect(idsIn(await scheduled())).toEqual([]);
	});

	test("with 'Retry On Fail', which takes a failed job's item for a failure", async () => {
		const jobId = await startJob(stage);
		stage.emulator.jobs.fail(jobId, { code: 8, message: 'No quota left' });
		Object.assign(reconcileNode(), { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 });
		expect((await scheduled()).json('After')).toMatchObject([
			{
				jobId,
				event: 'batch.failed',
				error: { code: '8', message: 'No quota left' },
				advice: expect.stringContaining('Start it again'),
			},
		]);
		expect(idsIn(await scheduled())).toEqual([]);
	});
});

describe('which nodes share what was seen', () => {
	/** What the trigger got, at another trigger of the workflow. */
	const atSecond = () => run('Second', workflow.accepted.at(-1)![0], 'webhook');
	const second = (...next: string[]) =>
		addNode(node('Second', TRIGGER, { ...workflow.node.parameters }), ...next);

	test('two triggers do not take jobs from each other', async () => {
		second('After');
		const jobId = await finishedJob(stage);
		expect(idsIn(await delivered())).toEqual([jobId]);
		expect(idsIn(await atSecond())).toEqual([jobId]);
		expect(idsIn(await atSecond())).toEqual([]);
	});

	test('what one of two triggers has put out does not come again, and the other one still may', async () => {
		second('After');
		const jobId = await finishedJob(stage);
		await delivered();
		expect(idsIn(await scheduled())).toEqual([]);
		expect(noted()).not.toContain(`id-of-second: job:${jobId}:succeeded`);
		expect(idsIn(await atSecond())).toEqual([jobId]);
	});

	test('what Reconcile has put out comes by neither of two triggers', async () => {
		second('After');
		await finishedJob(stage);
		expect(idsIn(await scheduled())).toHaveLength(1);
		expect((await delivered()).runsOf('After')).toEqual([]);
		expect((await atSecond()).runsOf('After')).toEqual([]);
	});

	test('a trigger with nodes in between counts, on either side', async () => {
		addNode(node('Filter', 'passThrough'), 'After');
		addNode(node('Edit', 'passThrough'), 'After');
		connect(workflow.definition.connections, 'Trigger', ['Filter']);
		connect(workflow.definition.connections, 'Reconcile', ['Edit']);
		await finishedJob(stage);
		await delivered();
		expect(idsIn(await scheduled())).toEqual([]);
	});

	test('a trigger that leads elsewhere does not count', async () => {
		addNode(node('Elsewhere', 'passThrough'));
		connect(workflow.definition.connections, 'Trigger', ['Elsewhere']);
		const jobId = await finishedJob(stage);
		expect(idsIn(await scheduled())).toEqual([jobId]);
		expect(idsIn(await delivered(), 'Elsewhere')).toEqual([jobId]);
	});

	test('a second Reconcile counts', async () => {
		addNode(node('Again', WEBHOOK, { ...RECONCILE }), 'After');
		await finishedJob(stage);
		await scheduled();
		expect((await run('Again', [{ json: {} }])).json('Again')).toEqual([]);
	});

	test('a loop that leads back to Reconcile ends', async () => {
		connect(workflow.definition.connections, 'After', ['Reconcile']);
		const jobId = await finishedJob(stage);
		const execution = await delivered();
		expect(idsIn(execution)).toEqual([jobId]);
		expect(execution.runsOf('Reconcile')).toHaveLength(1);
		expect(execution.json('Reconcile')).toEqual([]);
	});

	test('renaming forgets nothing: neither the trigger nor Reconcile', async () => {
		const delivery = await finishedJob(stage);
		expect(idsIn(await delivered())).toEqual([delivery]);
		await rename('Trigger', 'When a Job Ends');
		await rename('Reconcile', 'What Was Missed');
		expect((await run('What Was Missed', [{ json: {} }])).json('What Was Missed')).toEqual([]);
		expect((await workflow.execute()).json('When a Job Ends')).toEqual([]);

		const missed = await finishedJob(stage);
		expect(idsIn(await run('What Was Missed', [{ json: {} }]))).toEqual([missed]);
		await rename('When a Job Ends', 'Trigger');
		expect((await delivered()).runsOf('After')).toEqual([]);
	});

	test('a new node with the name of an old one shares nothing with it', async () => {
		const jobId = await finishedJob(stage);
		await delivered();
		await rename('Trigger', 'Old');
		addNode(node('Trigger', TRIGGER, { ...workflow.node.parameters }, { id: 'new' }), 'After');
		expect(idsIn(await run('Trigger', workflow.accepted[0][0], 'webhook'))).toEqual([jobId]);
	});

	test('nodes with the same id, or none, are told apart by their names', async () => {
		second('After');
		for (const id of ['id-of-second', '']) {
			workflow.node.id = id;
			workflow.definition.nodes.find(({ name }) => name === 'Second')!.id = id;
			const jobId = await finishedJob(stage);
			expect(idsIn(await delivered())).toEqual([jobId]);
			expect(idsIn(await atSecond())).toEqual([jobId]);
			expect(idsIn(await scheduled())).toEqual([]);
		}
	});

	test("entries that can't be taken back cost a repetition of nothing, and no item", async () => {
		second('After');
		await finishedJob(stage);
		await delivered();
		const fresh = await finishedJob(stage);
		// The record itself works, taking back does not.
		processedData.failures.push(undefined as unknown as Error);
		databaseGoesAway();
		expect(idsIn(await scheduled())).toEqual([fresh]);
		expect(stage.log).toContain('Could not take entries back');
	});
});

describe('the items', () => {
	test("have the trigger's shape, so that the nodes behind need no change", async () => {
		const jobId = await finishedJob(stage);
		const before = Date.now();
		const [item] = (await scheduled()).json('After');
		const byWebhook = (await delivered(), workflow.items[0]);
		expect(Object.keys(item)).toEqual(expect.arrayContaining(Object.keys(byWebhook)));
		const { job, occurredAt, receivedAt, ...rest } = item;
		expect(rest).toEqual({
			event: 'batch.succeeded',
			status: 'succeeded',
			jobType: 'batch',
			jobId,
			deliveryId: null,
			outputFile: null,
			error: null,
			metadata: {},
			signatureScheme: null,
			source: 'reconcile',
		});
		expect(job).toMatchObject({ jobId, displayName: 'by hand', requests: { succeeded: 1 } });
		expect(Date.parse(String(occurredAt))).toBeLessThanOrEqual(Date.now());
		expect(Date.parse(String(receivedAt))).toBeGreaterThanOrEqual(before);
	});

	test("bring the user's notes back from the webhook URL of a job that n8n started, and not the token", async () => {
		const url = createCallback(workflow.url, 'n', { order: '17' }, API_KEY, Date.now());
		await finishedJob(stage, { uris: [url] });
		const execution = await scheduled();
		expect(execution.json('After')).toMatchObject([{ metadata: { order: '17' } }]);
		expect(JSON.stringify(execution.data)).not.toContain(
			new URL(url).searchParams.get('job_token'),
		);
	});

	test('are left out, and not noted, when other jobs are asked for', async () => {
		const url = createCallback(workflow.url, 'n', { order: '17' }, API_KEY, Date.now());
		const own = await finishedJob(stage, { uris: [url] });
		const other = await finishedJob(stage);
		set({ options: { onlyMetadata: { entries: [{ name: 'order', value: '17' }] } } });
		expect(idsIn(await scheduled())).toEqual([own]);
		set({ options: {} });
		expect(idsIn(await scheduled())).toEqual([other]);
	});

	test("bring the user's notes of a job that is older than its token lasts", async () => {
		const url = createCallback(workflow.url, 'n', { order: '17' }, API_KEY, Date.now());
		const jobId = await finishedJob(stage, { uris: [url] });
		set({
			sinceAmount: 30,
			options: { onlyMetadata: { entries: [{ name: 'order', value: '17' }] } },
		});
		const now = jest.spyOn(Date, 'now');
		try {
			now.mockImplementation(() => performance.timeOrigin + performance.now() + 20 * 86_400_000);
			expect((await scheduled()).json('After')).toMatchObject([
				{ jobId, metadata: { order: '17' } },
			]);
		} finally {
			now.mockRestore();
		}
	});

	test("do not bring notes from a token that isn't ours", async () => {
		const url = createCallback(workflow.url, 'n', { order: '17' }, FOREIGN_KEY, Date.now());
		await finishedJob(stage, { uris: [url] });
		expect((await scheduled()).json('After')).toMatchObject([{ metadata: {} }]);
	});

	test('come from the first incoming item', async () => {
		await finishedJob(stage);
		expect((await scheduled()).output('Reconcile').map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
		]);
	});

	test('are as many as there are ends, by default all of them', async () => {
		const [done, failed, expired, cancelled, open] = await Promise.all(
			[1, 2, 3, 4, 5].map(() => startJob(stage)),
		);
		stage.emulator.jobs.complete(done);
		stage.emulator.jobs.fail(failed);
		stage.emulator.jobs.expire(expired);
		stage.emulator.jobs.cancel(cancelled);
		stage.emulator.jobs.set(open, 'BATCH_STATE_NEW');
		const found = (await scheduled()).json('After').map(({ jobId, event }) => [jobId, event]);
		expect(Object.fromEntries(found as Array<[string, string]>)).toEqual({
			[done]: 'batch.succeeded',
			[failed]: 'batch.failed',
			[expired]: 'batch.expired',
			[cancelled]: 'batch.cancelled',
		});
	});

	test('are those with the chosen ends; the others come once they are chosen', async () => {
		const done = await finishedJob(stage);
		const failed = await startJob(stage);
		stage.emulator.jobs.fail(failed);
		set({ ends: ['failed'] });
		expect(idsIn(await scheduled())).toEqual([failed]);
		set({ ends: ['failed', 'succeeded'] });
		expect(idsIn(await scheduled())).toEqual([done]);
	});

	test('are none when nothing has finished', async () => {
		await startJob(stage);
		const execution = await scheduled();
		expect(execution.status).toBe('success');
		expect(execution.runsOf('After')).toEqual([]);
		expect(hints(execution)).toEqual([
			"Jobs looked at: 1. None of them has ended in one of the 'Ends to Put Out'.",
		]);
	});

	test('in the editor are all, each time, and nothing is noted', async () => {
		const jobId = await finishedJob(stage);
		await delivered();
		const before = noted();
		for (let time = 0; time < 2; time++) {
			const manual = await scheduled('manual');
			expect(idsIn(manual)).toEqual([jobId]);
			expect(hints(manual)).toEqual([expect.stringContaining('In the editor')]);
		}
		expect(noted()).toEqual(before);
	});
});

describe("'Since'", () => {
	const later = (minutes: number) =>
		jest
			.spyOn(Date, 'now')
			.mockImplementation(() => performance.timeOrigin + performance.now() + minutes * 60_000);

	test.each([
		[1, 'minutes', 3, 0],
		[5, 'minutes', 3, 1],
		[1, 'hours', 70, 0],
		[2, 'days', 60 * 47, 1],
		[2, 'days', 60 * 49, 0],
	])('of %d %s finds of a job that ended %d minutes ago: %d', async (amount, unit, ago, count) => {
		await finishedJob(stage);
		set({ sinceAmount: amount, sinceUnit: unit });
		const now = later(ago);
		try {
			expect(idsIn(await scheduled())).toHaveLength(count);
		} finally {
			now.mockRestore();
		}
	});

	test.each([0, -1, 31, 'x'])('of %p days is refused before Google is asked', async (amount) => {
		stage.emulator.requests.length = 0;
		set({ sinceAmount: amount });
		const { error } = await scheduled();
		expect(error!.message).toBe("'Since' is not a time to look back");
		expect(stage.emulator.requests).toEqual([]);
	});
});

describe('the pages', () => {
	test('are read to their end', async () => {
		const jobs: string[] = [];
		for (let index = 0; index < 3; index++) jobs.push(await finishedJob(stage));
		const all = (await listed()) as { operations: object[] };
		const page = (from: number, nextPageToken?: string) => ({
			operations: all.operations.slice(from, from + 1),
			nextPageToken,
		});
		stage.emulator.requests.length = 0;
		stage.emulator.faults.add({ path: /batches\?/, body: page(0, 'b') });
		stage.emulator.faults.add({ path: /batches\?/, body: page(1, 'c') });
		stage.emulator.faults.add({ path: /batches\?/, body: page(2) });
		const execution = await scheduled();
		expect(idsIn(execution).sort()).toEqual([...jobs].sort());
		expect(stage.calls(/batches\?/).map(({ path }) => /pageToken=(\w*)/.exec(path)?.[1])).toEqual([
			undefined,
			'b',
			'c',
		]);
		expect(hints(execution)).toEqual([]);
	});

	test('are read up to a bound, which the user hears of', async () => {
		const jobId = await finishedJob(stage);
		const body = { ...((await listed()) as object), nextPageToken: 'more' };
		stage.emulator.requests.length = 0;
		stage.emulator.faults.add({ path: /batches\?/, body, times: null });
		const execution = await scheduled();
		expect(stage.calls(/batches\?/)).toHaveLength(50);
		expect(idsIn(execution)).toEqual([jobId]);
		expect(hints(execution)).toEqual([
			expect.stringMatching(/more batches than the 1 on the first 50 pages/),
		]);
	});

	async function listed(): Promise<unknown> {
		const response = await fetch(`${stage.emulator.url}/v1beta/batches`, {
			headers: { 'x-goog-api-key': API_KEY },
		});
		return await response.json();
	}
});

describe("'Also Check These Jobs'", () => {
	async function startVideo(): Promise<string> {
		stage.emulator.settings.veoAvailable = true;
		const response = await fetch(
			`${stage.emulator.url}/v1beta/models/veo-3.1-generate-preview:predictLongRunning`,
			{
				method: 'POST',
				headers: { 'x-goog-api-key': API_KEY },
				body: JSON.stringify({ instances: [{ prompt: 'A cat' }] }),
			},
		);
		return ((await response.json()) as { name: string }).name;
	}

	test('finds jobs of all kinds, finished ones only, and each once', async () => {
		const done = await startInteraction(stage);
		stage.emulator.jobs.complete(done);
		const running = await startInteraction(stage);
		const video = await startVideo();
		stage.emulator.jobs.complete(video);
		const batch = await finishedJob(stage);
		set({ otherJobs: ` ${done}, interactions/${running}\n${video};${batch} ${done}` });
		stage.emulator.requests.length = 0;
		const execution = await scheduled();
		const found = execution
			.json('After')
			.map(({ jobId, jobType, event }) => [jobId, jobType, event]);
		expect(found).toEqual([
			[batch, 'batch', 'batch.succeeded'],
			[done, 'interaction', 'interaction.completed'],
			[video, 'video', 'video.generated'],
		]);
		// What the list has shown is not read again.
		expect(stage.calls(new RegExp(batch))).toEqual([]);
		expect(stage.calls(new RegExp(done))).toHaveLength(1);
		expect(idsIn(await scheduled())).toEqual([]);
	});

	test('takes lists, job items, and the jobs of each incoming item, which the items come from', async () => {
		const ids = await Promise.all([1, 2, 3].map(() => startInteraction(stage)));
		ids.forEach((id) => stage.emulator.jobs.complete(id));
		set({ listBatches: false, otherJobs: '={{ $json.jobs }}' });
		stage.emulator.requests.length = 0;
		const execution = await scheduled('trigger', [
			{ json: { jobs: [ids[0]] } },
			{ json: {} },
			{ json: { jobs: [{ jobId: ids[1], jobType: 'interaction' }, ids[0]] } },
			{ json: { jobs: { jobId: ids[2] } } },
		]);
		expect(
			execution.output('Reconcile').map(({ json, pairedItem }) => [json.jobId, pairedItem]),
		).toEqual([
			[ids[0], { item: 0 }],
			[ids[1], { item: 2 }],
			[ids[2], { item: 3 }],
		]);
		expect(stage.calls(/batches/)).toEqual([]);
	});

	test('hands out the open function calls of an interaction, once', async () => {
		const id = await startInteraction(stage);
		stage.emulator.jobs.requireAction(id, [
			{ id: 'call_a', name: 'get_weather', arguments: { city: 'Rome' } },
			{ id: 'call_b', name: 'get_time' },
		]);
		set({ otherJobs: id });
		expect((await scheduled()).json('After')).toMatchObject([
			{
				event: 'interaction.requires_action',
				status: 'requiresAction',
				openCalls: 2,
				functionCall: { callId: 'call_a', name: 'get_weather', args: { city: 'Rome' } },
			},
			{ openCalls: 2, functionCall: { callId: 'call_b' } },
		]);
		expect((await delivered()).runsOf('After')).toEqual([]);
		expect(idsIn(await scheduled())).toEqual([]);
	});

	test('puts out a named batch, however old', async () => {
		const jobId = await finishedJob(stage);
		set({ sinceAmount: 1, sinceUnit: 'minutes', otherJobs: jobId });
		const now = jest
			.spyOn(Date, 'now')
			.mockImplementation(() => performance.timeOrigin + performance.now() + 600_000);
		try {
			expect(idsIn(await scheduled())).toEqual([jobId]);
		} finally {
			now.mockRestore();
		}
	});

	const GONE = 'v1_gone';
	test('fails with the name of a job that cannot be read; nothing is noted, nothing is lost', async () => {
		const jobId = await finishedJob(stage);
		stage.emulator.faults.add({ path: /interactions\//, status: 403, times: null });
		set({ otherJobs: GONE });
		const execution = await scheduled();
		expect(execution.status).toBe('error');
		expect(execution.error!.message).toContain(`Could not read the interaction ${GONE}`);
		expect(everythingIn(execution.data)).not.toContain(API_KEY);
		expect(noted()).toEqual([]);
		set({ otherJobs: '' });
		expect(idsIn(await scheduled())).toEqual([jobId]);
	});

	test('says which text is not a name, before Google is asked', async () => {
		set({ otherJobs: '../models' });
		stage.emulator.requests.length = 0;
		const { error } = await scheduled();
		expect(error!.message).toBe(
			"'Also Check These Jobs' holds what is not the name of a job: ../models",
		);
		expect(error!.description).toContain('batches/x');
		expect(stage.emulator.requests).toEqual([]);
	});

	test("with 'On Error: Continue' puts out the others, and why one could not be looked up", async () => {
		reconcileNode().onError = 'continueRegularOutput';
		const jobId = await finishedJob(stage);
		const done = await startInteraction(stage);
		stage.emulator.jobs.complete(done);
		stage.emulator.faults.add({ path: GONE, status: 403, times: null });
		set({ otherJobs: '={{ $json.job }}' });
		const execution = await scheduled('trigger', [
			{ json: { job: '../x' } },
			{ json: { job: GONE } },
			{ json: { job: done } },
		]);
		expect(execution.status).toBe('success');
		const output = execution.output('Reconcile');
		expect(output.map(({ json, pairedItem }) => [json.jobId ?? json.error, pairedItem])).toEqual([
			[jobId, { item: 0 }],
			[done, { item: 2 }],
			[expect.stringContaining('../x'), { item: 0 }],
			[expect.stringContaining(`Could not read the interaction ${GONE}`), { item: 1 }],
		]);
		// The jobs are noted, the failures come again.
		const again = await scheduled('trigger', [{ json: { job: GONE } }]);
		expect(again.json('Reconcile').map(({ error }) => error)).toEqual([
			expect.stringContaining(GONE),
		]);
	});
});

describe('when the API or the database does not answer', () => {
	test('a list that cannot be had is an error; nothing is noted, and the next run finds all', async () => {
		const jobId = await finishedJob(stage);
		stage.emulator.faults.add({ path: /batches\?/, status: 403 });
		const execution = await scheduled();
		expect(execution.error!.message).toContain("Could not list the project's batches");
		expect(noted()).toEqual([]);
		expect(idsIn(await scheduled())).toEqual([jobId]);
	});

	test("the same with 'On Error: Continue' is an item", async () => {
		reconcileNode().onError = 'continueRegularOutput';
		stage.emulator.faults.add({ path: /batches\?/, status: 403 });
		expect((await scheduled()).json('After')).toMatchObject([
			{ error: expect.stringContaining("Could not list the project's batches") as string },
		]);
	});

	test('is not guessed what was seen: the execution fails', async () => {
		const jobId = await finishedJob(stage);
		databaseGoesAway();
		const execution = await scheduled();
		expect(execution.status).toBe('error');
		expect(execution.error!.message).toContain('No database');
		expect(idsIn(await scheduled())).toEqual([jobId]);
	});

	test("a 'Remove Duplicates' node that keeps the record in another form is named", async () => {
		await finishedJob(stage);
		processedData.failures.push(
			new Error('Deduplication data was originally saved with an incompatible setting of ...'),
		);
		const { error } = await scheduled();
		expect(error!.message).toMatch(/^A 'Remove Duplicates' node uses this workflow's record/);
		expect(error!.description).toContain("'Scope'");
	});
});

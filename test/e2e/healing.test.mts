/** What changes around a published trigger, at Google or in n8n: what the user sees, and what mends it. */
import { finishBatch, triggerUrl } from '../support/deliveries.mts';
import { jsonOf, nodeOf, projectTrigger, runWebhookNode } from '../support/geminiWebhookNode.mts';
import { eventually } from '../support/http.mts';
import { itemsOf, N8nApi } from '../support/n8nApi.mts';
import { figures } from '../support/figures.mts';
import { startN8n } from '../support/n8n.mts';
import { API_KEY, openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { chain } from '../support/workflowParts.mts';

jest.setTimeout(120_000);

const TRIGGER = 'Trigger';
const EVENTS = ['batch.succeeded'];
/** Another key of the same Google project. */
const NEW_KEY = 'replacing-key';

let stage: Stage;
let workflowId: string;

beforeAll(async () => {
	stage = await openStage({ settings: { batchDurationMs: null, retryFirstMs: 500 } });
	stage.emulator.addKey(NEW_KEY, API_KEY);
	const trigger = projectTrigger(TRIGGER, EVENTS);
	workflowId = await stage.save(
		chain('Reviews', [trigger, nodeOf('After', 'n8n-nodes-base.noOp', 1, {})]),
	);
}, 300_000);

beforeEach(async () => {
	await stage.api.publish(workflowId);
});

afterEach(async () => {
	await stage.api.unpublish(workflowId);
	expect(webhooks()).toEqual([]);
});

afterAll(async () => {
	await stage?.close();
});

/** Those that call this n8n. */
const webhooks = () =>
	(stage.emulator.webhooks.list() as Array<Record<string, string>>).filter(({ uri }) =>
		/^http:\/\/(127\.0\.0\.1|localhost):(?!9\/)/.test(uri),
	);

async function check(parameters: object = {}) {
	const url = await triggerUrl(stage, workflowId);
	return jsonOf(await runWebhookNode(stage, 'checkTrigger', { triggerUrl: url, ...parameters }))[0];
}

/** One call of Google's API about the trigger's webhook, as somebody else makes it. */
async function atGoogle(method: string, path = '', body?: object): Promise<void> {
	const url = `${stage.emulator.url}/v1beta/webhooks/${webhooks()[0].id}${path}`;
	const headers = { 'x-goog-api-key': API_KEY };
	expect((await fetch(url, { method, headers, body: body && JSON.stringify(body) })).ok).toBe(true);
}

/** n8n asks the trigger to check its webhook only if the trigger itself was changed; this always helps. */
async function publishAnew(): Promise<void> {
	await stage.api.unpublish(workflowId);
	await stage.api.publish(workflowId);
}

/** The jobs that the trigger has put out. */
async function arrived(node = TRIGGER): Promise<unknown[]> {
	const all = await stage.api.executions({ workflowId });
	const executions = await Promise.all(all.map(async ({ id }) => await stage.api.execution(id)));
	return executions.flatMap((one) => itemsOf(one, node).map(({ json }) => json.jobId));
}

async function expectToArrive(jobId: string, node = TRIGGER): Promise<void> {
	await eventually(async () => (await arrived(node)).includes(jobId), { timeoutMs: 20_000 });
}

test('all is well, and a ping from Google arrives', async () => {
	const result = await check({ sendPing: true });
	expect(result).toMatchObject({ receives: true, node: TRIGGER, listenTo: 'project' });
	expect(result.checks).toContainEqual({
		check: 'ping',
		ok: true,
		detail: 'A delivery from Google arrived and was proven',
	});
	expect(await arrived()).toEqual([]);
});

test.each<[string, () => Promise<void>, RegExp, () => Promise<void>]>([
	[
		'deleted at Google',
		async () => await atGoogle('DELETE'),
		/has no webhook that calls this trigger/,
		publishAnew,
	],
	[
		'disabled at Google',
		async () => await atGoogle('PATCH', '', { state: 'disabled' }),
		/is off \('disabled'\)/,
		publishAnew,
	],
	[
		'given other events',
		async () => await atGoogle('PATCH', '', { subscribed_events: ['video.generated'] }),
		/does not send these chosen events: batch.succeeded/,
		publishAnew,
	],
	// Where it is now, it may be another n8n's; it is left to 'Clean Up'.
	[
		'pointed to another address',
		async () => await atGoogle('PATCH', '', { uri: 'http://127.0.0.1:9/webhook/x/webhook' }),
		/has no webhook|calls another address/,
		publishAnew,
	],
	[
		'given a new secret by somebody else',
		async () => await atGoogle('POST', ':rotateSigningSecret'),
		/was rotated, and the trigger holds the previous one/,
		publishAnew,
	],
])('a webhook that was %s: told, and mended by publishing', async (_, breakIt, reason, mend) => {
	await breakIt();
	const broken = await check();
	expect(broken).toMatchObject({
		receives: false,
		reason: expect.stringMatching(reason) as string,
	});
	await mend();
	expect(await check()).toMatchObject({ receives: true });
	expect(webhooks()).toHaveLength(1);
	await expectToArrive(await finishBatch(stage.emulator));
});

test('the API key is replaced by one of the same project: told, and mended by publishing', async () => {
	const data = { baseUrl: stage.emulator.url, apiVersion: 'v1beta' };
	await stage.api.updateCredential(stage.credential, { ...data, apiKey: NEW_KEY });
	try {
		// For a second, the trigger may know itself by the key before.
		await eventually(
			async () =>
				(await check()).reason === 'The trigger holds no signing secret that its API key opens',
		);
		await publishAnew();
		expect(await check()).toMatchObject({ receives: true });
		await expectToArrive(await finishBatch(stage.emulator));
	} finally {
		await stage.api.updateCredential(stage.credential, { ...data, apiKey: API_KEY });
	}
});

test('a renamed trigger keeps its webhook, and a copy gets its own', async () => {
	const { nodes, connections } = await stage.api.workflow(workflowId);
	const renamed = JSON.parse(
		JSON.stringify({ nodes, connections }).replaceAll(`"${TRIGGER}"`, '"Finished Jobs"'),
	) as { nodes: typeof nodes; connections: typeof connections };
	await stage.api.updateWorkflow(workflowId, renamed);
	await stage.api.publish(workflowId);
	expect(webhooks()).toMatchObject([{ name: 'n8n: Reviews / Finished Jobs' }]);
	const [{ id }] = webhooks();
	await expectToArrive(await finishBatch(stage.emulator), 'Finished Jobs');

	const copy = await stage.save(
		chain('Copy', [
			projectTrigger('Finished Jobs', EVENTS),
			nodeOf('After', 'n8n-nodes-base.noOp', 1, {}),
		]),
	);
	await stage.api.publish(copy);
	expect(webhooks()).toHaveLength(2);
	const jobId = await finishBatch(stage.emulator);
	await expectToArrive(jobId, 'Finished Jobs');
	await stage.api.waitForExecution({ workflowId: copy, status: 'success' });
	await stage.api.unpublish(copy);
	expect(webhooks().map((webhook) => webhook.id)).toEqual([id]);
	await stage.api.updateWorkflow(workflowId, { nodes, connections });
	await stage.api.publish(workflowId);
});

test('a rotation while deliveries are in flight loses none', async () => {
	const jobs: string[] = [];
	for (let round = 0; round < 30; round++) {
		jobs.push(await finishBatch(stage.emulator));
		// For 24 hours Google signs with both secrets, and the trigger knows the first one.
		if (round === 10) await atGoogle('POST', ':rotateSigningSecret');
	}
	await eventually(async () => (await arrived()).length >= jobs.length, { timeoutMs: 60_000 });
	const seen = await arrived();
	const lost = jobs.filter((job) => !seen.includes(job)).length;
	const doubled = seen.length - new Set(seen).size;
	const rejected = stage.emulator.deliveries
		.flatMap(({ attempts }) => attempts)
		.filter(({ status }) => status === 401).length;
	figures('rotation while deliveries are in flight', {
		deliveries: jobs.length,
		'attempts turned away and repeated': rejected,
		lost,
		doubled,
	});
	expect([lost, doubled]).toEqual([0, 0]);
});

test("n8n's public address changes: told, and mended by publishing", async () => {
	const { n8n } = stage;
	const port = Number(new URL(n8n.url).port);
	await n8n.kill();
	const moved = await startN8n({
		userFolder: n8n.userFolder,
		port,
		webhookUrl: `http://localhost:${port}/`,
	});
	try {
		const there = { ...stage, api: await N8nApi.connect(moved.url) };
		const { nodes } = await there.api.workflow(workflowId);
		const path = `/webhook/${nodes[0].webhookId}/webhook`;
		const ask = async () =>
			jsonOf(
				await runWebhookNode(there, 'checkTrigger', {
					triggerUrl: `http://localhost:${port}${path}`,
				}),
			)[0];
		expect(await ask()).toMatchObject({
			receives: false,
			reason: expect.stringContaining(`calls another address: http://127.0.0.1:${port}`) as string,
		});
		await there.api.unpublish(workflowId);
		await there.api.publish(workflowId);
		expect(await ask()).toMatchObject({ receives: true });
		expect(webhooks().map(({ uri }) => uri)).toEqual([`http://localhost:${port}${path}`]);
	} finally {
		await moved.stop();
		await n8n.restart();
	}
	await publishAnew();
});

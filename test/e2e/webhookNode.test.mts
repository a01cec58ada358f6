/** The Gemini Webhook node in a real n8n: what leads where, and the secret that comes out once. */
import { randomUUID } from 'node:crypto';
import { itemsOf } from '../support/n8nApi.mts';
import { CREDENTIAL_TYPE } from '../support/examples.mts';
import type { Execution, WorkflowNode } from '../support/n8nTypes.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';

jest.setTimeout(90_000);

let stage: Stage;

beforeAll(async () => {
	stage = await openStage();
}, 300_000);

afterAll(async () => {
	await stage?.close();
});

const EVENTS = ['batch.succeeded'];
const names = () => stage.emulator.webhooks.list().map(({ name }) => name);

function node(
	name: string,
	type: string,
	typeVersion: number,
	parameters: WorkflowNode['parameters'],
): WorkflowNode {
	const credentials = { [CREDENTIAL_TYPE]: { id: '', name: '' } };
	const own = type.includes('gemini') ? { credentials } : {};
	return { id: randomUUID(), name, type, typeVersion, position: [0, 0], parameters, ...own };
}

/** Saves a workflow whose nodes follow each other. */
async function save(...nodes: WorkflowNode[]): Promise<string> {
	const connections = Object.fromEntries(
		nodes.slice(1).map((to, index) => {
			const next = { node: to.name, type: 'main', index: 0 };
			return [nodes[index].name, { main: [[next]] }];
		}),
	);
	return await stage.save({ name: 'Reviews', nodes, connections });
}

/** Publishes a workflow that starts with a webhook. */
async function publish(name: string, ...rest: [string, number, WorkflowNode['parameters']]) {
	const start = { ...node(name, ...rest), webhookId: randomUUID() };
	const id = await save(start, node('End', 'n8n-nodes-base.noOp', 1, {}));
	await stage.api.publish(id);
	return id;
}

async function run(operation: string, parameters: WorkflowNode['parameters'] = {}) {
	const all = { resource: 'webhook', operation, ...parameters };
	const workflowId = await save(
		node('Start', 'n8n-nodes-base.manualTrigger', 1, {}),
		node('Webhook', 'n8n-nodes-gemini-webhooks.geminiWebhook', 1, all),
		node('After', 'n8n-nodes-base.noOp', 1, {}),
	);
	await stage.api.runManually(workflowId, { startNode: 'Start' });
	return await stage.api.waitForExecution({ workflowId });
}

const jsonOf = (execution: Execution, name = 'Webhook') =>
	itemsOf(execution, name).map(({ json }) => json);

test('Clean Up tells live from dead by what n8n itself says, starts nothing and deletes on request', async () => {
	const { api, emulator, n8n } = stage;
	const add = (name: string, uri: string) =>
		emulator.webhooks.add({ name, uri, subscribed_events: EVENTS });
	const trigger = await publish('Trigger', 'n8n-nodes-gemini-webhooks.geminiWebhookTrigger', 2, {
		listenTo: 'project',
		events: EVENTS,
	});
	const plain = await publish('Plain', 'n8n-nodes-base.webhook', 2, {
		path: 'my-path',
		httpMethod: 'POST',
	});
	add('n8n: Old / Trigger', `${n8n.url}/webhook/gone/webhook`);
	add('n8n: Old / Trigger (test)', `${n8n.url}/webhook-test/gone/webhook`);
	add('By hand', `${n8n.url}/webhook/my-path`);
	add('n8n: Theirs / Trigger', 'https://other.example.com/webhook/x/webhook');
	add('Not of n8n', 'https://shop.example.com/x');

	const found = (execution: Execution) =>
		jsonOf(execution).map(({ name, verdict, deleted }) => [name, verdict, deleted]);
	expect(found(await run('cleanUp'))).toEqual([
		['n8n: Reviews / Trigger', 'answers', false],
		['n8n: Old / Trigger', 'dead', false],
		['n8n: Old / Trigger (test)', 'dead', false],
		['By hand', 'answers', false],
		['n8n: Theirs / Trigger', 'otherAddress', false],
	]);
	expect(found(await run('cleanUp', { deleteThem: true }))).toContainEqual([
		'n8n: Old / Trigger',
		'dead',
		true,
	]);
	const left = ['n8n: Reviews / Trigger', 'By hand', 'n8n: Theirs / Trigger', 'Not of n8n'];
	expect(names()).toEqual(left);
	for (const workflowId of [trigger, plain])
		expect(await api.executions({ workflowId })).toEqual([]);

	// Once its workflow is no longer published, the plain one is dead, too.
	await api.unpublish(plain);
	await run('cleanUp', { deleteThem: true });
	expect(names()).toEqual(left.filter((name) => name !== 'By hand'));
	await api.unpublish(trigger);
});

test('the secret of Create reaches the next node, and n8n knows that it is sensitive', async () => {
	const url = `${stage.n8n.url}/webhook/abc/webhook`;
	const execution = await run('create', { name: 'Mine', url, events: EVENTS });
	const [{ signingSecret }] = jsonOf(execution, 'After');
	const [webhook] = stage.emulator.webhooks.list().filter(({ name }) => name === 'Mine');
	expect(webhook.signing_secrets).toEqual([
		{ truncated_secret: `whsec_...${String(signingSecret).slice(-4)}` },
	]);
	expect(stage.n8n.logs).not.toContain(String(signingSecret));
	const type = await stage.api.nodeType('n8n-nodes-gemini-webhooks.geminiWebhook');
	expect(type?.sensitiveOutputFields).toEqual(['signingSecret']);
});

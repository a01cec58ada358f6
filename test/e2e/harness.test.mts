/** The tools of the other end-to-end tests, checked against n8n's own nodes. */
import { basename } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { eventually } from '../support/http.mts';
import { startN8n } from '../support/n8n.mts';
import type { N8n } from '../support/n8n.mts';
import { itemsOf, N8nApi } from '../support/n8nApi.mts';
import type { WorkflowDefinition } from '../support/n8nTypes.mts';
import { chain, node, setNode } from '../support/workflowParts.mts';

// Every test waits for n8n, some for several executions.
jest.setTimeout(60_000);

let n8n: N8n;
let api: N8nApi;

beforeAll(async () => {
	n8n = await startN8n();
	api = await N8nApi.connect(n8n.url);
}, 300_000);

afterAll(async () => {
	await n8n?.stop();
});

test('every node of the package is loaded, and unknown node types are not', async () => {
	const names = packageJson.n8n.nodes.map((file) => basename(file).split('.')[0]);
	for (const name of names) {
		const nodeName = `${name[0].toLowerCase()}${name.slice(1)}`;
		const nodeType = await api.nodeType(`${packageJson.name}.${nodeName}`);
		expect(nodeType).toMatchObject({ name: nodeName });
	}
	await expect(api.nodeType('n8n-nodes-base.nothingOfThatName')).resolves.toBeUndefined();
});

test('a published webhook runs, a draft changes nothing until it is published', async () => {
	const { id } = await api.createWorkflow(webhookWorkflow('published', 'first'));
	expect(await callWebhook('published')).toBe(404);

	await api.publish(id);
	expect(await callWebhook('published')).toBe(200);
	const first = await api.waitForExecution({ workflowId: id, status: 'success' });
	expect(itemsOf(first, 'Result').map(({ json }) => json)).toEqual([{ text: 'first' }]);

	await api.updateWorkflow(id, { nodes: webhookWorkflow('published', 'second').nodes });
	expect(await callWebhook('published')).toBe(200);
	await api.publish(id);
	expect(await callWebhook('published')).toBe(200);
	const all = await api.waitForExecutions({ workflowId: id, status: 'success', count: 3 });
	expect(all.map((execution) => itemsOf(execution, 'Result')[0].json.text)).toEqual([
		'first',
		'first',
		'second',
	]);

	await api.unpublish(id);
	expect(await callWebhook('published')).toBe(404);
	await api.deleteWorkflow(id);
	await expect(api.workflow(id)).rejects.toThrow(/404|not found|could not find/i);
});

test('a publication that fails throws with the reason n8n gives', async () => {
	const taken = await api.createWorkflow(webhookWorkflow('taken', 'first'));
	await api.publish(taken.id);
	const late = await api.createWorkflow(webhookWorkflow('taken', 'second'));
	await expect(api.publish(late.id)).rejects.toThrow(/conflict/i);
	await api.deleteWorkflow(taken.id);
});

test('a test event is listened for, and arrives once', async () => {
	const { id } = await api.createWorkflow(webhookWorkflow('listening', 'heard'));
	await api.listenForTestEvent(id, { startNode: 'Webhook' });
	expect(await callWebhook('listening', '/webhook-test')).toBe(200);
	const execution = await api.waitForExecution({ workflowId: id });
	expect(execution).toMatchObject({ mode: 'manual', status: 'success' });
	expect(await callWebhook('listening', '/webhook-test')).toBe(404);

	await api.listenForTestEvent(id, { startNode: 'Webhook' });
	await api.stopListening(id);
	await eventually(async () => (await callWebhook('listening', '/webhook-test')) === 404);
});

test('a parked execution outlives a crash and goes on when it is called', async () => {
	const { id } = await api.createWorkflow(waitingWorkflow());
	const executionId = await api.runManually(id, { startNode: 'Start' });
	const parked = await api.waitForExecution({ workflowId: id, status: 'waiting' });
	expect(parked.id).toBe(executionId);
	const [{ json }] = itemsOf(parked, 'Address');

	await n8n.kill();
	expect(n8n.logs).not.toContain('Stopping n8n');
	await expect(callWebhook('published')).rejects.toThrow();
	await n8n.restart();

	expect((await fetch(String(json.resumeUrl), { method: 'POST' })).status).toBe(200);
	const done = await api.waitForExecution({ workflowId: id, status: 'success' });
	expect(itemsOf(done, 'End')).toHaveLength(1);
});

test('an execution that fails, and one that is stopped, are found by their status', async () => {
	const failing = await api.createWorkflow(failingWorkflow());
	await api.runManually(failing.id, { startNode: 'Start' });
	const failed = await api.waitForExecution({ workflowId: failing.id, status: 'error' });
	expect(failed.data.resultData.error?.message).toContain('on purpose');

	const waiting = await api.createWorkflow(waitingWorkflow());
	const id = await api.runManually(waiting.id, { startNode: 'Start' });
	await api.waitForExecution({ workflowId: waiting.id, status: 'waiting' });
	await api.stopExecution(id);
	await api.waitForExecution({ workflowId: waiting.id, status: 'canceled' });
	await expect(
		api.waitForExecution({ workflowId: waiting.id, status: 'success', timeoutMs: 300 }),
	).rejects.toThrow(`there are: ${id} canceled`);
});

test('a credential is saved, changed and tested', async () => {
	const credential = await api.createCredential('httpHeaderAuth', { name: 'x', value: 'y' });
	await api.updateCredential(credential, { name: 'x', value: 'z' });
	await expect(api.testCredential(credential)).resolves.toMatchObject({
		status: 'Error',
		message: expect.stringContaining('No testing function'),
	});
});

async function callWebhook(path: string, prefix = '/webhook'): Promise<number> {
	return (await fetch(`${n8n.url}${prefix}/${path}`, { method: 'POST' })).status;
}

function webhookWorkflow(path: string, text: string): WorkflowDefinition {
	return chain(`Webhook ${path}`, [
		node('Webhook', 'webhook', 2.1, { path, httpMethod: 'POST' }, path),
		setNode('Result', { text }),
	]);
}

function waitingWorkflow(): WorkflowDefinition {
	return chain('Waiting', [
		node('Start', 'manualTrigger', 1),
		setNode('Address', { resumeUrl: '={{ $execution.resumeUrl }}' }),
		node('Wait', 'wait', 1.1, { resume: 'webhook', httpMethod: 'POST' }, 'wait'),
		node('End', 'noOp', 1),
	]);
}

function failingWorkflow(): WorkflowDefinition {
	return chain('Failing', [
		node('Start', 'manualTrigger', 1),
		node('Stop', 'stopAndError', 1, { errorMessage: 'on purpose' }),
	]);
}

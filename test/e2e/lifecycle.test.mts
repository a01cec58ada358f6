/** The trigger's webhook at Google, from publishing to unpublishing, and the credential. */
import { eventually } from '../support/http.mts';
import { itemsOf } from '../support/n8nApi.mts';
import { API_KEY, openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { CREDENTIAL_TYPE } from '../support/examples.mts';

jest.setTimeout(90_000);

const PROJECT = '4-all-jobs-of-the-project.json';
const STARTER = '5-start-a-batch-for-the-project.json';
const TRIGGER = 'Gemini Webhook Trigger';

let stage: Stage;

beforeAll(async () => {
	stage = await openStage();
}, 300_000);

afterAll(async () => {
	await stage?.close();
});

const webhooks = () => stage.emulator.webhooks.list() as Array<Record<string, unknown>>;
const creations = () =>
	stage.emulator.requests.filter(
		({ method, path }) => method === 'POST' && /\/webhooks$/.test(path),
	).length;

test('published twice unchanged: one registration; changed events: the same URL, new events', async () => {
	const { api } = stage;
	const id = await stage.saveExample(PROJECT);
	await api.publish(id);
	const [first] = webhooks();
	const before = creations();
	const { nodes } = await api.workflow(id);
	await api.updateWorkflow(id, { name: 'renamed', nodes });
	await api.publish(id);
	expect([webhooks().length, creations()]).toEqual([1, before]);

	for (const node of nodes) {
		if (node.name === TRIGGER) node.parameters.events = ['batch.succeeded'];
	}
	await api.updateWorkflow(id, { nodes });
	await api.publish(id);
	await eventually(
		() => webhooks().length === 1 && String(webhooks()[0].subscribed_events) === 'batch.succeeded',
	);
	expect(webhooks()[0].uri).toBe(first.uri);
	await api.unpublish(id);
	await eventually(() => webhooks().length === 0);
});

test('a registration that worked although its answer was lost is taken over, not doubled', async () => {
	const { api, emulator } = stage;
	const foreign = emulator.webhooks.add({
		name: 'somebody else',
		uri: 'http://127.0.0.1:9/not-ours',
		subscribed_events: ['batch.succeeded'],
	});
	emulator.faults.add({ method: 'POST', path: /\/webhooks$/, status: 503, after: true, times: 2 });
	const id = await stage.saveExample(PROJECT);
	await api.publish(id);
	expect(webhooks()).toHaveLength(2);
	emulator.faults.clear();

	// The adopted webhook's secret is the one n8n holds: a job arrives.
	const starter = await stage.saveExample(STARTER);
	await api.runManually(starter, { startNode: 'Run by Hand' });
	await api.waitForExecution({ workflowId: id, status: 'success' });
	await api.unpublish(id);
	await eventually(() => webhooks().length === 1);
	expect(webhooks()[0].id).toBe(foreign.id);
	await fetch(`${emulator.url}/v1beta/webhooks/${foreign.id}`, {
		method: 'DELETE',
		headers: { 'x-goog-api-key': API_KEY },
	});
});

test('the secret is not in the database in clear', async () => {
	const { api } = stage;
	const id = await stage.saveExample(PROJECT);
	await api.publish(id);
	const saved = JSON.stringify(await api.workflow(id));
	expect(saved).toMatch(/sealedSecret/);
	expect(saved).not.toMatch(/whsec_/);
	await api.unpublish(id);
});

test('listening for a test event receives one, and leaves the published webhook as it was', async () => {
	const { api } = stage;
	const id = await stage.saveExample(PROJECT);
	await api.publish(id);
	const [production] = webhooks();
	await api.listenForTestEvent(id, { startNode: TRIGGER });
	expect(webhooks().map(({ name }) => name)).toEqual([
		`n8n: 4 All jobs of the project / ${TRIGGER}`,
		`n8n: 4 All jobs of the project / ${TRIGGER} (test)`,
	]);
	const starter = await stage.saveExample(STARTER);
	await api.runManually(starter, { startNode: 'Run by Hand' });
	// Both hear of the job: the editor's test run and the published workflow.
	const executions = await api.waitForExecutions({ workflowId: id, status: 'success', count: 2 });
	expect(executions.map(({ mode }) => mode).sort()).toEqual(['manual', 'webhook']);
	for (const execution of executions) expect(itemsOf(execution, 'Done')).toHaveLength(1);

	await eventually(() => webhooks().length === 1);
	expect(webhooks()[0]).toEqual(production);
	// Its secret still verifies.
	await api.runManually(starter, { startNode: 'Run by Hand' });
	await api.waitForExecutions({ workflowId: id, status: 'success', count: 3 });
	await api.unpublish(id);
});

test('an address that Google cannot call is refused with the setting to change', async () => {
	const { api } = stage;
	const google = await api.createCredential(CREDENTIAL_TYPE, { apiKey: API_KEY }, 'Google');
	const id = await stage.saveExample(PROJECT, ({ nodes }) => {
		for (const node of nodes) {
			if (node.credentials?.[CREDENTIAL_TYPE]) {
				node.credentials = { other: { id: google.id, name: google.name } };
			}
		}
	});
	const { nodes } = await api.workflow(id);
	for (const node of nodes) {
		if (node.name === TRIGGER) {
			node.credentials = { [CREDENTIAL_TYPE]: { id: google.id, name: google.name } };
		}
	}
	await api.updateWorkflow(id, { nodes });
	await expect(api.publish(id)).rejects.toThrow(
		/The webhook URL points to 127\.0\.0\.1, which Google cannot reach/,
	);
	await api.unpublish(id).catch(() => undefined);
});

describe("the credential's test says what is wrong", () => {
	const test = async (data: Record<string, unknown>) => {
		const good = { apiKey: API_KEY, baseUrl: stage.emulator.url, apiVersion: 'v1beta' };
		return await stage.api.testCredential(stage.credential, { ...good, ...data });
	};
	it('nothing', async () => {
		expect(await test({})).toMatchObject({ status: 'OK' });
	});
	it.each([
		['a bad key', { apiKey: 'wrong-key-of-mine' }, /does not accept the API key.*'API Key'/],
		['an unreachable host', { baseUrl: 'http://127.0.0.1:9' }, /could not be reached.*'Base URL'/],
		['no web address', { baseUrl: 'nonsense' }, /nonsense is not a web address/],
		['another server', { baseUrl: 'BASE/elsewhere' }, /'Base URL' and the 'API Version'/],
		['a wrong version', { apiVersion: 'v9' }, /'Base URL' and the 'API Version'/],
	])('%s', async (_name, data: Record<string, string>, message) => {
		const baseUrl = data.baseUrl?.replace('BASE', stage.emulator.url);
		const result = await test({ ...data, ...(baseUrl ? { baseUrl } : {}) });
		expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(message) });
		expect(result.message).not.toContain('wrong-key-of-mine');
	});
});

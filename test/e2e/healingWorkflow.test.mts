/**
 * What users do to a workflow with a trigger, in a real n8n: rename, change, duplicate, move, publish while Google
 * fails. Every job arrives, none twice, and Google has one webhook for each trigger.
 */
import { CheckedTrigger, wrongIn } from '../support/checkedTrigger.mts';
import { finishBatch } from '../support/deliveries.mts';
import { figures } from '../support/figures.mts';
import { eventually } from '../support/http.mts';
import { setStaticData, staticDataOf } from '../support/n8nDatabase.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';

jest.setTimeout(120_000);

let stage: Stage;
let trigger: CheckedTrigger;
const saved: CheckedTrigger[] = [];

beforeAll(async () => {
	stage = await openStage();
}, 300_000);
beforeEach(async () => {
	trigger = await save();
});
afterEach(async () => {
	stage.emulator.faults.clear();
	for (const { id } of saved.splice(0)) await stage.api.deleteWorkflow(id);
	expect(trigger.webhooks).toEqual([]);
});
afterAll(async () => {
	await stage?.close();
});

async function save(): Promise<CheckedTrigger> {
	const one = await CheckedTrigger.save(stage);
	saved.push(one);
	return one;
}

const rename = async (from: string, to: string) =>
	await trigger.change((workflow) => {
		const text = JSON.stringify(workflow).replaceAll(JSON.stringify(from), JSON.stringify(to));
		Object.assign(workflow, JSON.parse(text));
	});

test('renamed: one webhook, and what was seen before does not come again', async () => {
	await trigger.publish();
	const before = await trigger.oneArrives();
	await rename('Job Ended', 'When a Job Ends');
	await trigger.change(({ nodes }) => {
		for (const one of nodes) if (one.name === 'Schedule') one.disabled = false;
	});
	await trigger.publish();
	expect(trigger.webhooks).toHaveLength(1);
	expect(await trigger.check()).toMatchObject({ receives: true, trigger: 'When a Job Ends' });

	// Reconcile finds both jobs, again and again, and puts neither out that the trigger has.
	const after = await trigger.oneArrives();
	const runs = async () =>
		(await stage.api.executions({ workflowId: trigger.id })).filter(
			({ mode, status }) => mode === 'trigger' && status === 'success',
		).length;
	const soFar = await runs();
	await eventually(async () => (await runs()) >= soFar + 2, { timeoutMs: 30_000 });
	const arrivals = await trigger.arrivals();
	expect(Object.fromEntries(arrivals)).toEqual({ [before]: 1, [after]: 1 });
});

test('the secret is replaced while jobs end: none is lost, none comes twice', async () => {
	await trigger.publish();
	const jobs: string[] = [];
	const ends = async (count: number) => {
		const ending = Array.from({ length: count }, async () => await finishBatch(stage.emulator));
		jobs.push(...(await Promise.all(ending)));
	};
	const ROUNDS = 4;
	for (let round = 0; round < ROUNDS; round++) {
		// Somebody renews it at Google, which goes on signing with the trigger's for a day; the trigger takes a new one.
		await trigger.call('POST', `${trigger.webhooks[0].id}:rotateSigningSecret`, {});
		const repairing = trigger.check({ repair: true });
		for (let some = 0; some < 5; some++) await ends(2);
		expect(await repairing).toMatchObject({ receives: true, repaired: true });
		await ends(1);
	}
	await eventually(async () => (await trigger.arrivals()).size === jobs.length, {
		timeoutMs: 30_000,
	});
	const arrivals = await trigger.arrivals();
	const refused = stage.emulator.deliveries
		.filter(({ kind }) => kind === 'static')
		.flatMap(({ attempts }) => attempts.filter(({ status }) => status === 401));
	const seen = {
		jobs: jobs.length,
		'secrets replaced': ROUNDS,
		lost: jobs.filter((job) => !arrivals.has(job)).length,
		'come twice': [...arrivals.values()].filter((times) => times > 1).length,
		'attempts turned away': refused.length,
	};
	figures('deliveries while the secret is replaced', seen);
	expect(seen).toMatchObject({ jobs: 44, lost: 0, 'come twice': 0, 'attempts turned away': 0 });
});

test('duplicated, with what the original remembers: each has its own webhook, and both receive', async () => {
	await trigger.publish();
	const [original] = trigger.webhooks;
	const copy = await save();
	setStaticData(stage.n8n, copy.id, staticDataOf(stage.n8n, trigger.id));
	await copy.publish();
	expect(trigger.webhooks).toHaveLength(2);
	expect(trigger.webhooks[0]).toEqual(original);
	const job = await trigger.oneArrives();
	await eventually(async () => (await copy.arrivals()).get(job) === 1);
	await stage.api.unpublish(copy.id);
	expect(trigger.webhooks).toEqual([original]);
	expect(await trigger.check()).toMatchObject({ receives: true });
});

test('imported from another n8n, with what the original remembers: the original goes on there', async () => {
	await trigger.publish();
	const [{ id, uri }] = trigger.webhooks;
	const there = uri.replace(stage.n8n.url, 'https://original.example.com');
	await trigger.call('PATCH', id, { uri: there });
	const [[node, remembered]] = Object.entries(staticDataOf(stage.n8n, trigger.id));
	expect(remembered).toMatchObject({ webhookId: id, instanceId: expect.any(String) });
	const imported = { [node]: { ...remembered, instanceId: 'the original' } };
	setStaticData(stage.n8n, trigger.id, imported);
	await stage.api.unpublish(trigger.id);
	setStaticData(stage.n8n, trigger.id, imported);
	await trigger.publish();
	expect(trigger.webhooks).toMatchObject([{ id, uri: there }, { uri }]);
	await trigger.oneArrives();
	await trigger.call('DELETE', id);
});

test('published while Google fails, four times over: one webhook, whose deliveries are accepted', async () => {
	const { faults } = stage.emulator;
	const before = stage.emulator.requests.length;
	faults.add({ method: 'POST', path: '/webhooks$', status: 503, after: true });
	faults.add({ method: 'DELETE', path: '/webhooks/', status: 500, times: 3 });
	faults.add({ method: 'PATCH', path: '/webhooks/', status: 429 });
	faults.add({ method: 'POST', path: ':rotateSigningSecret$', cut: true, after: true });
	const start = Date.now();
	await trigger.publish();
	const hits = faults.list().map((one) => one.hits);
	expect(hits).toEqual([1, 3, 1, 1]);
	expect(trigger.webhooks).toHaveLength(1);
	await trigger.oneArrives();
	expect(await trigger.check()).toMatchObject({ receives: true });
	figures('publishing while calls fail, in n8n', {
		'calls that failed': hits.reduce((sum, one) => sum + one, 0),
		calls: stage.emulator.requests.length - before,
		seconds: Math.round((Date.now() - start) / 1000),
		webhooks: trigger.webhooks.length,
	});
});

test("moved to another address: Google's webhook follows when asked, and 'Check Trigger' says so before", async () => {
	await trigger.publish();
	const [{ id, uri }] = trigger.webhooks;
	await stage.n8n.restart({ webhookUrl: stage.n8n.url.replace('127.0.0.1', 'localhost') + '/' });
	const found = await trigger.check();
	expect(found).toMatchObject({ receives: false, url: uri.replace('127.0.0.1', 'localhost') });
	expect(found.reason).toBe(`The webhook ${id} calls ${uri} instead`);
	expect(wrongIn(found)).toEqual(['webhook']);
	expect(await trigger.check({ repair: true })).toMatchObject({ receives: true, repaired: true });
	expect(trigger.webhooks).toMatchObject([{ id, uri: found.url }]);
	await trigger.oneArrives();
});

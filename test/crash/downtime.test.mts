/** n8n is down for an hour, and for nearly a day, while Google repeats its deliveries: all arrive, once, when it is back. */
import { startCounter } from '../support/counter.mts';
import type { Counter } from '../support/counter.mts';
import { finishBatch } from '../support/deliveries.mts';
import { figures } from '../support/figures.mts';
import { eventually } from '../support/http.mts';
import { geminiNode } from '../support/longJobs.mts';
import { webhook } from '../support/queueWorkflows.mts';
import { API_KEY, openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { placeOf } from './support/place.mts';
import { restart } from './support/restart.mts';
import { Traffic } from './support/traffic.mts';
import { KINDS, receiving, requestsTrigger } from './support/workflows.mts';

jest.setTimeout(180_000);

const HOUR = 3_600_000;
const REPORTED = 10;

let stage: Stage;
let counter: Counter;
let traffic: Traffic;

beforeAll(async () => {
	counter = await startCounter();
	stage = await openStage({
		settings: {
			batchDurationMs: null,
			interactionDurationMs: null,
			// At 1.6 s the soonest: two attempts within one second have one time stamp, and so one signature.
			retryFirstMs: 2_000,
			// How long Google pauses at most isn't published. With two hours, the last of a day's attempts may come at 22:30.
			retryMaxMs: HOUR / 2,
		},
	});
	traffic = await Traffic.open(placeOf(stage), counter);
	await stage.api.publish(
		await stage.save(
			receiving(counter, () =>
				requestsTrigger({ listenTo: 'project', events: ['batch.succeeded'] }),
			),
		),
	);
}, 300_000);

afterAll(async () => {
	await stage?.close();
	await counter?.close();
});

test.each([1, 23])('%d hours: all arrive, once', async (hours) => {
	const { emulator, n8n, api } = stage;
	// Executions that wait meanwhile.
	const before = traffic.started.size;
	for (const kind of KINDS) await traffic.start(kind);
	await eventually(() => traffic.running().length === KINDS.length, { timeoutMs: 20_000 });
	const labels = [...traffic.started].slice(before);
	for (const kind of KINDS)
		await api.waitForExecution({ workflowId: traffic.starters[kind], status: 'waiting' });

	await n8n.kill();
	// While nobody listens, the time stamps show the emulator's own hours.
	emulator.settings.timestampClock = 'virtual';
	const from = emulator.deliveries.length;
	for (let count = 0; count < REPORTED; count++) await traffic.report();
	const ofProject: string[] = [];
	for (let count = 0; count < REPORTED; count++) ofProject.push(await finishBatch(emulator));
	for (const job of traffic.running()) emulator.jobs.complete(job);
	await emulator.clock.advance(hours * HOUR);
	const deliveries = emulator.deliveries.slice(from);
	const vain = deliveries.flatMap(({ attempts }) => attempts);
	expect(vain.every(({ status }) => status === null)).toBe(true);
	for (const { headers, time } of vain) {
		expect(Math.abs(Number(headers['webhook-timestamp']) - time / 1000)).toBeLessThan(2);
	}
	// Each attempt is signed anew, and has the id of the first one.
	for (const { id, attempts } of deliveries) {
		expect(new Set(attempts.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
		const signatures = new Set(attempts.map(({ headers }) => headers['webhook-signature']));
		expect(signatures.size).toBe(attempts.length);
	}

	await restart(n8n);
	emulator.settings.timestampClock = 'real';
	await emulator.clock.advance(0.7 * HOUR);
	const jobs = [...traffic.reported.slice(-REPORTED), ...ofProject];
	const names = [...jobs, ...labels];
	await eventually(() => names.every((name) => traffic.effects(name) > 0), { timeoutMs: 60_000 });
	const lost = deliveries.filter(({ state }) => state !== 'delivered');
	figures(`n8n was down for ${hours} h`, {
		'jobs that ended meanwhile': names.length,
		'attempts in vain': vain.length,
		attempts: deliveries.reduce((sum, { attempts }) => sum + attempts.length, 0),
		lost: lost.length,
		doubles: names.filter((name) => traffic.effects(name) > 1).length,
	});
	expect(deliveries).toHaveLength(2 * REPORTED + KINDS.length);
	expect(lost).toEqual([]);
	expect(names.map((name) => traffic.effects(name))).toEqual(names.map(() => 1));
});

test('26 hours: Google has given up, and Reconcile brings each job, once', async () => {
	const { emulator, n8n, api } = stage;
	const workflow = receiving(counter);
	const [trigger, effect] = workflow.nodes;
	const reconcile = geminiNode('Reconcile', 'geminiWebhook', {
		resource: 'job',
		operation: 'reconcile',
		options: {},
	});
	workflow.nodes.push(webhook('reconcile'), reconcile);
	const to = (name: string) => ({ main: [[{ node: name, type: 'main', index: 0 }]] });
	Object.assign(workflow.connections, { Webhook: to('Reconcile'), Reconcile: to(effect.name) });
	const id = await stage.save(workflow);
	await api.publish(id);
	const url = `${n8n.url}/webhook/${trigger.webhookId}/webhook`;
	const reported = await finishBatch(emulator, API_KEY, url);
	await eventually(() => traffic.effects(reported) === 1);
	// Stored, or the kill would make a crash of it.
	await api.waitForExecutions({ workflowId: id, status: 'success', count: 1 });

	await n8n.kill();
	const jobs: string[] = [];
	for (let count = 0; count < REPORTED; count++)
		jobs.push(await finishBatch(emulator, API_KEY, url));
	await emulator.clock.advance(26 * HOUR);
	await restart(n8n);
	await emulator.clock.advance(3 * HOUR);
	const states = emulator.deliveries
		.filter(({ job }) => jobs.includes(job!))
		.map((one) => one.state);
	expect(states).toEqual(jobs.map(() => 'given-up'));
	for (let run = 1; run <= 2; run++) {
		expect((await fetch(`${n8n.url}/webhook/reconcile`, { method: 'POST' })).status).toBe(200);
		await api.waitForExecutions({ workflowId: id, status: 'success', count: 1 + run });
	}
	figures('n8n was down for 26 h, and Reconcile ran twice then', {
		'jobs that Google gave up': jobs.length,
		lost: jobs.filter((job) => traffic.effects(job) === 0).length,
		doubles: [reported, ...jobs].filter((job) => traffic.effects(job) > 1).length,
	});
	expect([reported, ...jobs].map((job) => traffic.effects(job))).toEqual([1, ...jobs.map(() => 1)]);
});

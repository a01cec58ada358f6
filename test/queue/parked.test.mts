/** Executions that wait for jobs, in queue mode: parked by workers, continued by webhook processors, run on by workers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { lossesAndDoubles } from '../support/counter.mts';
import { figures } from '../support/figures.mts';
import { eventually } from '../support/http.mts';
import {
	deliverToAll,
	each,
	endAll,
	endSilently,
	executionOf,
	park,
} from '../support/queueDeliveries.mts';
import { sizes } from '../support/queueSizes.mts';
import { at, openQueueStage } from '../support/queueStage.mts';
import type { QueueStage } from '../support/queueStage.mts';
import { count, interaction, parkingWorkflow, webhook } from '../support/queueWorkflows.mts';
import type { Store } from '../support/queueWorkflows.mts';
import { chain, node } from '../support/workflowParts.mts';

jest.setTimeout(400_000);

let stage: QueueStage;

beforeAll(async () => {
	stage = await openQueueStage({
		settings: { interactionDurationMs: null, retryFirstMs: 500, retryMaxMs: 2000 },
	});
}, 300_000);

afterAll(async () => {
	await stage?.close();
}, 60_000);

beforeEach(() => {
	stage.emulator.settings.deliveryFault = 'none';
	stage.emulator.clearDeliveries();
});

afterEach(async () => {
	await stage.unpublishAll();
});

test.each<Store>(['redis', 'n8n'])(
	'many parked executions go on once each, however often and wherever Google calls (store %s)',
	async (store) => {
		const { cluster, counter } = stage;
		const name = `resumed (${store})`;
		const path = `park-${store}`;
		const workflowId = await stage.publish(parkingWorkflow(counter, { store, path, name }));
		const started = performance.now();
		await park(stage, { workflowId, path, count: sizes.parked });
		const parked = performance.now();
		const deliveries = endSilently(stage);
		expect(deliveries).toHaveLength(sizes.parked);
		const answers = new Map<number | null, number>();
		await each(deliveries, 10, async (delivery) => {
			// Twice to each processor, all at once; then again until it is taken, as Google does.
			for (let copies = 2; ; copies = 1) {
				const statuses = await deliverToAll(stage, delivery, copies);
				for (const status of statuses) answers.set(status, (answers.get(status) ?? 0) + 1);
				if (statuses.some((status) => status === 200)) break;
				await sleep(500);
			}
		});
		const executions = await stage.settled(workflowId, 120_000);
		const ids = deliveries.map(executionOf);
		const { lost, doubled } = lossesAndDoubles(ids, counter.of(name));
		figures(`parked executions, each delivery twice to both processors at once, store ${store}`, {
			parked: sizes.parked,
			lost,
			doubled,
			answers: [...answers].map(([status, times]) => `${times} x ${status}`).join(' '),
			'seconds to park': Math.round((parked - started) / 1000),
			'seconds in all': Math.round((performance.now() - started) / 1000),
		});
		expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
		expect(executions).toEqual({ success: sizes.parked });
		// Workers ran them, both of them.
		for (const { logs } of cluster.workers) expect(logs).toMatch(/Worker started execution/);
	},
);

/**
 * Two jobs of one execution end together, and the next node parks it again at once: the second delivery was judged
 * while the execution waited for both jobs, and finds it waiting for another one.
 */
describe('two jobs of one execution that end together, before a node that waits again', () => {
	/** Longer than it takes to go on and to be parked again; less than the package waits for an answer of Google's. */
	const LATE_MS = 3000;

	async function runPairs(store: Store, pairs: number) {
		const { cluster, counter, emulator } = stage;
		const [between, end] = [`between (${store})`, `end (${store})`];
		const path = `pairs-${store}`;
		const workflow = chain(`pairs (${store})`, [
			webhook(path),
			node('Two Items', 'splitOut', 1, { fieldToSplitOut: 'body.prompts', options: {} }),
			interaction(store, 'First'),
			{ ...count(counter, between, '$execution.id'), executeOnce: true },
			interaction(store, 'Second'),
			count(counter, end, '$execution.id'),
		]);
		const workflowId = await stage.publish(workflow);
		await park(stage, { workflowId, path, count: pairs, body: { prompts: ['one', 'two'] } });
		const deliveries = endSilently(stage);
		const ids = [...new Set(deliveries.map(executionOf))];
		expect(deliveries).toHaveLength(2 * pairs);
		expect(ids).toHaveLength(pairs);

		let overtaken = 0;
		await each(ids, 4, async (id) => {
			const [quick, late] = deliveries.filter((delivery) => executionOf(delivery) === id);
			const fault = emulator.faults.add({ path: late.job!, method: 'GET', delayMs: LATE_MS });
			const lateAnswer = emulator.redeliver(late.id, { url: at(cluster.processors[1], late.url) });
			// It is being judged: it has asked for its job.
			await eventually(() => emulator.faults.list().some((one) => one.id === fault && one.hits), {
				intervalMs: 10,
			});
			const url = at(cluster.processors[0], quick.url);
			expect((await emulator.redeliver(quick.id, { url })).status).toBe(200);
			let { status } = await lateAnswer;
			if (startsOf(id) === 3) overtaken += 1;
			// Google calls again until it is taken.
			for (; status !== 200; await sleep(500)) {
				({ status } = await emulator.redeliver(late.id, {
					url: at(cluster.processors[1], late.url),
				}));
			}
		});
		await stage.settled(workflowId);
		emulator.settings.deliveryFault = 'none';
		endAll(stage);
		await eventually(async () => !(await stage.settled(workflowId)).waiting, {
			timeoutMs: 60_000,
		});
		const executions = await stage.settled(workflowId);
		const inBetween = lossesAndDoubles(ids, counter.of(between));
		const atTheEnd = lossesAndDoubles(ids, counter.of(end));
		const paidTwice = ids.filter((id) => startsOf(id) > 3).length;
		figures(`two jobs of an execution that end together, store ${store}`, {
			executions: pairs,
			'of them overtaken': overtaken,
			'lost in between': inBetween.lost,
			'doubled in between': inBetween.doubled,
			'lost at the end': atTheEnd.lost,
			'doubled at the end': atTheEnd.doubled,
			'ended in an error': executions.error ?? 0,
			'started a job twice': paidTwice,
		});
		return { overtaken, inBetween, atTheEnd, paidTwice, executions };
	}

	/** How many jobs an execution has started. */
	const startsOf = (executionId: string): number =>
		stage.emulator.requests.filter(
			({ method, body }) => method === 'POST' && body.includes(`/webhook-waiting/${executionId}?`),
		).length;

	test('go on once (store redis)', async () => {
		const { overtaken, ...outcome } = await runPairs('redis', sizes.pairs);
		// Or nothing was tried.
		expect(overtaken).toBeGreaterThan(sizes.pairs / 2);
		expect(outcome).toEqual({
			inBetween: { lost: 0, doubled: 0 },
			atTheEnd: { lost: 0, doubled: 0 },
			paidTwice: 0,
			executions: { success: sizes.pairs },
		});
	});

	// What one process has continued, the other one doesn't know.
	test('may go on twice (store n8n), but pay for no job twice and end where a person sees it', async () => {
		const pairs = Math.min(8, sizes.pairs);
		const { inBetween, atTheEnd, paidTwice, executions } = await runPairs('n8n', pairs);
		expect({ lost: inBetween.lost, paidTwice }).toEqual({ lost: 0, paidTwice: 0 });
		expect(executions.error ?? 0).toBe(atTheEnd.lost);
		expect((executions.success ?? 0) + (executions.error ?? 0)).toBe(pairs);
	});
});

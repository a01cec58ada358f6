import { setTimeout as sleep } from 'node:timers/promises';
import { lossesAndDoubles } from './counter.mts';
import { figures } from './figures.mts';
import { eventually } from './http.mts';
import type { ExecutionStatus } from './n8nTypes.mts';
import { each, endAll, endSilently, executionOf, park } from './queueDeliveries.mts';
import { at } from './queueStage.mts';
import type { QueueStage } from './queueStage.mts';
import { batch, count, interaction, webhook } from './queueWorkflows.mts';
import type { Store } from './queueWorkflows.mts';
import { chain, node } from './workflowParts.mts';

/** Longer than it takes to go on and to be parked again; less than the package waits for an answer of Google's. */
const LATE_MS = 3000;

interface PairsOutcome {
	/** How many late deliveries found the execution after it had started its third job. */
	overtaken: number;
	/** Of what comes between the two waits. */
	inBetween: { lost: number; doubled: number };
	/** Of what comes after the second one. */
	atTheEnd: { lost: number; doubled: number };
	/** Executions that started a job twice. */
	paidTwice: number;
	executions: Partial<Record<ExecutionStatus, number>>;
}

interface PairsOrder {
	store: Store;
	/** How many executions. */
	pairs: number;
	/** The kind of the third job. */
	next?: 'interaction' | 'batch';
}

/** How many jobs an execution has started. */
const startsOf = ({ emulator }: QueueStage, executionId: string): number =>
	emulator.requests.filter(
		({ method, body }) => method === 'POST' && body.includes(`/webhook-waiting/${executionId}/`),
	).length;

/**
 * Parks executions that wait for two jobs, ends both at once and delivers one to each processor: one delivery is
 * judged while the execution waits for the two, but is slower, and finds it waiting for another job, which the next
 * node has started. Then ends that one, too, prints the figures and returns them.
 */
export async function runPairs(
	stage: QueueStage,
	{ store, pairs, next = 'interaction' }: PairsOrder,
): Promise<PairsOutcome> {
	const { cluster, counter, emulator } = stage;
	const [between, end] = [`between (${store}, ${next})`, `end (${store}, ${next})`];
	const path = `pairs-${store}-${next}`;
	const workflow = chain(path, [
		webhook(path),
		node('Two Items', 'splitOut', 1, { fieldToSplitOut: 'body.prompts', options: {} }),
		interaction(store, 'First'),
		{ ...count(counter, between, '$execution.id'), executeOnce: true },
		(next === 'batch' ? batch : interaction)(store, 'Second'),
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
		if (startsOf(stage, id) === 3) overtaken += 1;
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
	const paidTwice = ids.filter((id) => startsOf(stage, id) > 3).length;
	figures(`two jobs of an execution that end together, then another ${next}, store ${store}`, {
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

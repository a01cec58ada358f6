/** One delivery, many processes: two webhook processors take it, two workers run what it starts. */
import { lossesAndDoubles } from '../support/counter.mts';
import { finishBatch, startBatch } from '../support/deliveries.mts';
import { figures } from '../support/figures.mts';
import { eventually } from '../support/http.mts';
import { sizes } from '../support/queueSizes.mts';
import { at, openQueueStage } from '../support/queueStage.mts';
import type { QueueStage } from '../support/queueStage.mts';
import { countJobs, projectTrigger } from '../support/queueWorkflows.mts';
import type { Store } from '../support/queueWorkflows.mts';
import { chain } from '../support/workflowParts.mts';

jest.setTimeout(600_000);

const COPIES = 40;

let stage: QueueStage;

beforeAll(async () => {
	stage = await openQueueStage({ settings: { batchDurationMs: null } });
}, 300_000);

afterAll(async () => {
	await stage?.close();
}, 60_000);

afterEach(async () => {
	await stage.unpublishAll();
});

/** A workflow that counts every delivery that gets past its trigger, as `name` under the job's name. */
async function publishTrigger(name: string, store: Store): Promise<string> {
	const { counter } = stage;
	return await stage.publish(chain(name, [projectTrigger(store), ...countJobs(counter, name)]));
}

const total = (counts: Record<string, number>) =>
	Object.values(counts).reduce((sum, one) => sum + one, 0);

describe('one delivery that comes 40 times at once, to both processors', () => {
	/** @returns how often each answer came */
	async function deliverAtOnce(jobId: string): Promise<Map<number | null, number>> {
		const { emulator, cluster } = stage;
		const { id, url } = emulator.deliveries.find(({ job }) => job === jobId)!;
		const attempts = await Promise.all(
			Array.from({ length: COPIES }, async (_, copy) => {
				const { processors } = cluster;
				return await emulator.redeliver(id, { url: at(processors[copy % processors.length], url) });
			}),
		);
		const answers = new Map<number | null, number>();
		for (const { status } of attempts) answers.set(status, (answers.get(status) ?? 0) + 1);
		return answers;
	}

	test.each<Store>(['redis', 'n8n'])('store %s', async (store) => {
		const { emulator, counter } = stage;
		emulator.settings.deliveryFault = 'never';
		const name = `at once (${store})`;
		const workflowId = await publishTrigger(name, store);
		const jobs: string[] = [];
		const unexpected: unknown[] = [];
		const started = performance.now();
		for (let round = 0; round < sizes.rounds; round++) {
			const jobId = await finishBatch(emulator);
			jobs.push(jobId);
			const answers = await deliverAtOnce(jobId);
			for (const status of answers.keys()) {
				if (![200, 202, 503].includes(status ?? 0)) unexpected.push({ jobId, status });
			}
			emulator.clearDeliveries();
		}
		const executions = await stage.settled(workflowId, 120_000);
		const { lost, doubled } = lossesAndDoubles(jobs, counter.of(name));
		figures(`${COPIES} deliveries of one id at once to two processors, store ${store}`, {
			times: sizes.rounds,
			'executions created': total(executions),
			lost,
			'past the trigger more than once': doubled,
			'of executions failed': executions.error ?? 0,
			seconds: Math.round((performance.now() - started) / 1000),
		});
		expect(unexpected).toEqual([]);
		expect(executions).toEqual({ success: total(executions) });
		expect(lost).toBe(0);
		if (store === 'redis') {
			expect(doubled).toBe(0);
			expect(total(executions)).toBe(sizes.rounds);
		} else {
			// Each process knows only what it took itself, and n8n's database isn't exact.
			expect(total(executions)).toBeLessThanOrEqual(2 * sizes.rounds);
		}
	});
});

describe('many different deliveries, every tenth of them once more', () => {
	/** How many are under way at a time. */
	const GROUP = 100;

	/** Lets `size` batches end, and waits until all their deliveries are taken; returns the names of the batches. */
	async function deliverGroup(size: number): Promise<string[]> {
		const { emulator } = stage;
		const before = emulator.deliveries.length;
		const jobs = await Promise.all(Array.from({ length: size }, () => startBatch(emulator)));
		await eventually(
			() => {
				const own = emulator.deliveries.slice(before);
				return own.length === size && own.every(({ state }) => state === 'delivered');
			},
			{ timeoutMs: 120_000, intervalMs: 10 },
		);
		return jobs;
	}

	/** Every tenth of a group comes again, to the processor that didn't take it and to the one that did. */
	async function repeat(jobs: string[]): Promise<Array<number | null>> {
		const { emulator, cluster } = stage;
		const chosen = new Set(jobs.filter((_, index) => index % 10 === 0));
		const deliveries = emulator.deliveries.filter(({ job }) => chosen.has(String(job)));
		const attempts = deliveries.flatMap(({ id, url }) =>
			cluster.processors.map(
				async (processor) => await emulator.redeliver(id, { url: at(processor, url) }),
			),
		);
		return (await Promise.all(attempts)).map(({ status }) => status);
	}

	test('all arrive, none twice', async () => {
		const { emulator, counter } = stage;
		Object.assign(emulator.settings, { deliveryFault: 'none', batchDurationMs: 0 });
		const workflowId = await publishTrigger('many', 'redis');
		const started = performance.now();
		const jobs: string[] = [];
		const repeated: Array<number | null> = [];
		while (jobs.length < sizes.deliveries) {
			const group = await deliverGroup(Math.min(GROUP, sizes.deliveries - jobs.length));
			jobs.push(...group);
			repeated.push(...(await repeat(group)));
			emulator.clearDeliveries();
		}
		const taken = performance.now();
		const executions = await stage.settled(workflowId, 300_000);
		const { lost, doubled } = lossesAndDoubles(jobs, counter.of('many'));
		figures('deliveries to two processors and two workers, every tenth again, store redis', {
			deliveries: jobs.length,
			repetitions: repeated.length,
			lost,
			doubled,
			'executions created': total(executions),
			'taken a second': Math.round((jobs.length * 1000) / (taken - started)),
			seconds: Math.round((performance.now() - started) / 1000),
		});
		expect(new Set(jobs).size).toBe(sizes.deliveries);
		expect(repeated).toEqual(repeated.map(() => 200));
		expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
		expect(executions).toEqual({ success: sizes.deliveries });
		emulator.settings.batchDurationMs = null;
	});
});

/** The trigger in queue mode: publishing, a Redis that goes away, and Reconcile beside it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { lossesAndDoubles } from '../support/counter.mts';
import { finishBatch } from '../support/deliveries.mts';
import { figures } from '../support/figures.mts';
import { eventually } from '../support/http.mts';
import { geminiNode } from '../support/longJobs.mts';
import type { WorkflowDefinition } from '../support/n8nTypes.mts';
import { sizes } from '../support/queueSizes.mts';
import { at, openQueueStage } from '../support/queueStage.mts';
import type { QueueStage } from '../support/queueStage.mts';
import { countJobs, noting, projectTrigger, webhook } from '../support/queueWorkflows.mts';
import { privateRedis } from '../support/services.mts';
import type { Service } from '../support/service.mts';
import { chain } from '../support/workflowParts.mts';

jest.setTimeout(180_000);

let stage: QueueStage;
let redis: Service;

beforeAll(async () => {
	redis = await privateRedis();
	stage = await openQueueStage({
		// Google's first repetition comes after seconds; here no later one waits longer.
		settings: { batchDurationMs: null, retryFirstMs: 500, retryMaxMs: 1000 },
	});
}, 300_000);

afterAll(async () => {
	await stage?.close();
	await redis?.stop();
}, 60_000);

afterEach(async () => {
	await stage.unpublishAll();
});

const FORGED = { signature: `v1,${'A'.repeat(43)}=` };

const jobsOf = async (count: number) =>
	await Promise.all(Array.from({ length: count }, () => finishBatch(stage.emulator)));

/** Waits until Google got its "taken" for every delivery about these jobs. */
const delivered = async (jobs: string[]) =>
	await eventually(
		() => {
			const own = stage.emulator.deliveries.filter(({ job }) => jobs.includes(String(job)));
			return own.length >= jobs.length && own.every(({ state }) => state === 'delivered');
		},
		{ timeoutMs: 60_000 },
	);

test('publishing registers one webhook that all processes know, unpublishing removes it from all', async () => {
	const { api, cluster, emulator, counter } = stage;
	const nodes = [projectTrigger('redis'), ...countJobs(counter, 'published')];
	const workflowId = await stage.publish(chain('published', nodes));
	const webhooks = emulator.webhooks.list() as Array<{ uri: string }>;
	expect(webhooks).toHaveLength(1);
	const [{ uri }] = webhooks;
	expect(uri).toMatch(new RegExp(`^${cluster.url}/webhook/`));
	const statuses = async () =>
		await Promise.all(
			cluster.processors.map(
				async (processor) => (await emulator.send({ url: at(processor, uri), ...FORGED })).status,
			),
		);
	// They know the webhook and what a delivery must prove.
	expect(await statuses()).toEqual([401, 401]);
	const [jobId] = await jobsOf(1);
	await delivered([jobId]);
	await stage.settled(workflowId);
	expect(counter.of('published')).toEqual(new Map([[jobId, 1]]));

	await api.publish(workflowId);
	expect(emulator.webhooks.list()).toHaveLength(1);
	await api.unpublish(workflowId);
	expect(emulator.webhooks.list()).toEqual([]);
	expect(await statuses()).toEqual([404, 404]);
});

test('while Redis is away nothing is taken and nothing is lost, and a forged delivery gets in neither then nor later', async () => {
	const { cluster, counter, emulator } = stage;
	const nodes = [projectTrigger('redis'), ...countJobs(counter, 'away')];
	const credential = await stage.redisCredential(redis.url);
	const workflowId = await stage.publish(chain('away', nodes), credential);
	const [before] = await jobsOf(1);
	await delivered([before]);
	await stage.settled(workflowId);

	await redis.kill();
	const jobs = await jobsOf(20);
	const own = () => emulator.deliveries.filter(({ job }) => jobs.includes(String(job)));
	await eventually(() => own().every(({ attempts }) => attempts.length >= 2), {
		timeoutMs: 60_000,
	});
	const refused = own().flatMap(({ attempts }) => attempts.map(({ status }) => status));
	expect(new Set(refused)).toEqual(new Set([503]));
	// Forged, and what was taken before: to both processors.
	const known = emulator.deliveries.find(({ job }) => job === before)!;
	const tried = async (id: string, change: object) =>
		await Promise.all(
			cluster.processors.map(async (processor) => {
				const url = at(processor, known.url);
				return (await emulator.redeliver(id, { url, ...change })).status;
			}),
		);
	expect(await tried(own()[0].id, FORGED)).toEqual([401, 401]);
	expect(await tried(known.id, {})).toEqual([503, 503]);
	// Nothing got in meanwhile.
	await sleep(500);
	expect(await stage.executions(workflowId)).toEqual({ success: 1 });

	const startedAt = performance.now();
	await redis.start();
	await delivered(jobs);
	const backAfter = performance.now() - startedAt;
	expect(await tried(own()[0].id, FORGED)).toEqual([401, 401]);
	expect(await tried(known.id, {})).toEqual([200, 200]);
	const executions = await stage.settled(workflowId);
	const { lost, doubled } = lossesAndDoubles([before, ...jobs], counter.of('away'));
	figures('deliveries while Redis was away', {
		deliveries: jobs.length,
		'attempts answered with 503': refused.length,
		lost,
		doubled,
		'milliseconds from the start of Redis until all were taken': Math.round(backAfter),
	});
	expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
	expect(executions).toEqual({ success: 21 });
});

/** The trigger and, at `/webhook/reconcile`, a Reconcile node, both before the same nodes. */
function reconciling(): WorkflowDefinition {
	const { counter } = stage;
	const reconcile = noting(
		'redis',
		geminiNode('Look for Missed Jobs', 'geminiWebhook', {
			resource: 'job',
			operation: 'reconcile',
			listBatches: true,
			sinceAmount: 1,
			sinceUnit: 'hours',
		}),
	);
	const counting = countJobs(counter, 'reconciled');
	const workflow = chain('reconciled', [projectTrigger('redis'), ...counting]);
	const main = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
	workflow.nodes.push(webhook('reconcile'), reconcile);
	workflow.connections.Webhook = main(reconcile.name);
	workflow.connections[reconcile.name] = main(counting[0].name);
	return workflow;
}

test('jobs that the trigger and several runs of Reconcile see at once come out once', async () => {
	const { cluster, counter, emulator } = stage;
	const workflowId = await stage.publish(reconciling());
	const look = async () =>
		await Promise.all(
			cluster.processors.map(
				async ({ url }) => (await fetch(`${url}/webhook/reconcile`, { method: 'POST' })).status,
			),
		);
	// What ended before this workflow was there; after that, it only has what follows.
	await look();
	await stage.settled(workflowId);
	const earlier = [...counter.of('reconciled').keys()];

	const jobs: string[] = [];
	let looks = 0;
	for (let round = 0; round < Math.ceil(sizes.parked / 20); round++) {
		const [ended, answers] = await Promise.all([jobsOf(20), look(), look(), look()]);
		expect(answers).toEqual([200, 200]);
		looks += 6;
		jobs.push(...ended);
	}
	await delivered(jobs);
	await look();
	const executions = await stage.settled(workflowId);
	const { lost, doubled } = lossesAndDoubles([...earlier, ...jobs], counter.of('reconciled'));
	figures('the trigger and Reconcile side by side', {
		jobs: jobs.length,
		'runs of Reconcile meanwhile': looks,
		lost,
		doubled,
	});
	expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
	expect(executions.error).toBeUndefined();
	expect(emulator.webhooks.list()).toHaveLength(1);
});

/**
 * n8n in queue mode, and one of its parts is killed (kill -9) again and again amid traffic: a worker, a webhook processor,
 * the Redis of the queue, the Redis that deliveries are noted in, PostgreSQL. Then every job is accounted for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { figures } from '../support/figures.mts';
import { openQueueStage } from '../support/queueStage.mts';
import type { QueueStage } from '../support/queueStage.mts';
import { noting } from '../support/queueWorkflows.mts';
import type { Service } from '../support/service.mts';
import { privatePostgres, privateRedis } from '../support/services.mts';
import { Random } from '../unit/support/random.mts';
import { accountForDeliveries, checkDeliveries } from './support/deliveryAccount.mts';
import { look } from './support/ledger.mts';
import { placeOfCluster } from './support/place.mts';
import { isReady, restart } from './support/restart.mts';
import { accountForStarts, checkStarts } from './support/startAccount.mts';
import { ROUND_MS, Traffic } from './support/traffic.mts';
import { KINDS } from './support/workflows.mts';

jest.setTimeout(120_000);

const ROUNDS = Number(process.env.CRASH_TEST_CLUSTER_ROUNDS ?? 2);
const SEED = Number(process.env.CRASH_TEST_SEED ?? Date.now() % 1_000_000);
/** How long what was killed stays away; n8n gives up on a Redis after ten seconds. Milliseconds. */
const AWAY_MS = 1500;

let services: { queue: Service; durable: Service; fleeting: Service; postgres: Service };
let stage: QueueStage;

/** What is killed, and whether the nodes of its traffic note in Redis what they have seen, and in which one. */
interface Victim {
	what: string;
	redis?: 'durable' | 'fleeting';
	/** Kills it, and starts it again. */
	strike: (round: number) => Promise<void>;
}

const crash = async (service: Service) => {
	await service.kill();
	await sleep(AWAY_MS);
	await service.start();
};
const fell = async (member: { kill(): Promise<void>; restart(): Promise<void> }) => {
	await member.kill();
	await sleep(AWAY_MS);
	await restart(member);
};

const VICTIMS: Victim[] = [
	{ what: 'a worker', strike: async (round) => await fell(stage.cluster.workers[round % 2]) },
	{
		what: 'a worker, with Redis for deduplication',
		redis: 'durable',
		strike: async (round) => await fell(stage.cluster.workers[round % 2]),
	},
	{
		what: 'a webhook processor',
		redis: 'durable',
		strike: async (round) => await fell(stage.cluster.processors[round % 2]),
	},
	{ what: 'the Redis of the queue', strike: async () => await crash(services.queue) },
	{
		what: 'the Redis for deduplication, which writes all to disk',
		redis: 'durable',
		strike: async () => await crash(services.durable),
	},
	{
		what: 'the Redis for deduplication, which loses all',
		redis: 'fleeting',
		strike: async () => await crash(services.fleeting),
	},
	{ what: 'PostgreSQL', redis: 'durable', strike: async () => await crash(services.postgres) },
];

/** The traffic of each victim, in their order. */
const traffics: Traffic[] = [];
let restarts = 0;

/** What a service manager does: starts every process again that has ended or doesn't get ready. */
async function mend(): Promise<void> {
	const { main, processors, workers } = stage.cluster;
	for (const member of [main, ...processors, ...workers]) {
		if (await isReady(member)) continue;
		restarts += 1 + (await restart(member));
	}
}

async function play({ redis, strike }: Victim, random: Random): Promise<void> {
	const credential = redis && (await stage.redisCredential(services[redis].url));
	const place = placeOfCluster(stage, credential);
	const traffic = await Traffic.open(place, stage.counter, (gemini) =>
		noting(redis ? 'redis' : 'n8n', gemini),
	);
	traffics.push(traffic);
	for (let round = 0; round < ROUNDS; round++) {
		const calls = traffic.round(random);
		await sleep(random.integer(500, ROUND_MS + 700));
		await strike(round);
		await calls;
		await mend();
		// Before n8n takes the data from what a dead worker was at.
		for (const workflowId of traffic.workflowIds) await look(place, workflowId);
	}
}

beforeAll(async () => {
	const [queue, durable, fleeting, postgres] = await Promise.all([
		privateRedis(),
		privateRedis(),
		privateRedis(['--appendonly', 'no']),
		privatePostgres(),
	]);
	services = { queue, durable, fleeting, postgres };
	stage = await openQueueStage({
		postgres: postgres.url,
		redis: queue.url,
		settings: {
			batchDurationMs: null,
			interactionDurationMs: null,
			retryFirstMs: 300,
			retryMaxMs: 2000,
			filmBytes: 200_000,
		},
		env: {
			// How soon n8n notices a dead worker; by default within a minute and a half.
			QUEUE_WORKER_LOCK_DURATION: '15000',
			QUEUE_WORKER_LOCK_RENEW_TIME: '5000',
			QUEUE_WORKER_STALLED_INTERVAL: '5000',
		},
	});
	const random = new Random(SEED);
	for (const victim of VICTIMS) await play(victim, random);
	// n8n looks for executions that no worker has any more when the main starts, and every three hours.
	await sleep(20_000);
	await restart(stage.cluster.main);
	for (const traffic of traffics) await traffic.settle();
	figures('parts of n8n in queue mode were killed', {
		times: VICTIMS.length * ROUNDS,
		seed: SEED,
		'processes that had to be started again because of it': restarts,
	});
}, 600_000);

afterAll(async () => {
	await stage?.close();
	await Promise.all(Object.values(services ?? {}).map(async (service) => await service.stop()));
}, 60_000);

describe.each(VICTIMS)('$what', (victim) => {
	const traffic = () => traffics[VICTIMS.indexOf(victim)];

	test('deliveries', async () => {
		const account = await accountForDeliveries(traffic());
		const what = `${ROUNDS} times kill -9 of ${victim.what}, amid deliveries`;
		checkDeliveries(what, account, victim.redis !== undefined);
	});

	test.each(KINDS)('starts and continuations: %s', async (kind) => {
		const account = await accountForStarts(traffic(), kind);
		checkStarts(`${ROUNDS} times kill -9 of ${victim.what}, ${kind}`, kind, account);
	});
});

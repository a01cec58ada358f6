/** Executions of the same delivery in several workers, with Redis to tell which one puts it out. */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { closeRedis } from '../../nodes/shared/dedupe/client.ts';
import { databaseGoesAway, processedData } from '../engine/support/container.mts';
import { repeatedAfterCrash } from '../engine/support/crash.mts';
import { finishedJob } from '../engine/support/jobs.mts';
import { Stage, type TriggerWorkflow } from '../engine/support/stage.mts';

const { hostname: host, port } = new URL(
	process.env.QUEUE_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379',
);
const keyPrefix = `test-${randomUUID()}`;

let stage: Stage;
let redis: Redis;
let trigger: TriggerWorkflow;

beforeAll(async () => {
	stage = await Stage.open();
	redis = new Redis(Number(port), host);
});
beforeEach(async () => {
	stage.reset();
	stage.redis = { host, port: Number(port), keyPrefix };
	const credentials = {
		geminiWebhooksApi: { id: 'gemini', name: 'Gemini' },
		geminiWebhooksRedisApi: { id: 'redis', name: 'Redis' },
	};
	const options = { deduplication: 'redis' };
	trigger = stage.trigger({ events: ['batch.succeeded'], options }, { credentials });
	await trigger.publish();
	await finishedJob(stage);
	expect(await stage.deliver()).toMatchObject({ status: 202 });
});
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(async () => {
	const keys = await redis.keys(`${keyPrefix}:*`);
	if (keys.length > 0) await redis.del(keys);
	redis.disconnect();
	closeRedis();
	await stage.close();
});

const noted = () => [...processedData.noted.values()].flat();

test('one puts it out, and the other one notes nothing in its place', async () => {
	expect((await trigger.execute()).json('After')).toHaveLength(1);
	// The first worker was told so by Redis and has yet to note it in n8n's database.
	processedData.noted.clear();
	expect((await trigger.execute()).json('After')).toEqual([]);
	expect(noted()).toEqual([]);
});

test("n8n's Retry of one that crashed puts it through, and of another one nothing", async () => {
	const lost = await trigger.execute();
	const duplicate = await trigger.execute();
	expect(duplicate.json('After')).toEqual([]);
	expect((await repeatedAfterCrash(stage, duplicate)).json('After')).toEqual([]);
	expect((await repeatedAfterCrash(stage, lost)).json('After')).toHaveLength(1);
});

test("what n8n's database could not note is new to the next execution", async () => {
	databaseGoesAway();
	const failed = await trigger.execute();
	expect(failed.error!.message).toContain('No database');
	expect((await trigger.execute()).json('After')).toHaveLength(1);
	expect((await trigger.execute()).json('After')).toEqual([]);
});

/** A Redis that was chosen and can't be reached: nothing is paid for, registered, lost, or let in unverified. */
import type { INode } from 'n8n-workflow';
import { closeRedis } from '../../nodes/shared/dedupe/client.ts';
import { freePorts } from '../support/http.mts';
import { logLines } from './support/container.mts';
import { finishedJob } from './support/jobs.mts';
import { Stage, type TriggerWorkflow } from './support/stage.mts';

let stage: Stage;
let port: number;

beforeAll(async () => {
	stage = await Stage.open();
	[port] = await freePorts(1);
});
beforeEach(() => {
	stage.reset();
	stage.redis = { host: '127.0.0.1', port, password: 'redis-password-4711' };
});
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(async () => {
	closeRedis();
	await stage.close();
});

const credentials: INode['credentials'] = {
	geminiWebhooksApi: { id: 'gemini', name: 'Gemini' },
	geminiWebhooksRedisApi: { id: 'redis', name: 'Redis' },
};
const options = { deduplication: 'redis' };

const REFUSED = () =>
	new RegExp(
		`'Deduplication Store' cannot be used: Redis at 127\\.0\\.0\\.1:${port} does not answer: nothing listens there`,
	);

/** Published while all was well; then Redis went away. */
async function published(): Promise<TriggerWorkflow> {
	const trigger = stage.trigger({ events: ['batch.succeeded'] }, { credentials });
	await trigger.publish();
	trigger.node.parameters = { ...trigger.node.parameters, options };
	return trigger;
}

test.each(['project', 'requests'])('publishing is refused (%s)', async (listenTo) => {
	const events = ['batch.succeeded'];
	const trigger = stage.trigger({ listenTo, events, options }, { credentials });
	await expect(trigger.publish()).rejects.toThrow(REFUSED());
	expect(stage.emulator.webhooks.list()).toEqual([]);
});

test('a batch that is to be waited for is refused before it is paid for', async () => {
	const execution = await stage.runBatch({ options }, { credentials });
	expect(execution.error?.message).toMatch(REFUSED());
	expect(stage.batchCreations).toEqual([]);
});

test('a batch that nobody waits for needs no Redis', async () => {
	const execution = await stage.runBatch({ options, whenDone: 'nothing' }, { credentials });
	expect(execution.status).toBe('success');
	expect(stage.batchCreations).toHaveLength(1);
});

test('a proven delivery is asked for again, and the log says why, without the password', async () => {
	const trigger = await published();
	await finishedJob(stage);
	expect(await stage.deliver()).toMatchObject({ status: 503 });
	expect(trigger.accepted).toEqual([]);
	expect(stage.log).toContain(`Redis at 127.0.0.1:${port}`);
	expect(stage.log).not.toContain('redis-password-4711');
});

test('a forged delivery is turned away as ever', async () => {
	const trigger = await published();
	await finishedJob(stage);
	expect(await stage.deliver({ scheme: 'none' })).toMatchObject({ status: 401 });
	expect(trigger.accepted).toEqual([]);
});

test("what was accepted before is put out once, by n8n's own record", async () => {
	const trigger = await published();
	await finishedJob(stage);
	trigger.node.parameters.options = {};
	expect(await stage.deliver()).toMatchObject({ status: 202 });
	trigger.node.parameters.options = options;
	expect((await trigger.execute()).json('After')).toHaveLength(1);
	expect((await trigger.execute()).json('After')).toEqual([]);
	expect(logLines.map(({ message }) => message)).toContainEqual(
		expect.stringMatching(/^Redis was not asked what was seen before: .*does not answer/),
	);
});

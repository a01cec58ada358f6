/** What reaches a published trigger, and what doesn't: forged, changed, late, foreign and repeated deliveries. */
import { finishBatch, succeeded, triggerUrl } from '../support/deliveries.mts';
import { eventually } from '../support/http.mts';
import { itemsOf } from '../support/n8nApi.mts';
import { API_KEY, FOREIGN_KEY, openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import type { SendOptions } from '../emulator/index.mts';

jest.setTimeout(90_000);

const TRIGGER = 'Gemini Webhook Trigger';
const EXAMPLE = '3-when-a-batch-finishes.json';

let stage: Stage;
/** The trigger for jobs started from n8n, and where it listens. */
let workflowId: string;
let url: string;

beforeAll(async () => {
	// Jobs only end when a test says so.
	stage = await openStage({ settings: { batchDurationMs: null, retryFirstMs: 300 } });
	workflowId = await stage.saveExample(EXAMPLE);
	await stage.api.publish(workflowId);
	url = await productionUrl(workflowId);
}, 300_000);

afterAll(async () => {
	await stage?.close();
});

const productionUrl = async (id: string) => await triggerUrl(stage, id);

const countExecutions = async (id = workflowId) =>
	(await stage.api.executions({ workflowId: id })).length;

const finishedBatch = async (apiKey?: string, webhookUrl?: string) =>
	await finishBatch(stage.emulator, apiKey, webhookUrl);

const send = async (options: Omit<SendOptions, 'url'> & { url?: string }) =>
	await stage.emulator.send({ url, ...options });

test("an own job without a token is read with the credential's key and accepted", async () => {
	const jobId = await finishedBatch();
	const before = await countExecutions();
	expect(await send({ event: succeeded(jobId) })).toMatchObject({ status: 202 });
	const executions = await stage.api.waitForExecutions({ workflowId, count: before + 1 });
	expect(itemsOf(executions.at(-1)!, TRIGGER)[0].json).toMatchObject({ jobId, metadata: {} });
});

describe('turned away with the same 401, starting nothing', () => {
	const now = () => Math.floor(Date.now() / 1000);
	const cases: Array<[string, () => Omit<SendOptions, 'url' | 'event'>]> = [
		['no signature', () => ({ scheme: 'none' })],
		['a made-up signature', () => ({ signature: `v1a,${Buffer.alloc(64, 7).toString('base64')}` })],
		['signed with a key Google does not publish', () => ({ keyIndex: 'upcoming' })],
		[
			'a changed body',
			() => ({ signBody: '{"type":"batch.succeeded","data":{"id":"batches/other"}}' }),
		],
		['a changed id', () => ({ signId: 'msg_other' })],
		['a changed timestamp', () => ({ signTimestamp: now() - 10 })],
		['six minutes old', () => ({ timestamp: now() - 360 })],
		['six minutes early', () => ({ timestamp: now() + 360 })],
		['milliseconds', () => ({ timestamp: Date.now() })],
		[
			'HMAC with a secret of their own',
			() => ({ scheme: 'v1', secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` }),
		],
		['a JWT, which is not allowed here', () => ({ scheme: 'jwt' })],
	];
	test.each(cases)('%s', async (_name, options) => {
		const event = succeeded(await finishedBatch());
		const before = await countExecutions();
		const answer = await send({ event, ...options() });
		expect([answer.status, answer.responseBody]).toEqual([401, '{"error":"Unauthorized"}']);
		expect(await countExecutions()).toBe(before);
	});

	test('the same JSON with other white space', async () => {
		const body = JSON.stringify(succeeded(await finishedBatch()));
		const pretty = JSON.stringify(JSON.parse(body), null, 2);
		expect(await send({ body: pretty, signBody: body })).toMatchObject({ status: 401 });
	});

	test("another Google customer's job, validly signed by Google", async () => {
		const before = await countExecutions();
		const jobId = await finishedBatch(FOREIGN_KEY, url);
		const delivery = await eventually(() =>
			stage.emulator.deliveries.find((one) =>
				one.attempts.some(({ body }) => body.includes(jobId)),
			),
		);
		expect(delivery.attempts[0]).toMatchObject({ status: 401 });
		expect(await countExecutions()).toBe(before);
	});
});

test('answered 200 without an execution: ping, unknown events, events not chosen', async () => {
	const jobId = await finishedBatch();
	const before = await countExecutions();
	for (const type of ['ping', 'batch.reticulated', 'video.generated']) {
		const id = type === 'video.generated' ? 'models/veo/operations/none' : jobId;
		const answer = await send({ event: { ...succeeded(id), type } });
		// An event about a job that isn't there can't be proven to be one's own.
		expect([type, answer.status]).toEqual([type, type === 'video.generated' ? 401 : 200]);
	}
	expect(await countExecutions()).toBe(before);
});

test('a job that is delivered twice with two ids starts one execution', async () => {
	const jobId = await finishedBatch();
	const before = await countExecutions();
	expect(await send({ event: succeeded(jobId), id: 'msg_one' })).toMatchObject({ status: 202 });
	const repeated = await send({ event: succeeded(jobId), id: 'msg_two' });
	expect([repeated.status, JSON.parse(repeated.responseBody!)]).toEqual([
		200,
		{ received: true, note: 'duplicate' },
	]);
	expect(await countExecutions()).toBe(before + 1);
});

test('40 parallel deliveries of one id: one execution, and replays after a crash emit nothing', async () => {
	const jobId = await finishedBatch();
	const before = await countExecutions();
	const delivery = { event: succeeded(jobId), id: 'msg_forty' };
	const answers = await Promise.all(Array.from({ length: 40 }, async () => await send(delivery)));
	const statuses = answers.map(({ status }) => status);
	expect(statuses.filter((status) => status === 202)).toHaveLength(1);
	expect(statuses.every((status) => [200, 202, 503].includes(status!))).toBe(true);
	await stage.api.waitForExecutions({ workflowId, status: 'success', count: before + 1 });
	expect(await countExecutions()).toBe(before + 1);

	await stage.n8n.kill();
	await stage.n8n.restart();
	// The process has forgotten, so n8n stores an execution; its database has not, so nothing comes out.
	expect(await send(delivery)).toMatchObject({ status: 202 });
	const all = await stage.api.waitForExecutions({
		workflowId,
		status: 'success',
		count: before + 2,
	});
	const emitted = all.map((execution) => itemsOf(execution, TRIGGER).length);
	expect(emitted.at(-1)).toBe(0);
	expect(emitted.at(-2)).toBe(1);
});

test("while Google's keys cannot be fetched the answer is 503, and Google's repetition arrives", async () => {
	const fresh = await stage.saveExample(EXAMPLE, ({ nodes }) => {
		for (const node of nodes) if (node.webhookId) node.webhookId = crypto.randomUUID();
	});
	await stage.api.publish(fresh);
	// No keys in memory; and Google still repeats what was turned away before, which asks for them.
	stage.emulator.settings.jwks = 'down';
	await stage.n8n.restart();
	const jobId = await finishedBatch(API_KEY, await productionUrl(fresh));
	const delivery = await eventually(() =>
		stage.emulator.deliveries.find(
			({ attempts }) => attempts[0]?.body.includes(jobId) && attempts[0].status !== undefined,
		),
	);
	expect(delivery.attempts[0].status).toBe(503);
	stage.emulator.settings.jwks = 'normal';
	// The keys are asked for again after 30 s at the earliest.
	const execution = await stage.api.waitForExecution({ workflowId: fresh, timeoutMs: 60_000 });
	expect(itemsOf(execution, TRIGGER)[0].json).toMatchObject({ jobId });
	expect(await countExecutions(fresh)).toBe(1);
});

test("no secret and no key is in n8n's log or in the items", async () => {
	expect(stage.n8n.logs).not.toContain(API_KEY);
	expect(stage.n8n.logs).not.toMatch(/whsec_|job_token=|v1a,/);
	expect(stage.n8n.logs).toContain('signature-mismatch');
	for (const { id } of await stage.api.executions({ workflowId })) {
		expect(JSON.stringify(await stage.api.execution(id))).not.toMatch(/whsec_|job_token/);
	}
});

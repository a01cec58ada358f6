import type { INode, INodeExecutionData } from 'n8n-workflow';
import type { Attempt, SendOptions } from '../emulator/index.mts';
import { mintCallbackToken, TOKEN_PARAMETER } from '../../nodes/shared/delivery/callbackToken.ts';
import type { Execution } from './support/execution.mts';
import {
	API_KEY,
	batchParameters,
	FOREIGN_KEY,
	NEW_KEY,
	PROMPTS,
	Stage,
	type RunOptions,
} from './support/stage.mts';
import { finishedJob } from './support/jobs.mts';
import { until } from './support/until.mts';
import { BATCH, line, node } from './support/workflow.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(() => stage.reset());
// n8n would end the waiting execution with an error.
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const jobs = () => stage.emulator.jobs.list().map(({ name }) => name);

/** A waiting execution whose batch is over; Google's delivery has not left yet. */
async function finished(
	parameters: INode['parameters'] = {},
	options: RunOptions = {},
): Promise<Execution> {
	const execution = await stage.runBatch(parameters, options);
	expect(execution.status).toBe('waiting');
	stage.emulator.jobs.complete(jobs().at(-1)!);
	return execution;
}

/** The URL that the latest batch was given. */
function callback({ batchCreations }: Stage): { url: string } {
	const { batch } = JSON.parse(batchCreations.at(-1)!.body) as {
		batch: { webhookConfig: { uris: string[] } };
	};
	return { url: batch.webhookConfig.uris[0] };
}

/** Google's delivery with another URL than the one it was given. */
function deliverTo(change: (url: URL) => void, more: Partial<SendOptions> = {}): Promise<Attempt> {
	const url = new URL(stage.emulator.deliveries.at(-1)!.url);
	change(url);
	return stage.deliver({ url: url.toString(), ...more });
}

describe('waiting', () => {
	test('stores what is needed, and the token for no one else to see', async () => {
		const before = Date.now();
		const execution = await stage.runBatch({ limitAmount: 90, limitUnit: 'minutes' });
		const [jobId] = jobs();
		expect(execution.status).toBe('waiting');
		expect(execution.waitTill!.getTime()).toBeGreaterThanOrEqual(before + 90 * 60_000);
		expect(execution.waitTill!.getTime()).toBeLessThan(Date.now() + 90 * 60_000 + 1);
		expect(execution.data.waitTill).toEqual(execution.waitTill);

		const [top] = execution.data.executionData!.nodeExecutionStack;
		expect(top.node.name).toBe('Batch');
		expect(top.data.main).toMatchObject([
			[{ json: { jobId, status: 'pending', waitStatus: 'timedOut' } }],
		]);
		expect(top.metadata).toMatchObject({
			resumeUrl: `${stage.front.url}/webhook-waiting/${execution.id}/gemini-job?signature=${execution.data.resumeToken}#${jobId}`,
		});
		expect(execution.json('Batch')).toMatchObject([{ jobId, waitStatus: 'waiting' }]);
		// Neither the key nor anything by which a delivery could be posed as Google's own.
		const stored = JSON.stringify(execution.data);
		expect(stored).not.toContain(API_KEY);
		expect(stored).not.toContain(TOKEN_PARAMETER);
		expect(execution.runsOf('After')).toEqual([]);
	});

	test('does not change what the node before put out', async () => {
		const execution = await stage.runBatch();
		const before = execution.output('Start');
		expect(before).toMatchObject(PROMPTS);
		await execution.timeOut();
		expect(execution.output('Start')).toEqual(before);
	});

	test('is looked at once before: a batch that is over already comes out at once', async () => {
		stage.emulator.settings.batchDurationMs = 1;
		stage.emulator.faults.add({ path: /\/batches\/\w+$/, delayMs: 30 });
		const execution = await stage.runBatch();
		expect(execution.status).toBe('success');
		expect(execution.waitTill).toBeUndefined();
		expect(execution.json('After')).toMatchObject([{ text: 'Echo: Judge: Great' }, { key: '1' }]);
		expect(stage.calls(/\/batches\/\w+$/, 'GET')).toHaveLength(1);
	});

	test('relates each result to its item, and one that fits none to no item', async () => {
		stage.emulator.faults.add({ path: /\/batches\/\w+$/, delayMs: 100 });
		const running = stage.runBatch();
		await until(() => jobs().length > 0);
		const results = ['1', 'x', '0'].map((key) => ({ response: {}, metadata: { key } }));
		stage.emulator.jobs.complete(jobs()[0], { results });
		const execution = await running;
		expect(execution.output('Batch')).toMatchObject([
			{ json: { key: '0', matchedBy: 'key' }, pairedItem: { item: 0 } },
			{ json: { key: '1', matchedBy: 'key' }, pairedItem: { item: 1 } },
			{ json: { key: 'x', matchedBy: 'none' } },
		]);
	});

	test('starts all the same when that look fails', async () => {
		stage.emulator.faults.add({ path: /\/batches\/\w+$/, status: 503 });
		const execution = await finished();
		expect(stage.calls(/\/batches\/\w+$/, 'GET')).toHaveLength(1);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toHaveLength(2);
	});

	test("ends when the time is over, with the job and 'waitStatus'", async () => {
		const entries = [{ name: 'order', value: '17' }];
		const execution = await stage.runBatch({ options: { metadata: { entries } } });
		await execution.timeOut();
		expect(execution.status).toBe('success');
		expect(execution.output('Batch')).toMatchObject([
			{
				json: {
					jobType: 'batch',
					jobId: jobs()[0],
					status: 'pending',
					waitStatus: 'timedOut',
					metadata: { order: '17' },
				},
				// n8n itself relates what comes out of a wait to the input, one by one.
				pairedItem: { item: 0 },
			},
		]);
		expect(execution.json('After')).toEqual(execution.json('Batch'));
		expect(jobs()).toHaveLength(1);
	});
});

describe("Google's delivery ends the wait", () => {
	test('with one result for each item, in their order', async () => {
		stage.emulator.settings.shuffleOutput = true;
		const execution = await finished({ options: { key: '={{ $json.sku }}' } });
		const attempt = await stage.deliver();
		expect(attempt.status).toBe(202);
		expect(JSON.parse(attempt.responseBody)).toEqual({ received: true });
		expect(execution.status).toBe('success');
		expect(execution.output('Batch')).toEqual(
			['a', 'b'].map((key, item) => ({
				json: {
					key,
					status: 'succeeded',
					text: `Echo: Judge: ${item === 0 ? 'Great' : 'Bad'}`,
					data: null,
					finishReason: 'STOP',
					usage: expect.objectContaining({ totalTokens: expect.any(Number) as number }) as object,
					error: null,
					jobId: jobs()[0],
					matchedBy: 'key',
					metadata: {},
				},
				pairedItem: { item },
			})),
		);
		expect(execution.json('After')).toEqual(execution.json('Batch'));
		expect(execution.runsOf('Batch')).toHaveLength(1);
	});

	test('with parsed data when a JSON schema was asked for', async () => {
		const jsonSchema = '{"type":"object","properties":{"mood":{"type":"string"}}}';
		const execution = await finished({ options: { jsonSchema } });
		await stage.deliver();
		for (const { text, data } of execution.json('After')) {
			expect(data).toEqual(JSON.parse(String(text)));
			expect(data).toHaveProperty('mood');
		}
		expect(execution.json('After')).toHaveLength(2);
	});

	test('with the results joined by position, and said so, when Google leaves the keys out', async () => {
		stage.emulator.settings.omitInlineMetadata = true;
		const execution = await finished();
		await stage.deliver();
		expect(execution.json('After')).toMatchObject([
			{ key: '0', matchedBy: 'position', text: 'Echo: Judge: Great' },
			{ key: '1', matchedBy: 'position', text: 'Echo: Judge: Bad' },
		]);
	});

	test('with a failed, a blocked and a missing result', async () => {
		const items = ['a', 'b', 'c'].map((sku) => ({ json: { sku } }));
		const execution = await stage.runBatch({ options: { key: '={{ $json.sku }}' } }, { items });
		stage.emulator.jobs.complete(jobs()[0], {
			results: [
				{ response: { promptFeedback: { blockReason: 'SAFETY' } }, metadata: { key: 'b' } },
				{ error: { code: 3, message: 'Bad request' }, metadata: { key: 'a' } },
			],
		});
		await stage.deliver();
		expect(execution.status).toBe('success');
		expect(execution.output('After')).toMatchObject([
			{ json: { key: 'a', status: 'failed', error: { code: '3', message: 'Bad request' } } },
			{ json: { key: 'b', status: 'blocked', error: { code: 'SAFETY' } } },
			{ json: { key: 'c', status: 'missing', matchedBy: 'none' } },
		]);
	});

	test.each<[string, (name: string) => unknown, object]>([
		[
			'failed',
			(name) => stage.emulator.jobs.fail(name, { code: 8, message: 'No quota left' }),
			{ status: 'failed', error: { code: '8', message: 'No quota left' } },
		],
		[
			'failed without a reason',
			(name) => stage.emulator.jobs.fail(name, null),
			{ status: 'failed', error: null },
		],
		[
			'expired',
			(name) => stage.emulator.jobs.expire(name),
			{ status: 'expired', error: { code: '4', message: expect.stringContaining('expired') } },
		],
		[
			'cancelled',
			(name) => {
				stage.emulator.settings.deliverCancelledEvents = true;
				return stage.emulator.jobs.cancel(name);
			},
			{ status: 'cancelled', error: { code: '1', message: 'The operation was cancelled.' } },
		],
	])('of a batch that %s with one item that says why', async (_, end, expected) => {
		const execution = await stage.runBatch();
		end(jobs()[0]);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.status).toBe('success');
		expect(execution.output('Batch')).toEqual([
			{
				json: expect.objectContaining({
					jobId: jobs()[0],
					waitStatus: 'finished',
					...expected,
				}) as object,
				pairedItem: { item: 0 },
			},
		]);
	});

	test.each(['bare', 'underscore'] as const)('with the id in the style "%s"', async (style) => {
		stage.emulator.settings.batchIdStyle = style;
		const execution = await finished();
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.status).toBe('success');
	});

	test('after n8n was restarted, for it stores all it needs', async () => {
		const execution = await finished();
		const { Stage: FreshStage } = freshModules();
		expect(FreshStage).not.toBe(Stage);
		const other = await FreshStage.open();
		try {
			// The same execution, stored as text, in a process that has never seen it.
			const copy = other.execution(execution.definition);
			copy.restore(execution, stage.surroundings);
			const { search } = new URL(stage.emulator.deliveries.at(-1)!.url);
			const { status } = await stage.deliver({
				url: `${other.front.url}/webhook-waiting/${copy.id}/gemini-job${search}`,
			});
			expect(status).toBe(202);
			expect(copy.status).toBe('success');
			expect(copy.json('After')).toMatchObject([{ key: '0' }, { key: '1' }]);
		} finally {
			await other.close();
		}
	});

	test("of a node whose name would break n8n's expressions", async () => {
		const name = 'Batch "1" {{ $json }} \\ \'x\' `${1}`';
		const nodes = [
			node('Start', 'passThrough'),
			node(name, BATCH, batchParameters()),
			node('After', 'passThrough'),
		];
		const execution = await stage.execution(line(...nodes)).start(PROMPTS);
		expect(execution.status).toBe('waiting');
		stage.emulator.jobs.complete(jobs()[0]);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toHaveLength(2);
	});

	test('with a key of the same project that replaced the old one meanwhile', async () => {
		const execution = await finished();
		stage.credential.apiKey = NEW_KEY;
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toHaveLength(2);
	});

	test('with a JWT only when that is allowed', async () => {
		const other = await Stage.open({ dynamicScheme: 'jwt' });
		try {
			const complete = () => other.emulator.jobs.complete(other.emulator.jobs.list().at(-1)!.name);
			const strict = await other.runBatch();
			complete();
			expect(await other.deliver()).toMatchObject({ status: 401 });
			expect(other.reasons).toEqual(['jwt-not-allowed']);
			expect(strict.status).toBe('waiting');

			const tolerant = await other.runBatch({ options: { allowJwt: true } });
			// The token says nothing about the body, so the API has to say that the job is over.
			const { url } = callback(other);
			const event = { type: 'batch.succeeded', data: { id: other.emulator.jobs.list()[1].name } };
			expect(await other.emulator.send({ url, event, scheme: 'jwt' })).toMatchObject({
				status: 503,
			});
			expect(tolerant.status).toBe('waiting');
			complete();
			const alg = Buffer.from('{"alg":"none"}').toString('base64url');
			expect(await other.deliver({ signature: `${alg}.e30.` })).toMatchObject({ status: 401 });
			expect(tolerant.status).toBe('waiting');
			expect(await other.deliver()).toMatchObject({ status: 202 });
			expect(tolerant.json('After')).toHaveLength(2);
		} finally {
			await other.close();
		}
	});

	test('a second time: n8n answers that it is over', async () => {
		const execution = await finished();
		await stage.deliver();
		const [run] = execution.runsOf('After');
		expect(await stage.deliver()).toMatchObject({ status: 409 });
		expect(execution.runsOf('After')).toEqual([run]);
	});
});

describe('goes on waiting', () => {
	interface Case {
		what: string;
		send: () => Promise<Attempt>;
		status: number;
		answer?: object;
		reason?: string;
	}
	const otherToken = (claims: { nonce: string }) =>
		mintCallbackToken({ path: '/', metadata: {}, ...claims }, API_KEY, Date.now());
	const cases: Case[] = [
		{
			what: 'without a token',
			send: () => deliverTo((url) => url.searchParams.delete(TOKEN_PARAMETER)),
			status: 401,
			reason: 'token-missing',
		},
		{
			what: 'with a token that is no token',
			send: () => deliverTo((url) => url.searchParams.set(TOKEN_PARAMETER, 'x.y')),
			status: 401,
			reason: 'token-missing',
		},
		{
			what: 'with the nonce of another wait',
			send: () =>
				deliverTo((url) => url.searchParams.set(TOKEN_PARAMETER, otherToken({ nonce: 'other' }))),
			status: 200,
			answer: { received: true, note: 'not waited for' },
		},
		{
			what: 'for a body that is no event',
			send: () => stage.deliver({ body: '[1]' }),
			status: 401,
			reason: 'not an event',
		},
		{
			what: 'with a signature nobody made',
			send: () => stage.deliver({ signature: `v1a,${'A'.repeat(86)}==` }),
			status: 401,
			reason: 'signature-mismatch',
		},
		{
			what: 'without a signature',
			send: () => stage.deliver({ scheme: 'none' }),
			status: 401,
			reason: 'header-missing',
		},
		{
			what: "with a key that isn't Google's",
			send: () => stage.deliver({ keyIndex: 'upcoming' }),
			status: 401,
			reason: 'signature-mismatch',
		},
		{
			what: 'with an HMAC, for which there is no secret here',
			send: () => stage.deliver({ scheme: 'v1', secret: `whsec_${'A'.repeat(44)}` }),
			status: 401,
			reason: 'secret-missing',
		},
		{
			what: 'with another body than the signed one',
			send: () =>
				stage.deliver({
					signBody: stage.emulator.deliveries.at(-1)!.body,
					event: { type: 'batch.succeeded', data: { id: jobs()[0], x: 1 } },
				}),
			status: 401,
			reason: 'signature-mismatch',
		},
		{
			what: 'when it is too old',
			send: () => stage.deliver({ timestamp: Math.floor(Date.now() / 1000) - 301 }),
			status: 401,
			reason: 'timestamp-too-old',
		},
		{
			what: "without n8n's own token (n8n answers this)",
			send: () => deliverTo((url) => url.searchParams.delete('signature')),
			status: 401,
			answer: { error: 'Invalid token' },
		},
		{
			what: 'while the API is down',
			send: () => {
				stage.emulator.faults.add({ path: /\/batches\//, status: 503 });
				return stage.deliver();
			},
			status: 503,
			reason: 'Could not read the batch ',
		},
		{
			what: 'while the job cannot be read with the credential',
			send: () => {
				stage.credential.apiKey = FOREIGN_KEY;
				return stage.deliver();
			},
			status: 503,
			reason: 'Could not read the batch ',
		},
		{
			what: 'while the job is not over for the API',
			send: () => {
				stage.emulator.jobs.set(jobs()[0], 'BATCH_STATE_RUNNING');
				return stage.deliver();
			},
			status: 503,
			reason: 'the API does not show the end yet',
		},
		{
			what: "for another customer's job that was started with this very URL, while the own one runs",
			send: async () => {
				const [own] = jobs();
				await finishedJob(stage, { uris: [callback(stage).url], apiKey: FOREIGN_KEY });
				stage.emulator.jobs.set(own, 'BATCH_STATE_RUNNING');
				return await stage.deliver();
			},
			status: 503,
			reason: 'the API does not show the end yet',
		},
		{
			what: 'while the job is in a state nobody knows',
			send: () => {
				stage.emulator.jobs.set(jobs()[0], 'BATCH_STATE_RESTING');
				return stage.deliver();
			},
			status: 503,
			reason: 'the API does not show the end yet',
		},
	];

	test.each(cases)('$what', async ({ send, status, answer, reason }) => {
		const execution = await finished();
		const { data } = execution;
		const attempt = await send();
		expect(attempt.status).toBe(status);
		if (answer) expect(JSON.parse(attempt.responseBody)).toEqual(answer);
		if (status === 503) expect(attempt.responseHeaders['retry-after']).toBe('5');
		if (reason) {
			expect(stage.reasons).toEqual([expect.stringContaining(reason)]);
			const body = status === 401 ? { error: 'Unauthorized' } : { error: 'Try again later' };
			expect(JSON.parse(attempt.responseBody)).toEqual(body);
		} else expect(stage.reasons).toEqual([]);
		expect(execution.status).toBe('waiting');
		expect(execution.data).toEqual(data);
		expect(stage.log).not.toContain(API_KEY);
		expect(stage.log).not.toContain(data.resumeToken!);

		// And the wait is unharmed: Google's own delivery ends it.
		stage.credential.apiKey = API_KEY;
		stage.emulator.jobs.set(jobs()[0], 'BATCH_STATE_SUCCEEDED');
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toMatchObject([{ key: '0' }, { key: '1' }]);
	});

	test('when Google has hung up before a large answer was read; and the log says so', async () => {
		const execution = await finished();
		const { settings, faults } = stage.emulator;
		settings.deliveryTimeoutMs = 200;
		faults.add({ path: /\/batches\/\w+$/, slowBodyMs: 600 });
		expect(await stage.deliver()).toMatchObject({ status: null });
		await until(() => stage.reasons.length > 0);
		const reason = `Google did not wait until it was looked up: ${jobs()[0]}`;
		expect(stage.reasons).toEqual([reason]);
		expect(execution.status).toBe('waiting');

		settings.deliveryTimeoutMs = 10_000;
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toHaveLength(2);
	});

	test("not even begun while Google's keys cannot be had: nothing is started that could not be heard of", async () => {
		// A stage of its own: keys are kept for ten minutes, and asked for twice a minute at most.
		const other = await Stage.open({ jwks: 'down' });
		try {
			const execution = await other.runBatch();
			expect(execution.error!.message).toMatch(/^Google's public keys cannot be read/);
			expect(execution.error!.description).toContain("'Base URL'");
			expect(other.batchCreations).toEqual([]);
		} finally {
			await other.close();
		}
	});
});

describe('the event is only the occasion to ask', () => {
	test.each([
		['another job', { type: 'batch.succeeded', data: { id: 'batches/other' } }],
		[
			'a job in a spelling nobody has seen',
			{ type: 'batch.succeeded', data: { id: 'projects/1 #2' } },
		],
		['no job', { type: 'ping', data: {} }],
	])('it names %s: the API says whether the wait is over', async (_, event) => {
		const execution = await stage.runBatch();
		expect(await stage.emulator.send({ url: callback(stage).url, event })).toMatchObject({
			status: 503,
		});
		expect(execution.status).toBe('waiting');
		stage.emulator.jobs.complete(jobs()[0]);
		expect(await stage.deliver({ event })).toMatchObject({ status: 202 });
		expect(execution.json('After')).toHaveLength(2);
	});
});

test.each([
	'={{ $json.review.toUpperCase() }}',
	'={{ $json.date.toDateTime().toISO() }}',
	'={{ $json.counts.sum() }}',
	'={{ $jmespath($json.tags, "[0]") + $json.review }}',
])(
	"a field's expression is made for the items that came in, and not read again: %s",
	async (key) => {
		const items = ['a', 'b'].map((review, n) => ({
			json: { review, counts: [1, n], date: `2026-11-2${n}`, tags: [review] },
		}));
		const execution = await stage.runBatch({ options: { key, systemInstruction: key } }, { items });
		expect(execution.status).toBe('waiting');
		stage.emulator.jobs.complete(jobs()[0]);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toHaveLength(2);
	},
);

test('the metadata of the start comes back with every result', async () => {
	const entries = [{ name: 'lot', value: '7' }];
	const execution = await stage.runBatch({ options: { metadata: { entries } } });
	stage.emulator.jobs.complete(jobs()[0]);
	await stage.deliver();
	expect(execution.json('After')).toMatchObject([
		{ metadata: { lot: '7' } },
		{ metadata: { lot: '7' } },
	]);
});

describe('in a loop', () => {
	/** The second 'Batch' runs in the same execution, with an input of its own. */
	const loop = () => {
		const definition = stage.batchWorkflow();
		definition.connections.After = { main: [[{ node: 'Repeat', type: 'main', index: 0 }]] };
		definition.connections.Repeat = { main: [[{ node: 'Batch', type: 'main', index: 0 }]] };
		definition.nodes.push(node('Repeat', 'repeatOnce'));
		return definition;
	};

	test('a slower webhook of the first wait does not repeat it when the next one has begun', async () => {
		const execution = await stage.execution(loop()).start(PROMPTS);
		const [first] = jobs();
		stage.emulator.jobs.complete(first);
		const { id } = stage.emulator.deliveries[0];
		// The second of two looks at the job takes as long as the execution needs to wait again.
		stage.emulator.faults.add({ method: 'GET', path: first, skip: 1, delayMs: 1500 });
		const answers = await Promise.all([
			stage.emulator.redeliver(id),
			stage.emulator.redeliver(id, { id: 'msg_slower' }),
		]);
		expect(answers.map(({ status }) => status).sort()).toEqual([202, 503]);
		expect(execution.status).toBe('waiting');
		expect(execution.runsOf('After')).toHaveLength(1);
		expect(jobs()).toHaveLength(2);
	});

	test("each round has a batch of its own, and an earlier one's late webhook does nothing", async () => {
		const execution = await stage.execution(loop()).start(PROMPTS);
		const [first] = jobs();
		stage.emulator.jobs.complete(first);
		const firstDelivery = stage.emulator.deliveries[0].id;
		expect(await stage.emulator.redeliver(firstDelivery)).toMatchObject({ status: 202 });
		expect(execution.status).toBe('waiting');
		expect(execution.runsOf('After')).toHaveLength(1);
		expect(jobs()).toHaveLength(2);
		const names = stage.batchCreations.map(
			({ body }) => (JSON.parse(body) as { batch: { displayName: string } }).batch.displayName,
		);
		expect(new Set(names).size).toBe(2);

		const late = await stage.emulator.redeliver(firstDelivery);
		expect(late.status).toBe(200);
		expect(JSON.parse(late.responseBody)).toEqual({ received: true, note: 'not waited for' });
		expect(execution.status).toBe('waiting');

		stage.emulator.jobs.complete(jobs()[1]);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.status).toBe('success');
		const rounds = execution.runsOf('After').map(({ data }) => data!.main[0]!);
		expect(rounds.map((items: INodeExecutionData[]) => items[0].json.jobId)).toEqual(jobs());
	});

	test('a round whose time was over does not disturb the next', async () => {
		const execution = await stage.execution(loop()).start(PROMPTS);
		stage.emulator.jobs.complete(jobs()[0]);
		await execution.timeOut();
		expect(execution.status).toBe('waiting');
		expect(jobs()).toHaveLength(2);
		expect(await stage.deliver()).toMatchObject({ status: 200 });
		expect(execution.status).toBe('waiting');
	});
});

describe('when its limit has passed', () => {
	/** The same workflow with another node that waits before 'After'. */
	const then = (next: INode, parameters: INode['parameters'] = {}) =>
		stage.execution(
			line(
				node('Start', 'passThrough'),
				node('Batch', BATCH, batchParameters(parameters)),
				next,
				node('After', 'passThrough'),
			),
		);

	test("Google's late delivery is nobody's who waits now, least of all an approval's", async () => {
		const execution = await then(node('Approval', 'approval')).start(PROMPTS);
		await execution.timeOut();
		expect(execution.runsOf('Approval')).toHaveLength(1);
		stage.emulator.jobs.complete(jobs()[0]);
		expect(await stage.deliver()).toMatchObject({ status: 404 });
		expect(execution.status).toBe('waiting');
		expect(execution.runsOf('After')).toEqual([]);

		// Whoever is to approve finds the approval where it was.
		const { url } = callback(stage);
		const address = url.replace('/gemini-job?', '?');
		expect(await fetch(address, { method: 'POST' })).toMatchObject({ status: 202 });
		expect(execution.json('After')).toEqual([{ approved: true }]);
	});

	test("it ends the 'Wait' of another node for the same job", async () => {
		const batch = { __rl: true, mode: 'id', value: '={{ $json.jobId }}' };
		const wait = node('Wait', BATCH, batchParameters({ operation: 'wait', batch }));
		const execution = await then(wait).start(PROMPTS);
		await execution.timeOut();
		expect(execution.status).toBe('waiting');
		stage.emulator.jobs.complete(jobs()[0]);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toMatchObject([{ key: '0' }, { key: '1' }]);
	});

	test('a delivery that comes with it leaves the execution to n8n, which lets it go on', async () => {
		const execution = await finished({ limitAmount: 1, limitUnit: 'seconds' });
		expect(await stage.deliver()).toMatchObject({ status: 503 });
		expect(stage.reasons).toEqual([`the limit of the wait has passed: ${jobs()[0]}`]);
		expect(execution.status).toBe('waiting');
		await execution.timeOut();
		expect(execution.json('After')).toMatchObject([{ waitStatus: 'timedOut' }]);
	});
});

/** The modules of the tests and the nodes anew, as after a start of the process. */
function freshModules(): { Stage: typeof Stage } {
	let modules: unknown;
	jest.isolateModules(() => {
		modules = require('./support/stage.mts');
	});
	return modules as { Stage: typeof Stage };
}

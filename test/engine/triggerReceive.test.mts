import http from 'node:http';
import type { INode } from 'n8n-workflow';
import type { Attempt } from '../emulator/index.mts';
import { TOKEN_PARAMETER } from '../../nodes/shared/delivery/callbackToken.ts';
import { openSecret } from '../../nodes/shared/delivery/sealedSecret.ts';
import { createCallback } from '../../nodes/shared/jobs/callback.ts';
import { finishedJob, startJob } from './support/jobs.mts';
import { API_KEY, FOREIGN_KEY, NEW_KEY, Stage, type TriggerWorkflow } from './support/stage.mts';
import { until } from './support/until.mts';

let stage: Stage;
let trigger: TriggerWorkflow;

const EVENTS = ['batch.succeeded', 'batch.failed'];

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(() => stage.reset());
// n8n would start an execution that ends in an error.
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

/** A published trigger for the whole project. */
async function forProject(parameters: INode['parameters'] = {}): Promise<TriggerWorkflow> {
	trigger = stage.trigger({ events: EVENTS, ...parameters });
	await trigger.publish();
	return trigger;
}

/** A published trigger for jobs that name its URL. */
function forRequests(parameters: INode['parameters'] = {}): TriggerWorkflow {
	trigger = stage.trigger({ listenTo: 'requests', events: EVENTS, ...parameters });
	return trigger;
}

const token = (target: string, apiKey = API_KEY) =>
	createCallback(target, 'nonce-1', { order: '17' }, apiKey, Date.now());
const json = (attempt: Attempt) => JSON.parse(attempt.responseBody) as unknown;
const later = { status: 503, responseHeaders: { 'retry-after': '5' } };

describe('accepts', () => {
	test("the project's deliveries, signed with the stored secret", async () => {
		const { url } = await forProject();
		const jobId = await finishedJob(stage);
		const before = Date.now();
		const attempt = await stage.deliver();
		expect(attempt).toMatchObject({ status: 202, url });
		expect(json(attempt)).toEqual({ received: true });
		expect(trigger.accepted).toHaveLength(1);
		const [{ occurredAt, receivedAt, ...item }] = trigger.items;
		expect(item).toEqual({
			event: 'batch.succeeded',
			status: 'succeeded',
			jobType: 'batch',
			jobId,
			deliveryId: stage.emulator.deliveries[0].id,
			outputFile: null,
			error: null,
			metadata: {},
			signatureScheme: 'v1',
		});
		expect(occurredAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
		expect(Date.parse(String(receivedAt))).toBeGreaterThanOrEqual(before);
		// The stored secret is proof enough: nothing was asked.
		expect(stage.calls(/batches\/|jwks/)).toEqual([]);
		expect(stage.reasons).toEqual([]);
	});

	test("a failed job with Google's reason, and the raw event when asked for", async () => {
		await forProject({ options: { includeRawEvent: true } });
		const name = await startJob(stage);
		stage.emulator.jobs.fail(name, { code: 8, message: 'No quota left' });
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(trigger.items).toMatchObject([
			{ event: 'batch.failed', status: 'failed', error: { code: '8', message: 'No quota left' } },
		]);
		expect(trigger.items[0].rawEvent).toEqual(JSON.parse(stage.emulator.deliveries[0].body));
	});

	test("a job's own delivery with a token of this package, after reading the job", async () => {
		forRequests();
		const name = await finishedJob(stage, { uris: [token(trigger.url)] });
		stage.emulator.requests.length = 0;
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(trigger.items).toMatchObject([{ signatureScheme: 'v1a', metadata: { order: '17' } }]);
		expect(stage.calls(new RegExp(name), 'GET')).toHaveLength(1);
	});

	test('the same while the API is away: the token has to do', async () => {
		forRequests();
		await finishedJob(stage, { uris: [token(trigger.url)] });
		stage.emulator.faults.add({ path: /\/batches\//, status: 503 });
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(trigger.items).toMatchObject([{ metadata: { order: '17' } }]);
	});

	test('a job of the same project that another program started, after reading it', async () => {
		forRequests();
		const name = await finishedJob(stage, { uris: [trigger.url], apiKey: NEW_KEY });
		stage.emulator.requests.length = 0;
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(trigger.items).toMatchObject([{ jobId: name, metadata: {} }]);
		expect(stage.calls(new RegExp(name), 'GET')).toHaveLength(1);
	});

	test('a job whose token was made under an API key that was replaced meanwhile', async () => {
		forRequests();
		const name = await finishedJob(stage, { uris: [token(trigger.url, NEW_KEY)] });
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(trigger.items).toMatchObject([{ jobId: name, metadata: {} }]);
	});

	test.each([
		'application/json; charset=utf-8',
		'text/plain',
		'application/cloudevents+json',
		'application/octet-stream',
	])('a delivery of the content type %s', async (type) => {
		await forProject();
		const jobId = await finishedJob(stage);
		expect(await stage.deliver({ headers: { 'content-type': type } })).toMatchObject({
			status: 202,
		});
		expect(trigger.items).toMatchObject([{ jobId }]);
	});

	test('a delivery with further signatures: of another scheme, and of another secret', async () => {
		await forProject();
		const own = openSecret(trigger.registration.sealedSecret, API_KEY)!;
		const secret = [`whsec_${'B'.repeat(44)}`, own];
		await finishedJob(stage);
		const two = await stage.deliver({ scheme: 'v1', secret });
		expect(two.headers['webhook-signature'].split(' ')).toHaveLength(2);
		expect(two.status).toBe(202);

		await finishedJob(stage);
		const timestamp = Math.floor(Date.now() / 1000);
		const signature = `v1a,AAAA ${await hmacOf(own, timestamp)}`;
		const third = await stage.deliver({ signature, timestamp });
		expect(third.status).toBe(202);
	});

	/** The signature header of the latest delivery under a secret. */
	async function hmacOf(secret: string, timestamp: number): Promise<string> {
		const url = `${stage.front.url}/nowhere`;
		const { headers } = await stage.deliver({ url, scheme: 'v1', secret, timestamp });
		return headers['webhook-signature'];
	}

	test('keys that Google rotated, as soon as the rest of 30 seconds since the last look is over', async () => {
		const other = await Stage.open();
		const now = jest.spyOn(Date, 'now');
		try {
			const own = other.trigger({ listenTo: 'requests', events: EVENTS });
			await finishedJob(other, { uris: [token(own.url)] });
			expect(await other.deliver({ keyIndex: 0 })).toMatchObject({ status: 202 });
			other.emulator.keys.rotate();
			now.mockImplementation(() => performance.timeOrigin + performance.now() + 31_000);
			await finishedJob(other, { uris: [token(own.url)] });
			expect(await other.deliver({ keyIndex: 2 })).toMatchObject({ status: 202 });
			expect(other.calls(/jwks/)).toHaveLength(2);
		} finally {
			now.mockRestore();
			await other.close();
		}
	});
});

describe('turns away, and says nothing about why', () => {
	const seconds = () => Math.floor(Date.now() / 1000);
	interface Case {
		what: string;
		prepare?: () => Promise<unknown>;
		send: () => Promise<Attempt>;
		reason: string;
	}
	const requests =
		(order: () => Parameters<typeof finishedJob>[1], options = {}) =>
		async () => {
			forRequests({ options });
			await finishedJob(stage, order());
		};
	const withoutHeader = (name: string) => ({
		what: `without the header ${name}`,
		send: () => stage.deliver({ headers: { [name]: null } }),
		reason: 'header-missing',
	});
	const cases: Case[] = [
		...['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(withoutHeader),
		{
			what: 'a timestamp that is no number',
			send: () => stage.deliver({ timestamp: '12x' }),
			reason: 'timestamp-malformed',
		},
		{
			what: 'a delivery that is too old',
			send: () => stage.deliver({ timestamp: seconds() - 302 }),
			reason: 'timestamp-too-old',
		},
		{
			what: 'a delivery from the future',
			send: () => stage.deliver({ timestamp: seconds() + 303 }),
			reason: 'timestamp-too-new',
		},
		{
			what: 'a delivery that is older than the tolerance that was set',
			prepare: async () => {
				await forProject({ options: { tolerance: 60 } });
				await finishedJob(stage);
			},
			send: () => stage.deliver({ timestamp: seconds() - 62 }),
			reason: 'timestamp-too-old',
		},
		{
			what: 'a body that was changed on the way',
			send: () => stage.deliver({ body: '{"type":"batch.failed"}', ...signedAsBefore() }),
			reason: 'signature-mismatch',
		},
		{
			what: 'the same JSON in another spelling',
			send: () =>
				stage.deliver({
					body: JSON.stringify(JSON.parse(lastBody()), null, 1),
					...signedAsBefore(),
				}),
			reason: 'signature-mismatch',
		},
		{
			what: 'another delivery id than the signed one',
			send: () => stage.deliver({ id: 'msg_other', signId: lastId() }),
			reason: 'signature-mismatch',
		},
		{
			what: 'a signature with a secret of somebody else',
			send: () => stage.deliver({ scheme: 'v1', secret: `whsec_${'A'.repeat(44)}` }),
			reason: 'signature-mismatch',
		},
		{
			what: 'a signature that is no signature',
			send: () => stage.deliver({ signature: 'x' }),
			reason: 'signature-malformed',
		},
		{
			what: "a key that isn't Google's",
			send: () => stage.deliver({ keyIndex: 'upcoming' }),
			reason: 'signature-mismatch',
		},
		{
			what: 'an HMAC when no secret is stored',
			prepare: async () => {
				await forProject();
				await finishedJob(stage);
				trigger.loseMemory();
			},
			send: () => stage.deliver(),
			reason: 'secret-missing',
		},
		{
			what: 'an HMAC when the secret was stored under another API key',
			prepare: async () => {
				await forProject();
				await finishedJob(stage);
				stage.credential.apiKey = NEW_KEY;
			},
			send: () => stage.deliver(),
			reason: 'secret-missing',
		},
		{
			what: "another customer's job, though Google signed its delivery",
			prepare: requests(() => ({ uris: [trigger.url], apiKey: FOREIGN_KEY })),
			send: () => stage.deliver(),
			reason: 'job-not-readable',
		},
		{
			what: "another customer's job, to a trigger for the whole project",
			prepare: async () => {
				await forProject();
				await finishedJob(stage, { uris: [trigger.url], apiKey: FOREIGN_KEY });
			},
			send: () => stage.deliver(),
			reason: 'job-not-readable',
		},
		{
			what: "another customer's job with a token of that customer's own",
			prepare: requests(() => ({ uris: [token(trigger.url, FOREIGN_KEY)], apiKey: FOREIGN_KEY })),
			send: () => stage.deliver(),
			reason: 'job-not-readable',
		},
		{
			what: "another customer's job with a token of our own, copied from the log of a proxy",
			prepare: requests(() => ({ uris: [token(trigger.url)], apiKey: FOREIGN_KEY })),
			send: () => stage.deliver(),
			reason: 'job-not-readable',
		},
		{
			what: "the same where only n8n's own jobs are wanted",
			prepare: requests(() => ({ uris: [token(trigger.url)], apiKey: FOREIGN_KEY }), {
				onlyStartedFromN8n: true,
			}),
			send: () => stage.deliver(),
			reason: 'job-not-readable',
		},
		{
			what: "another customer's job with a token that was made for another URL of this n8n",
			prepare: requests(() => {
				const foreign = new URL(token(`${stage.front.url}/webhook/another/webhook`));
				return { uris: [`${trigger.url}${foreign.search}`], apiKey: FOREIGN_KEY };
			}),
			send: () => stage.deliver(),
			reason: 'job-not-readable',
		},
		{
			what: "a job of another program when only n8n's own are wanted",
			prepare: requests(() => ({ uris: [trigger.url] }), { onlyStartedFromN8n: true }),
			send: () => stage.deliver(),
			reason: 'token-missing',
		},
		{
			what: "an own job with another workflow's token when only n8n's own are wanted",
			prepare: requests(() => ({ uris: [swapped()] }), { onlyStartedFromN8n: true }),
			send: () => stage.deliver(),
			reason: 'token-missing',
		},
		{
			what: "an own job with a token of another credential when only n8n's own are wanted",
			prepare: requests(() => ({ uris: [token(trigger.url, NEW_KEY)] }), {
				onlyStartedFromN8n: true,
			}),
			send: () => stage.deliver(),
			reason: 'token-missing',
		},
		{
			what: "an own job with a token of nine days ago when only n8n's own are wanted",
			prepare: requests(() => ({ uris: [oldToken()] }), { onlyStartedFromN8n: true }),
			send: () => stage.deliver(),
			reason: 'token-missing',
		},
		{
			what: "a genuine delivery of another trigger's, sent on to this one",
			prepare: async () => {
				const other = await forProject();
				await finishedJob(stage);
				await forProject();
				expect(other.url).not.toBe(trigger.url);
			},
			send: () => stage.deliver({ url: trigger.url }),
			reason: 'signature-mismatch',
		},
		{
			what: 'a recording of a genuine delivery, an hour later',
			send: () => stage.deliver({ timestamp: seconds() - 3600 }),
			reason: 'timestamp-too-old',
		},
		{
			what: 'a recording with the time set anew',
			send: () => stage.deliver({ signTimestamp: seconds() - 3600 }),
			reason: 'signature-mismatch',
		},
		{
			what: 'an event that names no job and has no token',
			prepare: requests(() => ({ uris: [trigger.url] })),
			send: () => stage.deliver({ event: { type: 'batch.succeeded', data: {} } }),
			reason: 'job-not-named',
		},
		{
			what: 'a job name that leads elsewhere in the API',
			prepare: requests(() => ({ uris: [trigger.url] })),
			send: () => stage.deliver({ event: { type: 'batch.succeeded', data: { id: '../models' } } }),
			reason: 'job-not-named',
		},
		{
			what: 'a JWT, which is not allowed',
			send: () => stage.deliver({ scheme: 'jwt' }),
			reason: 'jwt-not-allowed',
		},
	];
	/** Our URL with the token that another workflow's job was started with. */
	const swapped = () =>
		`${trigger.url}${new URL(token(`${stage.front.url}/webhook/another/webhook`)).search}`;
	const oldToken = () =>
		createCallback(trigger.url, 'nonce-1', {}, API_KEY, Date.now() - 9 * 86_400_000);
	const lastBody = () => stage.emulator.deliveries.at(-1)!.body;
	const lastId = () => stage.emulator.deliveries.at(-1)!.id;
	const signedAsBefore = () => ({ signBody: lastBody() });

	test.each(cases)('$what', async ({ prepare, send, reason }) => {
		if (prepare) await prepare();
		else {
			await forProject();
			await finishedJob(stage);
		}
		const { sealedSecret } = trigger.registration;
		const attempt = await send();
		expect(attempt.status).toBe(401);
		expect(attempt.responseBody).toBe('{"error":"Unauthorized"}');
		expect(trigger.accepted).toEqual([]);
		expect(stage.reasons).toEqual([reason]);
		const secrets = [
			API_KEY,
			NEW_KEY,
			FOREIGN_KEY,
			attempt.headers['webhook-signature'] ?? 'none',
			new URL(attempt.url).searchParams.get(TOKEN_PARAMETER) ?? 'none',
			sealedSecret ? (openSecret(sealedSecret, API_KEY) ?? 'none') : 'none',
		];
		for (const secret of secrets.filter((one) => one !== 'none' && one !== 'x')) {
			expect(stage.log).not.toContain(secret);
		}
	});

	test('with a hint in the log where the user can do something', async () => {
		await forProject();
		await finishedJob(stage);
		await stage.deliver({ scheme: 'jwt' });
		trigger.loseMemory();
		await stage.deliver();
		expect(stage.log).toContain("switch on 'Allow JWT Signatures'");
		expect(stage.log).toContain('Unpublish the workflow and publish it again');
	});
});

describe('a JWT, when allowed', () => {
	let other: Stage;
	beforeAll(async () => {
		other = await Stage.open({ dynamicScheme: 'jwt' });
	});
	beforeEach(() => {
		other.reset();
		trigger = other.trigger({ listenTo: 'requests', events: EVENTS, options: { allowJwt: true } });
	});
	afterAll(() => other.close());

	test('counts when the API says that the job is in that state', async () => {
		const jobId = await finishedJob(other, { uris: [token(trigger.url)] });
		expect(await other.deliver()).toMatchObject({ status: 202 });
		expect(trigger.items).toMatchObject([
			{ jobId, status: 'succeeded', signatureScheme: 'jwt', metadata: { order: '17' } },
		]);
		expect(other.calls(new RegExp(jobId), 'GET')).toHaveLength(1);
	});

	test('counts when some requests failed, which the event does not tell', async () => {
		const jobId = await startJob(other, { uris: [token(trigger.url)] });
		other.emulator.jobs.complete(jobId, { allErrors: true });
		expect(await other.deliver()).toMatchObject({ status: 202 });
		expect(trigger.items).toMatchObject([{ jobId, event: 'batch.succeeded', status: 'succeeded' }]);
	});

	test.each([
		['says it failed', 'batch.failed', 'BATCH_STATE_SUCCEEDED'],
		['says it succeeded while it runs', 'batch.succeeded', 'BATCH_STATE_RUNNING'],
		['says it succeeded while nobody knows its state', 'batch.succeeded', 'BATCH_STATE_NEW'],
	])('does not count when the body %s', async (_, type, state) => {
		const id = await finishedJob(other, { uris: [token(trigger.url)] });
		other.emulator.jobs.set(id, state);
		const attempt = await other.deliver({ event: { type, data: { id } } });
		expect(attempt.status).toBe(401);
		expect(other.reasons).toEqual(['job-state-differs']);
		expect(trigger.accepted).toEqual([]);
	});

	test("does not count for another customer's job, even with a token", async () => {
		await finishedJob(other, { uris: [token(trigger.url)], apiKey: FOREIGN_KEY });
		expect(await other.deliver()).toMatchObject({ status: 401 });
		expect(other.reasons).toEqual(['job-not-readable']);
	});

	test('of unknown making does not count', async () => {
		await finishedJob(other, { uris: [token(trigger.url)] });
		const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
		const [header, , mac] = (await other.deliver()).headers['webhook-signature'].split('.');
		const claims = part({ exp: Date.now() });
		for (const signature of [
			`${part({ alg: 'none' })}.${claims}.`,
			`${part({ alg: 'HS256', kid: other.emulator.keys.rsaKid })}.${claims}.${mac}`,
			`${header}.${claims}.${mac}`,
			`${part({ alg: 'RS256', kid: 'nobody' })}.${claims}.${mac}`,
		]) {
			expect(await other.deliver({ signature })).toMatchObject({ status: 401 });
		}
		const expired = { exp: Math.floor(Date.now() / 1000) - 400 };
		expect(await other.deliver({ scheme: 'jwt', claims: expired })).toMatchObject({ status: 401 });
		expect(trigger.accepted).toHaveLength(1);
	});
});

describe('cannot decide now, and asks for another delivery', () => {
	test.each([
		['busy', { status: 503 }],
		['out of reach', { cut: true }],
		['too slow', { delayMs: 60_000 }],
		['out of quota', { status: 429 }],
	])('while the API is %s', async (what, fault) => {
		forRequests();
		await finishedJob(stage, { uris: [trigger.url] });
		stage.emulator.faults.add({ path: /\/batches\//, ...fault });
		if (what === 'too slow') {
			// What n8n's HTTP helper does after the five seconds that a delivery has.
			const { push } = stage.sent;
			stage.sent.push = (...options) => {
				expect(options[0].timeout).toBe(5000);
				options[0].timeout = 50;
				return push.apply(stage.sent, options);
			};
		}
		const attempt = await stage
			.deliver()
			.finally(() => delete (stage.sent as { push?: unknown }).push);
		expect(attempt).toMatchObject(later);
		expect(json(attempt)).toEqual({ error: 'Try again later' });
		expect(stage.reasons).toEqual(['api-unavailable']);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(trigger.accepted).toHaveLength(1);
	});

	test('while Google does not accept the API key', async () => {
		forRequests();
		await finishedJob(stage, { uris: [trigger.url] });
		stage.emulator.settings.revokedKeys = [API_KEY];
		expect(await stage.deliver()).toMatchObject(later);
	});

	test('while the credential is gone', async () => {
		await forProject();
		await finishedJob(stage);
		const { geminiWebhooksApi } = trigger.node.credentials!;
		trigger.node.credentials = { geminiWebhooksApi: { id: 'gone', name: 'Gone' } };
		expect(await stage.deliver()).toMatchObject(later);
		expect(stage.reasons).toEqual(['unexpected: Error: There is no credential gone']);
		trigger.node.credentials = { geminiWebhooksApi };
		expect(await stage.deliver()).toMatchObject({ status: 202 });
	});

	test.each(['down', 'garbage', 'empty'] as const)('while its keys are %s', async (jwks) => {
		// A stage of its own: keys are kept for ten minutes, and asked for twice a minute at most.
		const other = await Stage.open({ jwks });
		try {
			const own = other.trigger({ listenTo: 'requests', events: EVENTS });
			await finishedJob(other, { uris: [token(own.url)] });
			expect(await other.deliver()).toMatchObject(later);
			expect(other.reasons).toEqual(['keys-unavailable']);
			expect(own.accepted).toEqual([]);
			// Neither the key nor any other secret goes to the address of the keys.
			expect(other.calls(/jwks/).map(({ apiKey }) => apiKey)).toEqual([null]);
		} finally {
			await other.close();
		}
	});

	test("but goes on without Google's keys where they decide nothing", async () => {
		const other = await Stage.open({ jwks: 'down' });
		try {
			const own = other.trigger({ events: EVENTS });
			await own.publish();
			await finishedJob(other);
			expect(await other.deliver()).toMatchObject({ status: 202 });
			expect(other.calls(/jwks/)).toEqual([]);
		} finally {
			await other.close();
		}
	});
});

test('an event that was not chosen does not make the chosen one of the same job a repetition', async () => {
	await forProject({ events: ['batch.succeeded', 'video.generated'] });
	await finishedJob(stage);
	const event = { type: 'interaction.completed', data: { id: 'v1_film' } };
	const other = await stage.deliver({ id: 'msg_other', event });
	expect(json(other)).toEqual({ received: true, note: 'event not chosen' });
	const chosen = { id: 'msg_chosen', event: { ...event, type: 'video.generated' } };
	expect(await stage.deliver(chosen)).toMatchObject({ status: 202 });
});

describe('the jobs that are wanted', () => {
	const onlyOrders = (value: string) => ({
		listenTo: 'requests',
		events: EVENTS,
		options: { onlyMetadata: { entries: [{ name: 'order', value }] } },
	});

	test('start the workflow, the others are acknowledged', async () => {
		for (const [value, status] of [
			['17', 202],
			['18', 200],
		] as const) {
			trigger = stage.trigger(onlyOrders(value));
			await finishedJob(stage, { uris: [token(trigger.url)] });
			const attempt = await stage.deliver();
			expect(attempt.status).toBe(status);
			expect(trigger.items).toHaveLength(status === 202 ? 1 : 0);
			if (status === 200) expect(json(attempt)).toMatchObject({ note: 'job not chosen' });
		}
		expect(stage.reasons).toEqual([]);
	});

	describe("whose metadata can't be proven, as the API key was replaced", () => {
		/** The URL that a start under the former key gave to Google. */
		const former = (order: string) =>
			createCallback(trigger.url, 'nonce-1', { order }, NEW_KEY, Date.now());

		test('start the workflow by what the URL says, and the log tells', async () => {
			trigger = stage.trigger(onlyOrders('17'));
			const jobId = await finishedJob(stage, { uris: [former('17')] });
			expect(await stage.deliver()).toMatchObject({ status: 202 });
			expect(trigger.items).toMatchObject([{ jobId, metadata: {} }]);
			expect(stage.reasons).toEqual([`metadata-not-proven: ${jobId}`]);
			expect(stage.log).toContain('The API key was replaced');
		});

		test('are left out in silence when the URL says that others are meant', async () => {
			trigger = stage.trigger(onlyOrders('18'));
			await finishedJob(stage, { uris: [former('17')] });
			expect(json(await stage.deliver())).toMatchObject({ note: 'job not chosen' });
			expect(stage.reasons).toEqual([]);
		});

		test('are left out in silence when their name is not asked for', async () => {
			const { options, ...others } = onlyOrders('17');
			trigger = stage.trigger({ ...others, options: { ...options, onlyJobs: 'models/*' } });
			await finishedJob(stage, { uris: [former('17')] });
			expect(json(await stage.deliver())).toMatchObject({ note: 'job not chosen' });
			expect(stage.reasons).toEqual([]);
		});

		test.each([
			['tells nothing', () => `${trigger.url}?${TOKEN_PARAMETER}=e30.AAAA`],
			[
				"was made for another trigger's URL",
				() =>
					`${trigger.url}${new URL(token(`${stage.front.url}/webhook/another/webhook`)).search}`,
			],
		])('are left out when the token %s, and the log says what to do', async (_, uri) => {
			trigger = stage.trigger(onlyOrders('17'));
			const jobId = await finishedJob(stage, { uris: [uri()] });
			const attempt = await stage.deliver();
			expect(json(attempt)).toEqual({ received: true, note: 'job not chosen' });
			expect(trigger.accepted).toEqual([]);
			expect(stage.reasons).toEqual([`metadata-unknown: ${jobId}`]);
			expect(stage.log).toContain("'Reconcile' without this filter");
		});

		test('are left out with a JWT, which does not sign which job is meant', async () => {
			const other = await Stage.open({ dynamicScheme: 'jwt' });
			try {
				const { options, ...others } = onlyOrders('17');
				trigger = other.trigger({ ...others, options: { ...options, allowJwt: true } });
				const jobId = await finishedJob(other, { uris: [former('17')] });
				expect(json(await other.deliver())).toMatchObject({ note: 'job not chosen' });
				expect(other.reasons).toEqual([`metadata-unknown: ${jobId}`]);
			} finally {
				await other.close();
			}
		});
	});

	test('may be named', async () => {
		await forProject({ options: { onlyJobs: 'models/*' } });
		await finishedJob(stage);
		expect(json(await stage.deliver())).toMatchObject({ note: 'job not chosen' });
		await forProject({ options: { onlyJobs: 'batches/*' } });
		await finishedJob(stage);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
	});
});

describe('acknowledges without an execution', () => {
	test.each([
		['a ping', { type: 'ping', data: { id: 'w' } }, 'event not known'],
		['an event of the future', { type: 'batch.reticulated', data: {} }, 'event not known'],
		['an event without a type', { data: {} }, 'not an event'],
		[
			'an event that was not chosen',
			{ type: 'batch.expired', data: { id: 'a' } },
			'event not chosen',
		],
		['a list', [1], 'not an event'],
	])('%s', async (_, event, note) => {
		await forProject();
		await finishedJob(stage);
		const attempt = await stage.deliver({ event });
		expect(attempt.status).toBe(200);
		expect(json(attempt)).toEqual({ received: true, note });
		expect(trigger.accepted).toEqual([]);
		expect(stage.reasons).toEqual([]);
	});

	test("a ping starts one when 'Any Other Event' is chosen", async () => {
		await forProject({ events: [...EVENTS, 'other'] });
		await finishedJob(stage);
		const event = { type: 'ping', data: { id: 'w' } };
		expect(await stage.deliver({ event })).toMatchObject({ status: 202 });
		expect(trigger.items).toMatchObject([{ event: 'ping', status: 'unknown', jobType: null }]);
	});
});

describe('one delivery starts one execution', () => {
	test('while n8n stores the first, the others are to come again; then they are known', async () => {
		await forProject();
		await finishedJob(stage);
		let stored: () => void = () => undefined;
		const storing = new Promise<void>((resolve) => {
			stored = resolve;
		});
		trigger.beforeAnswer = () => (trigger.accepted.length === 1 ? storing : Promise.resolve());
		const first = stage.deliver();
		await until(() => trigger.accepted.length > 0);
		trigger.beforeAnswer = () => Promise.resolve();
		expect(await stage.deliver()).toMatchObject(later);
		stored();
		expect(await first).toMatchObject({ status: 202 });
		const again = await stage.deliver();
		expect(again.status).toBe(200);
		expect(json(again)).toEqual({ received: true, note: 'duplicate' });
		expect(trigger.accepted).toHaveLength(1);
	});

	test('of 40 at once', async () => {
		await forProject();
		await finishedJob(stage);
		trigger.beforeAnswer = () => new Promise((resolve) => setTimeout(resolve, 30));
		const attempts = await Promise.all(Array.from({ length: 40 }, () => stage.deliver()));
		const statuses = attempts.map(({ status }) => status);
		expect(statuses.filter((status) => status === 202)).toHaveLength(1);
		expect(statuses.filter((status) => status === 503 || status === 200)).toHaveLength(39);
		expect(trigger.accepted).toHaveLength(1);
	});

	test('also when it comes under another id: the job is the same', async () => {
		await forProject();
		await finishedJob(stage);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		const secret = openSecret(trigger.registration.sealedSecret, API_KEY)!;
		const other = await stage.deliver({ id: 'msg_other', scheme: 'v1', secret });
		expect(other.status).toBe(200);
		expect(json(other)).toMatchObject({ note: 'duplicate' });
		expect(trigger.accepted).toHaveLength(1);
	});

	test('but another job, or the same at another trigger, is another one', async () => {
		await forProject();
		const { url } = trigger;
		await finishedJob(stage);
		await stage.deliver();
		await finishedJob(stage);
		expect(await stage.deliver()).toMatchObject({ status: 202, url });
		const first = trigger;
		const second = await forProject();
		const jobId = await finishedJob(stage);
		const both = stage.emulator.deliveries.slice(-2);
		expect(both.map((one) => one.url)).toEqual([url, second.url]);
		for (const { id } of both) {
			expect(await stage.emulator.redeliver(id)).toMatchObject({ status: 202 });
		}
		expect([first, second].map(({ items }) => items.at(-1)!.jobId)).toEqual([jobId, jobId]);
	});

	test('when n8n could not store the first, the next one counts', async () => {
		await forProject();
		await finishedJob(stage);
		trigger.beforeAnswer = () => Promise.reject(new Error('The database is down'));
		expect(await stage.deliver()).toMatchObject({ status: 500 });
		expect(stage.front.thrown.splice(0)).toHaveLength(1);
		trigger.beforeAnswer = () => Promise.resolve();
		expect(await stage.deliver()).toMatchObject({ status: 202 });
	});

	test('when Google hung up before n8n had decided, the next one counts', async () => {
		forRequests();
		await finishedJob(stage, { uris: [trigger.url] });
		stage.emulator.faults.add({ path: /\/batches\//, delayMs: 1000 });
		const { headers, body } = await stage.deliver({ url: `${stage.front.url}/nowhere` });
		const request = http.request(trigger.url, { method: 'POST', headers, agent: false });
		const closed = new Promise<void>((resolve) => {
			request.on('error', () => undefined).on('close', () => resolve());
		});
		request.end(body);
		await until(() => stage.emulator.faults.list()[0].hits > 0);
		request.destroy();
		await closed;
		await new Promise((resolve) => setTimeout(resolve, 1500));
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(trigger.accepted).toHaveLength(1);
	});
});

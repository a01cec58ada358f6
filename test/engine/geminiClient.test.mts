import { NodeApiError } from 'n8n-workflow';
import { GeminiClient } from '../../nodes/shared/gemini/client.ts';
import type { GeminiApiError } from '../../nodes/shared/gemini/errors.ts';
import {
	createWebhook,
	deleteWebhook,
	getWebhook,
	listWebhooks,
	rotateSecret,
	updateWebhook,
} from '../../nodes/shared/gemini/webhooks.ts';
import { readJob } from '../../nodes/shared/jobs/read.ts';
import type { FaultRule } from '../emulator/index.mts';
import { everythingIn, rejection } from './support/errors.mts';
import { API_KEY, Stage } from './support/stage.mts';

let stage: Stage;
let client: GeminiClient;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(async () => {
	stage.reset();
	client = await GeminiClient.for(stage.context());
});
afterAll(() => stage.close());

const LISTENER = { uri: 'https://n8n.example.com/a', subscribed_events: ['batch.succeeded'] };
const SETTINGS = { name: 'n8n', url: 'https://n8n.example.com/a', events: ['batch.succeeded'] };
const readBatch = (jobId: string, limits = {}) =>
	readJob(client, { jobType: 'batch', jobId }, limits);

/** Starts a batch past the nodes; returns its name. */
async function newBatch(): Promise<string> {
	const { raw } = await client.change({ action: 'start' }, async (ai) =>
		ai.batches.create({
			model: 'gemini-3.8-flash',
			src: [{ contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }],
			config: { displayName: 'd' },
		}),
	);
	return String(raw.name);
}

describe('requests', () => {
	test('of the classic client (a URL with init) arrive with a body', async () => {
		const name = await newBatch();
		expect(stage.emulator.jobs.get(name).state).toBe('BATCH_STATE_PENDING');
		const [{ headers, path, version }] = stage.batchCreations;
		expect(path).toBe('/v1beta/models/gemini-3.8-flash:batchGenerateContent');
		expect(version).toBe('v1beta');
		expect(headers['content-type']).toBe('application/json');
	});

	test('of the webhooks client (a Request object) arrive with a body', async () => {
		const { id, secret } = await createWebhook(client, SETTINGS);
		expect(secret).toMatch(/^whsec_/);
		expect(stage.emulator.webhooks.list()).toMatchObject([
			{ id, uri: SETTINGS.url, subscribed_events: SETTINGS.events, name: 'n8n' },
		]);
		expect(stage.calls(/webhooks/)[0].path).toBe('/v1beta/webhooks');
	});

	test('carry the API key of the credential once, and never the text the SDK was given', async () => {
		await createWebhook(client, SETTINGS);
		await readBatch(await newBatch());
		await listWebhooks(client);
		expect(stage.emulator.requests).toHaveLength(4);
		for (const { headers, path } of stage.emulator.requests) {
			// Two headers of this name would arrive joined by a comma.
			expect(headers['x-goog-api-key']).toBe(API_KEY);
			expect(path).not.toContain('key=');
		}
		expect(JSON.stringify(stage.emulator.requests)).not.toContain('in-the-credential');
		// A header of the SDK's own must not count on being overwritten.
		expect(stage.headersBefore).toHaveLength(4);
		expect(JSON.stringify(stage.headersBefore)).not.toContain('x-goog-api-key');
	});

	test('do not take the API key along to where a redirect points', async () => {
		let seen = 0;
		stage.front.routes.set('/elsewhere', () => {
			seen += 1;
			return Promise.resolve(undefined);
		});
		const location = `${stage.front.url}/elsewhere`;
		stage.emulator.faults.add({ path: /./, status: 302, headers: { location }, times: null });
		const error = await rejection<GeminiApiError>(readBatch('batches/a'));
		expect(error.gemini.status).toBe(302);
		expect(error.description).toContain("Check the 'Base URL' of the credential.");
		await rejection(createWebhook(client, SETTINGS));
		expect(stage.emulator.requests).toHaveLength(2);
		expect(seen).toBe(0);
	});

	test('keep the path of a Base URL, and take one with a slash at the end', async () => {
		stage.credential.baseUrl = `${stage.emulator.url}/proxy/`;
		const proxied = await GeminiClient.for(stage.context());
		await rejection(listWebhooks(proxied));
		await rejection(readJob(proxied, { jobType: 'batch', jobId: 'batches/a' }));
		expect(stage.emulator.requests.map(({ path }) => path.split('?')[0])).toEqual([
			'/proxy/v1beta/webhooks',
			'/proxy/v1beta/batches/a',
		]);
	});

	test('get 30 seconds, a read as many as it is given', async () => {
		const name = await newBatch();
		await readBatch(name);
		await readBatch(name, { timeout: 1234 });
		expect(stage.sent.map(({ timeout }) => timeout)).toEqual([30_000, 30_000, 1234]);
	});

	test('are given up when the time is over', async () => {
		stage.emulator.faults.add({ path: /batches/, delayMs: 5000 });
		const error = await rejection<GeminiApiError>(
			readBatch('batches/a', { timeout: 50, attempts: 1 }),
		);
		expect(error.message).toContain('could not be reached');
		expect(error.gemini).toMatchObject({ status: null, connection: 'ECONNABORTED' });
	});
});

describe('answers', () => {
	test('come with the JSON that the SDK leaves out', async () => {
		const name = await newBatch();
		stage.emulator.jobs.fail(name, { code: 9, message: 'No capacity' });
		const { job, raw } = await readBatch(name);
		expect(raw.error).toEqual({ code: 9, message: 'No capacity' });
		expect(job).toMatchObject({
			jobId: name,
			status: 'failed',
			error: { code: '9', message: 'No capacity' },
			requests: { total: 1, succeeded: 0, failed: 1, pending: 0 },
		});
	});

	test('of parallel calls are not mixed up', async () => {
		const names = [await newBatch(), await newBatch(), await newBatch()];
		stage.emulator.faults.add({ path: names[0], delayMs: 60 });
		stage.emulator.faults.add({ path: names[1], delayMs: 30 });
		const answers = await Promise.all(names.map((name) => readBatch(name)));
		expect(answers.map(({ raw }) => raw.name)).toEqual(names);
	});

	test('without a body count as done', async () => {
		const { id } = await createWebhook(client, SETTINGS);
		await deleteWebhook(client, id);
		expect(stage.emulator.webhooks.list()).toEqual([]);
		expect(await getWebhook(client, id)).toBeUndefined();
		await deleteWebhook(client, id);
	});
});

/** Milliseconds between the API's receipts of the latest requests. */
const pauses = () =>
	stage.emulator.requests
		.slice(1)
		.map(({ time }, index) => time - stage.emulator.requests[index].time);

describe('reading', () => {
	test('is repeated with growing pauses while the API is busy, four times at most', async () => {
		stage.emulator.faults.add({ path: /batches/, status: 503, times: null });
		const error = await rejection<GeminiApiError>(readBatch('batches/a'));
		expect(error.gemini.status).toBe(503);
		expect(stage.emulator.requests).toHaveLength(4);
		const [first, second, third] = pauses();
		expect(first).toBeGreaterThanOrEqual(490);
		expect(second).toBeGreaterThanOrEqual(990);
		expect(third).toBeGreaterThanOrEqual(1990);
	});

	const soon = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '0.2s' };
	test.each<[string, Partial<FaultRule>, number]>([
		['429 with the pause Google asks for', { status: 429, body: quota([soon]) }, 190],
		['429 with retry-after', { status: 429, headers: { 'retry-after': '1' } }, 990],
		['a gateway page', { status: 502, html: true }, 490],
		['a cut connection', { cut: true }, 490],
		['an answer cut in the middle', { cut: 'body' }, 490],
	])('succeeds after %s', async (_, fault, pause) => {
		const { id } = stage.emulator.webhooks.add(LISTENER);
		stage.emulator.faults.add({ path: /webhooks/, ...fault });
		expect(await listWebhooks(client)).toMatchObject([{ id }]);
		expect(pauses()).toHaveLength(1);
		expect(pauses()[0]).toBeGreaterThanOrEqual(pause);
		expect(pauses()[0]).toBeLessThan(pause + 900);
	});

	test.each([400, 401, 403, 404])('is not repeated after %d', async (status) => {
		stage.emulator.faults.add({ path: /webhooks/, status, times: null });
		await rejection(listWebhooks(client));
		expect(stage.emulator.requests).toHaveLength(1);
	});

	test('follows the pages of the list of webhooks', async () => {
		const webhook = (uri: string) => ({ ...LISTENER, id: uri.slice(-1), uri });
		const first = { webhooks: [webhook('https://h/1')], next_page_token: 'more' };
		stage.emulator.faults.add({ path: /webhooks/, body: first });
		stage.emulator.faults.add({ path: /more/, body: { webhooks: [webhook('https://h/2')] } });
		const found = await listWebhooks(client);
		expect(found.map(({ uri }) => uri)).toEqual(['https://h/1', 'https://h/2']);
		expect(stage.emulator.requests[1].path).toContain('page_token=more');
	});
});

describe('changing', () => {
	const busy: Array<[string, Partial<FaultRule>]> = [
		['503', { status: 503 }],
		['429', { status: 429, headers: { 'retry-after': '0' } }],
		['409', { status: 409 }],
		['a cut connection', { cut: true }],
		['503 after it took effect', { status: 503, after: true }],
	];
	const changes: Array<[string, (id: string) => Promise<unknown>]> = [
		['creating a batch', newBatch],
		['creating a webhook', () => createWebhook(client, SETTINGS)],
		['updating a webhook', (id) => updateWebhook(client, id, SETTINGS)],
		['rotating a secret', (id) => rotateSecret(client, id)],
		['deleting a webhook', (id) => deleteWebhook(client, id)],
	];
	test.each(
		changes.flatMap(([what, change]) => busy.map(([how, fault]) => ({ what, change, how, fault }))),
	)('$what is sent exactly once, whatever comes back: $how', async ({ change, fault }) => {
		const { id } = stage.emulator.webhooks.add(LISTENER);
		stage.emulator.faults.add({ path: /webhooks|batch/, times: null, ...fault });
		const error = await rejection(change(id));
		expect(error.name).toBe('GeminiApiError');
		expect(stage.emulator.requests).toHaveLength(1);
	});
});

function quota(details: object[]) {
	const message = 'You exceeded your current quota.';
	return { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message, details } };
}

describe('errors', () => {
	interface Case {
		what: string;
		fault?: Partial<FaultRule>;
		before?: () => void;
		call?: () => Promise<unknown>;
		message: string;
		description: string;
		gemini: object;
	}
	const once = { attempts: 1 };
	const readOnce = () => readBatch('batches/abc', once);
	const cases: Case[] = [
		{
			what: 'classic',
			message: 'Could not read the batch batches/abc: Google knows nothing under this name',
			description: 'belongs to the same Google project',
			gemini: { status: 404, code: 'NOT_FOUND' },
		},
		{
			what: 'wrapped in an array',
			before: () => {
				stage.emulator.settings.arrayErrors = true;
			},
			message: 'Could not read the batch batches/abc: Google knows nothing under this name',
			description: '(HTTP 404)',
			gemini: { status: 404, code: 'NOT_FOUND' },
		},
		{
			what: "the webhooks client's",
			call: () => updateWebhook(client, 'gone', SETTINGS),
			message: 'Could not update the webhook gone: Google knows nothing under this name',
			description: '"Webhook gone not found."',
			gemini: { status: 404, code: 'NOT_FOUND' },
		},
		{
			what: "the interactions client's",
			call: () => readJob(client, { jobType: 'interaction', jobId: 'v1_none' }, once),
			message: 'Could not read the interaction v1_none',
			description: '(HTTP 400)',
			gemini: { status: 400 },
		},
		{
			what: 'an HTML page with 502',
			fault: { html: true },
			message: 'Could not read the batch batches/abc: the Gemini API is not available',
			description: "A page that isn't from the Gemini API: <html>",
			gemini: { status: 502, code: null },
		},
		{
			what: 'an HTML page with 200',
			fault: { html: true, status: 200 },
			message: 'Could not read the batch batches/abc: the answer is not from the Gemini API',
			description: "Check the 'Base URL'",
			gemini: { status: 200 },
		},
		{
			what: 'an empty answer',
			fault: { emptyBody: true },
			message: 'Could not read the batch batches/abc: the answer is not from the Gemini API',
			description: "Check the 'Base URL'",
			gemini: { status: 200 },
		},
		{
			what: 'a key that Google refuses',
			before: () => {
				stage.emulator.settings.revokedKeys = [API_KEY];
			},
			message: 'Could not read the batch batches/abc: Google does not accept the API key',
			description: 'aistudio.google.com/apikey',
			gemini: { status: 400, reason: 'API_KEY_INVALID' },
		},
		{
			what: 'a used-up quota',
			fault: { status: 429 },
			message: "Could not read the batch batches/abc: the Google project's quota is used up",
			description: 'in about 37 seconds',
			gemini: { status: 429, retryAfter: 37_000 },
		},
		{
			what: 'a cut connection',
			fault: { cut: true },
			message:
				'Could not read the batch batches/abc: the Gemini API could not be reached (ECONNRESET)',
			description: "Check the 'Base URL'",
			gemini: { status: null, connection: 'ECONNRESET' },
		},
		{
			what: 'a cut connection of the webhooks client',
			fault: { cut: true },
			call: () => updateWebhook(client, 'w', SETTINGS),
			message: 'Could not update the webhook w: the Gemini API could not be reached (ECONNRESET)',
			description: "Check the 'Base URL'",
			gemini: { status: null, connection: 'ECONNRESET' },
		},
		{
			what: 'a port where nobody listens',
			before: () => {
				stage.credential.baseUrl = 'http://127.0.0.1:9';
			},
			message:
				'Could not read the batch batches/abc: the Gemini API could not be reached (ECONNREFUSED)',
			description: "Check the 'Base URL'",
			gemini: { status: null, connection: 'ECONNREFUSED' },
		},
		{
			what: 'one that the SDK throws before it asks',
			call: () => readBatch('nonsense', once),
			message: 'Could not read the batch nonsense: the request could not be made',
			description: 'Invalid batch job name',
			gemini: { status: null, connection: null },
		},
	];

	test.each(cases)('$what', async ({ fault, before, call, message, description, gemini }) => {
		before?.();
		client = await GeminiClient.for(stage.context());
		if (fault) stage.emulator.faults.add({ path: /./, times: null, ...fault });
		const error = await rejection<GeminiApiError>((call ?? readOnce)());
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error.message).toMatch(new RegExp(`^${escaped(message)}`));
		expect(error.description).toContain(description);
		expect(error.gemini).toMatchObject(gemini);
		expect(everythingIn(error)).not.toContain(API_KEY);
	});

	test.each([API_KEY, 'a key of a shape nobody knows'])(
		"without the key, even when Google's sentence repeats it: %s",
		async (apiKey) => {
			stage.credential.apiKey = apiKey;
			client = await GeminiClient.for(stage.context());
			const message = `Bad key ${apiKey}.`;
			const body = { error: { code: 400, message, details: [{ key: apiKey }] } };
			stage.emulator.faults.add({ path: /./, times: null, status: 400, body });
			const error = await rejection<GeminiApiError>(readOnce());
			expect(error.description).toContain('Bad key [hidden].');
			expect(everythingIn(error)).not.toContain(apiKey);
		},
	);

	test("without the signing secret that came with an answer n8n can't read", async () => {
		const secret = 'whsec_NnZ2aTU5MzdqOXY2bXFwZjgzb2R2cXM1Y3B6cTlyMnM=';
		stage.emulator.faults.add({ path: /./, body: `{"new_signing_secret":"${secret}"` });
		const error = await rejection<GeminiApiError>(createWebhook(client, SETTINGS));
		expect(error.description).toContain('new_signing_secret');
		expect(everythingIn(error)).not.toContain(secret);
	});

	test("the error that n8n's helper throws has the key, so it must not be passed on", async () => {
		const context = stage.context();
		stage.emulator.faults.add({ path: /./, cut: true });
		const error = await rejection(
			context.helpers.httpRequestWithAuthentication.call(context, 'geminiWebhooksApi', {
				url: `${stage.emulator.url}/v1beta/models`,
			}),
		);
		expect(everythingIn(error)).toContain(API_KEY);
	});
});

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

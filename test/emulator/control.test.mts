import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { controlClient } from './control-client.mts';
import type { ControlClient } from './control-client.mts';
import { startEmulator } from './index.mts';
import type { Emulator } from './index.mts';
import { prompt, raw, sdk, startReceiver } from './support.mts';

let emulator: Emulator;
let control: ControlClient;

beforeEach(async () => {
	emulator = await startEmulator({ apiKeys: [['test-key', 'second-key'], 'other-key'] });
	control = controlClient(emulator.url);
});
afterEach(() => emulator.close());

const BATCHES = '/v1beta/models/gemini-3.8-flash:batchGenerateContent';
const batchBody = (uris?: string[]) => ({
	batch: {
		displayName: 'd',
		inputConfig: { requests: { requests: [{ request: prompt('x') }] } },
		...(uris && { webhookConfig: { uris } }),
	},
});
const startBatch = async (key = 'test-key'): Promise<string> =>
	(await raw(emulator, 'POST', BATCHES, batchBody(), { 'x-goog-api-key': key })).json.name;

describe('the front end', () => {
	test('asks for a key, and knows which keys are good', async () => {
		const get = (headers: Record<string, string>, query = '') =>
			raw(emulator, 'GET', `/v1beta/models${query}`, undefined, headers);
		const none = await get({});
		expect([none.status, none.json.error.status]).toEqual([403, 'PERMISSION_DENIED']);
		const wrong = await get({ 'x-goog-api-key': 'nope' });
		expect([wrong.status, wrong.json.error.details[0].reason]).toEqual([400, 'API_KEY_INVALID']);
		expect((await get({}, '?key=test-key')).status).toBe(200);
		emulator.settings.revokedKeys = ['test-key'];
		expect((await get({ 'x-goog-api-key': 'test-key' })).json.error.details[0].reason).toBe(
			'API_KEY_INVALID',
		);
	});

	test('answers unknown paths with a page, and all known ones with JSON', async () => {
		for (const path of [
			'/',
			'/v1beta',
			'/v2/models',
			'/v1beta/nothing',
			'/v1beta/files/%zz',
			'/v1beta//',
		]) {
			const { status, headers } = await raw(emulator, 'GET', path);
			expect([path, status, headers.get('content-type')]).toEqual([
				path,
				404,
				expect.stringContaining('text/html'),
			]);
		}
		const { headers } = await raw(emulator, 'GET', '/v1alpha/models');
		expect(headers.get('content-type')).toBe('application/json; charset=UTF-8');
	});

	test.each([
		'{',
		'[]',
		'"text"',
		'null',
		'{"batch":null}',
		'{"batch":[]}',
		'{"batch":{"inputConfig":7}}',
	])('survives the body %s', async (body) => {
		expect((await raw(emulator, 'POST', BATCHES, body)).status).toBe(400);
		expect((await raw(emulator, 'POST', '/v1beta/interactions', body)).status).toBe(400);
		expect((await raw(emulator, 'POST', '/v1beta/webhooks', body)).status).toBe(400);
	});

	test('survives broken connections', async () => {
		const { port } = new URL(emulator.url);
		for (const bytes of [
			'garbage\r\n\r\n',
			'POST /v1/webhooks HTTP/1.1\r\ncontent-length: 100\r\n\r\nabc',
		]) {
			await new Promise<void>((resolve) => {
				const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
				socket.on('error', () => undefined);
				socket.on('close', () => resolve());
				setTimeout(() => socket.destroy(), 50);
			});
		}
		expect((await raw(emulator, 'GET', '/v1beta/models')).status).toBe(200);
	});

	test('keeps projects apart, and keys of one project together', async () => {
		const job = await startBatch();
		const { json } = await raw(emulator, 'POST', '/v1beta/interactions', {
			model: 'gemini-3.8-flash',
			input: 'x',
		});
		emulator.webhooks.add({ uri: 'https://h.example', subscribed_events: ['batch.failed'] });
		const statuses = async (key: string) => {
			const get = async (path: string) =>
				await raw(emulator, 'GET', path, undefined, { 'x-goog-api-key': key });
			const [batch, one, list] = [
				await get(`/v1beta/${job}`),
				await get(`/v1beta/interactions/${json.id}`),
				await get('/v1beta/webhooks'),
			];
			return [batch.status, one.status, list.json.webhooks.length];
		};
		expect(await statuses('second-key')).toEqual([200, 200, 1]);
		expect(await statuses('other-key')).toEqual([404, 400, 0]);
		await control.addKey('third-key', 'test-key');
		expect(await statuses('third-key')).toEqual([200, 200, 1]);
	});
});

describe('faults', () => {
	test('lose the answer after the effect: the SDK then creates a webhook twice', async () => {
		emulator.faults.add({
			method: 'POST',
			path: /\/webhooks$/,
			status: 503,
			after: true,
			headers: { 'retry-after-ms': '1' },
		});
		await sdk(emulator).webhooks.create({
			uri: 'https://h.example',
			subscribed_events: ['batch.failed'],
		});
		expect(emulator.webhooks.list()).toHaveLength(2);
	});

	test('come a number of times, after some passes, or always', async () => {
		const get = async () => (await raw(emulator, 'GET', '/v1beta/models')).status;
		emulator.faults.add({ path: 'models', status: 500, skip: 1, times: 2 });
		expect([await get(), await get(), await get(), await get()]).toEqual([200, 500, 500, 200]);
		const id = emulator.faults.add({ path: 'models', status: 404, times: null });
		expect([await get(), await get()]).toEqual([404, 404]);
		emulator.faults.clear(id);
		expect(await get()).toBe(200);
	});

	test('take many forms', async () => {
		const get = () => raw(emulator, 'GET', '/v1beta/models');
		emulator.faults.add({ path: 'models', status: 429 });
		const quota = await get();
		expect(quota.json.error.details.at(-1)).toMatchObject({ retryDelay: '37s' });
		emulator.faults.add({ path: 'models', html: true });
		expect(await get()).toMatchObject({
			status: 502,
			text: expect.stringContaining('Bad Gateway'),
		});
		emulator.faults.add({ path: 'models', emptyBody: true });
		expect(await get()).toMatchObject({ status: 200, text: '' });
		emulator.faults.add({ path: 'models', body: [{ error: { code: 400 } }], status: 400 });
		expect((await get()).json).toEqual([{ error: { code: 400 } }]);
		emulator.faults.add({ path: 'models', cut: true });
		await expect(get()).rejects.toThrow('fetch failed');
		emulator.faults.add({ path: 'models', delayMs: 60 });
		const before = Date.now();
		expect((await get()).status).toBe(200);
		expect(Date.now() - before).toBeGreaterThanOrEqual(55);
		emulator.settings.arrayErrors = true;
		expect((await raw(emulator, 'GET', '/v1beta/models/x')).json[0].error.code).toBe(404);
	});
});

describe('the control endpoints', () => {
	test('change settings and refuse unknown ones', async () => {
		await control.settings.change({ batchDurationMs: null });
		expect(emulator.settings.batchDurationMs).toBeNull();
		await expect(control.settings.change({ nonsense: 1 } as never)).rejects.toThrow('nonsense');
		expect((await control.settings.get()).batchMaxAgeMs).toBe(48 * 3_600_000);
	});

	test('move the clock and end jobs', async () => {
		await control.settings.change({ batchDurationMs: null, interactionDurationMs: null });
		const ends: Array<[action: (name: string) => Promise<unknown>, state: string]> = [
			[(name) => control.jobs.complete(name, { allErrors: true }), 'BATCH_STATE_SUCCEEDED'],
			[(name) => control.jobs.fail(name, { code: 3, message: 'Bad' }), 'BATCH_STATE_FAILED'],
			[(name) => control.jobs.fail(name, null), 'BATCH_STATE_FAILED'],
			[control.jobs.expire, 'BATCH_STATE_EXPIRED'],
			[control.jobs.cancel, 'BATCH_STATE_CANCELLED'],
			[(name) => control.jobs.set(name, 'BATCH_STATE_PAUSED'), 'BATCH_STATE_PAUSED'],
		];
		for (const [end, state] of ends) {
			const name = await startBatch();
			await end(name);
			expect((await control.jobs.get(name)).state).toBe(state);
		}
		await expect(control.jobs.fail((await control.jobs.list())[0]?.name as string)).rejects.toThrow(
			'over already',
		);
		await expect(control.jobs.complete('batches/none')).rejects.toThrow('No job');
		const { json } = await raw(emulator, 'POST', '/v1beta/interactions', {
			model: 'gemini-3.8-flash',
			input: 'x',
			background: true,
		});
		expect((await control.jobs.requireAction(json.id, [{ name: 'f' }])).state).toBe(
			'requires_action',
		);
		const before = await control.clock.get();
		const after = await control.clock.advance(5_000);
		expect(after.now - before.now).toBeGreaterThanOrEqual(5_000);
	});

	test('show requests and deliveries, send and redeliver', async () => {
		const receiver = await startReceiver();
		const { json } = await raw(emulator, 'POST', BATCHES, batchBody([receiver.url]));
		await control.clock.advance(1_000);
		const [request] = await control.requests.list();
		expect(request).toMatchObject({
			method: 'POST',
			path: BATCHES,
			version: 'v1beta',
			apiKey: 'test-key',
			status: 200,
		});
		expect(JSON.parse(request?.body as string)).toEqual(batchBody([receiver.url]));
		const [delivery] = await control.deliveries.list();
		expect(delivery).toMatchObject({ job: json.name, type: 'batch.succeeded', state: 'delivered' });
		expect((await control.deliveries.redeliver(delivery?.id as string)).status).toBe(200);
		expect(
			(await control.deliveries.send({ url: receiver.url, event: {}, scheme: 'jwt' })).status,
		).toBe(200);
		await expect(control.deliveries.send({ url: receiver.url, scheme: 'v1' })).rejects.toThrow(
			'secret',
		);
		expect(receiver.received).toHaveLength(3);
		await control.requests.clear();
		await control.deliveries.clear();
		expect([await control.requests.list(), await control.deliveries.list()]).toEqual([[], []]);
		await receiver.close();
	});

	test('rotate the signing keys, seed webhooks, files and faults, and reset', async () => {
		const kids = async () =>
			(await raw(emulator, 'GET', '/.well-known/jwks.json')).json.keys.map(
				({ x }: { x: string }) => x,
			);
		const before = await kids();
		await control.rotateKeys();
		expect(await kids()).toEqual([before[1], before[2], expect.any(String)]);
		await control.webhooks.add(
			{ uri: 'https://h.example', subscribed_events: ['batch.failed'] },
			'other-key',
		);
		expect(await control.webhooks.list('other-key')).toHaveLength(1);
		const name = await control.files.add({ text: 'abc', name: 'files/seed' });
		expect([name, (await control.files.list())[0]?.sizeBytes]).toEqual(['files/seed', '3']);
		await control.faults.add({ path: /models/, status: 500 });
		expect(await control.faults.list()).toHaveLength(1);
		await control.settings.change({ strictJson: false });
		await control.reset();
		expect([
			await control.faults.list(),
			await control.jobs.list(),
			await control.webhooks.list('other-key'),
		]).toEqual([[], [], []]);
		expect(emulator.settings.strictJson).toBe(true);
	});

	test('a wrong control says so', async () => {
		const response = await fetch(`${emulator.url}/__emulator/nothing`);
		expect([response.status, await response.json()]).toEqual([
			404,
			{ error: { message: expect.stringContaining('nothing') } },
		]);
	});
});

test('close ends parked requests and timers', async () => {
	emulator.faults.add({ path: 'models', delayMs: 60_000 });
	const parked = raw(emulator, 'GET', '/v1beta/models').catch((error: Error) => error.message);
	await startBatch();
	const before = Date.now();
	await emulator.close();
	expect(await parked).toBe('fetch failed');
	expect(Date.now() - before).toBeLessThan(1_000);
	emulator = await startEmulator();
});

test('the command line starts it, says how to use it, and Ctrl-C stops it', async () => {
	const main = join(import.meta.dirname, 'main.mts');
	const options = ['--port', '0', '--key', 'my-key', '--set', 'batchDurationMs=null'];
	const child = spawn(process.execPath, [main, ...options]);
	let output = '';
	const url = await new Promise<string>((resolve, reject) => {
		child.stderr.on('data', (chunk: Buffer) => reject(new Error(chunk.toString())));
		child.stdout.on('data', (chunk: Buffer) => {
			output += chunk.toString();
			const found = /running at (\S+)[^]*Ctrl-C/.exec(output)?.[1];
			if (found) resolve(found);
		});
	});
	expect(output).toContain('my-key');
	expect((await controlClient(url).settings.get()).batchDurationMs).toBeNull();
	expect((await fetch(`${url}/v1beta/models?key=my-key`)).status).toBe(200);
	const code = new Promise((resolve) => child.on('exit', resolve));
	child.kill('SIGINT');
	expect(await code).toBe(0);
	expect(output).toContain('GET /v1beta/models?key=*** -> 200');
	expect(output).toContain('Stopped.');
});

import { createPublicKey, verify } from 'node:crypto';
import { startEmulator } from './index.mts';
import type { Emulator } from './index.mts';
import {
	keySet,
	prompt,
	raw,
	runBatch,
	startReceiver,
	until,
	verifyDynamic,
	verifyStatic,
} from './support.mts';
import type { Received, Receiver } from './support.mts';

const HOUR = 3_600_000;
const EVENTS = ['batch.succeeded', 'batch.failed', 'interaction.completed'];

let emulator: Emulator;
let receiver: Receiver;

beforeEach(async () => {
	emulator = await startEmulator({ apiKeys: ['test-key', 'other-key'] });
	receiver = await startReceiver();
});
afterEach(async () => {
	await emulator.close();
	await receiver.close();
});

const addWebhook = () =>
	emulator.webhooks.add({ uri: `${receiver.url}/static`, subscribed_events: EVENTS });

describe('static webhooks', () => {
	test('deliver compact JSON that an independent library verifies', async () => {
		const { secret } = addWebhook();
		const job = await runBatch(emulator);
		const [delivery] = receiver.received as [Received];
		expect(verifyStatic(secret, delivery)).toEqual({
			type: 'batch.succeeded',
			version: 'v1',
			timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
			data: { id: job },
		});
		expect(delivery.body).toBe(JSON.stringify(JSON.parse(delivery.body)));
		expect(delivery.headers).toMatchObject({
			'content-type': 'application/json',
			'webhook-id': expect.stringMatching(/^msg_[0-9a-f-]{36}$/),
			'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
		});
		expect(() =>
			verifyStatic(secret, { ...delivery, body: delivery.body.replace('v1', 'v2') }),
		).toThrow();
	});

	test('only get the events they subscribed to, while enabled', async () => {
		const { id } = addWebhook();
		emulator.settings.batchDurationMs = null;
		const job = await runBatch(emulator);
		emulator.jobs.expire(job);
		emulator.settings.batchDurationMs = 500;
		await runBatch(emulator);
		expect(receiver.received.map(({ body }) => JSON.parse(body).type)).toEqual(['batch.succeeded']);
		await raw(emulator, 'PATCH', `/v1beta/webhooks/${id}`, { state: 'disabled' });
		await runBatch(emulator);
		expect(receiver.received).toHaveLength(1);
	});

	test('sign with both secrets for 24 hours after a rotation', async () => {
		const { id, secret: old } = addWebhook();
		const { json } = await raw(emulator, 'POST', `/v1beta/webhooks/${id}:rotateSigningSecret`, {});
		await runBatch(emulator);
		const [during] = receiver.received as [Received];
		expect(during.headers['webhook-signature']?.split(' ')).toHaveLength(2);
		verifyStatic(old, during);
		verifyStatic(json.secret, during);
		await emulator.clock.advance(24 * HOUR);
		await runBatch(emulator);
		const after = receiver.received[1] as Received;
		expect(after.headers['webhook-signature']?.split(' ')).toHaveLength(1);
		verifyStatic(json.secret, after);
		expect(() => verifyStatic(old, after)).toThrow();
	});

	test('failed and file batches carry their data', async () => {
		addWebhook();
		emulator.settings.batchDurationMs = null;
		const failing = await runBatch(emulator);
		emulator.jobs.fail(failing, { code: 13, message: 'Boom' });
		const line = JSON.stringify({ key: 'a', request: prompt('x') });
		const fileName = emulator.files.add({
			bytes: Buffer.from(line),
			mimeType: 'jsonl',
			source: 'UPLOADED',
		});
		const path = '/v1beta/models/gemini-3.8-flash:batchGenerateContent';
		const { json } = await raw(emulator, 'POST', path, {
			batch: { displayName: 'd', inputConfig: { fileName } },
		});
		emulator.jobs.complete(json.name);
		const bodies = (await receiver.waitFor(2)).map(({ body }) => JSON.parse(body).data);
		expect(bodies).toEqual([
			{ id: failing, error_code: '13', error_message: 'Boom' },
			{ id: json.name, output_file_uri: `files/batch-${json.name.split('/')[1]}` },
		]);
	});
});

describe('per-request webhooks', () => {
	test('replace the static ones and verify against the served keys', async () => {
		addWebhook();
		await runBatch(emulator, [`${receiver.url}/a`, `${receiver.url}/b`]);
		expect(receiver.received.map(({ path }) => path).sort()).toEqual(['/a', '/b']);
		for (const delivery of receiver.received) {
			expect(delivery.headers['webhook-signature']).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/);
			expect(await verifyDynamic(emulator, delivery)).toHaveLength(1);
			expect(await verifyDynamic(emulator, { ...delivery, body: `${delivery.body} ` })).toEqual([]);
		}
	});

	test('are signed with the key asked for; the key set has three keys without kid', async () => {
		for (const keyIndex of [0, 1, 2] as const) {
			emulator.settings.keyIndex = keyIndex;
			await runBatch(emulator, [receiver.url]);
			expect(await verifyDynamic(emulator, receiver.received.at(-1) as Received)).toEqual([
				keyIndex,
			]);
		}
		const okp = {
			kty: 'OKP',
			crv: 'Ed25519',
			x: expect.stringMatching(/^[\w-]{43}$/),
			alg: 'EdDSA',
			use: 'sig',
		};
		expect(await keySet(emulator)).toEqual([okp, okp, okp]);
	});

	test('of another project are signed just as validly, but its job cannot be read', async () => {
		addWebhook();
		const job = await runBatch(emulator, [`${receiver.url}/mine`], 'other-key');
		expect(receiver.received.map(({ path }) => path)).toEqual(['/mine']);
		expect(await verifyDynamic(emulator, receiver.received[0] as Received)).toHaveLength(1);
		const read = (key: string) =>
			raw(emulator, 'GET', `/v1beta/${job}`, undefined, { 'x-goog-api-key': key });
		expect((await read('other-key')).status).toBe(200);
		expect((await read('test-key')).status).toBe(404);
		await runBatch(emulator, undefined, 'other-key');
		expect(receiver.received).toHaveLength(1);
	});

	test('of interactions name the bare id; user metadata shows where the switch says', async () => {
		const body = {
			model: 'gemini-3.8-flash',
			input: 'hi',
			background: true,
			webhook_config: { uris: [receiver.url], user_metadata: { run: 7 } },
		};
		const seen = [];
		for (const place of ['none', 'top', 'data'] as const) {
			emulator.settings.userMetadataIn = place;
			const { json } = await raw(emulator, 'POST', '/v1beta/interactions', body);
			await emulator.clock.advance(1_000);
			const event = JSON.parse(receiver.received.at(-1)?.body as string);
			expect([event.type, event.data.id]).toEqual(['interaction.completed', json.id]);
			seen.push([event.user_metadata, event.data.user_metadata]);
		}
		const metadata = { run: 7 };
		expect(seen).toEqual([
			[undefined, undefined],
			[metadata, undefined],
			[undefined, metadata],
		]);
	});

	test('video interactions send one event or both', async () => {
		const response_format = { type: 'video', delivery: 'uri' };
		const webhook_config = { uris: [receiver.url] };
		const body = {
			model: 'gemini-omni-1.1-flash',
			input: 'x',
			background: true,
			response_format,
			webhook_config,
		};
		const types = [];
		for (const omniEvents of ['interaction.completed', 'video.generated', 'both'] as const) {
			emulator.settings.omniEvents = omniEvents;
			await raw(emulator, 'POST', '/v1beta/interactions', body);
			await emulator.clock.advance(1_000);
			types.push(
				receiver.received
					.splice(0)
					.map(({ body: text }) => JSON.parse(text).type)
					.sort(),
			);
		}
		expect(types).toEqual([
			['interaction.completed'],
			['video.generated'],
			['interaction.completed', 'video.generated'],
		]);
	});

	test('can be signed by the documented JWT', async () => {
		emulator.settings.dynamicScheme = 'jwt';
		await runBatch(emulator, [receiver.url]);
		const token = receiver.received[0]?.headers['webhook-signature'] as string;
		const [head, payload, signature] = token.split('.') as [string, string, string];
		const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url').toString());
		const key: any = (await keySet(emulator)).find((one: any) => one.kid === kid);
		expect([alg, key.kty]).toEqual(['RS256', 'RSA']);
		const publicKey = createPublicKey({ key, format: 'jwk' });
		expect(
			verify(
				'sha256',
				Buffer.from(`${head}.${payload}`),
				publicKey,
				Buffer.from(signature, 'base64url'),
			),
		).toBe(true);
		expect(JSON.parse(Buffer.from(payload, 'base64url').toString()).aud).toBe(receiver.url);
	});

	test('name the batch in other styles', async () => {
		const ids = [];
		for (const style of ['name', 'bare', 'underscore'] as const) {
			emulator.settings.batchIdStyle = style;
			const [, id] = (await runBatch(emulator, [receiver.url])).split('/') as [string, string];
			ids.push(JSON.parse(receiver.received.at(-1)?.body as string).data.id.replace(id, 'ID'));
		}
		expect(ids).toEqual(['batches/ID', 'ID', 'batch_ID']);
	});

	test('cancelled events need the switch', async () => {
		emulator.settings.batchDurationMs = null;
		const silent = await runBatch(emulator, [receiver.url]);
		emulator.jobs.cancel(silent);
		emulator.settings.deliverCancelledEvents = true;
		const told = await runBatch(emulator, [receiver.url]);
		emulator.jobs.cancel(told);
		await receiver.waitFor(1);
		expect(receiver.received.map(({ body }) => JSON.parse(body).data.id)).toEqual([told]);
	});
});

describe('retries', () => {
	test('keep the id and sign a new timestamp, with growing waits', async () => {
		emulator.settings.timestampClock = 'virtual';
		receiver.statuses.push(500, 302, 429);
		await runBatch(emulator, [receiver.url]);
		await emulator.clock.advance(60_000);
		const { received } = receiver;
		expect(received).toHaveLength(4);
		expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
		const stamps = received.map(({ headers }) => Number(headers['webhook-timestamp']));
		expect(new Set(stamps).size).toBeGreaterThan(2);
		for (const delivery of received)
			expect(await verifyDynamic(emulator, delivery)).toHaveLength(1);
		const [delivery] = emulator.deliveries;
		const times = delivery?.attempts.map(({ time }) => time) as [number, number, number, number];
		const waits = times.slice(1).map((time, index) => time - (times[index] as number));
		[1_000, 2_000, 4_000].forEach((wait, index) => {
			expect(waits[index]).toBeGreaterThanOrEqual(wait * 0.8);
			expect(waits[index]).toBeLessThanOrEqual(wait * 1.2 + 2_000);
		});
		expect(delivery).toMatchObject({
			state: 'delivered',
			kind: 'dynamic',
			job: expect.stringMatching(/^batches/),
		});
		expect(delivery?.attempts.map(({ status }) => status)).toEqual([500, 302, 429, 200]);
	});

	test('happen in real time as well', async () => {
		emulator.settings.retryFirstMs = 50;
		receiver.statuses.push(503);
		await runBatch(emulator, [receiver.url]);
		await receiver.waitFor(2);
		await until(() => emulator.deliveries[0]?.state === 'delivered', 'the second attempt');
	});

	test('an answer that does not come in time, or a closed port, is a failure', async () => {
		emulator.settings.deliveryTimeoutMs = 500;
		receiver.statuses.push(null);
		await runBatch(emulator, [receiver.url, 'http://127.0.0.1:1/closed']);
		const [slow, closed] = emulator.deliveries;
		expect(slow?.attempts[0]).toMatchObject({ status: null, error: 'no answer within 500 ms' });
		expect(closed?.attempts[0]).toMatchObject({
			status: null,
			error: expect.stringContaining('ECONNREFUSED'),
		});
	});

	test('end after 24 hours and disable the webhook, which can be enabled again', async () => {
		const { id } = addWebhook();
		receiver.statuses.push(...Array.from({ length: 100 }, () => 500));
		await runBatch(emulator);
		await emulator.clock.advance(25 * HOUR);
		const [delivery] = emulator.deliveries;
		expect(delivery?.state).toBe('given-up');
		const [first, last] = [delivery?.attempts[0]?.time ?? 0, delivery?.attempts.at(-1)?.time ?? 0];
		expect(last - first).toBeGreaterThan(20 * HOUR);
		expect(last - first).toBeLessThanOrEqual(24 * HOUR);
		const read = async () => (await raw(emulator, 'GET', `/v1beta/webhooks/${id}`)).json.state;
		expect(await read()).toBe('disabled_due_to_failed_deliveries');
		const sofar = receiver.received.length;
		receiver.statuses.length = 0;
		await runBatch(emulator);
		expect(receiver.received).toHaveLength(sofar);
		await raw(emulator, 'PATCH', `/v1beta/webhooks/${id}`, { state: 'enabled' });
		await runBatch(emulator);
		expect(receiver.received).toHaveLength(sofar + 1);
		expect(await read()).toBe('enabled');
	});

	test('stop when the webhook is deleted', async () => {
		const { id } = addWebhook();
		receiver.statuses.push(500);
		await runBatch(emulator);
		await raw(emulator, 'DELETE', `/v1beta/webhooks/${id}`);
		await emulator.clock.advance(HOUR);
		expect([receiver.received.length, emulator.deliveries[0]?.state]).toEqual([1, 'dropped']);
	});
});

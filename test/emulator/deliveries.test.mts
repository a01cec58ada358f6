import { createPublicKey, verify } from 'node:crypto';
import type { JsonWebKeyInput } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { startEmulator } from './index.mts';
import type { DeliveryFault, Emulator } from './index.mts';
import { prompt, raw, startReceiver, until } from './support.mts';
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

const uri = () => `${receiver.url}/static`;
const addWebhook = () => emulator.webhooks.add({ uri: uri(), subscribed_events: EVENTS });

/** Starts a batch and lets it end; `uris` are its own webhooks. */
async function runBatch(uris?: string[], key = 'test-key', text = 'hi'): Promise<string> {
	const batch = {
		displayName: 'd',
		inputConfig: { requests: { requests: [{ request: prompt(text) }] } },
		...(uris && { webhookConfig: { uris } }),
	};
	const path = '/v1beta/models/gemini-3.8-flash:batchGenerateContent';
	const { json } = await raw(emulator, 'POST', path, { batch }, { 'x-goog-api-key': key });
	await emulator.clock.advance(1_000);
	return json.name;
}

/** Verifies with the independent library; throws when the delivery isn't authentic. */
const verifyStatic = (secret: string, { body, headers }: Received): any =>
	new Webhook(secret).verify(body, headers);

const keySet = async (): Promise<JsonWebKeyInput['key'][]> =>
	(await raw(emulator, 'GET', '/.well-known/jwks.json', undefined, {})).json.keys;

/** The indexes of the served keys under which a `v1a` entry of the signature is valid. */
async function verifyDynamic({ body, headers }: Received): Promise<number[]> {
	const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
	const entries = (headers['webhook-signature'] ?? '')
		.split(' ')
		.filter((entry) => entry.startsWith('v1a,'));
	const keys = await keySet();
	return keys.flatMap((key, index) => {
		const publicKey = createPublicKey({ key, format: 'jwk' });
		const valid = entries.some((entry) =>
			verify(null, content, publicKey, Buffer.from(entry.slice(4), 'base64')),
		);
		return valid ? [index] : [];
	});
}

describe('static webhooks', () => {
	test('deliver compact JSON that an independent library verifies', async () => {
		const { secret } = addWebhook();
		const job = await runBatch();
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
		const job = await runBatch();
		emulator.jobs.expire(job);
		emulator.settings.batchDurationMs = 500;
		await runBatch();
		expect(receiver.received.map(({ body }) => JSON.parse(body).type)).toEqual(['batch.succeeded']);
		await raw(emulator, 'PATCH', `/v1beta/webhooks/${id}`, { state: 'disabled' });
		await runBatch();
		expect(receiver.received).toHaveLength(1);
	});

	test('sign with both secrets for 24 hours after a rotation', async () => {
		const { id, secret: old } = addWebhook();
		const { json } = await raw(emulator, 'POST', `/v1beta/webhooks/${id}:rotateSigningSecret`, {});
		await runBatch();
		const [during] = receiver.received as [Received];
		expect(during.headers['webhook-signature']?.split(' ')).toHaveLength(2);
		verifyStatic(old, during);
		verifyStatic(json.secret, during);
		await emulator.clock.advance(24 * HOUR);
		await runBatch();
		const after = receiver.received[1] as Received;
		expect(after.headers['webhook-signature']?.split(' ')).toHaveLength(1);
		verifyStatic(json.secret, after);
		expect(() => verifyStatic(old, after)).toThrow();
	});

	test('failed and file batches carry their data', async () => {
		addWebhook();
		emulator.settings.batchDurationMs = null;
		const failing = await runBatch();
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
		await runBatch([`${receiver.url}/a`, `${receiver.url}/b`]);
		expect(receiver.received.map(({ path }) => path).sort()).toEqual(['/a', '/b']);
		for (const delivery of receiver.received) {
			expect(delivery.headers['webhook-signature']).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/);
			expect(await verifyDynamic(delivery)).toHaveLength(1);
			expect(await verifyDynamic({ ...delivery, body: `${delivery.body} ` })).toEqual([]);
		}
	});

	test('are signed with the key asked for; the key set has three keys without kid', async () => {
		for (const keyIndex of [0, 1, 2] as const) {
			emulator.settings.keyIndex = keyIndex;
			await runBatch([receiver.url]);
			expect(await verifyDynamic(receiver.received.at(-1) as Received)).toEqual([keyIndex]);
		}
		const okp = {
			kty: 'OKP',
			crv: 'Ed25519',
			x: expect.stringMatching(/^[\w-]{43}$/),
			alg: 'EdDSA',
			use: 'sig',
		};
		expect(await keySet()).toEqual([okp, okp, okp]);
	});

	test('of another project are signed just as validly, but its job cannot be read', async () => {
		addWebhook();
		const job = await runBatch([`${receiver.url}/mine`], 'other-key');
		expect(receiver.received.map(({ path }) => path)).toEqual(['/mine']);
		expect(await verifyDynamic(receiver.received[0] as Received)).toHaveLength(1);
		const read = (key: string) =>
			raw(emulator, 'GET', `/v1beta/${job}`, undefined, { 'x-goog-api-key': key });
		expect((await read('other-key')).status).toBe(200);
		expect((await read('test-key')).status).toBe(404);
		await runBatch(undefined, 'other-key');
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
		await runBatch([receiver.url]);
		const token = receiver.received[0]?.headers['webhook-signature'] as string;
		const [head, payload, signature] = token.split('.') as [string, string, string];
		const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url').toString());
		const key: any = (await keySet()).find((one: any) => one.kid === kid);
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
			const [, id] = (await runBatch([receiver.url])).split('/') as [string, string];
			ids.push(JSON.parse(receiver.received.at(-1)?.body as string).data.id.replace(id, 'ID'));
		}
		expect(ids).toEqual(['batches/ID', 'ID', 'batch_ID']);
	});

	test('cancelled events need the switch', async () => {
		emulator.settings.batchDurationMs = null;
		const silent = await runBatch([receiver.url]);
		emulator.jobs.cancel(silent);
		emulator.settings.deliverCancelledEvents = true;
		const told = await runBatch([receiver.url]);
		emulator.jobs.cancel(told);
		await receiver.waitFor(1);
		expect(receiver.received.map(({ body }) => JSON.parse(body).data.id)).toEqual([told]);
	});
});

describe('retries', () => {
	test('keep the id and sign a new timestamp, with growing waits', async () => {
		emulator.settings.timestampClock = 'virtual';
		receiver.statuses.push(500, 302, 429);
		await runBatch([receiver.url]);
		await emulator.clock.advance(60_000);
		const { received } = receiver;
		expect(received).toHaveLength(4);
		expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
		const stamps = received.map(({ headers }) => Number(headers['webhook-timestamp']));
		expect(new Set(stamps).size).toBeGreaterThan(2);
		for (const delivery of received) expect(await verifyDynamic(delivery)).toHaveLength(1);
		const [delivery] = emulator.deliveries;
		const times = delivery?.attempts.map(({ time }) => time) as [number, number, number, number];
		const waits = times.slice(1).map((time, index) => time - (times[index] as number));
		[1_000, 2_000, 4_000].forEach((wait, index) => {
			expect(waits[index]).toBeGreaterThanOrEqual(wait * 0.8);
			expect(waits[index]).toBeLessThanOrEqual(wait * 1.2 + 500);
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
		await runBatch([receiver.url]);
		await receiver.waitFor(2);
		await until(() => emulator.deliveries[0]?.state === 'delivered', 'the second attempt');
	});

	test('an answer that does not come in time, or a closed port, is a failure', async () => {
		emulator.settings.deliveryTimeoutMs = 60;
		receiver.statuses.push(null);
		await runBatch([receiver.url, 'http://127.0.0.1:1/closed']);
		const [slow, closed] = emulator.deliveries;
		expect(slow?.attempts[0]).toMatchObject({ status: null, error: 'no answer within 60 ms' });
		expect(closed?.attempts[0]).toMatchObject({
			status: null,
			error: expect.stringContaining('ECONNREFUSED'),
		});
	});

	test('end after 24 hours and disable the webhook, which can be enabled again', async () => {
		const { id } = addWebhook();
		receiver.statuses.push(...Array.from({ length: 100 }, () => 500));
		await runBatch();
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
		await runBatch();
		expect(receiver.received).toHaveLength(sofar);
		await raw(emulator, 'PATCH', `/v1beta/webhooks/${id}`, { state: 'enabled' });
		await runBatch();
		expect(receiver.received).toHaveLength(sofar + 1);
		expect(await read()).toBe('enabled');
	});

	test('stop when the webhook is deleted', async () => {
		const { id } = addWebhook();
		receiver.statuses.push(500);
		await runBatch();
		await raw(emulator, 'DELETE', `/v1beta/webhooks/${id}`);
		await emulator.clock.advance(HOUR);
		expect([receiver.received.length, emulator.deliveries[0]?.state]).toEqual([1, 'dropped']);
	});
});

describe('spoilt deliveries', () => {
	const spoil = async (fault: DeliveryFault): Promise<Received[]> => {
		emulator.settings.deliveryFault = fault;
		await runBatch();
		return receiver.received;
	};

	test.each<DeliveryFault>([
		'tampered',
		're-serialised',
		'bad-signature',
		'no-signature',
		'previous-secret',
		'unknown-key',
	])('%s: a static delivery does not verify', async (fault) => {
		const { secret } = addWebhook();
		const [delivery] = (await spoil(fault)) as [Received];
		expect(() => verifyStatic(secret, delivery)).toThrow();
	});

	test.each<DeliveryFault>([
		'tampered',
		're-serialised',
		'bad-signature',
		'no-signature',
		'previous-secret',
		'unknown-key',
	])('%s: a per-request delivery does not verify', async (fault) => {
		emulator.settings.deliveryFault = fault;
		await runBatch([receiver.url]);
		expect(await verifyDynamic(receiver.received[0] as Received)).toEqual([]);
	});

	test('previous-secret signs with the secret before the rotation', async () => {
		const { id, secret } = addWebhook();
		const behavior = { revocation_behavior: 'revoke_previous_secrets_immediately' };
		await raw(emulator, 'POST', `/v1beta/webhooks/${id}:rotateSigningSecret`, behavior);
		const [delivery] = (await spoil('previous-secret')) as [Received];
		verifyStatic(secret, delivery);
	});

	test('unknown-key verifies once the new key is served', async () => {
		emulator.settings.deliveryFault = 'unknown-key';
		await runBatch([receiver.url]);
		emulator.keys.rotate();
		expect(await verifyDynamic(receiver.received[0] as Received)).toEqual([2]);
	});

	test('stale-timestamp is signed properly but ten minutes old', async () => {
		const { secret } = addWebhook();
		const [delivery] = (await spoil('stale-timestamp')) as [Received];
		expect(() => verifyStatic(secret, delivery)).toThrow('too old');
	});

	test('never, twice and two-ids', async () => {
		addWebhook();
		expect(await spoil('never')).toHaveLength(0);
		expect(emulator.deliveries.at(-1)?.state).toBe('withheld');
		const ids = () =>
			new Set(receiver.received.splice(0).map(({ headers }) => headers['webhook-id'])).size;
		expect(await spoil('twice')).toHaveLength(2);
		expect(ids()).toBe(1);
		expect(await spoil('two-ids')).toHaveLength(2);
		expect(ids()).toBe(2);
	});

	test('bodies of every kind verify', async () => {
		const { secret } = addWebhook();
		const [unknown] = await spoil('unknown-event');
		expect(verifyStatic(secret, unknown as Received).type).toBe('batch.reticulated');
		const huge = (await spoil('huge')).at(-1) as Received;
		expect(verifyStatic(secret, huge).data.padding).toHaveLength(5 * 1024 * 1024);
		const mixed = (await spoil('mixed-schemes')).at(-1) as Received;
		expect(mixed.headers['webhook-signature']).toMatch(/^v1a,\S+ v1,\S+$/);
		verifyStatic(secret, mixed);
		const typed = (await spoil('wrong-content-type')).at(-1) as Received;
		expect(typed.headers['content-type']).toBe('text/plain');
		const text = (await spoil('not-json')).at(-1) as Received;
		expect(text.body).toBe('this is not JSON');
	});

	test('the key set can be down, slow, garbage, empty or RSA only', async () => {
		const get = () => raw(emulator, 'GET', '/.well-known/jwks.json', undefined, {});
		emulator.settings.jwks = 'down';
		expect((await get()).status).toBe(503);
		emulator.settings.jwks = 'garbage';
		expect((await get()).json).toBeNull();
		emulator.settings.jwks = 'empty';
		expect((await get()).json).toEqual({ keys: [] });
		emulator.settings.jwks = 'rsa-only';
		expect((await get()).json.keys.map(({ kty }: { kty: string }) => kty)).toEqual(['RSA']);
		Object.assign(emulator.settings, { jwks: 'with-rsa', jwksDelayMs: 80 });
		const before = Date.now();
		expect((await get()).json.keys).toHaveLength(4);
		expect(Date.now() - before).toBeGreaterThanOrEqual(75);
	});
});

describe('hand-made deliveries', () => {
	test('are signed as asked, and the answer comes back', async () => {
		receiver.statuses.push(202);
		const event = { type: 'batch.succeeded', version: 'v1', data: { id: 'batches/x' } };
		const sent = await emulator.send({ url: receiver.url, event, keyIndex: 1, id: 'msg_mine' });
		expect([sent.status, sent.responseBody]).toEqual([202, 'seen']);
		const [delivery] = receiver.received as [Received];
		expect([delivery.headers['webhook-id'], JSON.parse(delivery.body)]).toEqual([
			'msg_mine',
			event,
		]);
		expect(await verifyDynamic(delivery)).toEqual([1]);
	});

	test('can sign other bytes, an old time, or with a secret', async () => {
		const { secret } = addWebhook();
		await emulator.send({ url: receiver.url, body: '{"a":1}', scheme: 'v1', secret });
		verifyStatic(secret, receiver.received[0] as Received);
		await emulator.send({
			url: receiver.url,
			body: '{"a":1}',
			signBody: '{"a":2}',
			scheme: 'v1',
			secret,
		});
		expect(() => verifyStatic(secret, receiver.received[1] as Received)).toThrow();
		await emulator.send({
			url: receiver.url,
			body: '{}',
			timestamp: 1_600_000_000,
			scheme: 'v1',
			secret,
		});
		expect(() => verifyStatic(secret, receiver.received[2] as Received)).toThrow('too old');
		await emulator.send({
			url: receiver.url,
			body: '{}',
			scheme: 'none',
			headers: { 'webhook-id': null },
		});
		expect(receiver.received[3]?.headers).not.toHaveProperty('webhook-id');
		expect(receiver.received[3]?.headers).not.toHaveProperty('webhook-signature');
	});

	test('redelivering keeps the id and signs anew', async () => {
		const { secret } = addWebhook();
		await runBatch();
		const id = emulator.deliveries[0]?.id as string;
		await emulator.redeliver(id);
		const [first, second] = receiver.received as [Received, Received];
		expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
		verifyStatic(secret, second);
		await emulator.redeliver(id, { url: `${receiver.url}/elsewhere`, id: 'msg_other' });
		expect(receiver.received[2]).toMatchObject({
			path: '/elsewhere',
			headers: { 'webhook-id': 'msg_other' },
		});
		await expect(emulator.redeliver('msg_none')).rejects.toThrow('No delivery');
	});
});

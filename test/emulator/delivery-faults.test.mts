import { startEmulator } from './index.mts';
import type { DeliveryFault, Emulator } from './index.mts';
import { raw, runBatch, startReceiver, verifyDynamic, verifyStatic } from './support.mts';
import type { Received, Receiver } from './support.mts';
import { ed25519Entry, hmacEntry, signedContent } from './signing.mts';
import { createPrivateKey } from 'node:crypto';

const EVENTS = ['batch.succeeded'];

let emulator: Emulator;
let receiver: Receiver;

beforeEach(async () => {
	emulator = await startEmulator();
	receiver = await startReceiver();
});
afterEach(async () => {
	await emulator.close();
	await receiver.close();
});

const addWebhook = () =>
	emulator.webhooks.add({ uri: `${receiver.url}/static`, subscribed_events: EVENTS });

describe('signatures', () => {
	test('v1 equals the vector of the Standard Webhooks libraries', () => {
		const content = signedContent(
			'msg_p5jXN8AQM9LWM0D4loKWxJek',
			1614265330,
			'{"test": 2432232314}',
		);
		const entry = hmacEntry('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', content);
		expect(entry).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
	});

	test('v1a equals the first vector of RFC 8032, section 7.1', () => {
		const key = createPrivateKey({
			format: 'jwk',
			key: {
				kty: 'OKP',
				crv: 'Ed25519',
				d: Buffer.from(
					'9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
					'hex',
				).toString('base64url'),
				x: Buffer.from(
					'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
					'hex',
				).toString('base64url'),
			},
		});
		const signature =
			'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b';
		expect(ed25519Entry(key, Buffer.alloc(0))).toBe(
			`v1a,${Buffer.from(signature, 'hex').toString('base64')}`,
		);
	});
});

describe('spoilt deliveries', () => {
	const spoil = async (fault: DeliveryFault): Promise<Received[]> => {
		emulator.settings.deliveryFault = fault;
		await runBatch(emulator);
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
		await runBatch(emulator, [receiver.url]);
		expect(await verifyDynamic(emulator, receiver.received[0] as Received)).toEqual([]);
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
		await runBatch(emulator, [receiver.url]);
		emulator.keys.rotate();
		expect(await verifyDynamic(emulator, receiver.received[0] as Received)).toEqual([2]);
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
		expect(await verifyDynamic(emulator, delivery)).toEqual([1]);
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
		await runBatch(emulator);
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

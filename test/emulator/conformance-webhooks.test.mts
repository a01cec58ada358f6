import type { GoogleGenAI } from '@google/genai';
import { startEmulator } from './index.mts';
import type { Emulator } from './index.mts';
import { lastCall, raw, sdk, startReceiver } from './support.mts';
import type { Receiver } from './support.mts';

describe('the SDK manages webhooks', () => {
	let emulator: Emulator;
	let receiver: Receiver;
	let ai: GoogleGenAI;
	const order = () => ({
		name: 'n8n',
		uri: `${receiver.url}/hook`,
		subscribed_events: ['batch.succeeded', 'video.generated'],
	});

	beforeEach(async () => {
		emulator = await startEmulator();
		receiver = await startReceiver();
		ai = sdk(emulator);
	});
	afterEach(async () => {
		await emulator.close();
		await receiver.close();
	});

	test('create shows the secret once, and get and list only its end', async () => {
		const created = await ai.webhooks.create(order());
		expect(lastCall(emulator)).toEqual(['POST', '/v1/webhooks', order()]);
		expect(created.id).toMatch(/^[a-z0-9]{36}$/);
		expect(created.state).toBe('enabled');
		const secret = created.new_signing_secret as string;
		expect(Buffer.from(secret.replace('whsec_', ''), 'base64').toString()).toMatch(
			/^[a-z0-9]{32}$/,
		);

		const got = await ai.webhooks.get(created.id as string);
		expect(lastCall(emulator)).toEqual(['GET', `/v1/webhooks/${created.id}`, null]);
		expect(got).toMatchObject(order());
		expect(JSON.stringify(got)).not.toContain(secret);
		expect(got.signing_secrets).toEqual([{ truncated_secret: `whsec_...${secret.slice(-4)}` }]);

		const listed = await ai.webhooks.list({ page_size: 10 });
		expect(lastCall(emulator)).toEqual(['GET', '/v1/webhooks?page_size=10', null]);
		expect(listed.webhooks).toHaveLength(1);
		expect(JSON.stringify(listed)).not.toContain(secret);
	});

	test('list turns pages', async () => {
		const names = ['a', 'b', 'c'];
		for (const name of names) await ai.webhooks.create({ ...order(), name });
		const first = await ai.webhooks.list({ page_size: 2 });
		expect(first.webhooks?.map(({ name }) => name)).toEqual(['a', 'b']);
		const second = await ai.webhooks.list({ page_size: 2, page_token: first.next_page_token });
		expect(second.webhooks?.map(({ name }) => name)).toEqual(['c']);
		expect(second.next_page_token).toBeUndefined();
	});

	test('update changes what is present, or what the mask names', async () => {
		const { id } = await ai.webhooks.create(order());
		const changed = await ai.webhooks.update(id as string, { state: 'disabled' } as never);
		expect(lastCall(emulator)).toEqual(['PATCH', `/v1/webhooks/${id}`, { state: 'disabled' }]);
		expect(changed).toMatchObject({ ...order(), state: 'disabled' });

		const uri = `${receiver.url}/other`;
		const masked = await ai.webhooks.update(
			id as string,
			{ uri, name: 'ignored', update_mask: 'uri,state', state: 'enabled' } as never,
		);
		expect(lastCall(emulator)[1]).toBe(`/v1/webhooks/${id}?update_mask=uri%2Cstate`);
		expect(masked).toMatchObject({ uri, name: 'n8n', state: 'enabled' });
	});

	test('ping sends a signed delivery', async () => {
		const { id } = await ai.webhooks.create(order());
		await ai.webhooks.ping(id as string);
		expect(lastCall(emulator)).toEqual(['POST', `/v1/webhooks/${id}:ping`, null]);
		const [ping] = await receiver.waitFor(1);
		expect(JSON.parse(ping?.body as string)).toMatchObject({
			type: 'ping',
			version: 'v1',
			data: { id },
		});
		expect(ping?.headers['webhook-signature']).toMatch(/^v1,/);
	});

	test('rotate returns a new secret and keeps the old one for 24 hours', async () => {
		const { id } = await ai.webhooks.create(order());
		const rotated = await ai.webhooks.rotateSigningSecret(id as string, {
			revocation_behavior: 'revoke_previous_secrets_after_h24',
		});
		expect(lastCall(emulator)).toEqual([
			'POST',
			`/v1/webhooks/${id}:rotateSigningSecret`,
			{ revocation_behavior: 'revoke_previous_secrets_after_h24' },
		]);
		expect(rotated.secret).toMatch(/^whsec_/);
		const during = await ai.webhooks.get(id as string);
		expect(during.signing_secrets).toHaveLength(2);
		expect(during.signing_secrets?.[1]?.expire_time).toBeTruthy();
		await emulator.clock.advance(24 * 3_600_000);
		expect((await ai.webhooks.get(id as string)).signing_secrets).toHaveLength(1);
	});

	test('rotate can revoke at once, also with the upper-case name of the guide', async () => {
		const { id } = await ai.webhooks.create(order());
		await ai.webhooks.rotateSigningSecret(id as string, {
			revocation_behavior: 'REVOKE_PREVIOUS_SECRETS_IMMEDIATELY' as never,
		});
		expect((await ai.webhooks.get(id as string)).signing_secrets).toHaveLength(1);
	});

	test('delete answers 200 with an empty object, and the webhook is gone', async () => {
		const { id } = await ai.webhooks.create(order());
		await ai.webhooks.delete(id as string);
		expect(lastCall(emulator)).toEqual(['DELETE', `/v1/webhooks/${id}`, null]);
		await expect(ai.webhooks.get(id as string)).rejects.toMatchObject({ status: 404 });
		const again = await raw(emulator, 'DELETE', `/v1beta/webhooks/${id}`);
		expect([again.status, again.json.error.status]).toEqual([404, 'NOT_FOUND']);
	});

	test.each([
		['no uri', { subscribed_events: ['batch.succeeded'] }],
		['no events', { uri: 'https://example.com' }],
		['an empty list of events', { uri: 'https://example.com', subscribed_events: [] }],
		['an unknown event', { uri: 'https://example.com', subscribed_events: ['batch.exploded'] }],
		['a cancelled event', { uri: 'https://example.com', subscribed_events: ['batch.cancelled'] }],
		[
			'plain http to another machine',
			{ uri: 'http://example.com', subscribed_events: ['batch.failed'] },
		],
		[
			'an unknown field',
			{ uri: 'https://example.com', subscribed_events: ['batch.failed'], foo: 1 },
		],
	])('create refuses %s', async (_, body) => {
		const { status, json } = await raw(emulator, 'POST', '/v1beta/webhooks', body);
		expect([status, json.error.code, json.error.status]).toEqual([400, 400, 'INVALID_ARGUMENT']);
		expect(emulator.webhooks.list()).toEqual([]);
	});

	test('cancelled events are accepted when the switch says so', async () => {
		emulator.settings.acceptCancelledEvents = true;
		const created = await ai.webhooks.create({
			...order(),
			subscribed_events: ['batch.cancelled'],
		});
		expect(created.subscribed_events).toEqual(['batch.cancelled']);
	});

	test("the path of Google's guide does not work", async () => {
		const { id } = await ai.webhooks.create(order());
		const { status } = await raw(emulator, 'POST', `/v1/webhooks/${id}/rotate_secret`, {});
		expect(status).toBe(404);
		await expect(
			ai.webhooks.get(`webhooks/${id}`, undefined, { maxRetries: 0 }),
		).rejects.toMatchObject({ status: 404 });
	});
});

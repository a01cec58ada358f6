/** What the trigger does, when it is published, about a webhook that isn't as it left it. */
import { openSecret, sealSecret } from '../../nodes/shared/delivery/sealedSecret.ts';
import type { IDataObject } from 'n8n-workflow';
import { answerToPing, callWebhooks } from './support/checkTrigger.mts';
import { API_KEY, NEW_KEY, Stage, type TriggerWorkflow } from './support/stage.mts';

let stage: Stage;
let trigger: TriggerWorkflow;

const EVENTS = ['batch.succeeded', 'batch.failed'];

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(() => {
	stage.reset();
	trigger = stage.trigger({ events: EVENTS });
});
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const remote = () => stage.emulator.webhooks.list();
const secret = () => openSecret(trigger.registration.sealedSecret, API_KEY)!;
const stored = () => trigger.definition.staticData['node:Trigger'] as IDataObject;
const set = (changes: object) => Object.assign(stored(), changes);

const call = async (method: string, path: string, body: object) =>
	await callWebhooks(stage, method, path, body);

/** Somebody renews the secret at Google; the trigger doesn't get it. */
const renewedElsewhere = async (revocation_behavior: string) =>
	await call('POST', `${String(remote()[0].id)}:rotateSigningSecret`, { revocation_behavior });

let jobs = 0;

/** The answer to a delivery about a new job, signed with this secret. */
async function signedWith(key: string): Promise<number | null> {
	const event = { type: 'batch.succeeded', data: { id: `batches/job-${++jobs}` } };
	const sent = { url: trigger.url, event, scheme: 'v1' as const, secret: key };
	return (await stage.emulator.send(sent)).status;
}

/** The answer to a delivery that Google signs now. */
const signedByGoogle = async () => await answerToPing(stage, trigger);

describe('a secret that somebody else renewed', () => {
	beforeEach(async () => trigger.publish());

	test.each(['revoke_previous_secrets_immediately', 'revoke_previous_secrets_after_h24'])(
		'%s: is noticed and replaced, in the same webhook',
		async (revocation) => {
			const [{ id }] = remote();
			await renewedElsewhere(revocation);
			await trigger.publish();
			expect(remote().map((one) => one.id)).toEqual([id]);
			expect(await signedByGoogle()).toBe(200);
			await stage.emulator.clock.advance(25 * 3_600_000);
			expect(await signedByGoogle()).toBe(200);
		},
	);

	test('of no other webhook: what Google does not show is not doubted', async () => {
		const before = { ...trigger.registration };
		const { id, uri } = remote()[0];
		stage.emulator.faults.add({
			path: new RegExp(`webhooks/${String(id)}`),
			body: { id, uri, subscribed_events: EVENTS, state: 'enabled' },
		});
		expect(await trigger.hook('checkExists')).toBe(true);
		expect(trigger.registration).toEqual(before);
	});
});

describe('deliveries that are under way when the secret is replaced', () => {
	beforeEach(async () => trigger.publish());

	test('are accepted with the former secret, as Google rotates without ending it', async () => {
		const former = secret();
		await renewedElsewhere('revoke_previous_secrets_after_h24');
		await trigger.publish();
		expect(secret()).not.toBe(former);
		expect(await signedWith(former)).toBe(202);
		expect(await signedWith(secret())).toBe(202);
		// Google's own list: the new one, somebody else's, and the former until tomorrow.
		expect(remote()[0].signing_secrets).toHaveLength(3);
		expect(trigger.accepted).toHaveLength(2);
	});

	test('are accepted after the trigger was changed, for which n8n removes its webhook and makes another', async () => {
		const former = secret();
		await trigger.hook('delete', { mode: 'internal', activation: 'update' });
		trigger.node.parameters.events = ['batch.succeeded'];
		await trigger.publish();
		expect(await signedWith(former)).toBe(202);
		expect(await signedWith(secret())).toBe(202);
	});

	test('are accepted for a day, and no longer', async () => {
		const former = secret();
		await trigger.hook('delete');
		const before = Date.now();
		await trigger.publish();
		const until = Number(trigger.registration.previousUntil);
		expect(until - before).toBeLessThanOrEqual(86_400_000);
		expect(until - before).toBeGreaterThan(86_390_000);
		set({ previousUntil: Date.now() - 1 });
		expect(await signedWith(former)).toBe(401);
		expect(await signedWith(secret())).toBe(202);
	});

	test.each(['text', null])(
		'and a time that is no time (%j) accepts nothing',
		async (previousUntil) => {
			const former = secret();
			await trigger.hook('delete');
			await trigger.publish();
			set({ previousUntil });
			expect(await signedWith(former)).toBe(401);
		},
	);

	test("are not accepted once the trigger listens to n8n's jobs only", async () => {
		const former = secret();
		trigger.node.parameters.listenTo = 'requests';
		await trigger.publish();
		expect(trigger.registration).toEqual({});
		expect(await signedWith(former)).toBe(401);
		set({ previousSealedSecret: sealSecret(former, API_KEY), previousUntil: Date.now() + 1000 });
		expect(await signedWith(former)).toBe(401);
	});
});

describe('a copy of the workflow in another n8n, with what the original remembers', () => {
	let original: Record<string, unknown>;
	let originalSecret: string;

	beforeEach(async () => {
		await trigger.publish();
		originalSecret = secret();
		// The path is the same, the address and the n8n are not.
		const uri = `https://original.example.com${new URL(trigger.url).pathname}`;
		original = await call('PATCH', String(remote()[0].id), { uri });
		set({ instanceId: 'the-original' });
	});

	test("registers a webhook of its own, and the original's goes on", async () => {
		await trigger.publish();
		expect(remote()).toHaveLength(2);
		expect(remote()[0]).toEqual(original);
		expect(remote()[1].uri).toBe(trigger.url);
		expect(trigger.registration.webhookId).toBe(remote()[1].id);
		expect(await signedWith(originalSecret)).toBe(401);
	});

	test("leaves the original's webhook alone when it is unpublished", async () => {
		await trigger.hook('delete');
		expect(remote()).toEqual([original]);
	});

	test('also under another API key of the project', async () => {
		stage.credential.apiKey = NEW_KEY;
		await trigger.publish();
		expect(remote()[0]).toEqual(original);
	});
});

test('what was remembered before n8n was noted with it is taken for its own', async () => {
	await trigger.publish();
	const [{ id }] = remote();
	delete (trigger.registration as Partial<Record<string, string>>).instanceId;
	await call('PATCH', String(id), {
		uri: `https://old.example.com${new URL(trigger.url).pathname}`,
	});
	await trigger.publish();
	expect(remote()).toMatchObject([{ id, uri: trigger.url }]);
});

test('static data that is gone means a new secret for the same webhook', async () => {
	await trigger.publish();
	const [{ id }] = remote();
	trigger.loseMemory();
	expect(await signedByGoogle()).toBe(401);
	expect(stage.reasons).toEqual(['secret-missing']);
	await trigger.publish();
	expect(remote().map((one) => one.id)).toEqual([id]);
	expect(await signedByGoogle()).toBe(200);
});

describe('what another trigger of the workflow writes over it, as that one had read it', () => {
	const copy = () => JSON.parse(JSON.stringify(trigger.definition.staticData)) as IDataObject;

	test.each([
		['before the secret was replaced', async () => await trigger.publish()],
		['before the trigger was there', async () => {}],
	])('%s, is put back with the next delivery', async (_, before) => {
		await before();
		const stale = copy();
		if (remote().length > 0) await renewedElsewhere('revoke_previous_secrets_immediately');
		await trigger.publish();
		const { sealedSecret } = trigger.registration;
		trigger.definition.staticData = JSON.parse(JSON.stringify(stale)) as IDataObject;
		expect(await signedByGoogle()).toBe(200);
		expect(trigger.registration.sealedSecret).toBe(sealedSecret);
		// And again.
		trigger.definition.staticData = stale;
		expect(await signedByGoogle()).toBe(200);
		expect(stage.reasons).toEqual([]);
	});

	test('is left alone when it is newer than what this process has seen', async () => {
		await trigger.publish();
		const first = copy();
		const newer = { ...stored(), changedAt: Date.now() + 60_000 };
		trigger.definition.staticData = { 'node:Trigger': { ...newer, webhookId: 'other' } };
		await signedByGoogle();
		expect(trigger.registration.webhookId).toBe('other');
		trigger.definition.staticData = first;
		await signedByGoogle();
		expect(trigger.registration.webhookId).toBe('other');
	});

	test('is the last word after the trigger was unpublished: its webhook is gone', async () => {
		await trigger.publish();
		const stale = copy();
		await trigger.hook('delete');
		trigger.definition.staticData = stale;
		await trigger.publish();
		expect(remote()).toHaveLength(1);
		expect(await signedByGoogle()).toBe(200);
	});
});

import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { openSecret } from '../../nodes/shared/delivery/sealedSecret.ts';
import { everythingIn, rejection } from './support/errors.mts';
import { API_KEY, FOREIGN_KEY, NEW_KEY, Stage, type TriggerWorkflow } from './support/stage.mts';

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
afterAll(() => stage.close());

const remote = (apiKey?: string) => stage.emulator.webhooks.list(apiKey);
const writes = () => stage.emulator.requests.filter(({ method }) => method !== 'GET');
/** What is left of a registration: its secret, for the deliveries that are under way. */
const RETIRED = {
	previousSealedSecret: expect.any(String) as string,
	previousUntil: expect.any(Number) as number,
};
const fields = ({ uri, subscribed_events, state }: Record<string, unknown>) => ({
	uri,
	subscribed_events,
	state,
});

/** Pings the webhook at Google and returns how the trigger answered; the signature decides. */
async function ping(): Promise<{ status: number | null; reasons: unknown[] }> {
	await fetch(`${stage.emulator.url}/v1beta/webhooks/${String(remote()[0].id)}:ping`, {
		method: 'POST',
		headers: { 'x-goog-api-key': API_KEY },
	});
	await stage.emulator.clock.advance(10);
	return { status: stage.emulator.deliveries.at(-1)!.attempts[0].status, reasons: stage.reasons };
}

/** Changes the webhook at Google behind the trigger's back. */
async function change(body: object): Promise<void> {
	const { ok } = await fetch(`${stage.emulator.url}/v1beta/webhooks/${String(remote()[0].id)}`, {
		method: 'PATCH',
		headers: { 'x-goog-api-key': API_KEY },
		body: JSON.stringify(body),
	});
	expect(ok).toBe(true);
}

describe('publishing', () => {
	test('registers the webhook with the URL, the events and a name', async () => {
		await trigger.publish();
		expect(remote().map(fields)).toEqual([
			{ uri: trigger.url, subscribed_events: EVENTS, state: 'enabled' },
		]);
		expect(remote()[0].name).toBe('n8n: Reviews / Trigger');
		expect(trigger.registration.webhookId).toBe(remote()[0].id);
		expect(await ping()).toEqual({ status: 200, reasons: [] });
	});

	test('stores the signing secret sealed, and nowhere in clear', async () => {
		await trigger.publish();
		const secret = openSecret(trigger.registration.sealedSecret, API_KEY)!;
		expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{40,}=*$/);
		const [{ signing_secrets: shown }] = remote();
		expect(shown).toEqual([{ truncated_secret: `whsec_...${secret.slice(-4)}` }]);
		expect(Object.keys(trigger.registration).sort()).toEqual([
			'instanceId',
			'sealedSecret',
			'webhookId',
		]);
		const stored = JSON.stringify(trigger.definition.staticData) + stage.log;
		expect(stored).not.toContain(secret);
		expect(stored).not.toContain(secret.slice('whsec_'.length));
		expect(stored).not.toContain(API_KEY);
		expect(openSecret(trigger.registration.sealedSecret, FOREIGN_KEY)).toBeUndefined();
	});

	test('twice asks Google once more and changes nothing', async () => {
		await trigger.publish();
		const before = { ...trigger.registration };
		stage.emulator.requests.length = 0;
		await trigger.publish();
		expect(stage.emulator.requests.map(({ method }) => method)).toEqual(['GET']);
		expect(trigger.registration).toEqual(before);
		expect(remote()).toHaveLength(1);
	});

	test("leaves out 'Any Other Event', which is not Google's", async () => {
		trigger = stage.trigger({ events: [...EVENTS, 'other'] });
		await trigger.publish();
		expect(remote()[0].subscribed_events).toEqual(EVENTS);
	});

	test('for a test event uses the test URL', async () => {
		await trigger.publish({ mode: 'manual', activation: 'manual', isTest: true });
		expect(remote()).toMatchObject([
			{
				uri: trigger.url.replace('/webhook/', '/webhook-test/'),
				name: 'n8n: Reviews / Trigger (test)',
			},
		]);
	});

	test('registers without the retired events when Google refuses them, and takes that for right', async () => {
		trigger = stage.trigger({ events: [...EVENTS, 'batch.cancelled', 'interaction.cancelled'] });
		await trigger.publish();
		expect(remote().map(({ subscribed_events: events }) => events)).toEqual([EVENTS]);
		expect(stage.log).toContain('Google refused the list of events');
		expect(await ping()).toMatchObject({ status: 200 });
		expect(await trigger.hook('checkExists')).toBe(true);
	});

	test('registers the retired events when Google takes them', async () => {
		stage.emulator.settings.acceptCancelledEvents = true;
		trigger = stage.trigger({ events: [...EVENTS, 'batch.cancelled'] });
		await trigger.publish();
		expect(remote()[0].subscribed_events).toEqual([...EVENTS, 'batch.cancelled']);
	});

	test('fails when only retired events are chosen, once', async () => {
		trigger = stage.trigger({ events: ['batch.cancelled'] });
		const error = await rejection<NodeApiError>(trigger.publish());
		expect(error.message).toContain(`Could not register the webhook ${trigger.url}`);
		expect(writes()).toHaveLength(1);
		expect(trigger.registration).toEqual({});
	});

	test('fails when Google tells no usable secret', async () => {
		stage.emulator.faults.add({ method: 'POST', path: /webhooks/, body: { id: 'w', name: 'x' } });
		const error = await rejection(trigger.publish());
		expect(error.message).toBe('Google returned no usable signing secret');
		expect(trigger.registration).toEqual({});
	});

	interface Refusal {
		what: string;
		events?: string[];
		prepare?: () => void;
		message: RegExp;
	}
	const google = 'https://generativelanguage.googleapis.com';
	test.each<Refusal>([
		{ what: 'no event', events: [], message: /^No event is chosen in 'Events'$/ },
		{
			what: "only 'Any Other Event'",
			events: ['other'],
			message: /^No event is chosen in 'Events'$/,
		},
		{
			what: "a local n8n when the Base URL is Google's",
			prepare: () => {
				stage.credential.baseUrl = google;
			},
			message: /^The webhook URL points to 127\.0\.0\.1, which Google cannot reach$/,
		},
		{
			what: "localhost when the Base URL is Google's",
			prepare: () => {
				stage.credential.baseUrl = google;
				Object.defineProperty(stage.front, 'url', { value: 'http://localhost:5678' });
			},
			message: /^The webhook URL points to localhost, which Google cannot reach$/,
		},
		{
			what: "plain http when the Base URL is Google's",
			prepare: () => {
				stage.credential.baseUrl = google;
				Object.defineProperty(stage.front, 'url', { value: 'http://n8n.example.com' });
			},
			message:
				/^The webhook URL starts with http:\/\/, and Google only calls https:\/\/ addresses$/,
		},
	])('is refused before Google is asked: $what', async ({ events = EVENTS, prepare, message }) => {
		const { url } = stage.front;
		trigger = stage.trigger({ events });
		try {
			prepare?.();
			const error = await rejection<NodeOperationError>(trigger.hook('create'));
			expect(error).toBeInstanceOf(NodeOperationError);
			expect(error.message).toMatch(message);
			expect(error.description).toMatch(/N8N_WEBHOOK_URL|Choose at least one/);
			expect(stage.sent).toEqual([]);
			expect(trigger.registration).toEqual({});
		} finally {
			Object.defineProperty(stage.front, 'url', { value: url, writable: true });
		}
	});
});

describe('exactly one webhook', () => {
	/** n8n's way: up to five attempts, and `delete` after each that fails. */
	async function publishAsN8n(withDelete: boolean): Promise<number> {
		for (let attempt = 1; attempt <= 5; attempt++) {
			try {
				await trigger.publish();
				return attempt;
			} catch {
				if (withDelete) await trigger.hook('delete').catch(() => undefined);
			}
		}
		throw new Error('Five attempts were not enough');
	}

	const lost = { status: 503, after: true };
	test.each([
		['its creation', [{ method: 'POST', path: /\/webhooks$/, ...lost }], 2],
		['its creation, three times', [{ method: 'POST', path: /\/webhooks$/, ...lost, times: 3 }], 2],
		[
			'creation, update and rotation',
			[
				{ method: 'POST', path: /\/webhooks$/, ...lost },
				{ method: 'PATCH', path: /\/webhooks\//, ...lost },
				{ method: 'POST', path: /:rotateSigningSecret$/, ...lost },
			],
			4,
		],
	])(
		'when the answer is lost to %s, and the next attempt finds it',
		async (_, faults, attempts) => {
			for (const fault of faults) stage.emulator.faults.add(fault);
			expect(await publishAsN8n(false)).toBe(attempts);
			expect(remote().map(fields)).toEqual([
				{ uri: trigger.url, subscribed_events: EVENTS, state: 'enabled' },
			]);
			expect(trigger.registration.webhookId).toBe(remote()[0].id);
			expect(await ping()).toEqual({ status: 200, reasons: [] });
		},
	);

	test("with n8n's own deletion in between", async () => {
		stage.emulator.faults.add({ method: 'POST', path: /\/webhooks$/, ...lost, times: 2 });
		expect(await publishAsN8n(true)).toBe(3);
		expect(remote()).toHaveLength(1);
		expect(await ping()).toEqual({ status: 200, reasons: [] });
	});

	test('with exactly this URL: strays are taken over or removed, all others left alone', async () => {
		const add = (uri: string) =>
			stage.emulator.webhooks.add({ uri, subscribed_events: ['video.generated'] });
		const others = [`${trigger.url}/more`, `${trigger.url}?x=1`, 'https://other.example.com/hook'];
		const kept = others.map((uri) => add(uri).id);
		const strays = [add(trigger.url), add(trigger.url), add(trigger.url)];
		await trigger.publish();
		expect(remote().map(({ id }) => id)).toEqual([...kept, strays[0].id]);
		expect(
			remote()
				.slice(0, 3)
				.map(({ uri }) => uri),
		).toEqual(others);
		expect(fields(remote()[3])).toEqual({
			uri: trigger.url,
			subscribed_events: EVENTS,
			state: 'enabled',
		});
		// Whoever knows the stray's old secret can't use it.
		expect(openSecret(trigger.registration.sealedSecret, API_KEY)).not.toBe(strays[0].secret);
		const event = { type: 'batch.succeeded', data: { id: 'batches/a' } };
		const old = { url: trigger.url, event, scheme: 'v1' as const, secret: strays[0].secret };
		expect(await stage.emulator.send(old)).toMatchObject({ status: 401 });
	});
});

describe('checking', () => {
	beforeEach(async () => {
		await trigger.publish();
		stage.emulator.requests.length = 0;
	});

	test('a webhook as it should be changes nothing', async () => {
		expect(await trigger.hook('checkExists')).toBe(true);
		expect(writes()).toEqual([]);
	});

	test('the same events in another order are as they should be', async () => {
		await change({ subscribed_events: [...EVENTS].reverse() });
		stage.emulator.requests.length = 0;
		expect(await trigger.hook('checkExists')).toBe(true);
		expect(writes()).toEqual([]);
	});

	test.each([
		[
			'the address that n8n had before',
			(url: URL) => ({ uri: `https://old.example.com${url.pathname}` }),
		],
		['fewer events', () => ({ subscribed_events: ['batch.failed'] })],
		['more events', () => ({ subscribed_events: [...EVENTS, 'video.generated'] })],
		['disabled', () => ({ state: 'disabled' })],
	])('mends a webhook with %s in place, and its secret stays good', async (_, drift) => {
		const before = { ...trigger.registration };
		await change(drift(new URL(trigger.url)));
		stage.emulator.requests.length = 0;
		expect(await trigger.hook('checkExists')).toBe(true);
		expect(writes().map(({ method }) => method)).toEqual(['PATCH']);
		expect(remote().map(fields)).toEqual([
			{ uri: trigger.url, subscribed_events: EVENTS, state: 'enabled' },
		]);
		expect(remote()[0].id).toBe(before.webhookId);
		expect(trigger.registration).toEqual(before);
		expect(await ping()).toEqual({ status: 200, reasons: [] });
	});

	test('mends without the retired events when Google refuses them', async () => {
		trigger.node.parameters.events = ['batch.succeeded', 'batch.cancelled'];
		expect(await trigger.hook('checkExists')).toBe(true);
		expect(remote()[0].subscribed_events).toEqual(['batch.succeeded']);
	});

	test('does not send an impossible URL', async () => {
		await change({ state: 'disabled' });
		stage.emulator.requests.length = 0;
		trigger.node.parameters.events = ['other'];
		await expect(trigger.hook('checkExists')).rejects.toThrow("No event is chosen in 'Events'");
		expect(writes()).toEqual([]);
	});

	test('a webhook that is gone means a new one', async () => {
		const before = { ...trigger.registration };
		stage.emulator.reset();
		expect(await trigger.hook('checkExists')).toBe(false);
		expect(trigger.registration).toEqual(RETIRED);
		await trigger.publish();
		expect(trigger.registration.webhookId).not.toBe(before.webhookId);
		expect(await ping()).toEqual({ status: 200, reasons: [] });
	});

	test('a secret that a replaced API key can no longer open means a new one', async () => {
		const before = { ...trigger.registration };
		stage.credential.apiKey = NEW_KEY;
		expect(await trigger.hook('checkExists')).toBe(false);
		await trigger.publish();
		expect(remote()).toHaveLength(1);
		expect(trigger.registration.sealedSecret).not.toBe(before.sealedSecret);
		expect(await ping()).toEqual({ status: 200, reasons: [] });
	});

	test('the same after the address of n8n changed, too: nothing is left at the old one', async () => {
		stage.credential.apiKey = NEW_KEY;
		await change({ uri: `https://old.example.com${new URL(trigger.url).pathname}` });
		await trigger.publish();
		expect(remote().map(({ uri }) => uri)).toEqual([trigger.url]);
		expect(await ping()).toEqual({ status: 200, reasons: [] });
	});

	test("a copy of a workflow leaves the original's webhook alone", async () => {
		// What the copy remembers is the original's: another webhook id in n8n, another path.
		await change({ uri: 'https://n8n.example.com/webhook/the-original/webhook' });
		const [original] = remote();
		await trigger.publish();
		expect(remote()).toHaveLength(2);
		expect(remote()[0]).toEqual(original);
		expect(trigger.registration.webhookId).toBe(remote()[1].id);
	});

	test("a copy that is unpublished leaves the original's webhook alone", async () => {
		await change({ uri: 'https://n8n.example.com/webhook/the-original/webhook' });
		const [original] = remote();
		expect(await trigger.hook('delete')).toBe(true);
		expect(remote()).toEqual([original]);
		expect(trigger.registration).toEqual({});
	});

	test('the key of another project registers there', async () => {
		stage.credential.apiKey = FOREIGN_KEY;
		await trigger.publish();
		expect(remote(FOREIGN_KEY).map(fields)).toEqual([
			{ uri: trigger.url, subscribed_events: EVENTS, state: 'enabled' },
		]);
		expect(trigger.registration.webhookId).toBe(remote(FOREIGN_KEY)[0].id);
	});

	test('an API that is down is no answer', async () => {
		const before = { ...trigger.registration };
		stage.emulator.faults.add({ path: /webhooks/, status: 400, times: null });
		const error = await rejection(trigger.hook('checkExists'));
		expect(error.message).toContain('Could not read the webhook');
		expect(trigger.registration).toEqual(before);
		expect(everythingIn(error)).not.toContain(API_KEY);
	});
});

describe('unpublishing', () => {
	test('removes the webhook and forgets it', async () => {
		await trigger.publish();
		const uri = 'https://other.example.com/hook';
		stage.emulator.webhooks.add({ uri, subscribed_events: EVENTS });
		await trigger.hook('delete', { mode: 'internal', activation: 'update' });
		expect(remote().map((one) => one.uri)).toEqual([uri]);
		expect(trigger.registration).toEqual(RETIRED);
	});

	test('is content when the webhook is gone already', async () => {
		await trigger.publish();
		stage.emulator.reset();
		expect(await trigger.hook('delete')).toBe(true);
		expect(trigger.registration).toEqual(RETIRED);
	});

	test('throws when Google does not answer, and keeps what the next attempt needs', async () => {
		await trigger.publish();
		const before = { ...trigger.registration };
		stage.emulator.faults.add({ method: 'DELETE', path: /webhooks/, status: 503 });
		const error = await rejection(trigger.hook('delete'));
		expect(error.message).toContain('Could not delete the webhook');
		expect(trigger.registration).toEqual(before);
		await trigger.hook('delete');
		expect(remote()).toEqual([]);
		expect(trigger.registration).toEqual(RETIRED);
	});

	test('after a failed creation removes what that left behind', async () => {
		stage.emulator.faults.add({ method: 'POST', path: /webhooks/, cut: true, after: true });
		await rejection(trigger.publish());
		expect(remote()).toHaveLength(1);
		await trigger.hook('delete');
		expect(remote()).toEqual([]);
	});
});

describe("listening to 'Jobs Started From N8n'", () => {
	beforeEach(() => {
		trigger = stage.trigger({ listenTo: 'requests', events: EVENTS });
	});

	test('registers nothing at Google and asks it nothing', async () => {
		await trigger.publish();
		expect(await trigger.hook('checkExists')).toBe(true);
		await trigger.hook('delete');
		expect(stage.sent).toEqual([]);
		expect(trigger.registration).toEqual({});
	});

	test('removes a webhook from the time when it listened to the whole project', async () => {
		trigger.node.parameters.listenTo = 'project';
		await trigger.publish();
		trigger.node.parameters.listenTo = 'requests';
		expect(await trigger.hook('checkExists')).toBe(false);
		await trigger.hook('create');
		expect(remote()).toEqual([]);
		expect(trigger.registration).toEqual({});
		expect(await trigger.hook('checkExists')).toBe(true);
	});
});

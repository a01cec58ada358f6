import { setTimeout as sleep } from 'node:timers/promises';
import { CredentialTestContext, LoadOptionsContext } from 'n8n-core';
import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	ILoadOptionsFunctions,
	INode,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { GeminiWebhookTrigger } from '../../nodes/GeminiWebhookTrigger/GeminiWebhookTrigger.node.ts';
import { everythingIn, rejection } from './support/errors.mts';
import { finishedJob } from './support/jobs.mts';
import { API_KEY, Stage, type TriggerWorkflow } from './support/stage.mts';
import { additionalData, loadWorkflow } from './support/workflow.mts';

let stage: Stage;
let trigger: TriggerWorkflow;
/** The webhook at Google, made before the trigger is published. */
let webhook: { id: string; secret: string };

const EVENTS = ['batch.failed', 'batch.succeeded'];
const BOTH = {
	geminiWebhooksApi: { id: 'gemini', name: 'Gemini' },
	geminiWebhookSecretApi: { id: 'secrets', name: 'Secrets' },
};
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 'another').toString('base64')}`;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(() => {
	stage.reset();
	trigger = existing();
	webhook = add(trigger.url);
	choose(webhook.id);
	stage.signingSecrets.currentSecret = webhook.secret;
});
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

function existing(parameters: INode['parameters'] = {}): TriggerWorkflow {
	return stage.trigger(
		{ listenTo: 'existing', events: EVENTS, ...parameters },
		{ credentials: { ...BOTH } },
	);
}

function add(uri: string, subscribed_events = EVENTS) {
	const { id, secret } = stage.emulator.webhooks.add({ name: 'my own', uri, subscribed_events });
	return { id, secret };
}

function choose(value: unknown, mode = 'list'): void {
	trigger.node.parameters.webhook = { __rl: true, mode, value } as never;
}

const remote = () => stage.emulator.webhooks.list();
const writes = () => stage.emulator.requests.filter(({ method }) => method !== 'GET');
const writesOf = (id: string) => writes().filter(({ path }) => path.includes(id));

async function call(path: string, method: string, body?: object): Promise<Record<string, unknown>> {
	const response = await fetch(`${stage.emulator.url}/v1beta/webhooks/${path}`, {
		method,
		headers: { 'x-goog-api-key': API_KEY },
		...(body && { body: JSON.stringify(body) }),
	});
	expect(response.ok).toBe(true);
	stage.emulator.requests.length = 0;
	return (await response.json()) as Record<string, unknown>;
}

async function rotate(): Promise<string> {
	return String((await call(`${webhook.id}:rotateSigningSecret`, 'POST', {})).secret);
}

describe('publishing', () => {
	test('takes the webhook as it is: nothing is changed, nothing is stored', async () => {
		const before = remote();
		await trigger.publish();
		expect(remote()).toEqual(before);
		expect(writes()).toEqual([]);
		expect(trigger.registration).toEqual({});
	});

	test.each(['', 'webhooks/'])("takes an id that is given as '%sid'", async (prefix) => {
		choose(` ${prefix}${webhook.id} `, 'id');
		await trigger.publish();
		expect(stage.emulator.requests.map(({ path }) => path)).toEqual([
			`/v1beta/webhooks/${webhook.id}`,
		]);
	});

	test('enables it again when it is disabled, changes nothing else, and says so', async () => {
		await call(webhook.id, 'PATCH', { state: 'disabled' });
		const [before] = remote();
		await trigger.publish();
		expect(remote()).toEqual([{ ...before, state: 'enabled' }]);
		expect(writes().map(({ method, path }) => `${method} ${path}`)).toEqual([
			`PATCH /v1beta/webhooks/${webhook.id}?update_mask=state`,
		]);
		expect(stage.log).toContain('enabled the existing webhook again');
		expect(stage.log).toContain(webhook.id);
	});

	test.each([
		['retired events', ['batch.succeeded', 'batch.cancelled', 'interaction.cancelled']],
		["'Any Other Event'", ['batch.succeeded', 'other']],
		['fewer events than the webhook has', ['batch.succeeded']],
	])('does not ask the webhook for %s', async (_, events) => {
		trigger.node.parameters.events = events;
		await trigger.publish();
		expect(writes()).toEqual([]);
	});

	test('takes the secret of before the last rotation as long as Google shows it, too', async () => {
		await rotate();
		await trigger.publish();
	});

	test('takes a secret that was pasted with blanks and without prefix and padding', async () => {
		const bare = webhook.secret.replace('whsec_', '').replace(/=+$/, '');
		stage.signingSecrets.currentSecret = ` ${bare}\n`;
		await trigger.publish();
		await finishedJob(stage);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
	});

	test('goes on when Google shows no ends of the secrets', async () => {
		stage.signingSecrets.currentSecret = OTHER_SECRET;
		const { signing_secrets: _, ...shown } = remote()[0];
		stage.emulator.faults.add({ method: 'GET', path: /webhooks\//, body: shown });
		await trigger.publish();
	});

	interface Refusal {
		what: string;
		prepare: () => unknown;
		message: () => string;
		says: () => string[];
		/** Calls of the API before it is refused. */
		calls: number;
	}
	const credentialFault = (what: string) =>
		`The credential 'Gemini Webhook Signing Secret API' can't be used: ${what}`;
	test.each<Refusal>([
		{
			what: 'a test event',
			prepare: () => undefined,
			message: () => 'An existing webhook sends no test events: it calls the Production URL',
			says: () => ['Publish the workflow', "'All Jobs of the Google Project'"],
			calls: 0,
		},
		{
			what: 'no webhook',
			prepare: () => choose(''),
			message: () => "'Webhook' is not the id of a webhook",
			says: () => ['Choose one from the list'],
			calls: 0,
		},
		{
			what: 'what leads elsewhere in the API',
			prepare: () => choose('../models', 'id'),
			message: () => "'Webhook' is not the id of a webhook",
			says: () => ['Choose one from the list'],
			calls: 0,
		},
		{
			what: 'no event',
			prepare: () => (trigger.node.parameters.events = []),
			message: () => "No event is chosen in 'Events'",
			says: () => ['Choose at least one event'],
			calls: 0,
		},
		{
			what: 'an empty credential',
			prepare: () => (stage.signingSecrets.currentSecret = ' '),
			message: () => credentialFault("'Current Signing Secret' is empty"),
			says: () => ['rotate it with the Gemini Webhook node'],
			calls: 0,
		},
		{
			what: 'no credential at all',
			prepare: () => delete trigger.node.credentials!.geminiWebhookSecretApi,
			message: () => credentialFault("'Current Signing Secret' is empty"),
			says: () => ['rotate it with the Gemini Webhook node'],
			calls: 0,
		},
		{
			what: 'a damaged current secret',
			prepare: () => (stage.signingSecrets.currentSecret = 'whsec_abc'),
			message: () =>
				credentialFault(
					"'Current Signing Secret' is not usable. It is no signing secret: those begin with 'whsec_', and Google shows each only once",
				),
			says: () => ['rotate it'],
			calls: 0,
		},
		{
			what: 'a damaged previous secret',
			prepare: () => (stage.signingSecrets.previousSecret = 'whsec_...MnM='),
			message: () =>
				credentialFault(
					"'Previous Signing Secret' is not usable. It is no signing secret: those begin with 'whsec_', and Google shows each only once",
				),
			says: () => ['rotate it'],
			calls: 0,
		},
		{
			what: 'a webhook that is not there',
			prepare: () => choose('k0h9q38f6ejj1g9j7cgcdsauadmbewegl79f', 'id'),
			message: () =>
				'There is no webhook k0h9q38f6ejj1g9j7cgcdsauadmbewegl79f in the Google project',
			says: () => ['Choose another one from the list', 'the API key belongs to the project'],
			calls: 1,
		},
		{
			what: 'a webhook with another URL',
			prepare: () => {
				webhook = add('https://elsewhere.example.com/hook');
				choose(webhook.id);
			},
			message: () => `The webhook ${webhook.id} calls another address than this trigger's`,
			says: () => ['https://elsewhere.example.com/hook', trigger.url, "'Update'"],
			calls: 1,
		},
		{
			what: 'a webhook with the URL and something behind it',
			prepare: () => {
				webhook = add(`${trigger.url}?x=1`);
				choose(webhook.id);
			},
			message: () => `The webhook ${webhook.id} calls another address than this trigger's`,
			says: () => [`${trigger.url}?x=1`],
			calls: 1,
		},
		{
			what: 'events that the webhook does not get',
			prepare: () => {
				trigger.node.parameters.events = [...EVENTS, 'video.generated', 'batch.expired', 'other'];
			},
			message: () =>
				`Google does not send these chosen events to the webhook ${webhook.id}: video.generated, batch.expired`,
			says: () => ["'Update'", "take them out of 'Events'"],
			calls: 1,
		},
		{
			what: "another webhook's secret",
			prepare: () => (stage.signingSecrets.currentSecret = OTHER_SECRET),
			message: () =>
				`The signing secret in the credential is not that of the webhook ${webhook.id}`,
			says: () => ["webhook's own secret", 'rotate it'],
			calls: 1,
		},
	])('refuses $what', async ({ what, prepare, message, says, calls }) => {
		prepare();
		const before = remote();
		const test = { mode: 'manual', activation: 'manual', isTest: true } as const;
		const error = await rejection<NodeOperationError>(
			trigger.publish(what === 'a test event' ? test : undefined),
		);
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error.message).toBe(message());
		for (const words of says()) expect(error.description).toContain(words);
		expect(stage.emulator.requests).toHaveLength(calls);
		expect(remote()).toEqual(before);
		expect(everythingIn(error) + stage.log).not.toContain(webhook.secret);
	});

	test('does not take a webhook for missing because the API is down', async () => {
		stage.emulator.faults.add({ path: /webhooks/, status: 403, times: null });
		const error = await rejection(trigger.publish());
		expect(error.message).toContain(`Could not read the webhook ${webhook.id}`);
	});
});

describe('unpublishing', () => {
	test('leaves the webhook alone and asks Google nothing', async () => {
		await trigger.publish();
		const before = remote();
		stage.emulator.requests.length = 0;
		expect(await trigger.hook('delete')).toBe(true);
		expect(remote()).toEqual(before);
		expect(stage.emulator.requests).toEqual([]);
	});

	test('after a refused test event asks Google nothing, either', async () => {
		expect(await trigger.hook('delete', { mode: 'internal', activation: 'update' })).toBe(true);
		expect(stage.emulator.requests).toEqual([]);
	});
});

describe('from the time when the trigger listened to the whole project', () => {
	/** Publishes for the project; returns the webhook that this registered. */
	async function publishedForProject(): Promise<string> {
		stage.emulator.reset();
		trigger.node.parameters.listenTo = 'project';
		await trigger.publish();
		trigger.node.parameters.listenTo = 'existing';
		return trigger.registration.webhookId;
	}

	test("the trigger's own webhook is removed, the chosen one stays", async () => {
		const own = await publishedForProject();
		webhook = add(trigger.url);
		choose(webhook.id);
		stage.signingSecrets.currentSecret = webhook.secret;
		expect(await trigger.hook('checkExists')).toBe(false);
		await trigger.hook('create');
		expect(remote().map(({ id }) => id)).toEqual([webhook.id]);
		expect(
			writesOf(own)
				.map(({ method }) => method)
				.at(-1),
		).toBe('DELETE');
		expect(writesOf(webhook.id)).toEqual([]);
		expect(trigger.registration).toEqual({});
		expect(await trigger.hook('checkExists')).toBe(true);
	});

	test("the trigger's own webhook stays when it is the one that was chosen", async () => {
		webhook = { id: await publishedForProject(), secret: '' };
		choose(webhook.id);
		stage.signingSecrets.currentSecret = await rotate();
		await trigger.publish();
		expect(remote().map(({ id }) => id)).toEqual([webhook.id]);
		expect(writes()).toEqual([]);
		expect(trigger.registration).toEqual({});
		await trigger.hook('delete');
		expect(remote()).toHaveLength(1);
	});

	test('nothing is removed when the chosen one is refused', async () => {
		await publishedForProject();
		const before = remote();
		choose('k0h9q38f6ejj1g9j7cgcdsauadmbewegl79f', 'id');
		await rejection(trigger.publish());
		expect(remote()).toEqual(before);
	});
});

describe('receiving', () => {
	beforeEach(async () => {
		await trigger.publish();
	});

	test('accepts what is signed with the current secret', async () => {
		const jobId = await finishedJob(stage);
		expect(await stage.deliver()).toMatchObject({ status: 202, url: trigger.url });
		expect(trigger.items).toMatchObject([{ jobId, signatureScheme: 'v1' }]);
		// The secret is proof enough.
		expect(stage.calls(/batches\/|jwks/)).toEqual([]);
	});

	test('accepts both secrets during a rotation, in either order of changing them', async () => {
		const { secret } = webhook;
		const next = await rotate();
		const send = async (signed: string) => {
			await finishedJob(stage);
			return (await stage.deliver({ scheme: 'v1', secret: signed })).status;
		};
		// n8n still has the old one only, and Google signs with both.
		expect(await send(secret)).toBe(202);
		expect(await send(next)).toBe(401);
		stage.signingSecrets = { currentSecret: next, previousSecret: secret };
		// After a rejection the credential is read once a second.
		await sleep(1000);
		expect([await send(next), await send(secret)]).toEqual([202, 202]);
		stage.signingSecrets.previousSecret = '';
		expect([await send(next), await send(secret)]).toEqual([202, 401]);
		expect(stage.reasons).toEqual(['signature-mismatch', 'signature-mismatch']);
		expect(stage.log).toContain("'Previous Signing Secret'");
	});

	test('believes a secret that was taken out not a moment longer, though a rejection has just shown it', async () => {
		const { secret } = webhook;
		await finishedJob(stage);
		expect(await stage.deliver({ signature: `v1,${'A'.repeat(43)}=` })).toMatchObject({
			status: 401,
		});
		stage.signingSecrets.currentSecret = await rotate();
		expect(await stage.deliver({ scheme: 'v1', secret })).toMatchObject({ status: 401 });
		expect(trigger.accepted).toEqual([]);
	});

	test('verifies with the current secret when the previous one is damaged', async () => {
		stage.signingSecrets.previousSecret = 'whsec_abc';
		await finishedJob(stage);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
	});

	test.each([
		['is empty', () => (stage.signingSecrets = { currentSecret: '', previousSecret: '' })],
		['holds no usable secret', () => (stage.signingSecrets.currentSecret = 'whsec_abc')],
		['is not chosen', () => delete trigger.node.credentials!.geminiWebhookSecretApi],
	])('accepts nothing when the credential %s, and says why in the log', async (_, empty) => {
		await finishedJob(stage);
		empty();
		const attempt = await stage.deliver();
		expect(attempt.status).toBe(401);
		expect(attempt.responseBody).toBe('{"error":"Unauthorized"}');
		expect(stage.reasons).toEqual(['secret-missing']);
		expect(stage.log).toContain("'Gemini Webhook Signing Secret API' holds no usable secret");
		expect(stage.log).not.toContain(webhook.secret);
		expect(trigger.accepted).toEqual([]);
	});

	test('cannot decide while the credential is gone', async () => {
		await finishedJob(stage);
		trigger.node.credentials!.geminiWebhookSecretApi = { id: 'gone', name: 'Gone' };
		expect(await stage.deliver()).toMatchObject({ status: 503 });
	});

	test('does not use the secret of a registration of its own', async () => {
		trigger.definition.staticData = { 'node:Trigger': { webhookId: 'w', sealedSecret: 'x' } };
		await finishedJob(stage);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		const forged = await stage.deliver({ scheme: 'v1', secret: OTHER_SECRET, id: 'msg_forged' });
		expect(forged.status).toBe(401);
	});
});

describe('the list of webhooks', () => {
	async function search(filter?: string) {
		const workflow = loadWorkflow(trigger.definition);
		const context = new LoadOptionsContext(
			workflow,
			workflow.getNode('Trigger')!,
			additionalData(trigger.definition, stage.surroundings, 'manual'),
			'webhook',
		);
		const { searchWebhooks } = new GeminiWebhookTrigger().methods.listSearch;
		return await searchWebhooks.call(context as unknown as ILoadOptionsFunctions, filter);
	}

	test('shows name and address, sorted, and finds by either', async () => {
		const add = (name: string | undefined, uri: string) =>
			stage.emulator.webhooks.add({ name, uri, subscribed_events: EVENTS }).id;
		const nameless = add(undefined, 'https://b.example.com/hook');
		const first = add('Alpha', 'https://c.example.com/hook');
		expect(await search()).toEqual({
			results: [
				{ value: first, name: 'Alpha', description: 'https://c.example.com/hook' },
				{
					value: nameless,
					name: 'https://b.example.com/hook',
					description: 'https://b.example.com/hook',
				},
				{ value: webhook.id, name: 'my own', description: trigger.url },
			],
		});
		for (const filter of ['ALPHA', 'c.example', first]) {
			expect((await search(filter)).results.map(({ value }) => value)).toEqual([first]);
		}
	});
});

describe("the credential's test", () => {
	const good = `whsec_${Buffer.alloc(32, 'secret').toString('base64')}`;
	const check = async (data: object) => {
		const { geminiWebhookSecretApiTest: run } = new GeminiWebhookTrigger().methods.credentialTest;
		const context = new CredentialTestContext() as unknown as ICredentialTestFunctions;
		return await run.call(context, { data } as unknown as ICredentialsDecrypted);
	};

	test.each([
		[{ currentSecret: good }],
		[{ currentSecret: good, previousSecret: '' }],
		[{ currentSecret: ` ${good.replace('whsec_', '')} `, previousSecret: good }],
	])('accepts %#, and asks nobody', async (data) => {
		expect(await check(data)).toEqual({
			status: 'OK',
			message: 'The secrets have the right form',
		});
		expect(stage.emulator.requests).toEqual([]);
	});

	test.each([
		['an empty one', {}, /^'Current Signing Secret' is empty$/],
		['a short one', { currentSecret: 'whsec_abc' }, /^'Current Signing Secret' is not usable/],
		[
			'what Google shows of a secret',
			{ currentSecret: 'whsec_...MnM=' },
			/^'Current Signing Secret' is not usable/,
		],
		[
			'a damaged previous one',
			{ currentSecret: good, previousSecret: 'x' },
			/^'Previous Signing Secret' is not usable/,
		],
	])('says which field is wrong: %s', async (_, data, message) => {
		const result = await check(data);
		expect(result.status).toBe('Error');
		expect(result.message).toMatch(message);
		expect(result.message).not.toContain(good);
	});
});

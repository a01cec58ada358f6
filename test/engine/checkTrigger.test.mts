/** 'Check Trigger': will a trigger receive, and if not, why not. Each fault is made at Google, in n8n, or on the way. */
import { derivedKey } from '../../nodes/shared/delivery/derivedKey.ts';
import { askStatus, QUESTION_HEADER } from '../../nodes/shared/inbound/statusQuestion.ts';
import { FOREIGN_KEY, NEW_KEY, API_KEY, Stage, type TriggerWorkflow } from './support/stage.mts';
import { runWebhookNode } from './support/webhookNode.mts';

let stage: Stage;
let trigger: TriggerWorkflow;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(async () => {
	stage.reset();
	trigger = stage.trigger({ events: ['batch.succeeded', 'batch.failed'] });
	await trigger.publish();
});
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

interface Result {
	receives: boolean | null;
	reason: string;
	advice: string | null;
	checks: Array<{ check: string; ok: boolean | null }>;
	[field: string]: unknown;
}

async function check(parameters: object = {}): Promise<Result> {
	const execution = await runWebhookNode(stage, 'checkTrigger', {
		triggerUrl: trigger.url,
		...parameters,
	});
	expect(execution.error).toBeUndefined();
	return execution.json('Webhook')[0] as unknown as Result;
}

const webhookId = () => String(stage.emulator.webhooks.list()[0].id);

/** One call of Google's API, as somebody else makes it. */
async function atGoogle(method: string, path = '', body?: object): Promise<void> {
	const { ok } = await fetch(`${stage.emulator.url}/v1beta/webhooks/${webhookId()}${path}`, {
		method,
		headers: { 'x-goog-api-key': API_KEY },
		body: body && JSON.stringify(body),
	});
	expect(ok).toBe(true);
}

test('all is well', async () => {
	const result = await check();
	expect(result).toMatchObject({
		receives: true,
		reason: 'Everything is as it should be',
		advice: null,
		url: trigger.url,
		node: 'Trigger',
		listenTo: 'project',
		lastProvenAt: null,
	});
	expect(result.checks.map(({ check, ok }) => [check, ok])).toEqual([
		['address', true],
		['published', true],
		['webhook', true],
		['enabled', true],
		['events', true],
		['signingSecret', true],
	]);
	// Nothing was started, and nothing rejected.
	expect(trigger.accepted).toEqual([]);
	expect(stage.reasons).toEqual([]);
	expect(JSON.stringify(result)).not.toContain(API_KEY);
});

const REPUBLISH = "Unpublish the trigger's workflow and publish it again.";

test.each<[string, () => Promise<unknown>, RegExp, string | RegExp]>([
	[
		'the webhook was deleted at Google',
		async () => await atGoogle('DELETE'),
		/^The Google project has no webhook that calls this trigger$/,
		REPUBLISH,
	],
	[
		'it was disabled',
		async () => await atGoogle('PATCH', '', { state: 'disabled' }),
		/^The webhook is off \('disabled'\)$/,
		/'Enable'/,
	],
	[
		'it calls another address',
		async () => await atGoogle('PATCH', '', { uri: 'https://old.example.com/webhook/x/webhook' }),
		/calls another address: https:\/\/old\.example\.com/,
		REPUBLISH,
	],
	[
		'it lacks an event',
		async () => await atGoogle('PATCH', '', { subscribed_events: ['batch.failed'] }),
		/^Google does not send these chosen events: batch\.succeeded$/,
		REPUBLISH,
	],
	[
		'its secret was rotated',
		async () => await atGoogle('POST', ':rotateSigningSecret'),
		/^The signing secret was rotated, and the trigger holds the previous one, which ends at 20/,
		REPUBLISH,
	],
	[
		'its secret was rotated, and the previous one revoked',
		async () =>
			await atGoogle('POST', ':rotateSigningSecret', {
				revocation_behavior: 'revoke_previous_secrets_immediately',
			}),
		/^Google uses another signing secret than the one the trigger holds$/,
		REPUBLISH,
	],
	[
		'what the trigger remembers got lost, as when it is renamed',
		() => Promise.resolve((trigger.definition.staticData = {})),
		/^The trigger holds no signing secret that its API key opens$/,
		REPUBLISH,
	],
	[
		'the API key was replaced by one of the same project',
		() => Promise.resolve((stage.credential.apiKey = NEW_KEY)),
		/^The trigger holds no signing secret that its API key opens$/,
		REPUBLISH,
	],
	[
		'the workflow is not published',
		() => Promise.resolve(stage.front.routes.clear()),
		/^No published workflow listens at this URL$/,
		'Publish the workflow.',
	],
])('%s', async (_, breakIt, reason, advice) => {
	await breakIt();
	const result = await check();
	expect(result.receives).toBe(false);
	expect(result.reason).toMatch(reason);
	expect(result.advice).toMatch(advice);
});

test('the node has the key of another project', async () => {
	const { credential } = stage;
	// The trigger answers under its own key, the node asks under another.
	const route = [...stage.front.routes].find(([path]) => trigger.url.endsWith(path))!;
	stage.front.routes.set(route[0], async (request, response) => {
		stage.credential = { ...credential };
		return await route[1](request, response);
	});
	stage.credential = { ...credential, apiKey: FOREIGN_KEY };
	const result = await check();
	expect(result).toMatchObject({
		receives: false,
		reason: 'A workflow listens at this URL, and does not answer to this API key',
	});
});

test('the URL leads to another n8n, which is not asked', async () => {
	const result = await check({ triggerUrl: 'https://other.example.com/webhook/x/webhook' });
	expect(result).toMatchObject({
		receives: false,
		reason: `The URL does not lead to this n8n, whose address is ${stage.front.url}/`,
	});
});

test('something else answers at the URL', async () => {
	const path = new URL(trigger.url).pathname;
	stage.front.routes.set(path, (_, response) => {
		response.status(200).json({ ok: true });
		return Promise.resolve({ noWebhookResponse: true });
	});
	expect(await check()).toMatchObject({ receives: null, reason: /HTTP 200 came back/ });
});

test("a trigger for jobs started from n8n needs Google's public keys", async () => {
	trigger = stage.trigger({ listenTo: 'requests', events: ['batch.succeeded'] });
	await trigger.publish();
	expect(await check()).toMatchObject({ receives: true, listenTo: 'requests' });
});

test.each(['https://n8n.example.com/workflow/1', 'no address'])(
	'%j is no URL of a trigger',
	async (triggerUrl) => {
		const execution = await runWebhookNode(stage, 'checkTrigger', { triggerUrl });
		expect(execution.error?.message).toMatch(
			/^'Trigger's Production URL' is not the URL of a Gemini Webhook Trigger/,
		);
	},
);

describe('a test ping', () => {
	beforeEach(() => {
		stage.emulator.settings.deliveryFault = 'none';
	});

	test('that arrives is seen', async () => {
		const result = await check({ sendPing: true });
		expect(result.receives).toBe(true);
		expect(result.checks.at(-1)).toMatchObject({ check: 'ping', ok: true });
		expect(trigger.accepted).toEqual([]);
	});

	test('that does not come is not', async () => {
		stage.emulator.settings.deliveryDelayMs = 60_000;
		const result = await check({ sendPing: true });
		expect(result).toMatchObject({
			receives: null,
			reason: "Google's test event was not seen within 15 seconds",
		});
	}, 30_000);
});

describe('a question that is not ours is answered like a forged delivery', () => {
	const path = () => new URL(trigger.url).pathname;
	const key = derivedKey(API_KEY, 'status-question');
	const good = () => askStatus(path(), key, Date.now());

	const ask = async (question: string) => {
		const headers = { [QUESTION_HEADER]: question };
		const answer = await fetch(trigger.url, { method: 'POST', headers });
		return [answer.status, await answer.text()];
	};

	test('ours is answered', async () => {
		expect((await ask(good()))[0]).toBe(200);
	});

	test.each<[string, () => string]>([
		['nothing', () => ''],
		['no question', () => 'please'],
		[
			'asked under another API key',
			() => askStatus(path(), derivedKey(FOREIGN_KEY, 'status-question'), Date.now()),
		],
		[
			'asked under a key for another purpose',
			() => askStatus(path(), derivedKey(API_KEY, 'callback-token'), Date.now()),
		],
		['for another trigger', () => askStatus('/webhook/other/webhook', key, Date.now())],
		['of two minutes ago', () => askStatus(path(), key, Date.now() - 120_000)],
		['of tomorrow', () => askStatus(path(), key, Date.now() + 86_400_000)],
		['with a longer life', () => good().replace(/^\d+/, (until) => String(Number(until) + 30))],
		['of great length', () => `${good()} ${'x'.repeat(10_000)}`],
	])('%s', async (_, question) => {
		expect(await ask(question())).toEqual([401, '{"error":"Unauthorized"}']);
		expect(trigger.accepted).toEqual([]);
	});
});

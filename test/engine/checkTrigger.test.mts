/** 'Check Trigger': whether a trigger would receive, and if not, why and what to do. */
import type { INode } from 'n8n-workflow';
import type { Asked, TriggerView } from '../../nodes/GeminiWebhook/triggerCheck/askTrigger.ts';
import { testPing } from '../../nodes/GeminiWebhook/triggerCheck/testPing.ts';
import { GeminiClient } from '../../nodes/shared/gemini/client.ts';
import { QUESTION_HEADER } from '../../nodes/shared/delivery/triggerCheck.ts';
import {
	answerToPing,
	callWebhooks,
	checksOf,
	checkTrigger,
	detailOf,
	wrongIn,
} from './support/checkTrigger.mts';
import type { Execution } from './support/execution.mts';
import { finishedJob } from './support/jobs.mts';
import { API_KEY, FOREIGN_KEY, Stage, type TriggerWorkflow } from './support/stage.mts';
import { until } from './support/until.mts';
import { runWebhookNode } from './support/webhookNode.mts';
import { chosen, line, node, TRIGGER, WEBHOOK } from './support/workflow.mts';

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
afterEach(() => {
	expect(stage.front.thrown).toEqual([]);
	// Asking starts nothing.
	expect(trigger.accepted).toEqual([]);
});
afterAll(() => stage.close());

const remote = () => stage.emulator.webhooks.list();
const call = async (method: string, path: string, body?: object) =>
	await callWebhooks(stage, method, path, body);
/** Changes the trigger's webhook behind its back. */
const change = async (body: object) => await call('PATCH', String(remote()[0].id), body);
const check = async (parameters?: INode['parameters'], url = trigger.url) =>
	await checkTrigger(stage, url, parameters);

describe('a trigger that receives', () => {
	test('is told with all that was looked at', async () => {
		await trigger.publish();
		const checked = await check();
		expect(checked).toMatchObject({
			receives: true,
			reason: expect.stringContaining('Nothing stands in the way') as string,
			advice: null,
			repaired: false,
			trigger: 'Trigger',
			workflowId: trigger.definition.id,
			workflowName: 'Reviews',
			url: trigger.url,
			listenTo: 'project',
			webhookId: remote()[0].id,
		});
		expect(checksOf(checked)).toEqual({
			publicAddress: true,
			published: true,
			apiKey: true,
			webhook: true,
			enabled: true,
			events: true,
			signingSecret: true,
			deliveries: null,
		});
		expect(detailOf(checked, 'deliveries')).toMatch(/been running: none$/);
	});

	test('and has received lately', async () => {
		await trigger.publish();
		expect(await answerToPing(stage, trigger)).toBe(200);
		const checked = await check();
		expect(checked.reason).toBe(
			"Google reports the project's jobs to this trigger, and it accepts them",
		);
		expect(detailOf(checked, 'deliveries')).toMatch(/: 1 proven, the last one \d+ seconds? ago$/);
	});

	test("listens to n8n's jobs", async () => {
		trigger = stage.trigger({ listenTo: 'requests', events: EVENTS });
		const checked = await check({ sendPing: true });
		expect(checked).toMatchObject({ receives: true, listenTo: 'requests', webhookId: null });
		expect(checksOf(checked)).toMatchObject({ publicKeys: true, testPing: null });
	});

	test('uses an existing webhook', async () => {
		const { id, secret } = stage.emulator.webhooks.add({
			uri: trigger.url,
			subscribed_events: EVENTS,
		});
		stage.signingSecrets.currentSecret = secret;
		Object.assign(trigger.node.parameters, { listenTo: 'existing', webhook: chosen(id) });
		trigger.node.credentials!.geminiWebhookSecretApi = { id: 'secrets', name: 'Secrets' };
		expect(await check()).toMatchObject({ receives: true, listenTo: 'existing', webhookId: id });
	});
});

describe('when the trigger itself cannot be asked', () => {
	test('because its workflow is not published', async () => {
		stage.front.routes.clear();
		const checked = await check({ repair: true });
		expect(checked).toMatchObject({ receives: false, repaired: false, trigger: null });
		expect(checked.reason).toBe('No published workflow listens at the Production URL');
		expect(checked.advice).toMatch(/^Publish the trigger's workflow/);
	});

	test('and Google calls it all the same', async () => {
		await trigger.publish();
		stage.front.routes.clear();
		const checked = await check();
		expect(detailOf(checked, 'otherWebhooks')).toContain(trigger.url);
		expect(wrongIn(checked)).toEqual(['published', 'otherWebhooks']);
		expect(checked).toMatchObject({ repaired: false, repairedProblem: null });
	});

	test('because it uses another API key', async () => {
		await trigger.publish();
		const key = stage.credential.apiKey;
		const route = stage.front.routes.get(new URL(trigger.url).pathname)!;
		// The node's key is the foreign one, the trigger's its own.
		stage.front.routes.set(new URL(trigger.url).pathname, async (...call) => {
			stage.credential.apiKey = key;
			return await route(...call);
		});
		stage.credential.apiKey = FOREIGN_KEY;
		const checked = await check({ repair: true });
		expect(checked.reason).toMatch(/does not know the API key of this node$/);
		expect(stage.reasons).toEqual(['header-missing']);
	});

	test.each([
		['a page of a proxy', 502, '<html>Bad gateway</html>', /^HTTP 502 came back/],
		['a success of somebody else', 200, '{"answer":"e30.AAAA"}', /^HTTP 200 came back/],
		['a redirect', 302, '', /^HTTP 302 came back/],
		['an outage', 503, '{"error":"Down"}', /^HTTP 503 came back/],
	])('because %s comes back', async (_, status, body, reason) => {
		await trigger.publish();
		stage.front.routes.set(new URL(trigger.url).pathname, (_request, response) => {
			response.writeHead(status, { location: 'https://login.example.com/' }).end(body);
			return Promise.resolve({ noWebhookResponse: true });
		});
		const checked = await check();
		expect(checked).toMatchObject({ receives: false });
		expect(checked.reason).toMatch(reason);
		expect(checksOf(checked)).toMatchObject({ published: null });
	});

	test('because its credential is gone', async () => {
		await trigger.publish();
		const { geminiWebhooksApi } = trigger.node.credentials!;
		trigger.node.credentials = { geminiWebhooksApi: { id: 'gone', name: 'Gone' } };
		const checked = await check({ repair: true });
		trigger.node.credentials = { geminiWebhooksApi };
		expect(checked).toMatchObject({ receives: false, repaired: false });
		expect(checksOf(checked)).toMatchObject({ published: null });
		expect(checked.reason).toMatch(/^The trigger answered that it cannot decide anything now/);
		expect(checked.advice).toMatch(/^See n8n's log: .* choose another one in the trigger/);
		expect(stage.log).toContain('Gemini Webhook Trigger did not accept a delivery');
	});

	test('because the connection breaks', async () => {
		stage.front.routes.set(new URL(trigger.url).pathname, (request) => {
			request.socket.destroy();
			return Promise.resolve({ noWebhookResponse: true });
		});
		expect((await check()).reason).toMatch(/^This n8n cannot reach its own public address: /);
	});

	test.each([
		['https://other.example.com/webhook/a/webhook', /^The URL does not lead to this n8n, whose/],
		['URL/webhook/my-path', /^The URL is not the Production URL of a Gemini Webhook Trigger$/],
	])('because it is not one of this n8n: %s', async (url, reason) => {
		let calls = 0;
		stage.front.handler = () => Promise.resolve(void calls++);
		const checked = await check({}, url.replace('URL', stage.front.url));
		stage.front.handler = () => Promise.resolve(undefined);
		expect(checked.reason).toMatch(reason);
		expect(calls).toBe(0);
	});

	test('an API that does not answer is a finding, and no error', async () => {
		await trigger.publish();
		stage.emulator.faults.add({ path: /webhooks/, status: 400, times: null });
		const checked = await check({ repair: true, sendPing: true });
		expect(checked.receives).toBe(false);
		expect(wrongIn(checked)).toEqual(['apiKey', 'repair']);
		expect(checked.reason).toContain("Could not list the project's webhooks");
	});

	test("an address that Google can't call comes first", async () => {
		await trigger.publish();
		stage.credential.baseUrl = 'https://generativelanguage.googleapis.com.invalid';
		const checked = await check();
		expect(checked.reason).toBe(
			'The Production URL points to 127.0.0.1, which Google cannot reach',
		);
		expect(checked.advice).toContain('N8N_WEBHOOK_URL');
	});
});

describe('a test ping', () => {
	test('that arrives proves the way from end to end', async () => {
		await trigger.publish();
		const checked = await check({ sendPing: true });
		expect(checksOf(checked)).toMatchObject({ testPing: true });
		expect(checked.reason).toBe(
			"Google reports the project's jobs to this trigger, and it accepts them",
		);
	});

	test('that is turned away says with which word', async () => {
		await trigger.publish();
		stage.emulator.settings.timestampClock = 'virtual';
		await stage.emulator.clock.advance(3_600_000);
		const checked = await check({ sendPing: true });
		stage.emulator.settings.timestampClock = 'real';
		expect(checked.receives).toBe(false);
		expect(checked.reason).toMatch(/was turned away: timestamp-too-new$/);
	}, 30_000);

	test('that never arrives is no sign of life, however many came before', async () => {
		await trigger.publish();
		expect(await answerToPing(stage, trigger)).toBe(200);
		stage.emulator.faults.add({ method: 'POST', path: ':ping$', body: {} });
		const checked = await check({ sendPing: true });
		expect(checked).toMatchObject({ receives: false });
		expect(checked.reason).toBe("Google's test ping was not seen within 15 seconds");
	}, 30_000);

	describe('when n8n has several processes that take webhooks', () => {
		/** Answers of two processes in turn. */
		const twoProcesses = (second: Partial<TriggerView>) => {
			let turn = 0;
			const counted = { proven: 3, provenAgo: 60_000, rejected: 0, rejectedAgo: null };
			const views = [
				{ process: 'one', ...counted },
				{ process: 'two', ...counted, ...second },
			];
			return async () =>
				await Promise.resolve({ kind: 'answered', view: views[turn++ % 2] } as Asked);
		};
		const ping = async (second: Partial<TriggerView>) => {
			await trigger.publish();
			const client = await GeminiClient.for(stage.context());
			return await testPing(client, String(remote()[0].id), twoProcesses(second));
		};

		test('counts when any of them has it', async () => {
			expect(await ping({ provenAgo: 0 })).toMatchObject({ check: 'testPing', ok: true });
		});

		test('proves nothing either way when none of those that answer has it', async () => {
			const found = await ping({});
			expect(found).toMatchObject({ ok: null, isAside: true });
			expect(found.detail).toContain('this n8n has several');
		}, 30_000);
	});

	test('that Google refuses is told', async () => {
		await trigger.publish();
		stage.emulator.faults.add({ method: 'POST', path: ':ping$', status: 403 });
		const checked = await check({ sendPing: true });
		expect(checked.receives).toBe(false);
		expect(checked.reason).toContain('Could not ping the webhook');
	});

	test('is not sent to a trigger that does not receive anyway', async () => {
		await trigger.publish();
		await change({ state: 'disabled' });
		await check({ sendPing: true });
		expect(stage.calls(/:ping$/)).toEqual([]);
	});
});

describe('which triggers', () => {
	const parameters = { resource: 'webhook', operation: 'checkTrigger' };
	const inWorkflow = async (...others: INode[]): Promise<Execution> => {
		const workflow = line(node('Start', 'passThrough'), node('Webhook', WEBHOOK, parameters));
		workflow.nodes.push(...others);
		return await stage.execution(workflow).start([{ json: {} }, { json: {} }]);
	};

	test("are by default this workflow's own that are switched on, each once", async () => {
		await trigger.publish();
		const other = node('Other', TRIGGER, {}, { webhookId: 'not-published' });
		const off = node('Off', TRIGGER, {}, { webhookId: 'off', disabled: true });
		const execution = await inWorkflow(trigger.node, other, off);
		expect(execution.json('Webhook')).toMatchObject([
			{ trigger: 'Trigger', url: trigger.url, receives: true },
			{ trigger: 'Other', receives: false, reason: expect.stringContaining('No published') },
		]);
		const [{ pairedItem }] = execution.output('Webhook');
		expect(pairedItem).toEqual([{ item: 0 }, { item: 1 }]);
	});

	test('must be some', async () => {
		const { error } = await inWorkflow();
		expect(error?.message).toBe('This workflow has no Gemini Webhook Trigger that is switched on');
	});

	test('may be given by URL, one for each item', async () => {
		await trigger.publish();
		const execution = await runWebhookNode(
			stage,
			'checkTrigger',
			{ triggers: 'url', triggerUrl: '={{ $json.url }}' },
			{
				items: [{ json: { url: 'nonsense' } }, { json: { url: trigger.url } }],
				onError: 'continueRegularOutput',
			},
		);
		expect(execution.json('Webhook')).toMatchObject([
			{ error: "'Production URL' is not a web address: nonsense" },
			{ receives: true },
		]);
	});
});

describe('several triggers', () => {
	let other: TriggerWorkflow;
	/** The triggers that were asked, in the order of the questions. */
	let asked: string[];
	beforeEach(async () => {
		other = stage.trigger({ events: EVENTS });
		asked = [];
		for (const one of [trigger, other]) {
			await one.publish();
			const { pathname } = new URL(one.url);
			const route = stage.front.routes.get(pathname)!;
			stage.front.routes.set(pathname, async (...call) => {
				asked.push(one.url);
				return await route(...call);
			});
		}
		for (const { id } of remote()) await call('DELETE', String(id));
	});

	const byUrl = async (repair: boolean) =>
		await runWebhookNode(
			stage,
			'checkTrigger',
			{ triggers: 'url', triggerUrl: '={{ $json.url }}', repair },
			{ items: [trigger, other].map(({ url }) => ({ json: { url } })) },
		);
	const ofWorkflow = async (repair: boolean) => {
		const parameters = { resource: 'webhook', operation: 'checkTrigger', repair };
		const workflow = line(node('Start', 'passThrough'), node('Webhook', WEBHOOK, parameters));
		workflow.nodes.push(trigger.node, { ...other.node, id: 'other', name: 'Other' });
		return await stage.execution(workflow).start([{ json: {} }]);
	};
	const ways: Array<[string, typeof byUrl]> = [
		['by URL', byUrl],
		['of a workflow', ofWorkflow],
	];

	// n8n stores what both remember as one piece: the one that is stored last would undo the other.
	test.each(ways)("%s are repaired one after another: 'Repair' loses no secret", async (_, run) => {
		const execution = await run(true);
		expect(execution.json('Webhook')).toMatchObject([{ repaired: true }, { repaired: true }]);
		expect(asked).toEqual([...Array(3).fill(trigger.url), ...Array(3).fill(other.url)]);
	});

	test.each(ways)('%s are looked at side by side', async (_, run) => {
		let arrived = 0;
		for (const { url } of [trigger, other]) {
			const { pathname } = new URL(url);
			const route = stage.front.routes.get(pathname)!;
			stage.front.routes.set(pathname, async (...call) => {
				arrived += 1;
				await until(() => arrived === 2);
				return await route(...call);
			});
		}
		expect((await run(false)).json('Webhook')).toMatchObject([
			{ receives: false },
			{ receives: false },
		]);
	});
});

test('a question carries no key, and goes to the path alone', async () => {
	await trigger.publish();
	const { pathname } = new URL(trigger.url);
	const route = stage.front.routes.get(pathname)!;
	const got: Array<Record<string, unknown>> = [];
	stage.front.routes.set(pathname, async (request, response) => {
		got.push({ url: request.url, headers: JSON.stringify(request.headers), body: request.rawBody });
		return await route(request, response);
	});
	await check({}, `${trigger.url}?secret=1#x`);
	expect(got).toHaveLength(1);
	expect(got[0]).toMatchObject({ url: pathname, body: undefined });
	expect(got[0].headers).toContain(QUESTION_HEADER);
	expect(got[0].headers).not.toContain(API_KEY);
});

test('a delivery is judged as before when it brings a question that is not proven', async () => {
	await trigger.publish();
	await finishedJob(stage);
	const attempt = await stage.deliver({ headers: { [QUESTION_HEADER]: 'a.b' } });
	expect(attempt.status).toBe(202);
	trigger.accepted.length = 0;
});

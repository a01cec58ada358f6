/** What may be wrong with a published trigger, what 'Check Trigger' says of it, and how 'Repair' puts it in order. */
import type { INode } from 'n8n-workflow';
import { openSecret } from '../../nodes/shared/delivery/sealedSecret.ts';
import {
	answerToPing,
	callWebhooks,
	checksOf,
	checkTrigger,
	detailOf,
	wrongIn,
} from './support/checkTrigger.mts';
import { finishedJob } from './support/jobs.mts';
import { API_KEY, FOREIGN_KEY, NEW_KEY, Stage, type TriggerWorkflow } from './support/stage.mts';
import { chosen } from './support/workflow.mts';

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

/** What may be wrong, what is said of it, and whether 'Repair' puts it in order. */
interface Trouble {
	what: string;
	cause: () => unknown;
	wrong: string[];
	reason: RegExp;
	advice: RegExp;
	/** URLs of webhooks that are left, besides the trigger's own: where somebody else has led one, it may be wanted. */
	left?: string[];
}

const TROUBLES: Trouble[] = [
	{
		what: 'its webhook was deleted at Google',
		cause: async () => await call('DELETE', String(remote()[0].id)),
		wrong: ['webhook'],
		reason: /^Google does not have the webhook \w+ any more/,
		advice: /^Unpublish .* 'Repair'/,
	},
	{
		what: 'its webhook was disabled',
		cause: async () => await change({ state: 'disabled' }),
		wrong: ['enabled'],
		reason: /^Somebody has switched off the webhook/,
		advice: /'Repair'/,
	},
	{
		what: 'its webhook was disabled by Google',
		cause: async () => {
			const { pathname } = new URL(trigger.url);
			const route = stage.front.routes.get(pathname)!;
			stage.front.routes.set(pathname, (_request, response) => {
				response.writeHead(500).end();
				return Promise.resolve({ noWebhookResponse: true });
			});
			stage.emulator.settings.deliveryFault = 'none';
			await finishedJob(stage);
			await stage.emulator.clock.advance(25 * 3_600_000);
			stage.emulator.settings.deliveryFault = 'never';
			stage.front.routes.set(pathname, route);
		},
		wrong: ['enabled'],
		reason: /^Google, after deliveries that failed, has switched off/,
		advice: /'Repair'/,
	},
	{
		what: "its webhook's events were changed",
		cause: async () => await change({ subscribed_events: ['batch.failed'] }),
		wrong: ['events'],
		reason: /^Google does not send these events .*: batch\.succeeded$/,
		advice: /'Repair'/,
	},
	{
		what: "its webhook's URL was changed",
		cause: async () => await change({ uri: 'https://other.example.com/hook' }),
		wrong: ['webhook'],
		left: ['https://other.example.com/hook'],
		reason: /calls https:\/\/other\.example\.com\/hook instead$/,
		advice: /'Repair'/,
	},
	{
		what: "n8n's address changed",
		cause: async () =>
			await change({ uri: `https://old.example.com${new URL(trigger.url).pathname}` }),
		wrong: ['webhook'],
		reason: /calls https:\/\/old\.example\.com\/webhook\/[\w-]+\/webhook instead$/,
		advice: /'Repair'/,
	},
	{
		what: 'what n8n remembers of it is gone',
		cause: () => {
			trigger.loseMemory();
		},
		wrong: ['signingSecret'],
		reason: /^The trigger has no usable signing secret$/,
		advice: /'Repair'/,
	},
	{
		what: 'the API key was replaced by another one of the project',
		cause: () => {
			stage.credential.apiKey = NEW_KEY;
		},
		wrong: ['signingSecret'],
		reason: /^The API key was replaced/,
		advice: /'Repair'/,
	},
	{
		what: 'the API key was replaced by one of another project',
		cause: () => {
			stage.credential.apiKey = FOREIGN_KEY;
		},
		wrong: ['webhook'],
		reason: /^Google does not have the webhook/,
		advice: /'Repair'/,
	},
	{
		what: 'its signing secret was renewed elsewhere',
		cause: async () =>
			await call('POST', `${String(remote()[0].id)}:rotateSigningSecret`, {
				revocation_behavior: 'revoke_previous_secrets_immediately',
			}),
		wrong: ['signingSecret'],
		reason: /^The signing secret was renewed elsewhere/,
		advice: /'Repair'/,
	},
];

describe.each(TROUBLES)('when $what', ({ cause, wrong, reason, advice, left = [] }) => {
	beforeEach(async () => {
		await trigger.publish();
		await cause();
	});

	test('says so, and what to do, and changes nothing', async () => {
		stage.emulator.requests.length = 0;
		const before = { ...trigger.registration };
		const checked = await check();
		expect(checked).toMatchObject({ receives: false, repaired: false, repairedProblem: null });
		expect(checked.reason).toMatch(reason);
		expect(checked.advice).toMatch(advice);
		expect(wrongIn(checked)).toEqual(wrong);
		expect(stage.emulator.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
		expect(trigger.registration).toEqual(before);
	});

	test("'Repair' puts it in order", async () => {
		const checked = await check({ repair: true });
		expect(checked).toMatchObject({ receives: true, repaired: true });
		expect(checked.repairedProblem).toMatch(reason);
		expect(wrongIn(checked)).toEqual([]);
		const { apiKey } = stage.credential;
		expect(stage.emulator.webhooks.list(apiKey).map(({ uri }) => uri)).toEqual([
			...left,
			trigger.url,
		]);
		expect(await answerToPing(stage, trigger)).toBe(200);
		// Once is enough.
		const held = trigger.registration.sealedSecret;
		expect(await check({ repair: true })).toMatchObject({ receives: true, repaired: false });
		expect(trigger.registration.sealedSecret).toBe(held);
	});
});

test("'Repair' takes the secret over that somebody else renewed, before it ends", async () => {
	await trigger.publish();
	const former = openSecret(trigger.registration.sealedSecret, API_KEY);
	await call('POST', `${String(remote()[0].id)}:rotateSigningSecret`, {});
	const checked = await check();
	expect(checked.receives).toBe(true);
	expect(checked.advice).toMatch(/'Repair'/);
	expect(detailOf(checked, 'signingSecret')).toMatch(/until \d{4}-\d\d-\d\dT.* only$/);
	expect(await check({ repair: true })).toMatchObject({ receives: true, repaired: true });
	expect(openSecret(trigger.registration.sealedSecret, API_KEY)).not.toBe(former);
	expect(checksOf(await check())).toMatchObject({ signingSecret: true });
});

test("'Repair' removes a second webhook with the same URL, and no other", async () => {
	await trigger.publish();
	const kept = [
		remote()[0].id,
		stage.emulator.webhooks.add({ uri: 'https://x.example.com/a', subscribed_events: EVENTS }).id,
	];
	stage.emulator.webhooks.add({ uri: trigger.url, subscribed_events: EVENTS });
	const checked = await check();
	expect(checked.receives).toBe(true);
	expect(wrongIn(checked)).toEqual(['otherWebhooks']);
	expect(await check({ repair: true })).toMatchObject({
		receives: true,
		repaired: true,
		repairedProblem: detailOf(checked, 'otherWebhooks'),
	});
	expect(remote().map(({ id }) => id)).toEqual(kept);
});

test("'Repair' at the same moment twice registers one webhook", async () => {
	await trigger.publish();
	await call('DELETE', String(remote()[0].id));
	const both = await Promise.all([check({ repair: true }), check({ repair: true })]);
	expect(both).toMatchObject([{ receives: true }, { receives: true }]);
	expect(remote()).toHaveLength(1);
	expect(await answerToPing(stage, trigger)).toBe(200);
});

test('what was wrong for a moment only was not repaired', async () => {
	await trigger.publish();
	stage.emulator.faults.add({ method: 'GET', path: '/webhooks', status: 403, message: 'No' });
	expect((await check()).reason).toMatch(/^Could not list the project's webhooks/);
	stage.emulator.faults.add({ method: 'GET', path: '/webhooks', status: 403, message: 'No' });
	expect(await check({ repair: true })).toMatchObject({
		receives: true,
		repaired: false,
		repairedProblem: null,
	});
});

test('what nobody could look at again does not count as repaired', async () => {
	await trigger.publish();
	await change({ state: 'disabled' });
	// The check's first look passes, and the trigger's own.
	stage.emulator.faults.add({
		method: 'GET',
		path: /\/webhooks(\?|$)/,
		status: 403,
		skip: 2,
		times: null,
	});
	expect(await check({ repair: true })).toMatchObject({
		receives: false,
		repaired: false,
		repairedProblem: null,
	});
});

test('what cannot be repaired says why', async () => {
	await trigger.publish();
	await change({ state: 'disabled' });
	stage.emulator.faults.add({ method: 'PATCH', path: '/webhooks/', status: 403, message: 'No' });
	const checked = await check({ repair: true });
	expect(checked).toMatchObject({ receives: false, repaired: false });
	expect(wrongIn(checked)).toEqual(['enabled', 'repair']);
	expect(detailOf(checked, 'repair')).toMatch(
		/^It could not be repaired: Could not update the webhook/,
	);
});

test('an existing webhook is only enabled', async () => {
	const { id, secret } = stage.emulator.webhooks.add({
		uri: trigger.url,
		subscribed_events: ['batch.failed'],
	});
	stage.signingSecrets.currentSecret = secret;
	Object.assign(trigger.node.parameters, { listenTo: 'existing', webhook: chosen(id) });
	trigger.node.credentials!.geminiWebhookSecretApi = { id: 'secrets', name: 'Secrets' };
	const first = await check({ repair: true });
	expect(first).toMatchObject({ receives: false, repaired: false });
	expect(first.advice).toContain("'Update'");
	expect(remote()[0].subscribed_events).toEqual(['batch.failed']);

	await change({ subscribed_events: EVENTS, state: 'disabled' });
	expect(await check({ repair: true })).toMatchObject({ receives: true, repaired: true });
	stage.signingSecrets.currentSecret = '';
	expect((await check()).reason).toBe("The trigger's credential holds no usable signing secret");
});

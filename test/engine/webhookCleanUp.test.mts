import type { IDataObject, INode } from 'n8n-workflow';
import { API_KEY, Stage, type RunOptions } from './support/stage.mts';
import { Front } from './support/front.mts';
import { everythingIn } from './support/errors.mts';
import { hints, runWebhookNode } from './support/webhookNode.mts';

let stage: Stage;
/** Another machine; nobody may call it. */
let elsewhere: Front;
/** What arrived there. */
let strays: string[];

beforeAll(async () => {
	stage = await Stage.open();
	elsewhere = await Front.open();
});
beforeEach(() => {
	stage.reset();
	strays = [];
	elsewhere.handler = (request) => {
		strays.push(`${request.method} ${request.url}`);
		return Promise.resolve({ webhookResponse: {} });
	};
});
afterEach(() => {
	expect(stage.front.thrown).toEqual([]);
	expect(strays).toEqual([]);
});
afterAll(async () => {
	await stage.close();
	await elsewhere.close();
});

const EVENTS = ['batch.succeeded'];
const remote = () => stage.emulator.webhooks.list().map(({ id }) => id);
const writes = () => stage.emulator.requests.filter(({ method }) => method !== 'GET');
const add = (name: string, uri: string) =>
	stage.emulator.webhooks.add({ name, uri, subscribed_events: EVENTS }).id;
const own = (path: string) => `${stage.front.url}${path}`;

const cleanUp = async (parameters: INode['parameters'] = {}, options: RunOptions = {}) =>
	await runWebhookNode(stage, 'cleanUp', parameters, options);
const short = ({ webhookId, verdict, deleted }: IDataObject) => [webhookId, verdict, deleted];

/** One webhook of each kind; returns their ids. */
async function oneOfEach() {
	const trigger = stage.trigger({ events: EVENTS });
	await trigger.publish();
	return {
		live: remote()[0] as string,
		dead: add('n8n: Old / Trigger', own('/webhook/gone/webhook')),
		deadTest: add('n8n: Old / Trigger (test)', own('/webhook-test/gone/webhook')),
		deadByUrl: add('Made by hand', own('/webhook/my-path')),
		other: add('n8n: Theirs / Trigger', 'https://other.example.com/webhook/x/webhook'),
		foreign: add('Not of n8n', 'https://shop.example.com/gemini'),
		alike: add('n8n:no space', `${elsewhere.url}/webhook/x/webhook`),
	};
}

test('shows what leads where, and deletes nothing', async () => {
	const ids = await oneOfEach();
	const before = remote();
	const execution = await cleanUp();
	expect(execution.error).toBeUndefined();
	expect(execution.json('Webhook').map(short)).toEqual([
		[ids.live, 'answers', false],
		[ids.dead, 'dead', false],
		[ids.deadTest, 'dead', false],
		[ids.deadByUrl, 'dead', false],
		[ids.other, 'otherAddress', false],
	]);
	expect(execution.json('Webhook')[1]).toEqual({
		webhookId: ids.dead,
		name: 'n8n: Old / Trigger',
		url: own('/webhook/gone/webhook'),
		state: 'enabled',
		verdict: 'dead',
		reason: 'No published workflow of this n8n listens at this URL',
		deleted: false,
	});
	expect(execution.json('Webhook')[4].reason).toContain(`whose address is ${stage.front.url}/`);
	expect(remote()).toEqual(before);
	expect(hints(execution)).toEqual([]);
	// The trigger was not bothered: it logs each call that isn't Google's.
	expect(stage.reasons).toEqual([]);
});

test("'Delete Them' deletes the dead ones alone", async () => {
	const ids = await oneOfEach();
	const execution = await cleanUp({ deleteThem: true });
	expect(execution.json('Webhook').map(short)).toEqual([
		[ids.live, 'answers', false],
		[ids.dead, 'dead', true],
		[ids.deadTest, 'dead', true],
		[ids.deadByUrl, 'dead', true],
		[ids.other, 'otherAddress', false],
	]);
	expect(remote()).toEqual([ids.live, ids.other, ids.foreign, ids.alike]);
	expect((await cleanUp({ deleteThem: true })).json('Webhook').map(short)).toEqual([
		[ids.live, 'answers', false],
		[ids.other, 'otherAddress', false],
	]);
});

test("'Include Other Addresses' deletes n8n's at other addresses, too, and nobody else's", async () => {
	const ids = await oneOfEach();
	const execution = await cleanUp({ deleteThem: true, includeOthers: true });
	expect(execution.json('Webhook').map(short).at(-1)).toEqual([ids.other, 'otherAddress', true]);
	expect(remote()).toEqual([ids.live, ids.foreign, ids.alike]);
});

test("'Include Other Addresses' alone deletes nothing", async () => {
	await oneOfEach();
	const before = remote();
	await cleanUp({ deleteThem: false, includeOthers: true });
	expect(remote()).toEqual(before);
});

test.each([
	['another port', () => `${elsewhere.url}/webhook/x/webhook`],
	[
		'this address as a user name',
		() => `http://${new URL(stage.front.url).host}@127.0.0.2:1/webhook/x`,
	],
	[
		'this address as a part of a name',
		() => `https://${new URL(stage.front.url).hostname}.example.com/`,
	],
	['a password', () => own('/webhook/x/webhook').replace('//', '//a:b@')],
])('asks no other address: %s', async (_, uri) => {
	const id = add('n8n: Odd / Trigger', uri());
	let calls = 0;
	stage.front.handler = () => Promise.resolve(void calls++);
	const execution = await cleanUp({ deleteThem: true });
	expect(execution.json('Webhook').map(short)).toEqual([[id, 'otherAddress', false]]);
	expect(calls).toBe(0);
});

test('sends nothing of the URL but its path, no key and no body', async () => {
	add('n8n: Old / Trigger', own('/webhook/gone/webhook?token=secret#part'));
	const got: unknown[] = [];
	stage.front.handler = (request) => {
		got.push([request.method, request.url, request.headers['x-goog-api-key'], request.rawBody]);
		return Promise.resolve(undefined);
	};
	await cleanUp();
	stage.front.handler = () => Promise.resolve(undefined);
	expect(got).toEqual([['POST', '/webhook/gone/webhook', undefined, undefined]]);
});

test("does not start a workflow of n8n's own Webhook node", async () => {
	const id = add('n8n: Mine', own('/webhook/my-path'));
	let started = 0;
	stage.front.routes.set('/webhook/my-path', () => {
		started++;
		return Promise.resolve({ workflowData: [[{ json: {} }]], webhookResponse: {} });
	});
	const execution = await cleanUp({ deleteThem: true });
	expect(execution.json('Webhook').map(short)).toEqual([[id, 'answers', false]]);
	expect(started).toBe(0);
});

describe('is not sure', () => {
	afterEach(() => {
		stage.front.handler = () => Promise.resolve(undefined);
	});

	test('when this n8n breaks the connection', async () => {
		const id = add('n8n: Old / Trigger', own('/webhook/gone/webhook'));
		stage.front.handler = (request) => {
			request.socket.destroy();
			return Promise.resolve({ noWebhookResponse: true });
		};
		const execution = await cleanUp({ deleteThem: true });
		expect(execution.json('Webhook').map(short)).toEqual([[id, 'unknown', false]]);
		expect(execution.json('Webhook')[0].reason).toMatch(/^This n8n cannot reach its own address: /);
		expect(remote()).toEqual([id]);
	});

	test.each([
		['a page of a proxy that says 404', 404],
		['a proxy that says 502', 502],
	])('of %s', async (_, status) => {
		const id = add('n8n: Old / Trigger', own('/webhook/gone/webhook'));
		stage.front.handler = (_request, response) => {
			response.statusCode = status;
			response.end('<html>Not here</html>');
			return Promise.resolve({ noWebhookResponse: true });
		};
		const execution = await cleanUp({ deleteThem: true });
		expect(execution.json('Webhook').map(short)).toEqual([[id, 'unknown', false]]);
	});

	test('of a redirect, which is not followed', async () => {
		const id = add('n8n: Old / Trigger', own('/webhook/gone/webhook'));
		stage.front.handler = (_request, response) => {
			response.writeHead(302, { location: `${elsewhere.url}/webhook/gone/webhook` }).end();
			return Promise.resolve({ noWebhookResponse: true });
		};
		const execution = await cleanUp({ deleteThem: true });
		expect(execution.json('Webhook').map(short)).toEqual([[id, 'unknown', false]]);
	});
});

test('what cannot be deleted does not keep the others from it, and is told', async () => {
	const stubborn = add('n8n: a', own('/webhook/a/webhook'));
	const easy = add('n8n: b', own('/webhook/b/webhook'));
	stage.emulator.faults.add({
		method: 'DELETE',
		path: stubborn,
		status: 403,
		message: `No ${API_KEY}`,
	});
	const execution = await cleanUp({ deleteThem: true });
	expect(execution.json('Webhook').map(short)).toEqual([
		[stubborn, 'dead', false],
		[easy, 'dead', true],
	]);
	expect(execution.json('Webhook')[0].reason).toContain(`Could not delete the webhook ${stubborn}`);
	expect(hints(execution)).toEqual(["1 of these webhooks could not be deleted; see 'reason'"]);
	expect(everythingIn(execution.json('Webhook')) + stage.log).not.toContain(API_KEY);
});

test('runs once for all items', async () => {
	add('n8n: a', own('/webhook/a/webhook'));
	const execution = await cleanUp({}, { items: [{ json: {} }, { json: {} }] });
	expect(execution.output('Webhook')).toMatchObject([{ pairedItem: [{ item: 0 }, { item: 1 }] }]);
	expect(stage.calls(/\/webhooks\?/)).toHaveLength(1);
});

test('an API that does not answer is an error, or an item if told so', async () => {
	stage.emulator.faults.add({ path: /webhooks/, status: 400, times: null });
	const failed = await cleanUp({ deleteThem: true });
	expect(failed.error?.message).toContain("Could not list the project's webhooks");
	const goOn = await cleanUp({ deleteThem: true }, { onError: 'continueRegularOutput' });
	expect(goOn.json('Webhook')).toMatchObject([
		{ error: expect.stringContaining("Could not list the project's webhooks") as string },
	]);
	expect(writes()).toEqual([]);
});

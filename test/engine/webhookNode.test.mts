import { Webhook } from 'standardwebhooks';
import { NodeConnectionTypes, type ILoadOptionsFunctions, type INode } from 'n8n-workflow';
import { searchWebhooks } from '../../nodes/shared/gemini/webhookField.ts';
import type { FaultRule } from '../emulator/faults.mts';
import { everythingIn } from './support/errors.mts';
import type { Execution } from './support/execution.mts';
import { API_KEY, FOREIGN_KEY, Stage, type RunOptions } from './support/stage.mts';
import { byId, hints, runWebhookNode } from './support/webhookNode.mts';
import { nodeTypes, WEBHOOK } from './support/workflow.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(() => stage.reset());
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const EVENTS = ['batch.failed', 'batch.succeeded'];
const URL_OF_HOOK = 'https://n8n.example.com/webhook/abc/webhook';

const remote = () => stage.emulator.webhooks.list();
const writes = () => stage.emulator.requests.filter(({ method }) => method !== 'GET');
const run = async (operation: string, parameters?: INode['parameters'], options?: RunOptions) =>
	await runWebhookNode(stage, operation, parameters, options);
const fault = (rule: FaultRule) => stage.emulator.faults.add(rule);

/** A webhook at Google that this node didn't make. */
const add = (name = 'Reviews', uri = URL_OF_HOOK, events = EVENTS) =>
	stage.emulator.webhooks.add({ name, uri, subscribed_events: events });

/** What was answered to the user: error and log. */
const told = ({ error }: Execution) => `${everythingIn(error)}\n${stage.log}`;

/** What an AI agent's model gets to read of the node's output. */
const toModel = (execution: Execution) =>
	execution.runsOf('Webhook').at(-1)?.data?.ai_tool?.[0]?.[0]?.json;

async function change(id: string, body: object): Promise<void> {
	const { ok } = await fetch(`${stage.emulator.url}/v1beta/webhooks/${id}`, {
		method: 'PATCH',
		headers: { 'x-goog-api-key': API_KEY },
		body: JSON.stringify(body),
	});
	expect(ok).toBe(true);
	stage.emulator.requests.length = 0;
}

/** What Google's ping of the only webhook looks like at its URL. */
async function received(path: string, ping: () => Promise<unknown>) {
	const got: Array<{ body: string; headers: Record<string, string> }> = [];
	stage.front.routes.set(path, async (request) => {
		if (!request.rawBody) await request.readRawBody();
		got.push({
			body: request.rawBody!.toString(),
			headers: request.headers as Record<string, string>,
		});
		return { webhookResponse: {} };
	});
	await ping();
	await stage.emulator.clock.advance(10);
	return got;
}

const creation = { name: 'Reviews', url: URL_OF_HOOK, events: EVENTS };
const lost: Array<[string, Partial<FaultRule>]> = [
	['a 503', { status: 503 }],
	['a cut connection', { cut: true }],
	['a page of a proxy', { html: true, status: 200 }],
];
const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

describe('Create', () => {
	test('registers the webhook and gives its secret, by which its deliveries verify', async () => {
		const url = `${stage.front.url}/hook`;
		const execution = await run('create', { ...creation, url });
		expect(execution.error).toBeUndefined();
		const [{ id, signing_secrets: shown }] = remote();
		const [item] = execution.json('Webhook');
		expect(item).toEqual({
			webhookId: id,
			name: 'Reviews',
			url,
			state: 'enabled',
			events: EVENTS,
			signingSecrets: [
				{
					truncatedSecret: (shown as Array<{ truncated_secret: string }>)[0].truncated_secret,
					expiresAt: null,
				},
			],
			createdAt: null,
			updatedAt: null,
			signingSecret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{40,}=*$/) as string,
		});
		// What n8n masks when it shows an execution reaches the next node as it is.
		expect(execution.json('After')).toEqual([item]);
		expect(nodeTypes[WEBHOOK].description.sensitiveOutputFields).toEqual(['signingSecret']);
		const got = await received('/hook', async () => await run('ping', byId(String(id))));
		expect(got).toHaveLength(1);
		const verified = new Webhook(String(item.signingSecret)).verify(got[0].body, got[0].headers);
		expect(verified).toMatchObject({ type: 'ping' });
		expect(stage.log).not.toContain(String(item.signingSecret));
	});

	test('one webhook for each item', async () => {
		const items = [{ json: { n: 'a' } }, { json: { n: 'b' } }];
		const execution = await run('create', { ...creation, name: '={{ $json.n }}' }, { items });
		expect(remote().map(({ name }) => name)).toEqual(['a', 'b']);
		expect(execution.output('Webhook').map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
		]);
	});

	test('without the retired events when Google refuses them, and says so', async () => {
		const execution = await run('create', { ...creation, events: [...EVENTS, 'batch.cancelled'] });
		expect(remote()).toMatchObject([{ subscribed_events: EVENTS }]);
		expect(execution.json('Webhook')).toMatchObject([{ events: EVENTS }]);
		expect(hints(execution)).toEqual([expect.stringContaining('batch.cancelled')]);
		expect(execution.json('Webhook')[0].signingSecret).toMatch(/^whsec_/);
	});

	test('with the retired events when Google takes them, and no hint', async () => {
		stage.emulator.settings.acceptCancelledEvents = true;
		const execution = await run('create', { ...creation, events: [...EVENTS, 'batch.cancelled'] });
		expect(remote()).toMatchObject([{ subscribed_events: [...EVENTS, 'batch.cancelled'] }]);
		expect(hints(execution)).toEqual([]);
	});

	const google = { baseUrl: 'https://generativelanguage.googleapis.com' };
	test.each<[string, object, object, RegExp]>([
		['no name', { name: ' ' }, {}, /^'Name' is empty$/],
		['no URL', { url: "={{ '' }}" }, {}, /^The 'Webhook URL' is not a web address$/],
		['no web address', { url: 'ftp://a.example.com' }, {}, /is not a web address$/],
		[
			'a local URL',
			{ url: 'http://localhost:5678/x' },
			google,
			/points to localhost, which Google/,
		],
		[
			'plain http',
			{ url: 'http://n8n.example.com/x' },
			{},
			/Google only calls https:\/\/ addresses$/,
		],
		['a private host', { url: 'https://10.0.0.1/x' }, {}, /points to 10\.0\.0\.1, which Google/],
		[
			'a password',
			{ url: 'https://a:b@n8n.example.com/x' },
			{},
			/contains a user name or password$/,
		],
		['a Test URL', { url: 'https://n8n.example.com/webhook-test/a/webhook' }, {}, /is a Test URL/],
		['no event', { events: '={{ [] }}' }, {}, /^No event is chosen in 'Events'$/],
	])('is refused before anything is sent: %s', async (_, fields, credential, message) => {
		Object.assign(stage.credential, credential);
		const execution = await run('create', { ...creation, ...fields });
		expect(execution.error?.message).toMatch(message);
		expect(execution.error?.description).toMatch(/Use a|Use the|Give the|Choose at/);
		expect(`${execution.error?.description}${stage.log}`).not.toContain('hunter2');
		expect(stage.sent).toEqual([]);
	});

	test('nothing is sent for the first item when the second is wrong', async () => {
		const items = [{ json: { name: 'a' } }, { json: {} }];
		const execution = await run('create', { ...creation, name: '={{ $json.name }}' }, { items });
		expect(execution.error?.message).toBe("'Name' is empty");
		expect(execution.error?.context.itemIndex).toBe(1);
		expect(stage.sent).toEqual([]);
	});

	test("with 'On Error: Continue' the good items are served", async () => {
		const items = [{ json: {} }, { json: { name: 'b' } }];
		const execution = await run(
			'create',
			{ ...creation, name: '={{ $json.name }}' },
			{ items, onError: 'continueRegularOutput' },
		);
		expect(execution.json('Webhook')).toMatchObject([
			{ error: "'Name' is empty" },
			{ name: 'b', signingSecret: expect.any(String) as string },
		]);
	});

	test('an AI agent is refused, as its model would read the secret', async () => {
		const tool = { rewireOutputLogTo: NodeConnectionTypes.AiTool };
		const execution = await run('create', creation, tool);
		expect(toModel(execution)).toEqual({
			error: "An AI agent cannot use 'Create', as its model would read the signing secret",
		});
		expect(writes()).toEqual([]);
	});

	test('a webhook with this name and URL that exists is named instead', async () => {
		const { id } = add();
		const execution = await run('create', creation);
		expect(execution.error?.message).toBe(
			`There is a webhook with this name and URL already: 'Reviews' (${id})`,
		);
		expect(execution.error?.description).toContain(`'Rotate Signing Secret' with the ID ${id}`);
		expect(writes()).toEqual([]);
	});

	test('two items that ask for the same webhook make one, and the message names it', async () => {
		const execution = await run('create', creation, { items: [{ json: {} }, { json: {} }] });
		const [{ id }] = remote();
		expect(remote()).toHaveLength(1);
		expect(execution.error?.message).toContain(`already: 'Reviews' (${String(id)})`);
		expect(execution.error?.description).toContain(
			`Lost with this are the new signing secrets of the items before: 'Reviews' (${String(id)}).`,
		);
	});

	test.each([
		['another name', { name: 'Other' }],
		['another URL', { url: `${URL_OF_HOOK}2` }],
		["'Allow Duplicates'", { options: { allowDuplicates: true } }],
	])('goes ahead next to a webhook like it with %s', async (_, fields) => {
		add();
		const execution = await run('create', { ...creation, ...fields });
		expect(execution.error).toBeUndefined();
		expect(remote()).toHaveLength(2);
	});

	test.each(lost)('whose answer is lost to %s tells that it was done', async (_, how) => {
		fault({ method: 'POST', path: /\/webhooks$/, after: true, ...how });
		const execution = await run('create', creation);
		const [{ id }] = remote();
		expect(execution.error?.message).toBe(
			`The webhook 'Reviews' (${String(id)}) was created, but its signing secret got lost on the way`,
		);
		expect(execution.error?.description).toContain(
			`'Rotate Signing Secret' with the ID ${String(id)}`,
		);
		expect(writes()).toHaveLength(1);
	});

	test.each([false, true])(
		"whose answer is lost makes no second one with 'Retry On Fail' (duplicates allowed: %s)",
		async (allowDuplicates) => {
			const { id: earlier } = allowDuplicates ? add() : { id: undefined };
			fault({ method: 'POST', path: /\/webhooks$/, after: true, status: 503 });
			const options = { allowDuplicates };
			const execution = await run('create', { ...creation, options }, retry);
			expect(writes()).toHaveLength(1);
			const [{ id }] = remote().filter((one) => one.id !== earlier);
			expect(execution.error?.message).toContain(`'Reviews' (${String(id)})`);
			expect(execution.error?.description).toContain(
				`'Rotate Signing Secret' with the ID ${String(id)}`,
			);
		},
	);

	test('that got no answer and left no trace is not known, and not repeated', async () => {
		fault({ method: 'POST', path: /\/webhooks$/, status: 504, times: null });
		const execution = await run('create', creation, retry);
		expect(execution.error?.message).toBe(
			"It is not known whether the webhook 'Reviews' was created",
		);
		expect(execution.error?.description).toContain(URL_OF_HOOK);
		expect(writes()).toHaveLength(1);
	});

	test('that got no answer, and the list none either, is not known', async () => {
		fault({ method: 'POST', path: /\/webhooks$/, after: true, cut: true });
		fault({ method: 'GET', path: /\/webhooks\?/, status: 400, skip: 1, times: null });
		const execution = await run('create', creation);
		expect(execution.error?.message).toBe(
			"It is not known whether the webhook 'Reviews' was created",
		);
		expect(writes()).toHaveLength(1);
	});

	test('that never left this machine, or was refused, is nothing but that', async () => {
		fault({ method: 'POST', path: /\/webhooks$/, status: 429, message: 'Too many' });
		const execution = await run('create', creation);
		expect(execution.error?.message).toContain(`Could not register the webhook ${URL_OF_HOOK}`);
		expect(execution.error?.message).toContain('quota');
		expect(remote()).toEqual([]);
	});

	test('without a usable secret names the webhook and the way out', async () => {
		const body = { id: 'w123', name: 'Reviews', new_signing_secret: 'none' };
		fault({ method: 'POST', path: /\/webhooks$/, body });
		const execution = await run('create', creation);
		expect(execution.error?.message).toBe(
			"Google returned no usable signing secret for the webhook 'Reviews' (w123)",
		);
		expect(execution.error?.description).toContain("'Rotate Signing Secret' with the ID w123");
	});

	test('keeps secrets out of errors and logs, whatever the answer looks like', async () => {
		const secret = `whsec_${Buffer.from('a'.repeat(32)).toString('base64')}`;
		fault({
			method: 'POST',
			path: /\/webhooks$/,
			after: true,
			status: 500,
			message: `made ${secret} for ${API_KEY}`,
		});
		const execution = await run('create', creation);
		expect(execution.error?.message).toContain('got lost on the way');
		expect(told(execution)).not.toContain(secret);
		expect(told(execution)).not.toContain(API_KEY);
	});
});

describe('Get and Get Many', () => {
	test.each(['', 'webhooks/'])('Get reads one by id, with the prefix "%s"', async (prefix) => {
		const { id } = add();
		const execution = await run('get', byId(`${prefix}${id}`));
		expect(execution.json('Webhook')).toEqual([
			{
				webhookId: id,
				name: 'Reviews',
				url: URL_OF_HOOK,
				state: 'enabled',
				events: EVENTS,
				signingSecrets: [
					{
						truncatedSecret: expect.stringMatching(/^whsec_\.\.\..{4}$/) as string,
						expiresAt: null,
					},
				],
				createdAt: null,
				updatedAt: null,
			},
		]);
	});

	test('Get gives the raw answer, times and all, without a secret', async () => {
		const { id } = add();
		const body = {
			id,
			name: 'R',
			create_time: '2026-11-25T10:00:00Z',
			new_signing_secret: 'whsec_x',
		};
		fault({ method: 'GET', path: /\/webhooks\//, body });
		const raw = await run('get', { ...byId(id), simplify: false });
		expect(raw.json('Webhook')).toEqual([{ id, name: 'R', create_time: '2026-11-25T10:00:00Z' }]);
		fault({ method: 'GET', path: /\/webhooks\//, body });
		const simple = await run('get', byId(id));
		expect(simple.json('Webhook')[0]).toMatchObject({ createdAt: '2026-11-25T10:00:00Z' });
		expect(JSON.stringify(simple.json('Webhook'))).not.toContain('whsec_x');
	});

	test('Get of one that is gone names it', async () => {
		const execution = await run('get', byId('gone123'));
		expect(execution.error?.message).toBe(
			'Could not read the webhook gone123: Google knows nothing under this name',
		);
	});

	test.each([
		['nothing', "={{ '' }}", "No 'Webhook' is chosen"],
		['no id', 'a/b', "'Webhook' is not the ID of one: a/b"],
	])('%s is refused before anything is sent', async (_, value, message) => {
		for (const operation of ['get', 'delete', 'enable', 'ping', 'update', 'rotateSigningSecret']) {
			const execution = await run(operation, byId(value));
			expect(execution.error?.message).toBe(message);
		}
		expect(stage.sent).toEqual([]);
	});

	test('Get Many filters by state, event and URL', async () => {
		const a = add('a', 'https://one.example.com/x', ['video.generated']);
		const b = add('b', 'https://two.example.com/x', ['video.generated', 'batch.failed']);
		const c = add('c', 'https://TWO.example.com/y', ['batch.failed']);
		await change(c.id, { state: 'disabled' });
		const found = async (filters: INode['parameters']) =>
			(await run('getMany', { filters })).json('Webhook').map(({ name }) => name);
		expect(await found({})).toEqual(['a', 'b', 'c']);
		expect(await found({ events: ['batch.failed'] })).toEqual(['b', 'c']);
		expect(await found({ states: ['disabled'] })).toEqual(['c']);
		expect(await found({ states: ['enabled', 'disabled'] })).toEqual(['a', 'b', 'c']);
		expect(await found({ urlContains: 'Two' })).toEqual(['b', 'c']);
		expect(await found({ urlContains: 'two', states: ['enabled'] })).toEqual(['b']);
		expect(await found({ events: ['batch.expired'] })).toEqual([]);
		expect([a.id, b.id]).toEqual(
			(await run('getMany', { filters: { events: ['video.generated'] } }))
				.json('Webhook')
				.map(({ webhookId }) => webhookId),
		);
	});

	test('Get Many gives 50 unless told otherwise, and pairs its items', async () => {
		for (let n = 0; n < 55; n++) add(`w${n}`, `https://n${n}.example.com/x`);
		expect((await run('getMany')).json('Webhook')).toHaveLength(50);
		expect((await run('getMany', { returnAll: true })).json('Webhook')).toHaveLength(55);
		const execution = await run(
			'getMany',
			{ limit: 2, simplify: false },
			{ items: [{ json: {} }, { json: {} }] },
		);
		expect(execution.output('Webhook').map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 0 },
			{ item: 1 },
			{ item: 1 },
		]);
		expect(execution.json('Webhook')[0]).toMatchObject({ subscribed_events: EVENTS });
	});

	test("the list of the field 'Webhook' searches names, URLs and ids", async () => {
		const { id } = add('Zebra', 'https://a.example.com/x');
		const off = add('', 'https://b.example.com/x');
		await change(off.id, { state: 'disabled' });
		const search = async (filter?: string) =>
			(
				await searchWebhooks.call(stage.context() as unknown as ILoadOptionsFunctions, filter)
			).results.map(({ name, value }) => ({ name, value }));
		const [zebra, other] = [
			{ name: 'Zebra', value: id },
			{ name: 'https://b.example.com/x (disabled)', value: off.id },
		];
		expect(await search()).toEqual([other, zebra]);
		expect(await search('zEB')).toEqual([zebra]);
		expect(await search('b.example')).toEqual([other]);
		expect(await search(id)).toEqual([zebra]);
	});
});

describe('Update and Enable', () => {
	test('Update changes what is given and nothing else', async () => {
		const { id } = add();
		const execution = await run('update', {
			...byId(id),
			updateFields: { name: 'New', events: ['video.generated'] },
		});
		expect(remote()).toMatchObject([
			{ name: 'New', uri: URL_OF_HOOK, subscribed_events: ['video.generated'], state: 'enabled' },
		]);
		expect(writes().map(({ path, body }) => ({ path, body: JSON.parse(body) as object }))).toEqual([
			{
				path: `/v1beta/webhooks/${id}?update_mask=name%2Csubscribed_events`,
				body: { name: 'New', subscribed_events: ['video.generated'] },
			},
		]);
		expect(execution.json('Webhook')).toMatchObject([{ webhookId: id, name: 'New' }]);
	});

	test('Update changes URL and state', async () => {
		const { id } = add();
		const url = 'https://new.example.com/webhook/a/webhook';
		await run('update', { ...byId(id), updateFields: { url, state: 'disabled' } });
		expect(remote()).toMatchObject([{ uri: url, state: 'disabled', name: 'Reviews' }]);
	});

	test('Update goes without the retired events when Google refuses them', async () => {
		const { id } = add();
		const events = ['video.generated', 'interaction.cancelled'];
		const execution = await run('update', { ...byId(id), updateFields: { events } });
		expect(remote()).toMatchObject([{ subscribed_events: ['video.generated'] }]);
		expect(hints(execution)).toEqual([expect.stringContaining('interaction.cancelled')]);
	});

	test.each<[string, INode['parameters'], string]>([
		['nothing', {}, 'Nothing to change is given'],
		['no name', { name: '' }, "'Name' is empty"],
		['no event', { events: [] }, "No event is chosen in 'Events'"],
		['a private URL', { url: 'https://10.1.1.1/x' }, "The 'Webhook URL' points to 10.1.1.1"],
		['a state there is not', { state: 'on' }, "'State' is neither enabled nor disabled"],
	])('Update refuses %s before anything is sent', async (_, updateFields, message) => {
		const { id } = add();
		const execution = await run('update', { ...byId(id), updateFields });
		expect(execution.error?.message).toContain(message);
		expect(stage.sent).toEqual([]);
	});

	test('Update and Enable of a webhook that is gone name it', async () => {
		const update = await run('update', { ...byId('gone1'), updateFields: { name: 'x' } });
		expect(update.error?.message).toBe(
			'Could not update the webhook gone1: Google knows nothing under this name',
		);
		expect((await run('enable', byId('gone2'))).error?.message).toContain('the webhook gone2');
	});

	test('Enable switches on again what is off', async () => {
		const { id } = add();
		await change(id, { state: 'disabled' });
		const execution = await run('enable', byId(id));
		expect(remote()).toMatchObject([{ state: 'enabled', name: 'Reviews', uri: URL_OF_HOOK }]);
		expect(execution.json('Webhook')).toMatchObject([{ webhookId: id, state: 'enabled' }]);
	});

	test('Enable says so when Google leaves it off', async () => {
		const { id } = add();
		const state = 'disabled_due_to_failed_deliveries';
		fault({ method: 'PATCH', path: /./, body: { id, name: 'Reviews', uri: URL_OF_HOOK, state } });
		const execution = await run('enable', byId(id));
		expect(execution.error?.message).toBe(
			`Google left the webhook 'Reviews' (${id}) in the state '${state}'`,
		);
	});

	test.each(lost)('an answer lost to %s is made up for by looking', async (_, how) => {
		const { id } = add();
		await change(id, { state: 'disabled' });
		fault({ method: 'PATCH', path: /./, after: true, times: 2, ...how });
		const enabled = await run('enable', byId(id));
		expect(enabled.json('Webhook')).toMatchObject([{ webhookId: id, state: 'enabled' }]);
		const updated = await run('update', { ...byId(id), updateFields: { name: 'New' } });
		expect(updated.json('Webhook')).toMatchObject([{ webhookId: id, name: 'New' }]);
		expect(writes()).toHaveLength(2);
	});

	test('a change that was not made is an error', async () => {
		const { id } = add();
		fault({ method: 'PATCH', path: /./, status: 503, times: null });
		const execution = await run('update', { ...byId(id), updateFields: { name: 'New' } });
		expect(execution.error?.message).toContain(`Could not update the webhook ${id}`);
		expect(writes()).toHaveLength(1);
	});
});

describe('Delete', () => {
	test('removes the webhook', async () => {
		const { id } = add();
		const execution = await run('delete', byId(id));
		expect(execution.json('Webhook')).toEqual([{ deleted: true, webhookId: id }]);
		expect(remote()).toEqual([]);
	});

	test('of one that is gone is an error that names it', async () => {
		const execution = await run('delete', byId('gone1'));
		expect(execution.error?.message).toBe(
			'Could not delete the webhook gone1: Google knows nothing under this name',
		);
		expect(execution.error?.description).toContain('Check that gone1 exists');
	});

	test("of another Google project's is an error that names it", async () => {
		const fields = { uri: URL_OF_HOOK, subscribed_events: EVENTS };
		const { id } = stage.emulator.webhooks.add(fields, FOREIGN_KEY);
		expect((await run('delete', byId(id))).error?.message).toContain(id);
		expect(stage.emulator.webhooks.list(FOREIGN_KEY)).toHaveLength(1);
	});

	test.each(lost)('whose answer is lost to %s looks whether it is gone', async (_, how) => {
		const { id } = add();
		fault({ method: 'DELETE', path: /./, after: true, ...how });
		expect((await run('delete', byId(id))).json('Webhook')).toEqual([
			{ deleted: true, webhookId: id },
		]);
	});

	test('that did not happen is an error', async () => {
		const { id } = add();
		fault({ method: 'DELETE', path: /./, status: 503 });
		expect((await run('delete', byId(id))).error?.message).toContain(
			`Could not delete the webhook ${id}`,
		);
		expect(remote()).toHaveLength(1);
	});

	test("with 'On Error: Continue' the others are deleted", async () => {
		const { id } = add();
		const items = [{ json: { id: 'gone1' } }, { json: { id } }];
		const execution = await run('delete', byId('={{ $json.id }}'), {
			items,
			onError: 'continueRegularOutput',
		});
		expect(execution.json('Webhook')).toMatchObject([
			{ error: expect.stringContaining('gone1') as string },
			{ deleted: true, webhookId: id },
		]);
	});
});

describe('Ping', () => {
	test('has Google send a test event, and says what to expect', async () => {
		const url = `${stage.front.url}/hook`;
		const { id } = add('Reviews', url);
		let execution!: Execution;
		const got = await received('/hook', async () => {
			execution = await run('ping', byId(id));
		});
		expect(got).toHaveLength(1);
		expect(execution.json('Webhook')).toEqual([
			{
				pinged: true,
				webhookId: id,
				name: 'Reviews',
				url,
				state: 'enabled',
				message: `Google sends a test event to ${url}. Look there whether it arrived.`,
			},
		]);
	});

	test("starts a trigger that listens to 'Any Other Event'", async () => {
		const trigger = stage.trigger({ events: [...EVENTS, 'other'] });
		await trigger.publish();
		await run('ping', byId(String(remote()[0].id)));
		await stage.emulator.clock.advance(10);
		expect(trigger.items).toMatchObject([{ event: 'ping' }]);
	});

	test('says that a webhook is off', async () => {
		const { id } = add();
		await change(id, { state: 'disabled' });
		const [{ message }] = (await run('ping', byId(id))).json('Webhook');
		expect(message).toContain("'disabled'");
		expect(message).toContain("'Enable'");
	});

	test('of one that is gone, or without an answer, names it', async () => {
		expect((await run('ping', byId('gone1'))).error?.message).toContain('the webhook gone1');
		const { id } = add();
		fault({ method: 'POST', path: /:ping$/, status: 503 });
		const execution = await run('ping', byId(id));
		expect(execution.error?.message).toContain(`Could not ping the webhook ${id}`);
		expect(writes()).toHaveLength(1);
	});
});

describe('Rotate Signing Secret', () => {
	const NOW = 'revoke_previous_secrets_immediately';
	const shown = () => remote()[0].signing_secrets as Array<Record<string, string>>;

	test.each([
		['keeps the previous secret for a day', undefined, 'validFor24Hours', 2],
		['revokes the previous secret at once', NOW, 'revoked', 1],
	])('%s', async (_, previousSecrets, said, left) => {
		const { id, secret: old } = add();
		const execution = await run('rotateSigningSecret', {
			...byId(id),
			...(previousSecrets && { previousSecrets }),
		});
		const [item] = execution.json('Webhook');
		expect(item).toEqual({
			webhookId: id,
			name: 'Reviews',
			url: URL_OF_HOOK,
			state: 'enabled',
			previousSecrets: said,
			signingSecret: expect.stringMatching(/^whsec_/) as string,
		});
		expect(item.signingSecret).not.toBe(old);
		expect(shown()).toHaveLength(left);
		expect(shown()[0].truncated_secret).toBe(`whsec_...${String(item.signingSecret).slice(-4)}`);
		expect(execution.json('After')).toEqual([item]);
		expect(stage.log).not.toContain(String(item.signingSecret));
		const [again] = (await run('get', byId(id))).json('Webhook');
		expect(again.signingSecrets).toHaveLength(left);
		if (left === 2) {
			expect(again.signingSecrets).toMatchObject([
				{ expiresAt: null },
				{ expiresAt: expect.stringMatching(/^20/) as string },
			]);
		}
	});

	test("leaves a trigger's webhook alone unless told otherwise", async () => {
		const trigger = stage.trigger({ events: EVENTS });
		await trigger.publish();
		const id = String(remote()[0].id);
		const before = shown();
		stage.emulator.requests.length = 0;
		const execution = await run('rotateSigningSecret', byId(id));
		expect(execution.error?.message).toContain(`'n8n: Reviews / Trigger' (${id}) belongs to`);
		expect(execution.error?.description).toContain('unpublish and publish');
		expect(shown()).toEqual(before);
		expect(writes()).toEqual([]);
		const allowed = await run('rotateSigningSecret', {
			...byId(id),
			options: { allowTriggers: true },
		});
		expect(allowed.json('Webhook')).toMatchObject([{ webhookId: id }]);
		expect(hints(allowed)).toEqual([
			expect.stringMatching(/does not have the new secret.* in 24 hours.*'Check Trigger'/),
		]);
		expect(stage.log).toContain('The signing secret of a Gemini Webhook Trigger was renewed');
	});

	test('of one that is gone names it', async () => {
		const execution = await run('rotateSigningSecret', byId('gone1'));
		expect(execution.error?.message).toContain('Could not read the webhook gone1');
		expect(writes()).toEqual([]);
	});

	test.each(lost)('whose answer is lost to %s says what became of the secrets', async (_, how) => {
		const { id } = add();
		fault({ method: 'POST', path: /:rotate/, after: true, ...how });
		const execution = await run('rotateSigningSecret', byId(id));
		expect(execution.error?.message).toBe(
			`The webhook 'Reviews' (${id}) has a new signing secret, but it got lost on the way`,
		);
		expect(execution.error?.description).toContain('The previous secrets end 24 hours after it');
		expect(execution.error?.description).toContain('Rotate once more');
		expect(writes()).toHaveLength(1);
	});

	test('that got no answer and shows no new secret is not known', async () => {
		const { id } = add();
		fault({ method: 'POST', path: /:rotate/, status: 503 });
		const execution = await run('rotateSigningSecret', { ...byId(id), previousSecrets: NOW });
		expect(execution.error?.message).toBe(
			`It is not known whether the webhook 'Reviews' (${id}) has a new signing secret`,
		);
		expect(execution.error?.description).toContain('If it has, the previous secrets have ended');
	});

	test("with 'Retry On Fail' a lost secret is replaced by one that is known", async () => {
		const { id } = add();
		fault({ method: 'POST', path: /:rotate/, after: true, cut: true });
		const execution = await run('rotateSigningSecret', byId(id), retry);
		const [{ signingSecret }] = execution.json('Webhook');
		expect(shown()[0].truncated_secret).toBe(`whsec_...${String(signingSecret).slice(-4)}`);
		expect(writes()).toHaveLength(2);
	});

	test('an error at a later item names the secrets that are lost with it', async () => {
		const { id } = add();
		const other = add('Other', 'https://other.example.com/x');
		const items = [{ json: { id } }, { json: { id: other.id } }];
		fault({ method: 'POST', path: `${other.id}:rotate`, status: 429, times: null });
		const execution = await run('rotateSigningSecret', byId('={{ $json.id }}'), { items });
		expect(execution.error?.message).toContain(other.id);
		expect(execution.error?.description).toContain(
			`the new signing secrets of the items before: 'Reviews' (${id}).`,
		);
		const goOn = await run('rotateSigningSecret', byId('={{ $json.id }}'), {
			items,
			onError: 'continueRegularOutput',
		});
		expect(goOn.json('Webhook')).toMatchObject([
			{ webhookId: id, signingSecret: expect.any(String) as string },
			{ error: expect.stringContaining(other.id) as string },
		]);
		expect(JSON.stringify(goOn.json('Webhook')[1])).not.toContain('Lost with this');
	});

	test('an AI agent is refused, as its model would read the secret', async () => {
		const { id } = add();
		const tool = { rewireOutputLogTo: NodeConnectionTypes.AiTool };
		const execution = await run('rotateSigningSecret', byId(id), tool);
		expect(toModel(execution)).toEqual({
			error:
				"An AI agent cannot use 'Rotate Signing Secret', as its model would read the signing secret",
		});
		expect(writes()).toEqual([]);
	});

	test('an answer without a usable secret names the webhook', async () => {
		const { id } = add();
		fault({ method: 'POST', path: /:rotate/, body: { secret: 'not one' } });
		const execution = await run('rotateSigningSecret', byId(id));
		expect(execution.error?.message).toContain(
			`no usable signing secret for the webhook 'Reviews'`,
		);
	});
});

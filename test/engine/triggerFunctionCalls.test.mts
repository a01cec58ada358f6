import type { INode, INodeExecutionData } from 'n8n-workflow';
import { processedData } from './support/container.mts';
import { everythingIn } from './support/errors.mts';
import { startInteraction } from './support/jobs.mts';
import { API_KEY, Stage, type TriggerWorkflow } from './support/stage.mts';

let stage: Stage;
let trigger: TriggerWorkflow;

beforeAll(async () => {
	stage = await Stage.open({ interactionDurationMs: null });
});
beforeEach(() => stage.reset());
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const EVENTS = ['interaction.requires_action', 'interaction.completed'];
const CALLS = [
	{ id: 'call_a', name: 'get_weather', arguments: { city: 'Rome' } },
	{ id: 'call_b', name: 'get_time', arguments: {} },
];

async function publish(parameters: INode['parameters'] = {}): Promise<void> {
	trigger = stage.trigger({ events: EVENTS, ...parameters });
	await trigger.publish();
}

/** An interaction that asks for `calls`, and the delivery of it, accepted. */
async function requiresAction(calls = CALLS): Promise<string> {
	const id = await startInteraction(stage);
	stage.emulator.jobs.requireAction(id, calls);
	expect(await stage.deliver()).toMatchObject({ status: 202 });
	stage.emulator.requests.length = 0;
	return id;
}

const reads = (id: string) => stage.calls(new RegExp(`/interactions/${id}`), 'GET').length;
const noted = () => [...processedData.noted.values()].flat();
const item = (changes: object): INodeExecutionData[] => [
	{ json: { ...trigger.items.at(-1)!, ...changes } as never },
];

describe('an interaction that requires an action', () => {
	test('becomes one item for each open function call', async () => {
		await publish();
		const id = await requiresAction();
		const execution = await trigger.execute();
		const common = {
			...trigger.items[0],
			openCalls: 2,
			model: 'gemini-3.8-flash',
			advice: expect.stringContaining('function calls'),
		};
		const facts = execution.json('After').map(({ tools: _, ...fields }) => fields);
		expect(facts).toEqual([
			{
				...common,
				functionCall: { callId: 'call_a', name: 'get_weather', args: { city: 'Rome' } },
			},
			{ ...common, functionCall: { callId: 'call_b', name: 'get_time', args: {} } },
		]);
		expect(common).toMatchObject({ jobId: id, jobType: 'interaction', status: 'requiresAction' });
		expect(execution.output('Trigger').map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 0 },
		]);
		// Whatever 'Output' says, and once.
		expect(reads(id)).toBe(1);
	});

	test("has its details as well with 'With Job Details', read once", async () => {
		await publish({ options: { output: 'details' } });
		const id = await requiresAction();
		const after = (await trigger.execute()).json('After');
		expect(after).toMatchObject([
			{ functionCall: { callId: 'call_a' }, job: { jobId: id, status: 'requiresAction' } },
			{ functionCall: { callId: 'call_b' }, job: { jobId: id, status: 'requiresAction' } },
		]);
		expect(reads(id)).toBe(1);
	});

	test('is the single item without a call when there is none', async () => {
		await publish();
		await requiresAction([]);
		const after = (await trigger.execute()).json('After');
		expect(after).toEqual([{ ...trigger.items[0], openCalls: 0, model: 'gemini-3.8-flash' }]);
	});

	test('is the single item when nobody waits for results any more', async () => {
		await publish();
		const id = await requiresAction();
		stage.emulator.jobs.set(id, 'cancelled');
		expect((await trigger.execute()).json('After')).toEqual([
			{ ...trigger.items[0], openCalls: 0 },
		]);
	});

	test('fails with its name when it cannot be read, and notes nothing: the retry has the calls', async () => {
		await publish();
		const id = await requiresAction();
		stage.emulator.faults.add({ path: /\/interactions\//, status: 403 });
		const failed = await trigger.execute();
		expect(failed.status).toBe('error');
		expect(failed.error!.message).toContain(`Could not read the interaction ${id}`);
		expect(everythingIn(failed.data)).not.toContain(API_KEY);
		expect(noted()).toEqual([]);
		expect((await trigger.execute()).json('After')).toHaveLength(2);
	});

	test('is handed out once, though Google reports it again under another delivery id', async () => {
		await publish();
		const id = await requiresAction();
		await trigger.execute();
		expect(noted()).toEqual([
			`id-of-trigger: delivery:${String(trigger.items[0].deliveryId)}`,
			`id-of-trigger: job:${id}:requiresAction`,
			expect.stringMatching(/ by [\w-]{16} in run 0$/),
		]);
		for (const deliveryId of [trigger.items[0].deliveryId, 'msg_other']) {
			const again = await trigger.execute(item({ deliveryId }));
			expect(again.status).toBe('success');
			expect(again.runsOf('After')).toEqual([]);
		}
	});

	test('goes on under a new id, and that one is handed out as well', async () => {
		await publish();
		const first = await requiresAction();
		await trigger.execute();
		const second = await requiresAction([{ id: 'call_c', name: 'get_time', arguments: {} }]);
		expect(second).not.toBe(first);
		expect((await trigger.execute()).json('After')).toMatchObject([
			{ jobId: second, functionCall: { callId: 'call_c' } },
		]);
	});

	test('in the editor is shown as often as it comes', async () => {
		await publish();
		await requiresAction();
		for (let time = 0; time < 2; time++) {
			const manual = await trigger.execute(undefined, 'manual');
			expect(manual.json('After')).toHaveLength(2);
		}
		expect(noted()).toEqual([]);
	});
});

test("a repeated report of an interaction's turn starts no second execution", async () => {
	await publish();
	await requiresAction();
	const repeated = await stage.deliver();
	expect(repeated).toMatchObject({ status: 200 });
	expect(repeated.responseBody).toContain('duplicate');
	expect(trigger.accepted).toHaveLength(1);
});

test('an interaction that is completed is not read', async () => {
	await publish();
	const id = await startInteraction(stage);
	stage.emulator.jobs.complete(id);
	expect(await stage.deliver()).toMatchObject({ status: 202 });
	stage.emulator.requests.length = 0;
	expect((await trigger.execute()).json('After')).toEqual([trigger.items[0]]);
	expect(stage.emulator.requests).toEqual([]);
});

describe('by a JWT, which is allowed', () => {
	let other: Stage;
	beforeAll(async () => {
		other = await Stage.open({ dynamicScheme: 'jwt', interactionDurationMs: null });
	});
	afterAll(() => other.close());

	test('the calls come from the API, and a repetition is one by the state alone', async () => {
		const home = stage;
		stage = other;
		try {
			trigger = other.trigger({
				listenTo: 'requests',
				events: EVENTS,
				options: { allowJwt: true },
			});
			const id = await startInteraction(stage, { uris: [trigger.url] });
			other.emulator.jobs.requireAction(id, CALLS);
			expect(await other.deliver()).toMatchObject({ status: 202 });
			expect((await trigger.execute()).json('After')).toMatchObject([
				{ signatureScheme: 'jwt', functionCall: { callId: 'call_a' }, openCalls: 2 },
				{ signatureScheme: 'jwt', functionCall: { callId: 'call_b' }, openCalls: 2 },
			]);
			expect(await other.deliver({ id: 'msg_other' })).toMatchObject({ status: 200 });
			const again = await trigger.execute(item({ deliveryId: 'msg_third' }));
			expect(again.runsOf('After')).toEqual([]);
		} finally {
			stage = home;
		}
	});
});

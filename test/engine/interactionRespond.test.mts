import type { INode, INodeExecutionData } from 'n8n-workflow';
import type { Execution } from './support/execution.mts';
import {
	bodies,
	CALLS,
	creations,
	deliver,
	ids,
	respondParameters,
	run,
	startByHand,
	startParameters,
	TIME,
	WEATHER,
} from './support/interactions.mts';
import { Stage, type RunOptions } from './support/stage.mts';
import { INTERACTION, line, node } from './support/workflow.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open({ interactionDurationMs: null });
});
beforeEach(() => stage.reset());
// n8n would end the waiting execution with an error.
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const TOOLS = [
	{
		type: 'function',
		name: 'get_weather',
		description: 'The weather of a city',
		parameters: { type: 'object', properties: { city: { type: 'string' } } },
	},
	{ type: 'function', name: 'get_time' },
];

const respond = (
	items: INodeExecutionData[],
	parameters: INode['parameters'] = {},
	options: RunOptions = {},
) => run(stage, respondParameters({ whenDone: 'nothing', ...parameters }), { items, ...options });

/** An interaction that waits for the results of these calls; `tools` as 'Start' would hand them on. */
async function waiting(calls = CALLS, more: object = {}): Promise<string> {
	const id = await startByHand(stage, more);
	stage.emulator.jobs.requireAction(id, calls);
	return id;
}

/** An item that brings a result. */
const result = (jobId: string, callId: string, more: object = {}): INodeExecutionData => ({
	json: {
		jobId,
		functionCall: { callId },
		result: `result of ${callId}`,
		continuation: { round: 0, tools: TOOLS, model: 'gemini-3.8-flash', settings: {} },
		...more,
	},
});

/** The latest interaction asks for these calls, and Google says so. */
async function ask(calls: typeof CALLS): Promise<void> {
	const id = ids(stage).at(-1)!;
	stage.emulator.jobs.requireAction(id, calls);
	expect(await deliver(stage, id)).toMatchObject({ status: 202 });
}

describe('a conversation', () => {
	test('goes round twice, with two calls at once, in one execution', async () => {
		const definition = line(
			node('Start', 'passThrough'),
			node(
				'Ask',
				INTERACTION,
				startParameters({
					systemInstruction: 'Be brief.',
					functions: { entries: [WEATHER, TIME] },
					options: {
						temperature: 0,
						metadata: { entries: [{ name: 'order', value: '17' }] },
						jsonSchema: '{"type":"object"}',
					},
				}),
			),
			node('Run 1', 'runFunction'),
			node('Respond 1', INTERACTION, respondParameters()),
			node('Run 2', 'runFunction'),
			node('Respond 2', INTERACTION, respondParameters()),
			node('After', 'passThrough'),
		);
		const execution = await stage.execution(definition).start([{ json: { city: 'Rome' } }]);
		await ask(CALLS);
		expect(execution.status).toBe('waiting');
		expect(execution.json('Respond 1')).toMatchObject([
			{ status: 'running', waitStatus: 'waiting', previousInteractionId: ids(stage)[0] },
		]);
		await ask([{ id: 'c3', name: 'get_time', arguments: {} }]);
		expect(execution.json('Respond 1')).toMatchObject([
			{
				jobId: ids(stage)[1],
				functionCall: { callId: 'c3' },
				continuation: { round: 1, tools: TOOLS, metadata: { order: '17' } },
				previousInteractionId: ids(stage)[0],
			},
		]);
		const [first, second, third] = ids(stage);
		stage.emulator.jobs.complete(third, {
			steps: [{ type: 'model_output', content: [{ type: 'text', text: '{"warm":true}' }] }],
		});
		expect(await deliver(stage, third)).toMatchObject({ status: 202 });
		expect(execution.status).toBe('success');
		expect(execution.json('After')).toMatchObject([
			{
				jobId: third,
				previousInteractionId: second,
				status: 'succeeded',
				data: { warm: true },
				metadata: { order: '17' },
			},
		]);

		const repeated = {
			model: 'gemini-3.8-flash',
			system_instruction: 'Be brief.',
			generation_config: { temperature: 0 },
			response_format: { type: 'text', mime_type: 'application/json', schema: { type: 'object' } },
			tools: TOOLS,
			background: true,
			store: true,
		};
		const sent = bodies(stage);
		expect(sent).toHaveLength(3);
		expect(sent[1]).toEqual({
			...repeated,
			previous_interaction_id: first,
			input: [
				{
					type: 'function_result',
					call_id: 'c1',
					name: 'get_weather',
					result: { of: 'get_weather' },
				},
				{ type: 'function_result', call_id: 'c2', name: 'get_time', result: { of: 'get_time' } },
			],
			webhook_config: { uris: [expect.any(String)], user_metadata: { order: '17' } },
		});
		expect(sent[2]).toMatchObject({
			...repeated,
			previous_interaction_id: second,
			input: [{ call_id: 'c3' }],
		});
		// Each has a token of its own: an earlier one's late webhook does not end a later wait.
		const urls = sent.map(({ webhook_config: config }) => config!.uris[0]);
		expect(new Set(urls).size).toBe(3);
	});

	test('answers several interactions, whose items come in any order', async () => {
		const [a, b] = [await waiting(), await waiting()];
		const execution = await respond([
			result(b, 'c2'),
			result(a, 'c1'),
			result(b, 'c1'),
			result(a, 'c2'),
		]);
		const sent = bodies(stage);
		expect(sent.map((body) => body.previous_interaction_id).sort()).toEqual([a, b].sort());
		for (const { input } of sent) {
			expect(input).toMatchObject([
				{ call_id: 'c1', result: 'result of c1' },
				{ call_id: 'c2', result: 'result of c2' },
			]);
		}
		expect(execution.output('Ask')).toMatchObject([
			{
				json: { previousInteractionId: b, status: 'running' },
				pairedItem: [{ item: 0 }, { item: 2 }],
			},
			{ json: { previousInteractionId: a }, pairedItem: [{ item: 1 }, { item: 3 }] },
		]);
	});
});

describe('a result', () => {
	test.each<[string, unknown, unknown]>([
		['text', 'warm', 'warm'],
		['a number', 17, { result: 17 }],
		['an object', { warm: true }, { warm: true }],
		['JSON as text', '{"warm":true}', { warm: true }],
		['a list', [1, 2], { result: [1, 2] }],
		['contents', [{ type: 'text', text: 'x' }], [{ type: 'text', text: 'x' }]],
		['false', false, { result: false }],
	])('that is %s', async (_, given, sent) => {
		const id = await waiting([CALLS[0]]);
		await respond([result(id, 'c1', { result: given })]);
		expect(bodies(stage)).toMatchObject([{ input: [{ result: sent }] }]);
	});

	test('that is an error is marked as one', async () => {
		const id = await waiting([CALLS[0]]);
		await respond([result(id, 'c1')], { isError: '={{ true }}' });
		expect(bodies(stage)).toMatchObject([{ input: [{ call_id: 'c1', is_error: true }] }]);
	});

	test("that is missing is sent as an error with 'Missing Results'", async () => {
		const id = await waiting();
		await respond([result(id, 'c2')], { options: { missingResults: 'sendAsError' } });
		expect(bodies(stage)).toMatchObject([
			{
				input: [
					{
						call_id: 'c1',
						name: 'get_weather',
						result: 'The function was not run: there is no result.',
						is_error: true,
					},
					{ call_id: 'c2', result: 'result of c2' },
				],
			},
		]);
	});
});

describe('the tools', () => {
	const bare = (id: string) => result(id, 'c1', { continuation: undefined });
	test('come from the item of the trigger', async () => {
		const id = await waiting([CALLS[0]]);
		await respond([{ json: { ...bare(id).json, model: 'gemini-3.6-flash', tools: TOOLS } }]);
		expect(bodies(stage)).toMatchObject([{ model: 'gemini-3.6-flash', tools: TOOLS }]);
	});

	test('come from the API where it shows them, with the settings', async () => {
		stage.emulator.settings.echoRequest = true;
		const settings = {
			system_instruction: 'Be brief.',
			generation_config: { temperature: 0 },
		};
		const id = await waiting([CALLS[0]], { tools: TOOLS, ...settings });
		await respond([bare(id)]);
		expect(bodies(stage)).toMatchObject([{ tools: TOOLS, ...settings }]);
	});

	test("come from the node's own field otherwise", async () => {
		const id = await waiting([CALLS[0]]);
		await respond([bare(id)], { functions: { entries: [WEATHER, TIME] } });
		expect(bodies(stage)).toMatchObject([{ tools: TOOLS }]);
	});

	test('that nobody tells are asked for, and nothing is sent', async () => {
		const id = await waiting([CALLS[0]]);
		const execution = await respond([bare(id)]);
		expect(execution.error!.message).toBe(
			`Nothing tells which tools the interaction ${id} has, and Google does not keep them`,
		);
		expect(execution.error!.description).toContain("'Continuation'");
		expect(creations(stage)).toEqual([]);
	});

	test("get more from 'Additional Request Fields'", async () => {
		const id = await waiting([CALLS[0]]);
		const mcp = { type: 'mcp_server', url: 'https://mcp.example', headers: { a: 'b' } };
		await respond([result(id, 'c1')], { options: { more: JSON.stringify({ tools: [mcp] }) } });
		expect(bodies(stage)).toMatchObject([{ tools: [...TOOLS, mcp] }]);
	});
});

describe('nothing is sent and paid for', () => {
	async function refused(execution: Execution, message: string | RegExp): Promise<void> {
		await Promise.resolve();
		expect(execution.status).toBe('error');
		expect(execution.error!.message).toMatch(message);
		expect(execution.error!.description).toBeTruthy();
		expect(creations(stage)).toEqual([]);
	}

	test('when a result is missing: it is named', async () => {
		const [a, b] = [await waiting(), await waiting()];
		// Not for the complete one either.
		const execution = await respond([result(a, 'c1'), result(a, 'c2'), result(b, 'c1')]);
		await refused(
			execution,
			`No item has the result of get_time (c2), which the interaction ${b} waits for`,
		);
		expect(execution.error!.context.itemIndex).toBe(2);
	});

	test('when a call is not open', async () => {
		const id = await waiting();
		await refused(
			await respond([result(id, 'c9')]),
			`The interaction ${id} has no open function call 'c9', which item 0 answers`,
		);
	});

	test('when two items answer the same call', async () => {
		const id = await waiting();
		await refused(
			await respond([result(id, 'c1'), result(id, 'c1')]),
			"Items 0 and 1 answer the same function call 'c1'",
		);
	});

	test.each([
		['Result', { result: '' }, "The 'Result' of item 0 is empty"],
		['Result', { result: null }, "The 'Result' of item 0 is empty"],
		['Call ID', { functionCall: {} }, "The 'Call ID' of item 0 is empty"],
		[
			'Interaction ID',
			{ jobId: '' },
			/^The 'Interaction ID' of item 0 is not the ID of an interaction/,
		],
		['Continuation', { continuation: 'x' }, "'Continuation' of item 0 is not a JSON object"],
	])("when '%s' is empty or wrong: %j", async (_, fields, message) => {
		const id = await waiting([CALLS[0]]);
		await refused(await respond([result(id, 'c1', fields)]), message);
	});

	test.each(['in_progress', 'completed'])('when the interaction is %s', async (state) => {
		const id = await waiting();
		stage.emulator.jobs.set(id, state);
		await refused(
			await respond([result(id, 'c1')]),
			`The interaction ${id} does not wait for results of function calls: its status is '${state === 'completed' ? 'succeeded' : 'running'}'`,
		);
	});

	test('when it shows no call', async () => {
		const id = await waiting([]);
		await refused(
			await respond([result(id, 'c1')]),
			`The interaction ${id} does not wait for results of function calls: Google shows no open call`,
		);
	});

	test('when it is gone', async () => {
		await refused(
			await respond([result('v1_gone', 'c1')]),
			/^Could not read the interaction v1_gone/,
		);
	});

	test('on v1, which has no webhooks for interactions', async () => {
		const id = await waiting([CALLS[0]]);
		stage.credential.apiVersion = 'v1';
		await refused(
			await respond([result(id, 'c1')], { whenDone: 'continueHere' }),
			"The API's version v1 has no webhooks for interactions",
		);
	});

	test("when 'Additional Request Fields' sets what the node sets itself", async () => {
		const id = await waiting([CALLS[0]]);
		await refused(
			await respond([result(id, 'c1')], { options: { more: '{"input":"x"}' } }),
			"'Additional Request Fields' cannot set 'input'",
		);
	});

	const TOO_MANY = /^The function calls of this conversation were answered 2 times/;

	test("after 'Maximum Rounds', as the item counts them", async () => {
		const id = await waiting([CALLS[0]]);
		const continuation = { round: 2, tools: TOOLS };
		const given = [result(id, 'c1', { continuation })];
		await refused(await respond(given, { options: { maxRounds: 2 } }), TOO_MANY);
		expect((await respond(given, { options: { maxRounds: 3 } })).status).toBe('success');
		expect((await respond(given)).json('Ask')).toMatchObject([{ continuation: { round: 3 } }]);
	});

	test("after 'Maximum Rounds', as the API counts them when the item does not", async () => {
		const call = (round: number) => ({ id: `c${round}`, name: 'get_weather', arguments: {} });
		let id = await waiting([call(0)]);
		for (const round of [1, 2]) {
			const { id: call_id, name } = call(round - 1);
			const input = [{ type: 'function_result', call_id, name, result: 'x' }];
			id = await waiting([call(round)], { previous_interaction_id: id, input });
		}
		const given = [result(id, 'c2', { continuation: undefined, tools: TOOLS })];
		await refused(await respond(given, { options: { maxRounds: 2 } }), TOO_MANY);
		expect((await respond(given)).json('Ask')).toMatchObject([{ continuation: { round: 3 } }]);
	});
});

describe('exactly one answer', () => {
	const retry = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };

	test('although its answer was lost', async () => {
		const id = await waiting();
		stage.emulator.faults.add({ path: /\/interactions$/, after: true, cut: true });
		const items = [result(id, 'c1'), result(id, 'c2')];
		const execution = await respond(items, {}, retry);
		expect(execution.status).toBe('error');
		expect(execution.error!.message).toMatch(
			new RegExp(
				`^It is not known whether the interaction 'answer to ${id} \\[n8n \\w+\\]' was started$`,
			),
		);
		expect(creations(stage)).toHaveLength(1);
	});

	test('with Retry On Fail after a refusal of another one', async () => {
		const [a, b] = [await waiting([CALLS[0]]), await waiting([CALLS[0]])];
		stage.emulator.faults.add({ path: /\/interactions$/, status: 429, skip: 1 });
		const execution = await respond([result(a, 'c1'), result(b, 'c1')], {}, retry);
		expect(execution.status).toBe('success');
		expect(ids(stage)).toHaveLength(4);
		expect(creations(stage)).toHaveLength(3);
		expect(execution.json('Ask')).toMatchObject([
			{ previousInteractionId: a, continuation: { round: 1, tools: TOOLS } },
			{ previousInteractionId: b },
		]);
	});

	test('is taken over by a retry, even when the interaction before it cannot be read any more', async () => {
		const [a, b] = [await waiting([CALLS[0]]), await waiting([CALLS[0]])];
		stage.emulator.faults.add({ path: /\/interactions$/, status: 429, skip: 1 });
		stage.emulator.faults.add({
			path: new RegExp(`/interactions/${a}`),
			status: 403,
			skip: 1,
			times: null,
		});
		const execution = await respond([result(a, 'c1'), result(b, 'c1')], {}, retry);
		expect(execution.status).toBe('success');
		expect(execution.json('Ask')).toMatchObject([
			{ previousInteractionId: a },
			{ previousInteractionId: b },
		]);
	});
});

test("'On Error: Continue' answers what it can, and hands on the reasons", async () => {
	const [a, b] = [await waiting(), await waiting([CALLS[0]])];
	const items = [result(a, 'c1'), result(b, 'c1'), result('', 'c1'), result(a, 'c9')];
	const execution = await respond(items, {}, { onError: 'continueRegularOutput' });
	expect(execution.output('Ask')).toMatchObject([
		{
			json: { error: expect.stringContaining("'c9', which item 3") as string },
			pairedItem: [{ item: 0 }, { item: 3 }],
		},
		{ json: { previousInteractionId: b, status: 'running' }, pairedItem: { item: 1 } },
		{ json: { error: expect.stringContaining("'Interaction ID' of item 2") as string } },
	]);
});

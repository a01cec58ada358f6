import {
	carriedBy,
	continuationOf,
	readContinuation,
	respondBody,
} from '../../../nodes/GeminiInteraction/continuation.ts';
import {
	byInteraction,
	joinResults,
	NO_RESULT,
	resultValue,
} from '../../../nodes/GeminiInteraction/functionResults.ts';
import { interactionIdFrom } from '../../../nodes/shared/jobs/reference.ts';

const TOOLS = [{ type: 'function', name: 'f' }];
const BODY = {
	model: 'm',
	input: 'x',
	background: true,
	store: true,
	system_instruction: 's',
	tools: TOOLS,
	generation_config: { temperature: 0 },
	labels: { a: 'b' },
	environment: { env: { TOKEN: 'secret' } },
	previous_interaction_id: 'v1_p',
	webhook_config: { uris: ['https://h.example/?job_token=secret'] },
};

describe('what is carried', () => {
	test('is what the next request has to repeat, and no secret', () => {
		expect(continuationOf(BODY, 2, { order: '17' })).toEqual({
			round: 2,
			model: 'm',
			systemInstruction: 's',
			tools: TOOLS,
			settings: { generation_config: { temperature: 0 }, labels: { a: 'b' } },
			metadata: { order: '17' },
		});
		expect(JSON.stringify(continuationOf(BODY, 0, {}))).not.toContain('secret');
	});

	test('is nothing without tools', () => {
		expect(continuationOf({ ...BODY, tools: [] }, 0, {})).toBeUndefined();
		expect(continuationOf({ model: 'm' }, 0, {})).toBeUndefined();
	});

	test('survives its way through items', () => {
		const continuation = continuationOf(BODY, 1, { a: 'b' });
		const stored = JSON.parse(JSON.stringify({ continuation })) as Record<string, unknown>;
		expect(carriedBy(stored)).toEqual({ continuation });
		expect(readContinuation(stored.continuation)).toEqual(continuation);
	});

	test.each([undefined, null, 'x', 7, [], {}])('of %j is nothing', (value) => {
		expect(readContinuation(value)).toEqual({});
	});

	test.each([-1, 'x', null])('with the round %j does not tell the round', (round) => {
		expect(readContinuation({ round, tools: TOOLS }).round).toBeUndefined();
	});

	test("of the trigger's item are its tools and model; it knows no round", () => {
		const item = { model: 'm', tools: TOOLS, round: 5, text: 'x' };
		expect(readContinuation(undefined, item)).toEqual({ model: 'm', tools: TOOLS });
	});

	test('cannot smuggle in what belongs to one request', () => {
		const settings = { webhook_config: { uris: ['u'] }, store: false, seed: 1 };
		expect(readContinuation({ settings })).toEqual({ settings: { seed: 1 } });
	});
});

describe('the answering request', () => {
	test('repeats what is carried, and what the API shows otherwise', () => {
		const raw = {
			id: 'v1_a',
			model: 'shown',
			system_instruction: 'shown',
			generation_config: { temperature: 1 },
			response_format: [{ type: 'text' }],
		};
		const carried = readContinuation(continuationOf(BODY, 0, {}));
		expect(respondBody(raw, carried, [], [])).toEqual({
			model: 'm',
			system_instruction: 's',
			generation_config: { temperature: 0 },
			labels: { a: 'b' },
			response_format: [{ type: 'text' }],
			tools: TOOLS,
			input: [],
			background: true,
			store: true,
			previous_interaction_id: 'v1_a',
		});
		expect(respondBody(raw, { tools: TOOLS }, [], [])).toMatchObject({
			model: 'shown',
			system_instruction: 'shown',
			generation_config: { temperature: 1 },
		});
	});

	test('of an agent names the agent', () => {
		const body = respondBody({ id: 'v1_a', agent: 'x' }, { tools: TOOLS }, [], []);
		expect(body).toMatchObject({ agent: 'x' });
		expect(body).not.toHaveProperty('model');
	});

	test('takes the first tools that there are', () => {
		const [a, b, c] = ['a', 'b', 'c'].map((name) => [{ type: 'function', name }]);
		const tools = (carried: object, raw: object, own: object[]) =>
			respondBody({ id: 'x', ...raw }, carried, [], own as never)?.tools;
		expect(tools({ tools: a }, { tools: b }, c)).toEqual(a);
		expect(tools({}, { tools: b }, c)).toEqual(b);
		expect(tools({ tools: [] }, { tools: [] }, c)).toEqual(c);
		expect(tools({}, {}, [])).toBeUndefined();
	});
});

describe('results', () => {
	const open = [
		{ callId: 'c1', name: 'f', args: {} },
		{ callId: 'c2', name: 'g', args: {} },
	];
	const given = (itemIndex: number, callId: string, result: unknown = 'r') => ({
		itemIndex,
		callId,
		result,
		isError: false,
	});

	test('are joined in the order of the calls', () => {
		const { steps, objection } = joinResults('v1_a', open, [given(0, 'c2'), given(1, 'c1')], false);
		expect(objection).toBeUndefined();
		expect(steps).toEqual([
			{ type: 'function_result', call_id: 'c1', name: 'f', result: 'r' },
			{ type: 'function_result', call_id: 'c2', name: 'g', result: 'r' },
		]);
	});

	test('that are missing are named, or sent as errors', () => {
		const { objection } = joinResults('v1_a', open, [], false);
		expect(objection?.message).toContain('f (c1), g (c2)');
		expect(joinResults('v1_a', open, [given(0, 'c1')], true).steps[1]).toEqual({
			type: 'function_result',
			call_id: 'c2',
			name: 'g',
			result: NO_RESULT,
			is_error: true,
		});
	});

	test.each([0, false, 'x', {}, []])('that are %j are results', (result) => {
		expect(
			joinResults('v1_a', [open[0]], [given(0, 'c1', result)], false).objection,
		).toBeUndefined();
	});

	test.each<[unknown, unknown]>([
		['17', '17'],
		['[1]', { result: [1] }],
		['{"a":1}', { a: 1 }],
		['{', '{'],
		[true, { result: true }],
		[[], { result: [] }],
		[[{ type: 'image', uri: 'u' }], [{ type: 'image', uri: 'u' }]],
		[[{ type: 'row' }], { result: [{ type: 'row' }] }],
	])('have a form that the API takes: %j', (value, expected) => {
		expect(resultValue(value)).toEqual(expected);
	});

	test('are grouped by interaction, whatever its name', () => {
		const items = ['b', '__proto__', 'b', 'a'].map((jobId, index) => ({ jobId, index }));
		expect(byInteraction(items).map((group) => group.map(({ index }) => index))).toEqual([
			[0, 2],
			[1],
			[3],
		]);
	});
});

test.each<[unknown, string | undefined]>([
	['v1_ChdQ-x=', 'v1_ChdQ-x='],
	[' interactions/v1_a ', 'v1_a'],
	['', undefined],
	['.', undefined],
	['../x', undefined],
	['a/b', undefined],
	['a?b', undefined],
	[undefined, undefined],
	[{}, undefined],
])('the id in %j is %j', (value, expected) => {
	expect(interactionIdFrom(value)).toBe(expected);
});

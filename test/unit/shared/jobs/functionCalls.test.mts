import {
	functionCallFields,
	openFunctionCalls,
	repeatedSettings,
} from '../../../../nodes/shared/jobs/functionCalls.ts';

const call = (id: string, name = 'get_weather', args: unknown = { city: 'Rome' }) => ({
	type: 'function_call',
	id,
	name,
	arguments: args,
});
const result = (call_id: string) => ({ type: 'function_result', call_id, result: 'sunny' });

describe('openFunctionCalls', () => {
	test.each([
		['none in an interaction without steps', {}, []],
		['none in an answer of another shape', { steps: 'x' }, []],
		['a call without a result', { steps: [call('a')] }, ['a']],
		['several calls in their order', { steps: [call('b'), call('a')] }, ['b', 'a']],
		['not a call with a result', { steps: [call('a'), call('b'), result('a')] }, ['b']],
		['not a call whose result comes first', { steps: [result('a'), call('a')] }, []],
		['a repeated call once', { steps: [call('a'), { type: 'thought' }, call('a')] }, ['a']],
		['no call without an id, which nobody could answer', { steps: [call('')] }, []],
		['no call without a name', { steps: [call('a', '')] }, []],
		[
			"no call of Google's own tools",
			{ steps: [{ ...call('a'), type: 'google_search_call' }] },
			[],
		],
	])('finds %s', (_, raw, ids) => {
		expect(openFunctionCalls(raw).map(({ callId }) => callId)).toEqual(ids);
	});

	test('lays a call out', () => {
		expect(openFunctionCalls({ steps: [call('a')] })).toEqual([
			{ callId: 'a', name: 'get_weather', args: { city: 'Rome' } },
		]);
	});

	test.each([undefined, null, 'x', [1]])('gives no arguments for %j', (args) => {
		const [one] = openFunctionCalls({ steps: [{ ...call('a'), arguments: args }] });
		expect(one.args).toEqual({});
	});
});

describe('repeatedSettings', () => {
	test('names what the API shows, and nothing else', () => {
		expect(repeatedSettings({})).toEqual({});
		expect(repeatedSettings({ model: 'm', tools: [] })).toEqual({ model: 'm' });
		expect(repeatedSettings({ agent: 'a', tools: 'x' })).toEqual({});
	});

	test("leaves out the tokens of a tool's server", () => {
		const server = { type: 'mcp_server', url: 'https://mcp.example.com' };
		const tools = [
			{ type: 'function', name: 'f' },
			{ ...server, headers: { Authorization: 'x' } },
		];
		expect(repeatedSettings({ tools })).toEqual({ tools: [tools[0], server] });
	});
});

describe('functionCallFields', () => {
	test('are one set for each open call, with their number and what is to be repeated', () => {
		const raw = {
			model: 'm',
			tools: [{ type: 'function' }],
			steps: [call('a'), call('b', 'f', {})],
		};
		const common = { openCalls: 2, model: 'm', tools: raw.tools };
		expect(functionCallFields(raw)).toEqual([
			{
				...common,
				functionCall: { callId: 'a', name: 'get_weather', args: { city: 'Rome' } },
			},
			{ ...common, functionCall: { callId: 'b', name: 'f', args: {} } },
		]);
	});

	test('are a single set without a call when all have their results', () => {
		expect(functionCallFields({ model: 'm', steps: [call('a'), result('a')] })).toEqual([
			{ openCalls: 0, model: 'm' },
		]);
	});
});

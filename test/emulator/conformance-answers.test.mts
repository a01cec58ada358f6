import type { GoogleGenAI } from '@google/genai';
import { PIXEL } from './answers.mts';
import { startEmulator } from './index.mts';
import type { Emulator } from './index.mts';
import { raw, sdk } from './support.mts';

const FLASH = 'gemini-3.8-flash';
const AGENT = 'deep-research-preview-04-2026';

let emulator: Emulator;
let ai: GoogleGenAI;

beforeEach(async () => {
	emulator = await startEmulator();
	ai = sdk(emulator);
});
afterEach(() => emulator.close());

const create = async (part: object): Promise<any> =>
	await ai.interactions.create({ model: FLASH, input: 'hi', background: true, ...part } as never, {
		maxRetries: 0,
	});
const read = async (id: string): Promise<any> =>
	await ai.interactions.get(id, {} as never, { maxRetries: 0 } as never);
const finish = async (part: object): Promise<any> => {
	const { id } = await create(part);
	await emulator.clock.advance(1_000);
	return await read(id);
};
const research = (part: object = {}) => ({ model: undefined, agent: AGENT, ...part });
const refusal = (message: RegExp, status = 400) => ({
	status,
	message: expect.stringMatching(message),
});
const types = (done: any): string[] => done.steps.map(({ type }: { type: string }) => type);

describe('function calls', () => {
	const tools = ['get_weather', 'get_time'].map((name) => ({
		type: 'function',
		name,
		description: 'd',
		parameters: { type: 'object', properties: { city: { type: 'string' } } },
	}));
	const result = (call: any, value: unknown) => ({
		type: 'function_result',
		call_id: call.id,
		name: call.name,
		result: value,
	});
	const waiting = async (): Promise<{ id: string; calls: any[] }> => {
		const done = await finish({ input: '[[action]] Paris', tools });
		expect(done.status).toBe('requires_action');
		return { id: done.id, calls: done.steps.filter(({ type }: any) => type === 'function_call') };
	};

	test('parallel calls, all answered: the answer knows the results', async () => {
		const { id, calls } = await waiting();
		expect(calls.map(({ name }) => name)).toEqual(['get_weather', 'get_time']);
		const input = [result(calls[1], 'noon'), result(calls[0], { temp: 20 })];
		const done = await finish({ previous_interaction_id: id, tools, input });
		expect(done).toMatchObject({ status: 'completed', output_text: 'Echo: noon\n{"temp":20}' });
	});

	test('a further round needs the tools again', async () => {
		const { id, calls } = await waiting();
		const input = calls.map((call) => result(call, '[[action]] more'));
		const again = await finish({ previous_interaction_id: id, tools, input });
		expect(again.status).toBe('requires_action');
		const without = await finish({ previous_interaction_id: id, input });
		expect(without.status).toBe('completed');
	});

	test('the whole history without a previous interaction', async () => {
		const { calls } = await waiting();
		const input = [
			{ type: 'user_input', content: [{ type: 'text', text: 'Paris' }] },
			...calls,
			...calls.map((call) => result(call, 'x')),
		];
		expect((await create({ input, tools, background: false, store: false })).status).toBe(
			'completed',
		);
	});

	test.each<[string, (calls: any[]) => object[] | string, RegExp]>([
		['one answer missing', (calls) => [result(calls[0], 'x')], /Missing function_result.*call_/],
		['no answer', () => 'Paris', /Missing function_result/],
		[
			'an unknown call',
			(calls) => [result({ ...calls[0], id: 'call_x' }, 1)],
			/No function call has the id "call_x"/,
		],
		[
			'another name',
			(calls) => [result({ ...calls[0], name: 'f' }, 1)],
			/is of get_weather, not f/,
		],
		['twice', (calls) => [result(calls[0], 1), result(calls[0], 1)], /answered twice/],
		['no result', (calls) => [result(calls[0], undefined)], /has no result/],
	])('refused: %s', async (_, input, message) => {
		const { id, calls } = await waiting();
		const attempt = create({ previous_interaction_id: id, tools, input: input(calls) });
		await expect(attempt).rejects.toMatchObject(refusal(message));
		expect(emulator.jobs.list()).toHaveLength(1);
	});

	test('results for an interaction that waits for none, or is still running', async () => {
		const input = [result({ id: 'call_x' }, 'x')];
		const done = await finish({});
		await expect(create({ previous_interaction_id: done.id, input })).rejects.toMatchObject(
			refusal(/does not require an action/),
		);
		await expect(create({ input })).rejects.toMatchObject(
			refusal(/needs the previous_interaction_id/),
		);
		const { id } = await create({});
		await expect(create({ previous_interaction_id: id })).rejects.toMatchObject(
			refusal(/still in_progress/),
		);
	});

	test.each<[string, object, RegExp]>([
		['type', { tools: [{ type: 'web' }] }, /tools\.type/],
		['name', { tools: [{ type: 'function' }] }, /needs a name/],
		['twice', { tools: [tools[0], tools[0]] }, /Duplicate function name/],
		['field', { tools: [{ ...tools[0], strict: true }] }, /tools\.strict/],
		['no list', { tools: tools[0] }, /must be a list/],
	])('tools are checked: %s', async (_, part, message) => {
		await expect(create(part)).rejects.toMatchObject(refusal(message));
	});
});

describe('answers', () => {
	test('tools of the server leave their steps, sources and counts', async () => {
		const done = await finish({
			input: 'see https://example.com/a',
			tools: [{ type: 'google_search' }, { type: 'url_context' }, { type: 'code_execution' }],
			generation_config: { thinking_summaries: 'auto', thinking_level: 'low' },
		});
		expect(types(done)).toEqual([
			'user_input',
			'thought',
			'google_search_call',
			'google_search_result',
			'url_context_call',
			'url_context_result',
			'code_execution_call',
			'code_execution_result',
			'model_output',
		]);
		const [, , call, found, urls] = done.steps;
		expect([found.call_id, urls.arguments.urls]).toEqual([call.id, ['https://example.com/a']]);
		const [text] = done.steps.at(-1).content;
		expect(text.annotations).toEqual([
			{
				type: 'url_citation',
				url: 'https://example.com/source',
				title: 'example.com',
				start_index: 0,
				end_index: text.text.length,
			},
		]);
		expect(done.usage).toMatchObject({
			total_thought_tokens: 10,
			grounding_tool_count: [{ type: 'google_search', count: 1 }],
		});
	});

	test('files and bytes as input, images and sounds as output', async () => {
		const bytes = Buffer.from('%PDF');
		const name = emulator.files.add({ bytes, mimeType: 'application/pdf', source: 'UPLOADED' });
		const uri = `https://generativelanguage.googleapis.com/v1beta/${name}`;
		const input = [
			{ type: 'text', text: 'What is it?' },
			{ type: 'document', uri, mime_type: 'application/pdf' },
			{ type: 'image', data: PIXEL, mime_type: 'image/png' },
			{ type: 'video', uri: 'https://www.youtube.com/watch?v=x' },
		];
		const done = await finish({ input });
		expect(done.output_text).toBe('Echo: What is it? (application/pdf, image/png, video)');
		const image = await finish({ model: 'gemini-3.1-flash-image' });
		expect(image.output_image).toMatchObject({ mime_type: 'image/png', data: PIXEL });
		const both = await finish({
			response_format: [{ type: 'image', delivery: 'uri' }, { type: 'audio' }],
		});
		expect(both.output_image.uri).toMatch(/files\/\w+:download/);
		expect(both.output_audio.mime_type).toBe('audio/wav');
	});

	test.each([
		['[[incomplete]]', 'incomplete'],
		['[[budget]]', 'budget_exceeded'],
	])('%s, of which no event tells', async (input, status) => {
		const webhook_config = { uris: ['http://127.0.0.1:9/nobody'] };
		emulator.settings.deliveryFault = 'never';
		expect((await finish({ input, webhook_config })).status).toBe(status);
		expect(emulator.deliveries).toHaveLength(0);
		await finish({ webhook_config });
		expect(emulator.deliveries).toHaveLength(1);
	});

	test('an answer that is longer than allowed is incomplete', async () => {
		const done = await finish({ generation_config: { max_output_tokens: 1 } });
		expect([done.status, done.output_text]).toEqual(['incomplete', 'Echo']);
	});

	test('queued first', async () => {
		emulator.settings.interactionQueuedMs = 5_000;
		emulator.settings.interactionDurationMs = 10_000;
		const { id, status } = await create({});
		expect(status).toBe('queued');
		await emulator.clock.advance(5_000);
		expect((await read(id)).status).toBe('in_progress');
		await emulator.clock.advance(5_000);
		expect((await read(id)).status).toBe('completed');
	});

	test('not found right after create, then 400 while it runs', async () => {
		emulator.settings.interactionReadsMissing = 1;
		emulator.settings.interactionReadsInvalid = 3;
		const { id } = await create({});
		await expect(read(id)).rejects.toMatchObject(refusal(/not found/, 404));
		for (let poll = 0; poll < 2; poll += 1)
			await expect(read(id)).rejects.toMatchObject(refusal(/invalid argument/));
		await emulator.clock.advance(1_000);
		expect((await read(id)).status).toBe('completed');
	});

	test('the request is repeated only where the setting says so', async () => {
		const part = {
			tools: [{ type: 'google_search' }],
			system_instruction: 'Be brief',
			response_format: { type: 'text' },
		};
		const { id } = await create(part);
		const plain = (await raw(emulator, 'GET', `/v1beta/interactions/${id}`)).json;
		for (const name of Object.keys(part)) expect(plain).not.toHaveProperty(name);
		emulator.settings.echoRequest = true;
		expect(await read(id)).toMatchObject(part);
	});

	test.each<[string, object, RegExp]>([
		['generation_config', { generation_config: { top_k: 1 } }, /generation_config\.top_k/],
		[
			'thinking level',
			{ generation_config: { thinking_level: 'max' } },
			/minimal, low, medium, high/,
		],
		['format', { response_format: { type: 'text', schma: {} } }, /response_format\.schma/],
		['body', { instructions: 'x' }, /Unknown parameter: 'instructions'/],
	])('unknown names are refused: %s', async (_, part, message) => {
		await expect(create(part)).rejects.toMatchObject(refusal(message));
	});
});

describe('agents', () => {
	test('deep research thinks, searches, cites and draws', async () => {
		const agent_config = {
			type: 'deep-research',
			thinking_summaries: 'auto',
			visualization: 'auto',
		};
		const done = await finish(research({ input: 'Whales', agent_config }));
		expect(done).toMatchObject({ agent: AGENT, status: 'completed' });
		expect(done.output_text).toContain('# Report');
		expect(types(done)).toEqual([
			'user_input',
			'thought',
			'google_search_call',
			'google_search_result',
			'model_output',
		]);
		const [text, image] = done.steps.at(-1).content;
		expect(text.annotations[0].type).toBe('url_citation');
		expect(image).toMatchObject({ type: 'image', mime_type: 'image/png' });
	});

	test('a plan first, the research when it is continued', async () => {
		const agent_config = { type: 'deep-research', collaborative_planning: true };
		const plan = await finish(research({ input: 'Whales', agent_config }));
		expect(plan.output_text).toMatch(/^Plan: .*Whales/);
		const done = await finish(
			research({ input: 'Go on', agent_config, previous_interaction_id: plan.id }),
		);
		expect(done.output_text).toContain('# Report');
	});

	test('another agent answers', async () => {
		const done = await finish(
			research({ agent: 'antigravity-preview-09-2026', agent_config: { type: 'antigravity' } }),
		);
		expect(done.output_text).toBe('Echo: hi');
	});

	test.each<[string, object, RegExp, number]>([
		[
			'function tools',
			{ tools: [{ type: 'function', name: 'f' }] },
			/Function tools are not supported/,
			400,
		],
		[
			'a schema',
			{ response_format: { type: 'text', schema: {} } },
			/Structured output is not supported/,
			400,
		],
		[
			'JSON',
			{ response_format: { type: 'text', mime_type: 'application/json' } },
			/Structured output/,
			400,
		],
		[
			'generation_config',
			{ generation_config: { seed: 1 } },
			/Unknown parameter: 'generation_config'/,
			400,
		],
		['the foreground', { background: false }, /require background=true/, 400],
		[
			'a config of another agent',
			{ agent_config: { type: 'antigravity' } },
			/agent_config\.type/,
			400,
		],
		[
			'an unknown field',
			{ agent_config: { type: 'deep-research', depth: 3 } },
			/agent_config\.depth/,
			400,
		],
		[
			'a wrong value',
			{ agent_config: { type: 'deep-research', visualization: 'on' } },
			/visualization.*auto, off/,
			400,
		],
		['an unknown agent', { agent: 'deep-thought' }, /deep-thought not found/, 404],
		[
			'one that was shut down',
			{ agent: 'deep-research-pro-preview-12-2025' },
			/no longer available/,
			404,
		],
		['a model beside it', { model: FLASH }, /Exactly one of model and agent/, 400],
	])('refused: %s', async (_, part, message, status) => {
		await expect(create(research(part))).rejects.toMatchObject(refusal(message, status));
	});
});

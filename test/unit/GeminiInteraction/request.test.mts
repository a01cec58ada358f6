import { agentConfig, AGENTS, objectionToAgent } from '../../../nodes/GeminiInteraction/agents.ts';
import {
	asksForJson,
	mediaPart,
	objectionTo,
	objectionToFunctions,
	objectionToMore,
	requestBody,
	withFiles,
	withMore,
	type InteractionFields,
} from '../../../nodes/GeminiInteraction/request.ts';

const FIELDS: InteractionFields = {
	run: 'model',
	name: 'gemini-3.8-flash',
	prompt: 'Hi',
	systemInstruction: '',
	tools: [],
	stores: [],
	functions: [],
	options: {},
	more: {},
};
const AGENT: InteractionFields = { ...FIELDS, run: 'agent', name: AGENTS[2].id };
const f = (name: string) => ({ name, description: '' });

describe('the request', () => {
	test('has nothing that was not asked for', () => {
		expect(requestBody(FIELDS)).toEqual({
			model: 'gemini-3.8-flash',
			input: 'Hi',
			background: true,
			store: true,
		});
	});

	test('of an agent has no generation settings', () => {
		expect(requestBody({ ...AGENT, temperature: 1, maxOutputTokens: 5 })).toEqual({
			agent: AGENTS[2].id,
			input: 'Hi',
			background: true,
			store: true,
		});
	});

	test('gets more fields: objects merged, tools joined, all else replaced', () => {
		expect(
			withMore(
				{ a: { b: 1, c: 2 }, tools: [{ type: 'x' }], d: 1, e: [1] },
				{ a: { c: 3 }, tools: [{ type: 'y' }], d: { f: 1 }, e: [2], g: null },
			),
		).toEqual({
			a: { b: 1, c: 3 },
			tools: [{ type: 'x' }, { type: 'y' }],
			d: { f: 1 },
			e: [2],
			g: null,
		});
	});

	test.each([
		['image/png', 'image'],
		['audio/mpeg', 'audio'],
		['video/mp4', 'video'],
		['application/pdf', 'document'],
		['text/csv', 'document'],
	])('has a file of the type %s as %s', (mimeType, type) => {
		const part = mediaPart({ uri: 'u', mimeType });
		expect(part).toEqual({ type, mime_type: mimeType, uri: 'u' });
		expect(withFiles({ input: 'Hi' }, [part])).toEqual({
			input: [{ type: 'text', text: 'Hi' }, part],
		});
	});

	test('is left alone without files', () => {
		expect(withFiles({ input: 'Hi' }, [])).toEqual({ input: 'Hi' });
	});

	test.each([
		[{}, false],
		[{ response_format: { type: 'text' } }, false],
		[{ response_format: { type: 'text', mime_type: 'application/json' } }, true],
		[{ response_format: [{ type: 'image' }, { type: 'text', schema: {} }] }, true],
	])('asks for JSON: %j is %s', (body, expected) => {
		expect(asksForJson(body)).toBe(expected);
	});
});

describe('an objection', () => {
	test('is raised neither to a model nor to an agent that has all it needs', () => {
		const full = { ...FIELDS, functions: [f('a'), f('b')], schema: {}, more: { labels: {} } };
		expect(objectionTo(full)).toBeUndefined();
		expect(objectionTo({ ...AGENT, tools: ['google_search'] })).toBeUndefined();
	});

	test.each<[string, InteractionFields, string]>([
		['a blank prompt', { ...FIELDS, prompt: ' \n' }, "The 'Prompt' is empty"],
		['no model', { ...FIELDS, name: '' }, "No 'Model' is chosen"],
		['no agent', { ...AGENT, name: '' }, "No 'Agent' is chosen"],
		['functions of an agent', { ...AGENT, functions: [f('a')] }, "functions of yours, such as 'a'"],
		['a schema of an agent', { ...AGENT, schema: {} }, "cannot answer by a 'JSON Schema'"],
		[
			'generation settings of an agent',
			{ ...AGENT, more: { generation_config: {} } },
			"does not take 'generation_config'",
		],
	])('is raised to %s', (_, fields, message) => {
		const objection = objectionTo(fields);
		expect(objection?.message).toContain(message);
		expect(objection?.description).toMatch(/\.$/);
	});

	test('is raised to fields with a place of their own, not to those of every object', () => {
		expect(objectionToMore({ webhook_config: {} })?.description).toContain('When the Job Finishes');
		expect(objectionToMore({ labels: {}, constructor: 1, toString: 2 })).toBeUndefined();
	});

	test('is raised to functions without a name of their own', () => {
		expect(objectionToFunctions([f('a'), f('b')])).toBeUndefined();
		expect(objectionToFunctions([f('a'), f('')])?.message).toContain("no 'Name'");
		expect(objectionToFunctions([f('a'), f('b'), f('a')])?.message).toContain("called 'a'");
	});
});

describe('an agent', () => {
	test('that was shut down is refused; one that nobody knows is not', () => {
		expect(objectionToAgent('deep-research-pro-preview-12-2025', {})?.message).toContain(
			'2026-10-23',
		);
		expect(objectionToAgent('something-new', {})).toBeUndefined();
		for (const { id } of AGENTS) expect(objectionToAgent(id, {})).toBeUndefined();
	});

	test.each([
		['something-new', { visualization: 'off' }],
		['antigravity-preview-09-2026', { thinkingSummaries: 'auto' }],
		['deep-research-preview-04-2026', { maxTotalTokens: 5 }],
	])('%s does not take %j', (agent, options) => {
		expect(objectionToAgent(agent, options)?.description).toContain('agent_config');
	});

	test('has a configuration only when something is set', () => {
		const nothing = { visualization: undefined, maxTotalTokens: undefined };
		expect(agentConfig('deep-research-preview-04-2026', nothing)).toBeUndefined();
		expect(agentConfig('deep-research-preview-04-2026', { collaborativePlanning: false })).toEqual({
			type: 'deep-research',
			collaborative_planning: false,
		});
		expect(agentConfig('antigravity-preview-09-2026', { maxTotalTokens: 5 })).toEqual({
			type: 'antigravity',
			max_total_tokens: '5',
		});
	});
});

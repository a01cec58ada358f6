import { madeFiles, readAnswer } from '../../../nodes/GeminiInteraction/answer.ts';
import { shownRaw } from '../../../nodes/GeminiInteraction/shownRaw.ts';

const text = (value: unknown, more: object = {}) => ({ type: 'text', text: value, ...more });
const output = (...content: unknown[]) => ({ type: 'model_output', content });
const read = (steps: unknown, more: object = {}, parsing: 'guess' | 'json' | 'none' = 'guess') =>
	readAnswer({ steps, ...more }, 'v1_a', parsing);

describe('the text', () => {
	test.each<[string, unknown[], string | null]>([
		['all parts of the last output', [output(text('a'), text('b'))], 'ab'],
		['of several outputs in a row', [output(text('a')), output(text('b'))], 'ab'],
		['around thoughts', [output(text('a')), { type: 'thought' }, output(text('b'))], 'ab'],
		['around pictures', [output(text('a'), { type: 'image' }, text('b'))], 'ab'],
		[
			'not what was said before a tool',
			[output(text('a')), { type: 'x_call' }, output(text('b'))],
			'b',
		],
		['what was said before a call at the end', [output(text('a')), { type: 'function_call' }], 'a'],
		['not of the turn before', [output(text('a')), { type: 'user_input' }, output(text('b'))], 'b'],
		['not of the round before', [output(text('a')), { type: 'function_result' }], null],
		['nothing', [], null],
		['nothing but a picture', [output({ type: 'image' })], null],
	])('is %s', (_, steps, expected) => {
		expect(read(steps).text).toBe(expected);
	});

	test.each([undefined, null, 'x', {}, [null, 1, 'x', { type: 'model_output' }, output(1, null)]])(
		'of what is no list of steps is nothing: %j',
		(steps) => {
			expect(read(steps)).toMatchObject({ text: null, data: null, thoughts: null, sources: [] });
		},
	);
});

test.each<[string, 'guess' | 'json' | 'none', unknown]>([
	['{"a":1}', 'json', { a: 1 }],
	['{"a":1}', 'guess', { a: 1 }],
	['{"a":1}', 'none', null],
	[' [1]', 'guess', [1]],
	['17', 'guess', null],
	['17', 'json', 17],
	['{"a":', 'json', null],
	['[Note] x', 'guess', null],
])('the data of %j, read as %s, is %j', (value, parsing, expected) => {
	expect(read([output(text(value))], {}, parsing).data).toEqual(expected);
});

test('summaries of thoughts are joined, silent ones left out', () => {
	const steps = [
		{ type: 'thought', signature: 'x' },
		{ type: 'thought', summary: [text('a'), text('b')] },
		{ type: 'thought', summary: [text('c')] },
	];
	expect(read(steps).thoughts).toBe('ab\n\nc');
});

describe('sources', () => {
	test('come once each, with the title that one of them has', () => {
		const steps = [
			{ type: 'url_context_result', result: [{ url: 'https://a.example', status: 'success' }] },
			output(
				text('x', {
					annotations: [
						{ type: 'url_citation', url: 'https://a.example' },
						{ type: 'url_citation', url: 'https://a.example', title: 'A' },
						{ type: 'url_citation', url: 'https://a.example', title: 'B' },
						{ type: 'word_info' },
						null,
					],
				}),
			),
		];
		expect(read(steps).sources).toEqual([{ title: 'A', url: 'https://a.example' }]);
	});

	test('come from pages that were read and places that were found, not from pages that were not', () => {
		const steps = [
			{
				type: 'url_context_result',
				result: [
					{ url: 'https://a.example', status: 'success' },
					{ url: 'https://b.example', status: 'error' },
				],
			},
			{
				type: 'google_maps_result',
				result: [{ places: [{ name: 'Rome', url: 'https://maps.example' }] }],
			},
			{ type: 'google_search_result', result: [{ search_suggestions: '<b>x</b>' }] },
			{ type: 'mcp_server_tool_result', result: [{ url: 'https://c.example' }] },
		];
		expect(read(steps).sources).toEqual([
			{ title: null, url: 'https://a.example' },
			{ title: 'Rome', url: 'https://maps.example' },
		]);
	});
});

test('usage is counted, or null', () => {
	expect(read([]).usage).toBeNull();
	expect(read([], { usage: { total_tokens: 7, total_input_tokens: 3 } }).usage).toEqual({
		inputTokens: 3,
		outputTokens: 0,
		thoughtTokens: 0,
		totalTokens: 7,
	});
});

test('files are those of this answer', () => {
	const image = { type: 'image', mime_type: 'image/png', data: 'AA==' };
	const steps = [
		output(image),
		{ type: 'user_input', content: [image] },
		output(text('x'), { type: 'video', uri: 'u' }, { type: 'hologram', uri: 'v' }),
	];
	expect(madeFiles({ steps })).toEqual([{ type: 'video', mimeType: null, uri: 'u', data: null }]);
});

test('the raw answer hides tokens and leaves all else alone', () => {
	const steps = [output(text('AIzaSyNotAKeyButAnAnswer0123456789 whsec_abc'))];
	expect(
		shownRaw({
			id: 'v1_a',
			steps,
			tools: [
				{ type: 'mcp_server', url: 'u', headers: { authorization: 'Bearer x' } },
				{ type: 'google_search' },
			],
			environment: { type: 'remote', env: { TOKEN: 'x', OTHER: { value: 'y' } } },
			webhook_config: { uris: ['https://h.example/?job_token=abc&a=b'] },
		}),
	).toEqual({
		id: 'v1_a',
		steps,
		tools: [
			{ type: 'mcp_server', url: 'u', headers: { authorization: '[hidden]' } },
			{ type: 'google_search' },
		],
		environment: { type: 'remote', env: { TOKEN: '[hidden]', OTHER: '[hidden]' } },
		webhook_config: { uris: ['https://h.example/?job_token=[hidden]&a=b'] },
	});
	expect(shownRaw({ id: 'x', environment: 'env-1' })).toEqual({ id: 'x', environment: 'env-1' });
});

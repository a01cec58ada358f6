import { checkJsonl } from '../../../../nodes/GeminiBatch/input/jsonl';
import type { RequestKind } from '../../../../nodes/GeminiBatch/requestKind';

const request = { contents: [{ parts: [{ text: 'Hi' }] }] };
const line = (key: string, more: object = {}) =>
	JSON.stringify({ key, request: { ...request, ...more } });

/** The same bytes in pieces of `size`. */
function* piecesOf(bytes: Uint8Array, size: number) {
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const check = (
	text: string | Uint8Array,
	{ kind = 'text' as RequestKind, max = 1e9, size = 1e6 } = {},
) => checkJsonl(piecesOf(Buffer.from(text), size), kind, 'in.jsonl', max);

describe('checkJsonl', () => {
	it.each([1, 7, 1e6])('reads keys and size, in pieces of %d bytes', async (size) => {
		const text = `${line('ä')}\n\n${line('b')}\r\n   \n${line('c 🎬')}`;
		expect(await check(text, { size })).toEqual({
			keys: ['ä', 'b', 'c 🎬'],
			size: Buffer.byteLength(text),
			asJson: false,
		});
	});

	it.each([
		{ generationConfig: { responseMimeType: 'application/json' } },
		{ generation_config: { response_mime_type: 'application/json' } },
	])('notices that JSON is asked for: %j', async (more) => {
		expect(await check(`${line('a')}\n${line('b', more)}\n`)).toMatchObject({ asJson: true });
	});

	const good = line('good');
	it.each<[string, string | Uint8Array, string]>([
		['not JSON', `${good}\n{"key": "a"`, "Line 2 of 'in.jsonl' is not JSON"],
		['a list', `${good}\n\n[1]\n`, "Line 3 of 'in.jsonl' is not a JSON object"],
		['null', 'null', "Line 1 of 'in.jsonl' is not a JSON object"],
		['no request', '{"key":"a"}', "Line 1 of 'in.jsonl' has no 'request' that is a JSON object"],
		[
			'a request that is a text',
			'{"key":"a","request":"Hi"}',
			"Line 1 of 'in.jsonl' has no 'request' that is a JSON object",
		],
		['no key', JSON.stringify({ request }), "Line 1 of 'in.jsonl' has no 'key' that is a text"],
		[
			'a number as key',
			JSON.stringify({ key: 1, request }),
			"Line 1 of 'in.jsonl' has no 'key' that is a text",
		],
		['an empty key', line(''), "Line 1 of 'in.jsonl' has no 'key' that is a text"],
		[
			'a key twice',
			`${good}\n${line('b')}\n\n${good}\n`,
			"Line 4 of 'in.jsonl' has the same 'key' as line 1: good",
		],
		[
			'no contents',
			'{"key":"a","request":{"content":{}}}',
			"Line 1 of 'in.jsonl' has no 'contents' in its 'request', which requests for text and images need",
		],
		[
			'a byte order mark',
			`\ufeff${good}`,
			"Line 1 of 'in.jsonl' begins with a byte order mark; save the file as UTF-8 without it",
		],
		[
			'another encoding',
			Buffer.from(`${good}\n${line('ä')}\n`, 'latin1'),
			"Line 2 of 'in.jsonl' is not UTF-8",
		],
		['nothing', '', "The file 'in.jsonl' holds no request"],
		['blank lines only', '\n \n\t\r\n', "The file 'in.jsonl' holds no request"],
	])('refuses %s', async (_, text, message) => {
		for (const size of [1, 5, 1e6]) {
			expect(await check(text, { size })).toMatchObject({ message });
		}
	});

	it('wants the content of an embedding', async () => {
		const embedding = JSON.stringify({ key: 'a', request: { content: { parts: [] } } });
		expect(await check(embedding, { kind: 'embeddings' })).toMatchObject({ keys: ['a'] });
		expect(await check(good, { kind: 'embeddings' })).toMatchObject({
			message:
				"Line 1 of 'in.jsonl' has no 'content' in its 'request', which requests for embeddings need",
		});
	});

	it('takes as many bytes as it may have, and no more', async () => {
		const text = `${good}\n`;
		expect(await check(text, { max: text.length })).toMatchObject({ keys: ['good'] });
		expect(await check(text, { max: text.length - 1 })).toMatchObject({
			message: expect.stringMatching(/^The file 'in.jsonl' has more than/) as string,
		});
	});

	it('names a line that is longer than any request', async () => {
		const long = function* () {
			yield Buffer.from(`${good}\n`);
			for (let piece = 0; piece < 101; piece++) yield Buffer.alloc(1_000_000, 'x');
			yield Buffer.from(`\n${line('b')}`);
		};
		expect(await checkJsonl(long(), 'text', 'in.jsonl', 2e9)).toMatchObject({
			message: "Line 2 of 'in.jsonl' is longer than 100.0 MB",
		});
	});

	it('reads two hundred thousand lines in pieces, quickly', async () => {
		const many = function* () {
			for (let at = 0; at < 200_000; at += 1000) {
				const lines = Array.from({ length: 1000 }, (_, index) => line(`key-${at + index}`));
				yield Buffer.from(`${lines.join('\n')}\n`);
			}
		};
		const found = await checkJsonl(many(), 'text', 'in.jsonl', 2e9);
		expect(found).toMatchObject({ size: expect.any(Number) as number });
		expect((found as { keys: string[] }).keys).toHaveLength(200_000);
	});
});

import {
	inlinedRequest,
	MAX_INLINE_BYTES,
	objectionTo,
	objectionToSize,
	type BatchPrompt,
} from '../../../nodes/GeminiBatch/requests';

const prompts = (...keys: string[]): BatchPrompt[] =>
	keys.map((key) => ({ key, prompt: `Prompt ${key}` }));

describe('objectionTo', () => {
	it.each([
		[prompts('0')],
		[prompts('0', '1', '2')],
		[prompts('a', 'A', ' a', 'ä')],
		[prompts('__proto__', 'constructor', 'toString')],
	])('has nothing against %j', (list) => {
		expect(objectionTo(list)).toBeUndefined();
	});

	it('wants items', () => {
		const objection = objectionTo([]);
		expect(objection?.message).toBe('There are no items to make a batch of');
		expect(objection?.itemIndex).toBeUndefined();
	});

	it.each(['', ' ', '\n\t', '\u00a0'])('wants a prompt, which %j is not', (prompt) => {
		const list = prompts('a', 'b', 'c', 'd');
		list[2].prompt = prompt;
		list[3].prompt = prompt;
		expect(objectionTo(list)).toEqual({
			itemIndex: 2,
			message: "The 'Prompt' of item 2 is empty",
			description: expect.stringContaining('filter') as unknown,
		});
	});

	it.each([
		[['a', 'b', 'a'], 0, 2],
		[['x', 'a', 'a', 'a'], 1, 2],
		[['1', '0', '2', '0'], 1, 3],
		[['__proto__', '__proto__'], 0, 1],
	])('wants every key once: %j', (keys, earlier, itemIndex) => {
		expect(objectionTo(prompts(...keys))).toMatchObject({
			itemIndex,
			message: `Items ${earlier} and ${itemIndex} have the same 'Key': ${keys[itemIndex]}`,
		});
	});

	it('looks at ten thousand items in no time', () => {
		const list = prompts(...Array.from({ length: 10_000 }, (_, index) => `key-${index}`));
		const start = performance.now();
		expect(objectionTo(list)).toBeUndefined();
		expect(performance.now() - start).toBeLessThan(1000);
	});
});

describe('inlinedRequest', () => {
	it('holds no more than what was asked', () => {
		expect(inlinedRequest({ key: 'k', prompt: 'Hi 🎬' })).toEqual({
			contents: [{ role: 'user', parts: [{ text: 'Hi 🎬' }] }],
			metadata: { key: 'k' },
			config: {},
		});
	});

	it('keeps zeros, and leaves out empty text', () => {
		const { config } = inlinedRequest({
			key: 'k',
			prompt: 'p',
			systemInstruction: '',
			temperature: 0,
			topP: 0,
			maxOutputTokens: 1,
		});
		expect(config).toEqual({ temperature: 0, topP: 0, maxOutputTokens: 1 });
	});

	it('asks for JSON when there is a schema', () => {
		const schema = { type: 'object' };
		const { config } = inlinedRequest({
			key: 'k',
			prompt: 'p',
			schema,
			systemInstruction: 'Be brief',
		});
		expect(config).toEqual({
			systemInstruction: 'Be brief',
			responseMimeType: 'application/json',
			responseJsonSchema: schema,
		});
	});
});

describe('objectionToSize', () => {
	/** Requests whose JSON has exactly so many bytes; the SDK's form of a request has up to 100 more. */
	function requestsOf(bytes: number, character: string) {
		const frame = Buffer.byteLength(JSON.stringify([inlinedRequest({ key: 'k', prompt: '' })]));
		const width = Buffer.byteLength(character);
		const filling = bytes - frame - 100;
		const prompt = character.repeat(Math.floor(filling / width)) + 'x'.repeat(filling % width);
		return [inlinedRequest({ key: 'k', prompt })];
	}

	it.each(['a', 'é', '日', '🎬'])('counts bytes, not characters: %s', (character) => {
		expect(objectionToSize(requestsOf(MAX_INLINE_BYTES - 1, character))).toBeUndefined();
		expect(objectionToSize(requestsOf(MAX_INLINE_BYTES, character))).toMatchObject({
			message: 'The batch has 20.0 MB, and Google takes less than 20 MB at once',
		});
	});

	it('counts all requests together', () => {
		const half = requestsOf(MAX_INLINE_BYTES / 2 + 1, 'a');
		expect(objectionToSize(half)).toBeUndefined();
		expect(objectionToSize([...half, ...half])).toBeDefined();
	});
});

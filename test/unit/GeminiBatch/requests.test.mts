import { objectionTo, requestOf, type BatchPrompt } from '../../../nodes/GeminiBatch/requests';

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

	it('wants no text where a file is to be embedded, but something', () => {
		const media = [{ identity: 'files/a' }];
		const list = [{ key: 'a', prompt: '', media }];
		expect(objectionTo(list, 'embeddings')).toBeUndefined();
		expect(objectionTo(list, 'text')?.message).toBe("The 'Prompt' of item 0 is empty");
		expect(objectionTo([{ key: 'a', prompt: ' ' }], 'embeddings')?.message).toBe(
			"The 'Text' of item 0 is empty",
		);
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

	it('does not let additional fields take the place of files', () => {
		const [a, b] = prompts('a', 'b');
		a.extra = { contents: [] };
		expect(objectionTo([a, b])).toBeUndefined();
		b.extra = { contents: [] };
		b.media = [{ identity: 'files/a' }];
		expect(objectionTo([a, b])).toMatchObject({ itemIndex: 1 });
	});

	it('looks at ten thousand items in no time', () => {
		const list = prompts(...Array.from({ length: 10_000 }, (_, index) => `key-${index}`));
		const start = performance.now();
		expect(objectionTo(list)).toBeUndefined();
		expect(performance.now() - start).toBeLessThan(1000);
	});
});

describe('requestOf', () => {
	it.each(['text', 'image', 'embeddings'] as const)(
		'holds no more than what was asked: %s',
		(kind) => {
			const prompt = { key: 'k', prompt: 'Hi 🎬', systemInstruction: '', settings: {}, tools: [] };
			const parts = [{ text: 'Hi 🎬' }];
			const wanted = {
				text: { contents: [{ role: 'user', parts }] },
				image: {
					contents: [{ role: 'user', parts }],
					generationConfig: { responseModalities: ['TEXT', 'IMAGE'] },
				},
				embeddings: { content: { parts } },
			};
			expect(requestOf(kind, { ...prompt, embedding: {} })).toEqual(wanted[kind]);
		},
	);

	it('keeps zeros, and leaves out empty text', () => {
		const settings = {
			temperature: 0,
			topP: 0,
			seed: 0,
			thinkingBudget: 0,
			maxOutputTokens: 1,
			stopSequences: [],
			aspectRatio: undefined,
		};
		expect(requestOf('text', { key: 'k', prompt: 'p', systemInstruction: '', settings })).toEqual({
			contents: expect.anything() as object,
			generationConfig: {
				temperature: 0,
				topP: 0,
				seed: 0,
				maxOutputTokens: 1,
				thinkingConfig: { thinkingBudget: 0 },
			},
		});
	});

	it('asks for JSON when there is a schema', () => {
		const schema = { type: 'object' };
		expect(
			requestOf('text', { key: 'k', prompt: 'p', schema, systemInstruction: 'Be brief' }),
		).toEqual({
			contents: expect.anything() as object,
			systemInstruction: { parts: [{ text: 'Be brief' }] },
			generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema },
		});
	});

	it('merges what the user adds into what it makes itself', () => {
		const extra = {
			cachedContent: 'cachedContents/x',
			generationConfig: { temperature: 0.5, thinkingConfig: { includeThoughts: true } },
			safetySettings: [],
		};
		const prompt: BatchPrompt = {
			key: 'k',
			prompt: 'p',
			settings: { temperature: 1, topK: 3, thinkingLevel: 'LOW' },
			safety: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
			extra,
		};
		expect(requestOf('text', prompt)).toEqual({
			contents: [{ role: 'user', parts: [{ text: 'p' }] }],
			cachedContent: 'cachedContents/x',
			safetySettings: [],
			generationConfig: {
				temperature: 0.5,
				topK: 3,
				thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true },
			},
		});
	});

	it('puts files before the text', () => {
		const file = { fileData: { mimeType: 'image/png', fileUri: 'x' } };
		expect(requestOf('embeddings', { key: 'k', prompt: 'p' }, [file])).toEqual({
			content: { parts: [file, { text: 'p' }] },
		});
		expect(requestOf('embeddings', { key: 'k', prompt: '' }, [file])).toEqual({
			content: { parts: [file] },
		});
	});
});

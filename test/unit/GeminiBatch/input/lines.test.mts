import {
	expectedSize,
	lineBytes,
	lineSize,
	wholeRequest,
} from '../../../../nodes/GeminiBatch/input/lines';
import {
	objectionToMedia,
	type BinaryFile,
	type KnownFiles,
} from '../../../../nodes/GeminiBatch/input/media';
import type { BatchPrompt } from '../../../../nodes/GeminiBatch/requests';

/** A file of `size` bytes that counts how often it is opened. */
function file(size: number, more: Partial<BinaryFile> = {}): BinaryFile & { opened: number } {
	const made = {
		field: 'data',
		itemIndex: 0,
		fileName: 'photo.png',
		mimeType: 'image/png',
		size,
		identity: `file-${size}`,
		opened: 0,
		open: async () => {
			made.opened++;
			const half = Math.floor(size / 2);
			return await Promise.resolve([Buffer.alloc(half, 1), Buffer.alloc(size - half, 2)]);
		},
		...more,
	};
	return made;
}

async function textOf(prompts: BatchPrompt[], known: KnownFiles = new Map()): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of lineBytes('text', prompts, known)) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
}

const remote = { fileUri: 'https://example.com/v1beta/files/abc', mimeType: 'image/png' };

describe('an input file', () => {
	it('has one line for each prompt', async () => {
		const text = await textOf([
			{ key: 'a\nb', prompt: 'One\n"two" 🎬' },
			{ key: '__proto__', prompt: 'Three' },
		]);
		expect(text.split('\n')).toHaveLength(3);
		expect(
			text
				.split('\n')
				.slice(0, 2)
				.map((line) => JSON.parse(line) as unknown),
		).toEqual([
			{
				key: 'a\nb',
				request: { contents: [{ role: 'user', parts: [{ text: 'One\n"two" 🎬' }] }] },
			},
			{ key: '__proto__', request: { contents: [{ role: 'user', parts: [{ text: 'Three' }] }] } },
		]);
	});

	it.each([0, 1, 2, 3, 4, 5, 999, 1000, 1001])(
		'is exactly as long as announced, with a file of %d bytes in it',
		async (size) => {
			const prompts: BatchPrompt[] = [
				{ key: 'é', prompt: '日本\u0000\ud800 🎬', media: [file(size), file(7)] },
				{ key: 'b', prompt: 'x'.repeat(200_000) },
			];
			const sum = prompts.reduce((all, prompt) => all + lineSize('text', prompt, new Map()), 0);
			expect(Buffer.byteLength(await textOf(prompts))).toBe(sum);
		},
	);

	it('holds small files, and refers to those that are at Google', async () => {
		const small = file(3);
		const large = file(5000);
		const prompt = { key: 'a', prompt: 'p', media: [{ identity: 'files/abc' }, small, large] };
		const known = new Map([
			['files/abc', remote],
			[large.identity, { ...remote, fileUri: 'https://example.com/large' }],
		]);
		expect(await wholeRequest('text', prompt, known)).toEqual({
			contents: [
				{
					role: 'user',
					parts: [
						{ fileData: remote },
						{ inlineData: { mimeType: 'image/png', data: 'AQIC' } },
						{ fileData: { mimeType: 'image/png', fileUri: 'https://example.com/large' } },
						{ text: 'p' },
					],
				},
			],
		});
		expect(Buffer.byteLength(await textOf([prompt], known))).toBe(lineSize('text', prompt, known));
		expect(large.opened).toBe(0);
	});

	it('is planned without reading a file, and never too short', () => {
		const small = file(3000);
		const large = file(5000);
		const prompt = { key: 'a', prompt: 'p', media: [{ identity: 'files/abc' }, small, large] };
		const expected = expectedSize('text', prompt, (media) => media !== small);
		const known = new Map([
			['files/abc', remote],
			[large.identity, remote],
		]);
		expect(expected).toBeGreaterThanOrEqual(lineSize('text', prompt, known));
		expect(expected).toBeLessThan(5000);
		expect([small.opened, large.opened]).toEqual([0, 0]);
	});
});

describe('objectionToMedia', () => {
	it.each(['image/png', 'image/heic', 'application/pdf', 'text/csv', 'audio/wav', 'video/mp4'])(
		'takes %s',
		(mimeType) => {
			expect(objectionToMedia(file(1, { mimeType }), 1)).toBeUndefined();
		},
	);

	it.each(['image/svg+xml', 'application/zip', 'application/octet-stream', '', 'constructor'])(
		'does not take "%s"',
		(mimeType) => {
			expect(objectionToMedia(file(1, { mimeType, itemIndex: 4 }))).toMatchObject({
				itemIndex: 4,
				message: `The file 'photo.png' in 'data' of item 4 is of the type ${mimeType}, which Gemini does not read`,
			});
		},
	);

	it('wants a file with something in it that is not too large', () => {
		expect(objectionToMedia(file(0))?.message).toMatch(/is empty$/);
		expect(objectionToMedia(file(2_100_000_000))?.message).toBe(
			"The file 'photo.png' in 'data' of item 0 has 2.10 GB, and Google takes 2.00 GB at most",
		);
	});
});

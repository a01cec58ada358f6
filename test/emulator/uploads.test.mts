import { startEmulator } from './index.mts';
import type { Emulator } from './index.mts';
import { raw, sdk } from './support.mts';

const MIB = 1024 * 1024;
const KEY = { 'x-goog-api-key': 'test-key' };

describe('uploads', () => {
	let emulator: Emulator;

	beforeEach(async () => {
		emulator = await startEmulator();
	});
	afterEach(() => emulator.close());

	const upload = (bytes: Buffer<ArrayBuffer>, config: object = {}) =>
		sdk(emulator).files.upload({
			file: new Blob([bytes]),
			config: { mimeType: 'application/jsonl', ...config },
		});
	const start = (file: object, headers: Record<string, string> = {}) =>
		raw(
			emulator,
			'POST',
			'/upload/v1beta/files',
			{ file },
			{
				...KEY,
				'x-goog-upload-protocol': 'resumable',
				'x-goog-upload-command': 'start',
				...headers,
			},
		);
	/** An upload under way: sends bytes the way a client without the SDK does. */
	const session = async (size: number) => {
		const { headers } = await start({ sizeBytes: String(size) });
		const path = (headers.get('x-goog-upload-url') as string).replace(emulator.url, '');
		return async (
			command: string,
			offset: number,
			bytes: Buffer<ArrayBuffer> = Buffer.alloc(0),
		) => {
			const response = await fetch(`${emulator.url}${path}`, {
				method: 'POST',
				headers: {
					...KEY,
					'x-goog-upload-command': command,
					'x-goog-upload-offset': String(offset),
				},
				body: new Blob([bytes]),
			});
			const received = Number(response.headers.get('x-goog-upload-size-received'));
			return { status: response.status, received, json: (await response.json()) as any };
		};
	};

	test('200 MiB come in 25 chunks', async () => {
		const bytes = Buffer.alloc(200 * MIB, 'line of a file\n');
		const file = await upload(bytes);
		expect(file.sizeBytes).toBe(String(200 * MIB));
		const [, first] = emulator.requests;
		expect(emulator.requests).toHaveLength(26);
		expect([first?.bodyBytes, first?.body.length]).toEqual([8 * MIB, 64 * 1024]);
	});

	test('the size announced must be the size sent', async () => {
		const send = await session(5);
		const short = await send('upload, finalize', 0, Buffer.from('abc'));
		expect([short.status, short.json.error.message]).toEqual([
			400,
			expect.stringContaining('3 bytes, but 5 were announced'),
		]);
		expect((await send('upload, finalize', 3, Buffer.from('de'))).json.file.sizeBytes).toBe('5');
		const length = 'x-goog-upload-header-content-length';
		expect((await start({ sizeBytes: '5' }, { [length]: '6' })).status).toBe(400);
		expect((await start({}, { [length]: 'many' })).status).toBe(400);
		expect((await start({}, { [length]: String(3 * 1024 ** 3) })).status).toBe(400);
	});

	test('application/jsonl can be refused, jsonl is taken', async () => {
		emulator.settings.refuseJsonlType = true;
		await expect(upload(Buffer.from('{}'))).rejects.toMatchObject({
			status: 400,
			message: expect.stringContaining('Unsupported MIME type: application/jsonl'),
		});
		const file = await upload(Buffer.from('{}'), { mimeType: 'jsonl' });
		expect(file.mimeType).toBe('jsonl');
	});

	test('403 on the second chunk', async () => {
		emulator.settings.uploadFault = 'forbidden-second';
		await expect(upload(Buffer.alloc(9 * MIB))).rejects.toMatchObject({ status: 403 });
		expect(emulator.requests).toHaveLength(3);
	});

	test('503 on a chunk of which half arrived: query says where to go on', async () => {
		emulator.settings.uploadFault = 'unavailable';
		const send = await session(2 * MIB);
		const bytes = Buffer.alloc(2 * MIB, 'abc');
		expect((await send('upload, finalize', 0, bytes)).status).toBe(503);
		const { received } = await send('query', 0);
		expect(received).toBe(MIB);
		const { json } = await send('upload, finalize', received, bytes.subarray(received));
		expect(emulator.files.bytes(json.file.name).equals(bytes)).toBe(true);
	});

	test('half of the first chunk lost: the second comes at a wrong offset once', async () => {
		emulator.settings.uploadFault = 'lost-half';
		const send = await session(3 * MIB);
		const bytes = Buffer.alloc(3 * MIB, 'abc');
		expect((await send('upload', 0, bytes.subarray(0, 2 * MIB))).status).toBe(200);
		const refused = await send('upload, finalize', 2 * MIB, bytes.subarray(2 * MIB));
		expect([refused.status, refused.json.error.message]).toEqual([
			400,
			`Invalid x-goog-upload-offset: ${2 * MIB}, expected ${MIB}.`,
		]);
		expect((await send('query', 0)).received).toBe(MIB);
		const { json } = await send('upload, finalize', MIB, bytes.subarray(MIB));
		expect(emulator.files.bytes(json.file.name).equals(bytes)).toBe(true);
	});

	test('a file that takes its time and then fails', async () => {
		emulator.settings.uploadFault = 'failed-file';
		emulator.settings.filePollsProcessing = 1;
		const { name } = await upload(Buffer.from('x'));
		const ai = sdk(emulator);
		const first = await ai.files.get({ name: name as string });
		const second = await ai.files.get({ name: name as string });
		expect([first.state, first.error]).toEqual(['PROCESSING', undefined]);
		expect(second).toMatchObject({ state: 'FAILED', error: { code: 3 } });
	});
});

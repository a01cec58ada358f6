import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { GeminiClient } from '../../nodes/shared/gemini/client.ts';
import { openDownload } from '../../nodes/shared/gemini/download.ts';
import type { GeminiApiError } from '../../nodes/shared/gemini/errors.ts';
import { deleteFile, fileName, getFile, settledFile } from '../../nodes/shared/gemini/files.ts';
import { uploadFile } from '../../nodes/shared/gemini/upload.ts';
import { everythingIn, rejection } from './support/errors.mts';
import { API_KEY, Stage } from './support/stage.mts';

let stage: Stage;
let client: GeminiClient;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(async () => {
	stage.reset();
	client = await GeminiClient.for(stage.context());
});
afterAll(() => stage.close());

const MIB = 1024 * 1024;
const ABOUT = { displayName: 'prompts.jsonl', mimeType: 'application/jsonl' };

/** Bytes that tell where they belong. */
const numbered = (length: number): Buffer =>
	Buffer.from(Uint8Array.from({ length }, (_, i) => i % 251));

/** The bytes in uneven pieces, as a stream gives them. */
function* pieces(bytes: Buffer, size = 700_001): Generator<Buffer> {
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const upload = async (bytes: Buffer) =>
	await uploadFile(client, { ...ABOUT, size: bytes.length, bytes: pieces(bytes) });

const commands = () =>
	stage.calls(/^\/upload\//).map(({ headers }) => headers['x-goog-upload-command']);

async function read(uri: string): Promise<Buffer> {
	const { stream } = await openDownload(client, uri);
	const chunks: Buffer[] = [];
	for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks);
}

describe('an upload', () => {
	test('arrives whole, in pieces of 8 MiB', async () => {
		const bytes = numbered(17 * MIB + 3);
		const file = await upload(bytes);
		expect(file).toMatchObject({
			name: expect.stringMatching(/^files\//),
			mimeType: 'application/jsonl',
			state: 'ACTIVE',
			sizeBytes: bytes.length,
		});
		expect(stage.emulator.files.bytes(file.name).equals(bytes)).toBe(true);
		expect(commands()).toEqual(['start', 'upload', 'upload', 'upload, finalize']);
		expect(JSON.stringify(stage.calls(/^\/upload\//).map(({ path }) => path))).not.toContain(
			API_KEY,
		);
	});

	test('of exactly one piece is sent as one', async () => {
		const bytes = numbered(8 * MIB);
		const { name } = await upload(bytes);
		expect(stage.emulator.files.bytes(name)).toHaveLength(bytes.length);
		expect(commands()).toEqual(['start', 'upload, finalize']);
	});

	test.each([
		['before it took effect', false],
		['after it took effect', true],
	])('goes on when a piece got no answer, %s', async (_, after) => {
		const bytes = numbered(9 * MIB);
		stage.emulator.faults.add({ path: 'upload_id=', status: 503, after });
		const { name } = await upload(bytes);
		expect(stage.emulator.files.bytes(name).equals(bytes)).toBe(true);
		expect(commands()).toContain('query');
	});

	test('is tried with the other type where Google refuses the documented one', async () => {
		stage.emulator.faults.add({ path: '/upload/', status: 400, message: 'Unsupported MIME type' });
		expect(await upload(numbered(10))).toMatchObject({ mimeType: 'jsonl' });
	});

	test('that Google refuses names the file', async () => {
		stage.emulator.faults.add({ path: 'upload_id=', status: 403, message: 'No' });
		const error = await rejection<GeminiApiError>(upload(numbered(10)));
		expect(error.message).toBe(
			"Could not upload the file 'prompts.jsonl': Google does not allow this with the API key",
		);
		expect(everythingIn(error)).not.toContain(API_KEY);
	});

	test('without an address for the bytes says so', async () => {
		stage.emulator.settings.uploadFault = 'no-url';
		const error = await rejection<GeminiApiError>(upload(numbered(10)));
		expect(error.message).toContain("upload the file 'prompts.jsonl'");
		expect(error.description).toContain('Google named no address');
	});

	test('that gives fewer bytes than it said is not taken for a file', async () => {
		const source = { ...ABOUT, size: 100, bytes: [numbered(50)] };
		const error = await rejection<GeminiApiError>(uploadFile(client, source));
		expect(error.description).toContain('50 bytes came instead of 100');
	});
});

describe('a file', () => {
	test('is waited for while Google processes it', async () => {
		stage.emulator.settings.filePollsProcessing = 2;
		const { name } = await upload(numbered(10));
		expect((await settledFile(client, name, 10_000)).state).toBe('ACTIVE');
	});

	test('that is processed for too long comes out as it is', async () => {
		stage.emulator.settings.filePollsProcessing = 100;
		const { name } = await upload(numbered(10));
		expect((await settledFile(client, name, 600)).state).toBe('PROCESSING');
	});

	test("that failed has Google's reason", async () => {
		const { name } = await upload(numbered(10));
		stage.emulator.files.fail(name, { code: 3, message: 'Not a film.' });
		expect(await settledFile(client, name, 1000)).toMatchObject({
			state: 'FAILED',
			reason: 'Not a film.',
		});
	});

	test('is deleted, and again without a complaint', async () => {
		const { name } = await upload(numbered(10));
		await deleteFile(client, name);
		await deleteFile(client, name);
		expect(stage.emulator.files.list()).toEqual([]);
		const error = await rejection<GeminiApiError>(getFile(client, name));
		expect(error.message).toContain(`look up the file ${name}`);
	});

	test.each([
		['files/abc', 'files/abc'],
		['abc', 'files/abc'],
		['https://generativelanguage.googleapis.com/v1beta/files/abc', 'files/abc'],
		['https://x/v1beta/files/batch-abc:download?alt=media', 'files/batch-abc'],
		['https://x/download/v1beta/files/abc:download?alt=media&key=1', 'files/abc'],
		['gs://bucket/files/abc', undefined],
		['files/../webhooks/x', undefined],
		['', undefined],
	])('%j is named %j', (given, name) => {
		expect(fileName(given)).toBe(name);
	});
});

describe('a download', () => {
	const stored = (bytes: Buffer) =>
		stage.emulator.files.add({ mimeType: 'video/mp4', bytes, source: 'GENERATED' });

	test("comes from the credential's address, whatever host the result names", async () => {
		const bytes = numbered(3 * MIB);
		const name = stored(bytes);
		const uri = `https://generativelanguage.googleapis.com/v1beta/${name}:download?alt=media`;
		expect((await read(uri)).equals(bytes)).toBe(true);
		expect((await openDownload(client, name)).mimeType).toBe('video/mp4');
	});

	test('of a file with a long name works, though it cannot be looked up', async () => {
		const name = `files/batch-${'a'.repeat(36)}`;
		stage.emulator.files.add({ name, mimeType: 'x', bytes: numbered(5), source: 'GENERATED' });
		expect(await read(name)).toHaveLength(5);
	});

	test('follows a redirect on the same host', async () => {
		const name = stored(numbered(100));
		stage.emulator.settings.downloadRedirect = true as never;
		expect(await read(name)).toHaveLength(100);
	});

	test('follows a redirect to another host without the API key', async () => {
		const seen: http.IncomingHttpHeaders[] = [];
		const other = http.createServer((request, response) => {
			seen.push(request.headers);
			response.end('film');
		});
		await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
		try {
			const name = stored(numbered(1));
			const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/elsewhere`;
			stage.emulator.faults.add({
				path: ':download',
				status: 302,
				body: {},
				headers: { location },
			});
			expect((await read(name)).toString()).toBe('film');
			expect(seen).toHaveLength(1);
			expect(JSON.stringify(seen)).not.toContain(API_KEY);
			expect(seen[0]).not.toHaveProperty('x-goog-api-key');
		} finally {
			other.close();
		}
	});

	test.each([
		'http://169.254.169.254/latest/meta-data',
		'http://intranet.example/film.mp4',
		'https://googleapis.com.evil.example/film.mp4',
		'file:///etc/passwd',
	])('of %s is refused without a request', async (location) => {
		const name = stored(numbered(1));
		stage.emulator.faults.add({ path: ':download', status: 302, body: {}, headers: { location } });
		const error = await rejection<GeminiApiError>(read(name));
		expect(error.message).toContain(`Could not download ${name}`);
		expect(error.description).toContain("is not an address of Google's");
		await expect(read(location)).rejects.toThrow(/Could not download/);
		expect(stage.sent).toHaveLength(1);
	});

	test('that is refused names the file and the reason', async () => {
		const name = stored(numbered(1));
		stage.emulator.faults.add({ path: ':download', status: 403, message: 'Not yours' });
		const error = await rejection<GeminiApiError>(read(name));
		expect(error.message).toContain(`Could not download ${name}: Google does not allow this`);
		expect(error.description).toContain('Not yours');
	});

	test('that breaks off fails, and takes nothing down', async () => {
		const name = stored(numbered(4 * MIB));
		stage.emulator.faults.add({ path: ':download', cut: 'body' });
		await expect(read(name)).rejects.toThrow();
		expect(await read(name)).toHaveLength(4 * MIB);
	});

	test('that stalls is cut off', async () => {
		const name = stored(numbered(4 * MIB));
		stage.emulator.faults.add({ path: ':download', slowBodyMs: 4_000 });
		const { stream } = await openDownload(client, name, 500);
		const whole = (async () => {
			for await (const chunk of stream as AsyncIterable<Buffer>) expect(chunk).toBeDefined();
		})();
		await expect(whole).rejects.toThrow();
	});

	test('does not follow redirects for ever', async () => {
		const name = stored(numbered(1));
		const location = `${stage.emulator.url}/v1beta/${name}:download?alt=media`;
		stage.emulator.faults.add({
			path: ':download',
			status: 302,
			body: {},
			headers: { location },
			times: null,
		});
		const error = await rejection<GeminiApiError>(read(name));
		expect(error.description).toContain('redirected more than 5 times');
	});
});

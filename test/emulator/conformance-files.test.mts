import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GoogleGenAI } from '@google/genai';
import { startEmulator } from './index.mts';
import type { Emulator } from './index.mts';
import { lastCall, raw, sdk } from './support.mts';

const MIB = 1024 * 1024;

describe('the SDK handles files and models', () => {
	let emulator: Emulator;
	let ai: GoogleGenAI;

	beforeEach(async () => {
		emulator = await startEmulator();
		ai = sdk(emulator);
	});
	afterEach(() => emulator.close());

	const upload = (text: string, config: object = {}) =>
		ai.files.upload({ file: new Blob([text]), config: { mimeType: 'text/plain', ...config } });

	test('a file of 9 MiB goes up in two chunks', async () => {
		const bytes = randomBytes(9 * MIB);
		const config = { mimeType: 'application/jsonl', displayName: 'my input', name: 'my-file' };
		const file = await ai.files.upload({ file: new Blob([bytes]), config });
		const [start, first, second] = emulator.requests;
		expect([start?.method, start?.path]).toEqual(['POST', '/upload/v1/files']);
		expect(start?.headers).toMatchObject({
			'x-goog-upload-protocol': 'resumable',
			'x-goog-upload-command': 'start',
			'x-goog-upload-header-content-length': String(9 * MIB),
			'x-goog-upload-header-content-type': 'application/jsonl',
		});
		expect(first?.path).toMatch(/^\/upload\/v1\/files\?upload_id=\w+&upload_protocol=resumable$/);
		expect([first?.bodyBytes, first?.headers['x-goog-upload-command']]).toEqual([
			8 * MIB,
			'upload',
		]);
		expect(second?.headers).toMatchObject({
			'x-goog-upload-command': 'upload, finalize',
			'x-goog-upload-offset': String(8 * MIB),
		});
		expect(emulator.requests).toHaveLength(3);

		const hash = createHash('sha256').update(bytes).digest('hex');
		expect(file).toMatchObject({
			name: 'files/my-file',
			displayName: 'my input',
			mimeType: 'application/jsonl',
			sizeBytes: String(9 * MIB),
			sha256Hash: Buffer.from(hash).toString('base64'),
			uri: 'https://generativelanguage.googleapis.com/v1beta/files/my-file',
			state: 'ACTIVE',
			source: 'UPLOADED',
		});
		expect(emulator.files.bytes('files/my-file').equals(bytes)).toBe(true);
	});

	test('get, list and delete', async () => {
		const { name } = await upload('one');
		await upload('two');
		const got = await ai.files.get({ name: name as string });
		expect(lastCall(emulator)).toEqual(['GET', `/v1/${name}`, null]);
		expect(got).toMatchObject({ name, sizeBytes: '3' });
		expect(name).toMatch(/^files\/[a-z0-9]{12}$/);
		const pager = await ai.files.list({ config: { pageSize: 1 } });
		expect(lastCall(emulator)[1]).toBe('/v1/files?pageSize=1');
		const all = [];
		for await (const file of pager) all.push(file.name);
		expect(all).toHaveLength(2);
		await ai.files.delete({ name: name as string });
		expect(lastCall(emulator)).toEqual(['DELETE', `/v1/${name}`, {}]);
		await expect(ai.files.get({ name: name as string })).rejects.toMatchObject({ status: 403 });
	});

	test('files are gone after 48 hours', async () => {
		const { name } = await upload('one');
		await emulator.clock.advance(48 * 3_600_000);
		await expect(ai.files.get({ name: name as string })).rejects.toMatchObject({ status: 403 });
	});

	test('generated files download, by the SDK and by fetch, on both paths; uploaded ones do not', async () => {
		const bytes = randomBytes(100_000);
		const name = emulator.files.add({ bytes, mimeType: 'video/mp4', source: 'GENERATED' });
		const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
		try {
			const downloadPath = join(folder, 'film.mp4');
			await ai.files.download({ file: name, downloadPath });
			expect(lastCall(emulator)).toEqual(['GET', `/v1/${name}:download?alt=media`, null]);
			expect(readFileSync(downloadPath).equals(bytes)).toBe(true);
		} finally {
			rmSync(folder, { recursive: true });
		}
		for (const path of [`/v1beta/${name}`, `/download/v1beta/${name}`]) {
			const response = await fetch(`${emulator.url}${path}:download?alt=media&key=test-key`);
			expect(response.headers.get('content-type')).toBe('video/mp4');
			expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
		}
		expect(
			(await raw(emulator, 'GET', `/v1beta/${name}:download?alt=media`, undefined, {})).status,
		).toBe(403);
		const { name: uploaded } = await upload('x');
		expect((await raw(emulator, 'GET', `/v1beta/${uploaded}:download?alt=media`)).status).toBe(400);
	});

	test('a download can redirect, and can break in the middle', async () => {
		const name = emulator.files.add({
			bytes: randomBytes(MIB),
			mimeType: 'video/mp4',
			source: 'GENERATED',
		});
		emulator.settings.downloadRedirect = true;
		const moved = await raw(emulator, 'GET', `/v1beta/${name}:download?alt=media`);
		expect([moved.status, moved.headers.get('location')]).toEqual([
			302,
			expect.stringContaining('moved=1'),
		]);
		emulator.faults.add({ path: /moved=1/, cut: 'body' });
		const broken = await fetch(moved.headers.get('location') as string, {
			headers: { 'x-goog-api-key': 'test-key' },
		});
		expect(broken.status).toBe(200);
		await expect(broken.arrayBuffer()).rejects.toThrow('terminated');
	});

	test('a new file can take its time, or fail', async () => {
		emulator.settings.filePollsProcessing = 1;
		const { name } = await upload('x');
		const states = [];
		for (let poll = 0; poll < 2; poll += 1)
			states.push((await ai.files.get({ name: name as string })).state);
		expect(states).toEqual(['PROCESSING', 'ACTIVE']);
		emulator.files.fail(name as string);
		expect(await ai.files.get({ name: name as string })).toMatchObject({
			state: 'FAILED',
			error: { code: 3 },
		});
	});

	test('uploads can go wrong', async () => {
		emulator.settings.uploadFault = 'no-url';
		await expect(upload('x')).rejects.toThrow('Failed to get upload url');
		emulator.settings.uploadFault = 'active-on-final';
		await expect(upload('x')).rejects.toThrow('not finalized');
		emulator.settings.uploadFault = 'none';
		emulator.faults.add({ path: 'upload_id', status: 403 });
		await expect(upload('x')).rejects.toMatchObject({ status: 403 });
		await expect(upload('x', { name: 'Not-Allowed' })).rejects.toMatchObject({ status: 400 });
		await upload('x', { name: 'taken' });
		await expect(upload('x', { name: 'taken' })).rejects.toMatchObject({ status: 409 });
	});

	test('a chunk at the wrong offset is refused, and the server says how far it got', async () => {
		const key = { 'x-goog-api-key': 'test-key' };
		const start = await raw(
			emulator,
			'POST',
			'/upload/v1beta/files',
			{},
			{ ...key, 'x-goog-upload-command': 'start' },
		);
		const path = (start.headers.get('x-goog-upload-url') as string).replace(emulator.url, '');
		const chunk = (command: string, offset: string, body?: string) =>
			raw(emulator, 'POST', path, body, {
				...key,
				'x-goog-upload-command': command,
				'x-goog-upload-offset': offset,
			});
		expect((await chunk('upload', '0', 'abc')).headers.get('x-goog-upload-status')).toBe('active');
		expect((await chunk('upload', '7', 'def')).status).toBe(400);
		expect((await chunk('query', '')).headers.get('x-goog-upload-size-received')).toBe('3');
		expect((await chunk('upload, finalize', '3', 'def')).json.file.sizeBytes).toBe('6');
	});

	test('multipart uploads work too', async () => {
		const body = [
			'--sep\r\ncontent-type: application/json\r\n\r\n{"file":{"displayName":"d"}}\r\n',
			'--sep\r\ncontent-type: text/csv\r\n\r\na,b\r\n1,ü\r\n--sep--\r\n',
		].join('');
		const headers = {
			'x-goog-api-key': 'test-key',
			'content-type': 'multipart/related; boundary=sep',
		};
		const { json } = await raw(
			emulator,
			'POST',
			'/upload/v1beta/files?uploadType=multipart',
			body,
			headers,
		);
		expect(json.file).toMatchObject({ displayName: 'd', mimeType: 'text/csv', sizeBytes: '9' });
		expect(emulator.files.bytes(json.file.name).toString()).toBe('a,b\r\n1,ü');
	});

	test('models are listed with what they support', async () => {
		const pager = await ai.models.list({ config: { pageSize: 3 } });
		expect(lastCall(emulator)[1]).toBe('/v1/models?pageSize=3');
		const actions = new Map<string, string[]>();
		for await (const model of pager)
			actions.set(model.name as string, model.supportedActions ?? []);
		expect(actions.get('models/gemini-3.8-flash')).toContain('batchGenerateContent');
		expect(actions.get('models/gemini-embedding-2')).toContain('asyncBatchEmbedContent');
		expect(actions.get('models/gemini-omni-1.1-flash')).toEqual([]);
		expect((await ai.models.get({ model: 'gemini-3.8-flash' })).displayName).toBe(
			'Gemini 3.8 Flash',
		);
		await expect(ai.models.get({ model: 'nope' })).rejects.toMatchObject({ status: 404 });
	});

	test('models of every kind come page by page, agents never', async () => {
		emulator.settings.veoAvailable = true;
		const methods = new Map<string, string[]>();
		const sizes: number[] = [];
		let token = '';
		do {
			const { json } = await raw(emulator, 'GET', `/v1beta/models?pageSize=4&pageToken=${token}`);
			sizes.push(json.models.length);
			for (const { name, supportedGenerationMethods = [] } of json.models)
				methods.set(name.replace('models/', ''), supportedGenerationMethods);
			token = json.nextPageToken ?? '';
		} while (token !== '');
		expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).map(() => 4));
		expect(sizes.length).toBeGreaterThan(2);
		expect(methods.size).toBe(sizes.reduce((sum, size) => sum + size));
		const of = (method: string): string[] =>
			[...methods].filter(([, known]) => known.includes(method)).map(([id]) => id);
		expect(of('batchGenerateContent')).toContain('gemini-3.1-flash-image');
		expect(of('batchGenerateContent')).not.toContain('gemini-3.1-flash-tts-preview');
		expect(of('asyncBatchEmbedContent')).toEqual(['gemini-embedding-001', 'gemini-embedding-2']);
		expect(of('predictLongRunning')).toHaveLength(3);
		expect([...methods].filter(([, known]) => known.length === 0).map(([id]) => id)).toEqual([
			'gemini-omni-1.1-flash',
			'gemini-omni-1.2-flash',
			'lyria-3.5',
		]);
		expect([...methods.keys()].filter((id) => /research|antigravity/.test(id))).toEqual([]);
		emulator.settings.veoAvailable = false;
		const { json } = await raw(emulator, 'GET', '/v1beta/models?pageSize=1000');
		expect(json.models).toHaveLength(methods.size - 3);
	});
});

import { startEmulator } from './index.mts';
import type { Emulator } from './index.mts';
import { controlClient } from './control-client.mts';
import { raw } from './support.mts';

const SIZE = 3_000_000;
const KEY = { 'x-goog-api-key': 'test-key' };

describe('downloads', () => {
	let emulator: Emulator;
	let path: string;
	let bytes: Buffer;

	beforeEach(async () => {
		emulator = await startEmulator();
		bytes = Buffer.alloc(SIZE, 'a film ');
		const name = emulator.files.add({ bytes, mimeType: 'video/mp4', source: 'GENERATED' });
		path = `/v1beta/${name}:download?alt=media`;
	});
	afterEach(() => emulator.close());

	const get = (headers: object = {}, init: RequestInit = {}): Promise<Response> =>
		fetch(`${emulator.url}${path}`, { headers: { ...KEY, ...headers }, ...init });
	const same = async (response: Response): Promise<boolean> =>
		Buffer.from(await response.arrayBuffer()).equals(bytes);

	test('a range is ignored: the whole file comes', async () => {
		const response = await get({ range: 'bytes=100-199' });
		expect([response.status, response.headers.get('content-length')]).toEqual([200, `${SIZE}`]);
		expect(await same(response)).toBe(true);
	});

	test('to another path of the same host, which still needs the key', async () => {
		emulator.settings.downloadRedirect = 'same';
		const location = (await get({}, { redirect: 'manual' })).headers.get('location') as string;
		expect(location).toContain(`${emulator.url}/download/v1beta/files/`);
		expect((await fetch(location)).status).toBe(403);
		expect(await same(await fetch(location, { headers: KEY }))).toBe(true);
	});

	test('to another host, which needs no key and shows whether it got one', async () => {
		emulator.settings.downloadRedirect = 'other';
		const location = (await get({}, { redirect: 'manual' })).headers.get('location') as string;
		expect(new URL(location).host).not.toBe(new URL(emulator.url).host);
		expect(await same(await fetch(location))).toBe(true);
		expect((await fetch(location, { headers: KEY })).status).toBe(200);
		expect((await fetch(new URL('/moved/nothing', location))).status).toBe(404);
		const other = await controlClient(emulator.url).requests.other();
		expect(other.map(({ status, headers }) => [status, headers['x-goog-api-key']])).toEqual([
			[200, undefined],
			[200, 'test-key'],
			[404, undefined],
		]);
		expect(emulator.otherRequests).toEqual(other);
		emulator.faults.add({ path: '^/moved/', cut: 'body' });
		await expect((await fetch(location)).arrayBuffer()).rejects.toThrow('terminated');
		emulator.faults.add({ path: '^/moved/', status: 403 });
		expect((await fetch(location)).status).toBe(403);
	});

	test('slowly, and without its length', async () => {
		emulator.faults.add({ path: ':download', slowBodyMs: 300, chunked: true });
		const started = Date.now();
		const response = await get();
		const headersAfter = Date.now() - started;
		expect(response.headers.get('content-length')).toBeNull();
		expect(response.headers.get('content-type')).toBe('video/mp4');
		expect(await same(response)).toBe(true);
		expect(Date.now() - started).toBeGreaterThanOrEqual(295);
		expect(headersAfter).toBeLessThan(300);
	});

	test('cut in the middle, after half of the bytes', async () => {
		emulator.faults.add({ path: ':download', cut: 'body' });
		const response = await get();
		expect(response.headers.get('content-length')).toBe(`${SIZE}`);
		let got = 0;
		const read = async (): Promise<void> => {
			for await (const part of response.body as unknown as AsyncIterable<Uint8Array>)
				got += part.length;
		};
		await expect(read()).rejects.toThrow('terminated');
		expect(got).toBe(SIZE / 2);
	});

	test('forbidden', async () => {
		emulator.faults.add({ path: ':download', status: 403, message: 'Forbidden film' });
		const { status, json } = await raw(emulator, 'GET', path);
		expect([status, json.error]).toEqual([
			403,
			{ code: 403, message: 'Forbidden film', status: 'PERMISSION_DENIED' },
		]);
	});
});

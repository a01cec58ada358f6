import { createPublicKey, verify } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInThisContext } from 'node:vm';
import { GoogleGenAI } from '@google/genai';
import { Webhook } from 'standardwebhooks';
import type { Emulator } from './index.mts';

// The SDK looks up the connection pool of Node's fetch on the global object; jest's sandbox has a global of its own.
const POOL = Symbol.for('undici.globalDispatcher.1');
new Headers();
Object.assign(globalThis, { [POOL]: runInThisContext('globalThis')[POOL] as unknown });

/** One delivery as it arrived. */
export interface Received {
	headers: Record<string, string>;
	body: string;
	path: string;
}

/** A receiver of deliveries. */
export interface Receiver {
	/** Base URL. */
	url: string;
	received: Received[];
	/** Statuses of the next answers; 200 once they are used up. `null`: no answer at all. */
	statuses: Array<number | null>;
	/** Waits until `count` deliveries are there. */
	waitFor: (count: number) => Promise<Received[]>;
	close: () => Promise<void>;
}

/** Starts a receiver on a free port. */
export async function startReceiver(): Promise<Receiver> {
	const received: Received[] = [];
	const statuses: Array<number | null> = [];
	const server = http.createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const headers = request.headers as Record<string, string>;
			received.push({
				headers,
				body: Buffer.concat(chunks).toString('utf8'),
				path: request.url ?? '',
			});
			const status = statuses.length > 0 ? (statuses.shift() as number | null) : 200;
			if (status === null) return;
			response.writeHead(status, { location: '/elsewhere' }).end('seen');
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		received,
		statuses,
		waitFor: async (count) => {
			await until(() => received.length >= count, `${count} deliveries`);
			return received;
		},
		close: () => {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}

/** Waits for a condition, at most 5 seconds. */
export async function until(check: () => boolean | Promise<boolean>, what: string): Promise<void> {
	const deadline = Date.now() + 5_000;
	while (!(await check())) {
		if (Date.now() > deadline) throw new Error(`Timed out waiting for ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

/** The unmodified SDK with nothing but its base URL changed. */
export function sdk(emulator: Emulator, apiKey = 'test-key'): GoogleGenAI {
	return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: emulator.url } });
}

/** The latest request as `[method, path, parsed body]`; an empty body is null. */
export function lastCall(
	emulator: Emulator,
	back = 1,
): [method: string, path: string, body: unknown] {
	const record = emulator.requests.at(-back);
	if (!record) throw new Error('No request was made');
	return [record.method, record.path, record.body === '' ? null : JSON.parse(record.body)];
}

/** A raw API call, as a client without the SDK makes it. `json` is null when the body isn't JSON. */
export async function raw(
	emulator: Emulator,
	method: string,
	path: string,
	body?: unknown,
	headers: Record<string, string> = { 'x-goog-api-key': 'test-key' },
): Promise<{ status: number; json: any; text: string; headers: Headers }> {
	const init =
		body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
	const response = await fetch(`${emulator.url}${path}`, {
		method,
		headers,
		redirect: 'manual',
		...init,
	});
	const text = await response.text();
	let json: unknown = null;
	try {
		json = JSON.parse(text);
	} catch {
		// stays null
	}
	return { status: response.status, json, text, headers: response.headers };
}

/** One inline request with a text prompt. */
export const prompt = (text: string): { contents: object[] } => ({
	contents: [{ role: 'user', parts: [{ text }] }],
});

/** Starts a batch of one request and lets it end. `uris` are its own webhooks. Returns its name. */
export async function runBatch(
	emulator: Emulator,
	uris?: string[],
	apiKey = 'test-key',
): Promise<string> {
	const batch = {
		displayName: 'd',
		inputConfig: { requests: { requests: [{ request: prompt('hi') }] } },
		...(uris && { webhookConfig: { uris } }),
	};
	const path = '/v1beta/models/gemini-3.8-flash:batchGenerateContent';
	const { json } = await raw(emulator, 'POST', path, { batch }, { 'x-goog-api-key': apiKey });
	await emulator.clock.advance(1_000);
	return json.name;
}

/** Verifies with the library of Standard Webhooks and returns the body; throws when it isn't authentic. */
export const verifyStatic = (secret: string, { body, headers }: Received): any =>
	new Webhook(secret).verify(body, headers);

/** The keys that the emulator serves. */
export const keySet = async (emulator: Emulator): Promise<Array<Record<string, string>>> =>
	(await raw(emulator, 'GET', '/.well-known/jwks.json', undefined, {})).json.keys;

/** The indexes of the served keys under which a `v1a` entry of the signature is valid. */
export async function verifyDynamic(
	emulator: Emulator,
	{ body, headers }: Received,
): Promise<number[]> {
	const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
	const entries = (headers['webhook-signature'] ?? '')
		.split(' ')
		.filter((one) => one.startsWith('v1a,'));
	return (await keySet(emulator)).flatMap((key, index) => {
		const publicKey = createPublicKey({ key, format: 'jwk' });
		const valid = entries.some((one) =>
			verify(null, content, publicKey, Buffer.from(one.slice(4), 'base64')),
		);
		return valid ? [index] : [];
	});
}

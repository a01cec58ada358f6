import http from 'node:http';
import { batchRoutes } from './batches.mts';
import { controlAnswer } from './control.mts';
import type { Emulator } from './emulator.mts';
import { ApiError, errorBody, invalidKey, missingKey, notFoundPage } from './errors.mts';
import type { ErrorStyle } from './errors.mts';
import { faultAnswer } from './fault-answer.mts';
import { fileRoutes } from './files.mts';
import { interactionRoutes } from './interactions.mts';
import { modelRoutes } from './models.mts';
import { operationRoutes } from './operations.mts';
import { send } from './send.mts';
import { uploadRoutes } from './uploads.mts';
import { webhookRoutes } from './webhooks.mts';
import type { Answer, Project, Route, World } from './world.mts';

/** One request to the API, as it came. */
export interface RequestRecord {
	/** Emulator milliseconds. */
	time: number;
	method: string;
	/** Path and query as received. */
	path: string;
	/** `v1`, `v1beta`, `v1alpha`, or null for paths without one. */
	version: string | null;
	/** The key it came with. */
	apiKey: string | null;
	/** Names in lower case. */
	headers: http.IncomingHttpHeaders;
	/** The body as text; it is cut after 1 MiB, the bytes of an upload after 64 KiB. */
	body: string;
	bodyBytes: number;
	/** Status of the answer; null while there is none, and when a fault cut the connection. */
	status: number | null;
}

const ROUTES: Route[] = [
	...webhookRoutes,
	...batchRoutes,
	...fileRoutes,
	...uploadRoutes,
	...modelRoutes,
	...operationRoutes,
	...interactionRoutes,
];

const LOGGED_BYTES = 1024 * 1024;
/** Of the bytes of an upload; a gigabyte of them comes in more than a hundred requests. */
const LOGGED_UPLOAD_BYTES = 64 * 1024;
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_RECORDS = 10_000;

/** The HTTP side: reads requests, finds the route, checks the key, records, spoils, answers. */
export function createServer(emulator: () => Emulator, world: World): http.Server {
	const server = http.createServer((request, response) => {
		response.on('error', () => undefined);
		serve(emulator, world, request, response).catch((error: unknown) => {
			if (!response.headersSent && !response.destroyed) {
				void send(response, problem(world, error, 'classic'));
			} else response.destroy();
		});
	});
	server.on('clientError', (_error, socket) => socket.destroy());
	// Uploads of many chunks and parked requests must not run into Node's own limits.
	server.requestTimeout = 0;
	return server;
}

async function serve(
	emulator: () => Emulator,
	world: World,
	request: http.IncomingMessage,
	response: http.ServerResponse,
): Promise<void> {
	const method = request.method ?? 'GET';
	const target = request.url ?? '/';
	const url = new URL(target, 'http://emulator');
	const body = await readBody(request);
	if (url.pathname.startsWith('/__emulator')) {
		await send(response, await controlAnswer(emulator(), method, url, body));
		return;
	}
	const record = recordOf(world, request, url, body);
	const spoil = world.faults.take(method, target);
	const style = styleOf(url.pathname);
	if (spoil?.delayMs) await sleep(spoil.delayMs);
	const replaced = spoil && faultAnswer(spoil, style);
	const real = replaced && !spoil.after ? undefined : await handle(world, record, url, body);
	if (response.destroyed) return;
	if (spoil?.cut === true) {
		log(world, record, 'connection cut');
		response.destroy();
		return;
	}
	const answer = replaced ?? real ?? { json: {} };
	record.status = answer.status ?? 200;
	log(world, record, spoil ? `${record.status} (fault)` : String(record.status));
	await send(response, { ...answer, headers: { ...answer.headers, ...spoil?.headers } }, spoil);
}

/** What the API itself says; never rejects. */
async function handle(
	world: World,
	record: RequestRecord,
	url: URL,
	body: Buffer,
): Promise<Answer> {
	if (url.pathname === '/.well-known/jwks.json' && record.method === 'GET')
		return await jwks(world);
	const { route, params, version } = findRoute(record.method, url.pathname);
	if (!route) return html(404, notFoundPage(url.pathname));
	try {
		const project = authenticate(world, record.apiKey);
		const { headers } = record;
		return route.handle({
			world,
			project,
			version,
			params,
			query: url.searchParams,
			headers,
			body,
		});
	} catch (error) {
		return problem(world, error, route.style ?? 'classic');
	}
}

async function jwks(world: World): Promise<Answer> {
	const { settings, keys } = world;
	if (settings.jwksDelayMs > 0) await sleep(settings.jwksDelayMs);
	if (settings.jwks === 'down')
		return html(503, '<html><title>503</title>Service unavailable</html>');
	if (settings.jwks === 'garbage') return html(200, '<html>not a key set</html>');
	return { json: keys.keySet(settings) };
}

function findRoute(
	method: string,
	pathname: string,
): { route: Route | undefined; params: string[]; version: string } {
	const parts = /^\/(upload\/|download\/)?(v1|v1beta|v1alpha)\/(.+)$/.exec(
		pathname.replace(/%3A/gi, ':'),
	);
	const path = parts ? `${parts[1] ?? ''}${parts[3]}` : '';
	for (const route of ROUTES) {
		const match = route.method === method ? route.path.exec(path) : null;
		if (!match) continue;
		try {
			return { route, params: match.slice(1).map(decodeURIComponent), version: parts?.[2] ?? '' };
		} catch {
			break; // a malformed percent sign: no such path
		}
	}
	return { route: undefined, params: [], version: '' };
}

function authenticate(world: World, key: string | null): Project {
	if (key === null || key === '') throw missingKey();
	const project = world.projects.get(key);
	if (!project || world.settings.revokedKeys.includes(key)) throw invalidKey();
	return project;
}

const styleOf = (pathname: string): ErrorStyle =>
	/^\/v1\w*\/interactions\b/.test(pathname) ? 'interactions' : 'classic';

function problem(world: World, error: unknown, style: ErrorStyle): Answer {
	const known =
		error instanceof ApiError ? error : new ApiError(500, `Emulator error: ${String(error)}`);
	if (known !== error) world.log(`internal error: ${(error as Error).stack ?? String(error)}`);
	const body = errorBody(known, style);
	return { status: known.status, json: world.settings.arrayErrors ? [body] : body };
}

const html = (status: number, page: string): Answer => ({
	status,
	bytes: Buffer.from(page),
	headers: { 'content-type': 'text/html; charset=UTF-8' },
});

async function readBody(request: http.IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MOST_BYTES) throw new ApiError(413, 'Request too large for the emulator.');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

function recordOf(
	world: World,
	request: http.IncomingMessage,
	url: URL,
	body: Buffer,
): RequestRecord {
	const header = request.headers['x-goog-api-key'];
	const logged = url.searchParams.has('upload_id') ? LOGGED_UPLOAD_BYTES : LOGGED_BYTES;
	const record: RequestRecord = {
		time: world.clock.now(),
		method: request.method ?? 'GET',
		path: request.url ?? '/',
		version: /^\/(?:upload\/|download\/)?(v1\w*)\//.exec(url.pathname)?.[1] ?? null,
		apiKey: (typeof header === 'string' ? header : null) ?? url.searchParams.get('key'),
		headers: request.headers,
		body: body.subarray(0, logged).toString('utf8'),
		bodyBytes: body.length,
		status: null,
	};
	world.requests.push(record);
	if (world.requests.length > MOST_RECORDS) world.requests.shift();
	return record;
}

function log(world: World, { method, path }: RequestRecord, outcome: string): void {
	world.log(`${method} ${path.replace(/([?&]key=)[^&]*/, '$1***')} -> ${outcome}`);
}

/** Does not keep the process alive: a parked request ends with its connection. */
const sleep = (ms: number): Promise<void> =>
	new Promise((resolve) => setTimeout(resolve, ms).unref());

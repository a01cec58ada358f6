import type { IExecuteFunctions, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import type { GeminiClient } from './client';
import { fileName } from './files';

/** Node's stream, by way of n8n's types: packages must not import Node's modules. */
type Readable = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

/** Bytes on their way from Google. */
export interface Download {
	/** Must be read to its end, or destroyed. An error of the connection comes out of it. */
	stream: Readable;
	mimeType: string | null;
	/** Bytes, if Google says so. */
	size: number | null;
}

/** Milliseconds until the answer begins. */
const TIMEOUT = 60_000;
/** Milliseconds until the last byte: two gigabytes on a slow line. What stalls must not hold an execution for ever. */
const WHOLE_TIMEOUT = 30 * 60_000;
const MAX_REDIRECTS = 5;
/** Bytes of an error page that are worth reading. */
const MAX_ERROR_BYTES = 20_000;

/** Google's hosts for the bytes of results. Suffixes, with their dot. */
const GOOGLE_HOSTS = ['.googleapis.com', '.googleusercontent.com'];

const isLoopback = ({ hostname }: URL): boolean =>
	/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

const userOf = ({ username, password }: URL): string => `${username}:${password}`;

/**
 * Whether bytes may be fetched from `url`: from the credential's own host and Google's, over https. Nothing that a
 * delivery or a result names leads anywhere else, nor brings a name and a password of its own.
 */
function isAllowed(url: URL, baseUrl: string): boolean {
	const base = new URL(baseUrl);
	if (url.origin === base.origin) return [':', userOf(base)].includes(userOf(url));
	if (userOf(url) !== ':') return false;
	// The emulator may send to another port of this machine, as Google may to another of its hosts.
	if (isLoopback(base)) return isLoopback(url) && /^https?:$/.test(url.protocol);
	const isGoogle = GOOGLE_HOSTS.some((host) => url.hostname.endsWith(host));
	return url.protocol === 'https:' && url.port === '' && isGoogle;
}

/**
 * Where the bytes are. A file of the Files API is asked for at the credential's own address, whatever host its URI
 * names, so that a proxy set there is used and the key goes nowhere else.
 */
function addressOf(client: GeminiClient, uri: string): URL | undefined {
	const { baseUrl, apiVersion } = client.connection;
	const name = fileName(uri);
	if (name) return new URL(`${baseUrl}/${apiVersion}/${name}:download?alt=media`);
	return URL.canParse(uri) ? new URL(uri) : undefined;
}

async function readSome(stream: Readable): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		chunks.push(chunk);
		length += chunk.length;
		if (length > MAX_ERROR_BYTES) break;
	}
	return Buffer.concat(chunks);
}

async function withoutKey(
	client: GeminiClient,
	options: IHttpRequestOptions,
): Promise<IN8nHttpFullResponse> {
	const { helpers } = client.context as IExecuteFunctions;
	return (await helpers.httpRequest(options)) as IN8nHttpFullResponse;
}

/** Ends a stream with an error after `limit` milliseconds. n8n takes no signal of ours along to its HTTP helper. */
function endLate(stream: Readable, limit: number): void {
	const late = AbortSignal.timeout(limit);
	const end = () => {
		stream.destroy(new Error(`The download took longer than ${Math.ceil(limit / 60_000)} minutes`));
	};
	late.addEventListener('abort', end, { once: true });
	stream.once('close', () => late.removeEventListener('abort', end));
}

/**
 * Opens the download of a result. Redirects are followed by hand: only to allowed hosts, and the API key is sent to
 * the credential's own host alone.
 *
 * @param uri `files/x`, or the address that a result names
 * @param limit milliseconds until the last byte; an error comes out of the stream then
 * @throws GeminiApiError that names the file
 */
export async function openDownload(
	client: GeminiClient,
	uri: string,
	limit = WHOLE_TIMEOUT,
): Promise<Download> {
	const { baseUrl } = client.connection;
	const base = new URL(baseUrl);
	// Without its query: an address may carry a token.
	const attempt = { action: 'download', subject: fileName(uri) ?? uri.split('?')[0] };
	const failed = (why: string) => client.failed(attempt, undefined, new Error(why));
	let url = addressOf(client, uri);
	for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
		if (!url || !isAllowed(url, baseUrl)) {
			throw failed(`${url?.host ?? 'This'} is not an address of Google's, nor the credential's`);
		}
		const options: IHttpRequestOptions = {
			method: 'GET',
			url: url.href,
			// Packed, the bytes would not be as many as the header says.
			headers: { 'accept-encoding': 'identity' },
			timeout: TIMEOUT,
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		};
		let response: IN8nHttpFullResponse;
		try {
			response =
				url.origin === base.origin ? await client.send(options) : await withoutKey(client, options);
		} catch (error) {
			throw client.failed(attempt, undefined, error);
		}
		const stream = response.body as unknown as Readable;
		const header = (name: string) => {
			const value = response.headers[name];
			return typeof value === 'string' && value !== '' ? value : null;
		};
		const location = header('location');
		if (response.statusCode >= 300 && response.statusCode < 400 && location) {
			stream.destroy();
			url = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
			continue;
		}
		if (response.statusCode !== 200) {
			const headers = { 'retry-after': header('retry-after') ?? '' };
			const body = await readSome(stream);
			throw client.failed(attempt, { status: response.statusCode, headers, body });
		}
		endLate(stream, limit);
		const size = header('content-length');
		return { stream, mimeType: header('content-type'), size: size === null ? null : Number(size) };
	}
	throw failed(`It was redirected more than ${MAX_REDIRECTS} times`);
}

import type http from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Answer } from '../../emulator/world.mts';

/** One request that reached the recorder. */
export interface RecordedRequest {
	/** Without a port. */
	host: string;
	method: string;
	/** As received, without the query. */
	path: string;
	query: Record<string, string>;
	/** Names in lower case. */
	headers: http.IncomingHttpHeaders;
	/** The parsed JSON or a form's fields, as the content type has it; undefined for anything else. */
	body: unknown;
	bytes: Buffer;
	/** Status of the answer. */
	status: number;
}

/** Stands in for one host. @returns undefined for a request it doesn't know */
export type Service = (request: RecordedRequest) => Answer | undefined;

/** Reads a request to its end; `status` is yet to be set. */
export async function readRequest(request: http.IncomingMessage): Promise<RecordedRequest> {
	const { headers, method = 'GET' } = request;
	const bytes = await buffer(request);
	const url = new URL(request.url ?? '/', `https://${headers.host}`);
	return {
		host: url.hostname,
		method,
		path: url.pathname,
		query: Object.fromEntries(url.searchParams),
		headers,
		body: parsed(bytes, headers['content-type'] ?? ''),
		bytes,
		status: 0,
	};
}

function parsed(bytes: Buffer, type: string): unknown {
	if (bytes.length === 0) return undefined;
	if (/\bjson\b/.test(type)) return JSON.parse(bytes.toString('utf8'));
	if (type.startsWith('application/x-www-form-urlencoded')) {
		return Object.fromEntries(new URLSearchParams(bytes.toString('utf8')));
	}
	return undefined;
}

import http from 'node:http';
import https from 'node:https';

/** What came back from one POST. `status` is null when there was no answer; `error` then says why. */
export interface PostResult {
	status: number | null;
	responseHeaders: http.IncomingHttpHeaders;
	responseBody: string;
	error: string | null;
	durationMs: number;
}

const KEPT_BYTES = 64 * 1024;

/**
 * One POST, without following redirects and without keeping the connection. Never rejects.
 * @param timeoutMs real milliseconds for the whole exchange
 */
export function post(
	url: string,
	headers: Record<string, string>,
	body: Buffer,
	timeoutMs: number,
	cancel: AbortSignal,
): Promise<PostResult> {
	const started = Date.now();
	return new Promise((resolve) => {
		const end = (part: Partial<PostResult>): void =>
			resolve({
				status: null,
				responseHeaders: {},
				responseBody: '',
				error: null,
				durationMs: Date.now() - started,
				...part,
			});
		const timeout = AbortSignal.timeout(timeoutMs);
		const fail = (error: Error): void =>
			end({ error: timeout.aborted ? `no answer within ${timeoutMs} ms` : error.message });
		try {
			const { request } = new URL(url).protocol === 'https:' ? https : http;
			const signal = AbortSignal.any([timeout, cancel]);
			const outgoing = request(url, { method: 'POST', headers, agent: false, signal }, (answer) => {
				const chunks: Buffer[] = [];
				let kept = 0;
				answer.on('data', (chunk: Buffer) => {
					if (kept < KEPT_BYTES) chunks.push(chunk);
					kept += chunk.length;
				});
				answer.on('error', fail);
				answer.on('end', () =>
					end({
						status: answer.statusCode ?? null,
						responseHeaders: answer.headers,
						responseBody: Buffer.concat(chunks).toString('utf8'),
					}),
				);
			});
			outgoing.on('error', fail);
			outgoing.end(body);
		} catch (error) {
			fail(error as Error);
		}
	});
}

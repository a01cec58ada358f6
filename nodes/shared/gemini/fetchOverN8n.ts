import type { IHttpRequestMethods, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import type { RawAnswer } from './failure';

/** n8n's HTTP helper with the credential already bound to it. */
export type AuthenticatedRequest = (options: IHttpRequestOptions) => Promise<IN8nHttpFullResponse>;

/** Set by n8n's credential, by the connection itself, or of no use to Google. */
const NOT_FORWARDED = ['x-goog-api-key', 'cookie', 'content-length', 'accept-encoding', 'host'];

const forwarded = (headers: Headers): Record<string, string> =>
	Object.fromEntries([...headers].filter(([name]) => !NOT_FORWARDED.includes(name)));

/**
 * A `fetch` for the SDK that speaks through n8n, so that n8n's proxy, egress rules, credential and logging apply
 * and the SDK never sees the API key. Takes both of the SDK's call forms: a `Request` (webhooks, interactions),
 * and a URL with init (everything else).
 *
 * @param timeout milliseconds without a byte: n8n's helper lets a long answer go on as long as it flows
 * @param record receives every raw answer, because the SDK's objects leave fields out
 */
export function fetchOverN8n(
	send: AuthenticatedRequest,
	timeout: number,
	record: (answer: RawAnswer) => void,
): typeof fetch {
	return async (input, init) => {
		const request = new Request(input, init);
		const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
		const response = await send({
			method: request.method as IHttpRequestMethods,
			url: request.url,
			headers: forwarded(request.headers),
			body,
			timeout,
			encoding: 'arraybuffer',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			// The API doesn't redirect, and n8n would take the key along to wherever somebody else points.
			disableFollowRedirect: true,
		});
		const answer = rawAnswer(response);
		record(answer);
		const empty = answer.status === 204 || answer.body.length === 0;
		return new Response(empty ? null : new Uint8Array(answer.body), {
			status: answer.status,
			headers: answer.headers,
		});
	};
}

/** The body arrives unpacked, so the headers that describe its packing must go. */
export function rawAnswer({ statusCode, headers, body }: IN8nHttpFullResponse): RawAnswer {
	const kept = Object.entries(headers)
		.filter(([name]) => !['content-encoding', 'content-length', 'transfer-encoding'].includes(name))
		.map(([name, value]) => [name.toLowerCase(), String(value)]);
	return {
		status: statusCode,
		headers: Object.fromEntries(kept),
		body: Buffer.from(body as unknown as ArrayBuffer),
	};
}

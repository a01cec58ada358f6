import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** The one public address of several n8n processes. */
export interface LoadBalancer {
	/** Without a slash at the end. */
	url: string;
	close(): Promise<void>;
}

/** What n8n's guide to queue mode leads to the webhook processors; the rest, `/webhook-test/` too, is the main's. */
const FOR_PROCESSORS = /^\/webhook(-waiting)?\//;

/**
 * Forwards requests the way n8n advises for queue mode: calls of webhooks to the processors in turn, everything else
 * to the main. A processor that takes no connection is passed over; a connection that breaks becomes a 502.
 *
 * @param processors their addresses, without a slash at the end
 */
export async function startLoadBalancer(main: string, processors: string[]): Promise<LoadBalancer> {
	let turn = 0;
	const server = http.createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('error', () => response.destroy());
		request.on('end', () => {
			const isForProcessors = FOR_PROCESSORS.test(request.url ?? '') && processors.length > 0;
			const from = turn++ % Math.max(1, processors.length);
			const targets = isForProcessors
				? [...processors.slice(from), ...processors.slice(0, from)]
				: [main];
			forward(request, Buffer.concat(chunks), response, targets);
		});
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		async close() {
			server.closeAllConnections();
			await new Promise((done) => server.close(done));
		},
	};
}

function forward(
	{ method, url, headers }: http.IncomingMessage,
	body: Buffer,
	response: http.ServerResponse,
	[target, ...others]: string[],
): void {
	const { 'transfer-encoding': _, ...rest } = headers;
	const options = { method, headers: { ...rest, 'content-length': String(body.length) } };
	const outgoing = http.request(`${target}${url}`, { ...options, agent: false }, (answer) => {
		response.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.pipe(response);
		answer.on('error', () => response.destroy());
	});
	outgoing.on('error', (error: NodeJS.ErrnoException) => {
		// Nothing was sent yet, so that the next one may have it.
		const next = error.code === 'ECONNREFUSED' && others.length > 0;
		if (next) forward({ method, url, headers } as http.IncomingMessage, body, response, others);
		else if (response.headersSent) response.destroy();
		else response.writeHead(502).end();
	});
	outgoing.end(body);
}

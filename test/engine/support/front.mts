import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IWebhookResponseData } from 'n8n-workflow';

/** A request as n8n's server hands it to a node. */
export type N8nRequest = http.IncomingMessage & {
	originalUrl: string;
	query: Record<string, string>;
	params: Record<string, string>;
	body?: unknown;
	rawBody?: Buffer;
	readRawBody: () => Promise<void>;
};

/** A response with the two methods of Express that nodes use. */
export type N8nResponse = http.ServerResponse & {
	status: (code: number) => N8nResponse;
	json: (body: unknown) => N8nResponse;
};

export type Handler = (
	request: N8nRequest,
	response: N8nResponse,
) => Promise<IWebhookResponseData | undefined>;

/** Content types that n8n reads by itself for nodes above version 1; others wait for `readRawBody`. */
const READ_BY_N8N =
	/^(application\/json|text\/plain|application\/x-www-form-urlencoded)|(\/|\+)xml$/;

/** The HTTP side of n8n: one port, and what n8n's server does before and after a node's webhook. */
export class Front {
	/** Receives every call but those to a path of its own in `routes`. */
	handler: Handler = () => Promise.resolve(undefined);
	readonly routes = new Map<string, Handler>();
	/** What nodes threw; n8n would end an execution with it. */
	readonly thrown: unknown[] = [];
	url = '';
	readonly #server = http.createServer((request, response) => {
		void this.#serve(request as N8nRequest, response as N8nResponse);
	});

	static async open(): Promise<Front> {
		const front = new Front();
		await new Promise<void>((resolve) => front.#server.listen(0, '127.0.0.1', resolve));
		front.url = `http://127.0.0.1:${(front.#server.address() as AddressInfo).port}`;
		return front;
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	/** n8n tells the methods of a path, and 404 for a Test URL that nobody listens at; no workflow hears of it. */
	#answerOptions({ pathname }: URL, response: N8nResponse): void {
		const isThere = this.routes.has(pathname);
		if (!isThere && pathname.startsWith('/webhook-test/')) {
			notRegistered(response, pathname);
			return;
		}
		response.setHeader('access-control-allow-methods', isThere ? 'OPTIONS, POST' : 'OPTIONS');
		response.statusCode = 204;
		response.end();
	}

	async #serve(request: N8nRequest, response: N8nResponse): Promise<void> {
		const url = new URL(request.url ?? '/', this.url);
		extend(request, response, url);
		if (request.method === 'OPTIONS') {
			this.#answerOptions(url, response);
			return;
		}
		try {
			const type = (request.headers['content-type'] ?? '').split(';')[0];
			if (READ_BY_N8N.test(type)) await request.readRawBody();
			if (type === 'application/json' && request.rawBody?.length) {
				request.body = JSON.parse(request.rawBody.toString());
			}
		} catch {
			response.status(422).json({ message: 'Failed to parse request body' });
			return;
		}
		try {
			const handler = this.routes.get(url.pathname) ?? this.handler;
			const answer = await handler(request, response);
			if (!answer) notRegistered(response, `POST ${url.pathname}`);
			else if (!answer.noWebhookResponse) {
				response.status(answer.workflowData ? 202 : 200).json(answer.webhookResponse);
			}
		} catch (error) {
			this.thrown.push(error);
			response.status(500).json({ message: 'There was a problem executing the workflow' });
		}
	}
}

/** As n8n says it (cli, errors/response-errors/webhook-not-found.error.js). */
function notRegistered(response: N8nResponse, what: string): void {
	const message = `The requested webhook "${what}" is not registered.`;
	response.status(404).json({ code: 404, message });
}

function extend(request: N8nRequest, response: N8nResponse, url: URL): void {
	request.originalUrl = request.url ?? '';
	request.query = Object.fromEntries(url.searchParams);
	request.params = {};
	request.readRawBody = async () => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		request.rawBody = Buffer.concat(chunks);
	};
	response.status = (code) => {
		response.statusCode = code;
		return response;
	};
	response.json = (body) => {
		response.setHeader('content-type', 'application/json; charset=utf-8');
		response.end(JSON.stringify(body));
		return response;
	};
}

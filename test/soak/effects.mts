import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call from a workflow: something got past a trigger or a waiting node. */
export interface Effect {
	/** Which node it got past. */
	label: string;
	/** Which request of the traffic it belongs to; empty after a trigger. */
	request: string;
	/** The job's id without the folder in front of it; empty when the item tells of a failed start. */
	job: string;
	status: string;
	/** Why nothing was started, in the node's words. */
	error: string;
	/** Milliseconds since 1970. */
	time: number;
}

/** The last part of a job's name: n8n and Google differ in what they put in front of it. */
export const bareId = (name: string): string => name.split('/').at(-1) ?? '';

/** The world outside of n8n: what a workflow has done there can't be taken back, so every call is counted. */
export class Effects {
	readonly list: Effect[] = [];
	readonly #onEffect: Array<(effect: Effect) => void> = [];
	readonly #server: Server;

	private constructor(server: Server) {
		this.#server = server;
		server.on('request', (request, response) => {
			const { pathname, searchParams } = new URL(request.url ?? '/', 'http://effects');
			const text = (name: string) => searchParams.get(name) ?? '';
			const effect = {
				label: pathname.slice(1),
				request: text('request'),
				job: bareId(text('job')),
				status: text('status'),
				error: text('error'),
				time: Date.now(),
			};
			this.list.push(effect);
			for (const listener of this.#onEffect) listener(effect);
			response.setHeader('content-type', 'application/json').end('{}');
		});
	}

	static async open(): Promise<Effects> {
		const server = createServer();
		await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
		return new Effects(server);
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	onEffect(listener: (effect: Effect) => void): void {
		this.#onEffect.push(listener);
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((done) => this.#server.close(done));
	}
}

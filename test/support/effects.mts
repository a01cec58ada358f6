import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Counts outside of n8n what executions did: a local server that a workflow's HTTP Request node calls under a name. A
 * call counts from the moment it arrives, whatever becomes of the caller.
 */
export class Effects {
	/** How long each call is kept waiting for its answer. Milliseconds. */
	holdMs: () => number = () => 0;
	readonly #server: Server;
	readonly #counts = new Map<string, number>();

	private constructor(server: Server) {
		this.#server = server;
	}

	static async open(): Promise<Effects> {
		const server = createServer((request, response) => {
			effects.#count(decodeURIComponent((request.url ?? '/').slice(1)));
			void sleep(effects.holdMs()).then(() => response.end('{}'));
		});
		const effects = new Effects(server);
		await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
		return effects;
	}

	/** The address of a call; the name follows the slash. */
	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	of(name: string): number {
		return this.#counts.get(name) ?? 0;
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((done) => this.#server.close(done));
	}

	#count(name: string): void {
		this.#counts.set(name, this.of(name) + 1);
	}
}

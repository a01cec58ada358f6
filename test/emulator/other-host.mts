import http from 'node:http';
import { faultAnswer } from './fault-answer.mts';
import { anyId } from './ids.mts';
import { close, listen } from './listen.mts';
import { send } from './send.mts';
import type { Answer, World } from './world.mts';

/** A request to the other host, as it came. */
export interface OtherRequest {
	/** Emulator milliseconds. */
	time: number;
	method: string;
	path: string;
	/** Names in lower case. */
	headers: http.IncomingHttpHeaders;
	/** Null when a fault cut the connection. */
	status: number | null;
}

/**
 * A second origin, like the storage hosts that downloads are redirected to: whoever knows an address gets the bytes,
 * without any API key. Fault rules apply here too; its paths begin with `/moved/`.
 */
export class OtherHost {
	readonly requests: OtherRequest[] = [];
	/** e.g. `http://localhost:40123` */
	url = '';
	#world: () => World;
	#offers = new Map<string, Answer>();
	#server = http.createServer((request, response) => {
		response.on('error', () => undefined);
		void this.#serve(request, response);
	});

	constructor(world: () => World) {
		this.#world = world;
	}

	/** @returns the address where this answer can be had from now on */
	offer(answer: Answer): string {
		const path = `/moved/${anyId()}`;
		this.#offers.set(path, answer);
		return `${this.url}${path}`;
	}

	/** Opens a free port of `host`. Reached by the name `localhost` where that is what the address means. */
	async listen(host: string): Promise<void> {
		const address = await listen(this.#server, 0, host);
		this.url = `http://${address.replace(/^127\.0\.0\.1:/, 'localhost:')}`;
	}

	close(): Promise<void> {
		return close(this.#server);
	}

	clear(): void {
		this.requests.length = 0;
		this.#offers.clear();
	}

	async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
		const { method = 'GET', url: path = '/', headers } = request;
		const world = this.#world();
		const spoil = world.faults.take(method, path);
		const real = this.#offers.get(path) ?? { status: 404, json: { error: 'No such object.' } };
		if (spoil?.delayMs) await new Promise((resolve) => setTimeout(resolve, spoil.delayMs));
		const answer = (spoil && faultAnswer(spoil, 'classic')) ?? real;
		const status = spoil?.cut === true ? null : (answer.status ?? 200);
		this.requests.push({ time: world.clock.now(), method, path, headers, status });
		world.log(`${method} ${this.url}${path} -> ${status ?? 'connection cut'}`);
		if (status === null) response.destroy();
		else await send(response, answer, spoil);
	}
}

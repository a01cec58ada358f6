import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Authority } from './certificates.mts';

/**
 * An HTTP proxy that connects its clients to nobody: it passes for every host itself, with a certificate of
 * `authority`, and hands each request to `listener`.
 */
export class TlsProxy {
	readonly #outer: http.Server;
	readonly #inner: https.Server;
	readonly #sockets = new Set<Socket>();

	constructor(authority: Authority, listener: http.RequestListener) {
		const SNICallback: https.ServerOptions['SNICallback'] = (host, done) => {
			try {
				done(null, authority.contextFor(host));
			} catch (error) {
				done(error as Error);
			}
		};
		this.#inner = https.createServer({ SNICallback }, listener);
		this.#outer = http.createServer((_request, response) => {
			response.writeHead(502).end('The recorder takes https requests (CONNECT) only.');
		});
		this.#outer.on('connection', (socket) => {
			this.#sockets.add(socket);
			socket.once('close', () => this.#sockets.delete(socket));
		});
		this.#outer.on('connect', (_request, socket, head) => {
			socket.on('error', () => undefined); // a client that hangs up
			socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
			if (head.length > 0) socket.unshift(head);
			this.#inner.emit('connection', socket);
		});
	}

	/** @returns the address for `HTTPS_PROXY` */
	async listen(): Promise<string> {
		await new Promise<void>((done) => this.#outer.listen(0, '127.0.0.1', done));
		return `http://127.0.0.1:${(this.#outer.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		const closed = new Promise((done) => this.#outer.close(done));
		for (const socket of this.#sockets) socket.destroy();
		await closed;
	}
}

import type http from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Opens a port; 0 takes any free one.
 * @returns address and port as the host of a URL, e.g. `127.0.0.1:8787`
 */
export function listen(server: http.Server, port: number, host: string): Promise<string> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, () => {
			server.off('error', reject);
			const { address, port: taken } = server.address() as AddressInfo;
			resolve(`${address.includes(':') ? `[${address}]` : address}:${taken}`);
		});
	});
}

/** Ends every connection. */
export async function close(server: http.Server): Promise<void> {
	const closed = new Promise<void>((resolve) => server.close(() => resolve()));
	server.closeAllConnections();
	await closed;
}

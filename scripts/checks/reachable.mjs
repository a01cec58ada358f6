import { connect } from 'node:net';

const TIMEOUT_MS = 5000;

/**
 * Makes sure that something listens at an address, before anything takes long.
 *
 * @param {string} what the service's name
 * @param {string} url its address; without a port, the usual one of PostgreSQL or Redis
 * @param {string} setting the environment variable that names another one
 * @throws with what to do when nothing listens there
 */
export async function reachable(what, url, setting) {
	const { protocol, hostname, port: named } = new URL(url);
	const port = named || (protocol.startsWith('redis') ? 6379 : 5432);
	const reason = await new Promise((resolve) => {
		const socket = connect({ host: hostname, port: Number(port), timeout: TIMEOUT_MS });
		const end = (why) => {
			socket.destroy();
			resolve(why);
		};
		socket.once('connect', () => end(undefined));
		socket.once('timeout', () => end('no answer'));
		socket.once('error', ({ code }) => end(code));
	});
	if (reason === undefined) return;
	throw new Error(
		`${what} does not answer at ${hostname}:${port} (${reason}). Start it there, or set ${setting} to the address of another one.`,
	);
}

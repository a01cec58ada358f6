import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Below 32768, where Linux begins to give ports to whoever asks for any: those may be gone before they are used. */
const FIRST_PORT = 20_000;
/** Ports for each of jest's processes. */
const SPAN = 2000;
const WORKERS = 6;

/** Of this process; begins anywhere, as another command may be running. */
let nextPort = Math.floor(Math.random() * SPAN);

/** Whether nobody listens on a port at this moment. */
async function isFree(port: number): Promise<boolean> {
	const server = createServer();
	return await new Promise((done) => {
		server.once('error', () => done(false));
		server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
	});
}

/** Ports nobody listens on at this moment, all different, and given to nobody else in this run of the tests. */
export async function freePorts(count: number): Promise<number[]> {
	const ofProcess = FIRST_PORT + (Number(process.env.JEST_WORKER_ID ?? 0) % WORKERS) * SPAN;
	const ports: number[] = [];
	for (let tried = 0; ports.length < count; tried++) {
		if (tried >= SPAN) throw new Error(`There are no ${count} free ports from ${ofProcess}`);
		const port = ofProcess + (nextPort++ % SPAN);
		if (await isFree(port)) ports.push(port);
	}
	return ports;
}

export interface EventuallyOptions {
	/** Give up after this long; 10 s unless told. */
	timeoutMs?: number;
	/** Pause between two tries; 100 ms unless told. */
	intervalMs?: number;
}

/**
 * Calls `check` until it returns something other than `undefined`, `null` or `false`, and returns
 * that. A throw counts as "not yet".
 *
 * @throws when the time is up: what `check` threw last, if it did
 */
export async function eventually<T>(
	check: () => Promise<T> | T,
	{ timeoutMs = 10_000, intervalMs = 100 }: EventuallyOptions = {},
): Promise<NonNullable<T>> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		let failure: unknown;
		try {
			const value = await check();
			if (value !== undefined && value !== null && value !== false) return value;
		} catch (error) {
			failure = error;
		}
		if (Date.now() >= deadline) {
			throw failure ?? new Error(`It did not come true within ${timeoutMs} ms: ${check}`);
		}
		await sleep(intervalMs);
	}
}

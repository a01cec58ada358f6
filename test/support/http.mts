import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ports nobody listens on at this moment, all different. */
export async function freePorts(count: number): Promise<number[]> {
	// All are held open until the last one is known, or the system could hand one out twice.
	const servers = Array.from({ length: count }, () => createServer());
	await Promise.all(
		servers.map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))),
	);
	const ports = servers.map((server) => (server.address() as AddressInfo).port);
	await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
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

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Stands in for whatever a user's workflow changes in the world: it counts how often it was asked to, under
 * `POST <url>/<what>/<id>`, or `POST <url>/<what>` with an item's JSON, whose `jobId` is the id then. What comes twice
 * here would be a second message to a customer.
 */
export interface Counter {
	/** Without a slash at the end. */
	url: string;
	/** How often each id came, of one kind. */
	of(what: string): Map<string, number>;
	/** The bodies that came with one id, in their order. */
	bodies(what: string, id: string): Buffer[];
	close(): Promise<void>;
}

/** @param holdMs how long each call waits for its answer, which changes nothing about its being counted; milliseconds */
export async function startCounter(holdMs: () => number = () => 0): Promise<Counter> {
	const kinds = new Map<string, Map<string, Buffer[]>>();
	const of = (what: string) => {
		if (!kinds.has(what)) kinds.set(what, new Map());
		return kinds.get(what)!;
	};
	const server = http.createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const body = Buffer.concat(chunks);
		const [, what, named] = (request.url ?? '').split('/').map(decodeURIComponent);
		const id = named ?? (JSON.parse(body.toString('utf8')) as { jobId: string }).jobId;
		of(what).set(id, [...(of(what).get(id) ?? []), body]);
		await sleep(holdMs());
		response.setHeader('content-type', 'application/json').end('{}');
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		of: (what) => new Map([...of(what)].map(([id, bodies]) => [id, bodies.length])),
		bodies: (what, id) => of(what).get(id) ?? [],
		async close() {
			server.closeAllConnections();
			await new Promise((done) => server.close(done));
		},
	};
}

/** Of the ids that were to come once: how many did not come, and how many came again. */
export function lossesAndDoubles(
	expected: Iterable<string>,
	counts: Map<string, number>,
): { lost: number; doubled: number } {
	const times = [...expected].map((id) => counts.get(id) ?? 0);
	return {
		lost: times.filter((count) => count === 0).length,
		doubled: times.filter((count) => count > 1).length,
	};
}

import type http from 'node:http';
import { heldContent } from './content.mts';
import type { Content } from './content.mts';
import type { ActiveFault } from './faults.mts';
import type { Answer } from './world.mts';

const JSON_TYPE = 'application/json; charset=UTF-8';
/** A body that comes slowly comes in about this many parts. */
const SLOW_PARTS = 20;

/**
 * Writes an answer, large contents piece by piece and no faster than they are read.
 * @param spoil how the body is spoilt: `cut: 'body'`, `slowBodyMs`, `chunked`
 */
export async function send(
	response: http.ServerResponse,
	answer: Answer,
	spoil?: Pick<ActiveFault, 'cut' | 'slowBodyMs' | 'chunked'>,
): Promise<void> {
	const content = contentOf(answer);
	const type = answer.bytes || answer.content ? {} : { 'content-type': JSON_TYPE };
	const length: Record<string, string> = spoil?.chunked
		? { 'transfer-encoding': 'chunked' }
		: { 'content-length': String(content.size) };
	response.writeHead(answer.status ?? 200, { ...type, ...length, ...answer.headers });
	const half = spoil?.cut === 'body';
	const most = half ? Math.floor(content.size / 2) : content.size;
	await write(response, content, most, spoil?.slowBodyMs ?? 0);
	if (!half) response.end();
	// Even of an empty half the headers have to arrive first.
	else response.write('', () => setImmediate(() => response.destroy()));
}

function contentOf({ json, bytes, content }: Answer): Content {
	return content ?? heldContent(bytes ?? Buffer.from(JSON.stringify(json ?? {}), 'utf8'));
}

async function write(
	response: http.ServerResponse,
	content: Content,
	most: number,
	slowBodyMs: number,
): Promise<void> {
	const started = Date.now();
	const largest = slowBodyMs > 0 ? Math.max(1, Math.ceil(content.size / SLOW_PARTS)) : most;
	let sent = 0;
	for (const piece of content.pieces()) {
		for (let at = 0; at < piece.length && sent < most; ) {
			if (response.destroyed) return;
			const part = piece.subarray(at, at + Math.min(largest, most - sent));
			at += part.length;
			sent += part.length;
			if (!response.write(part)) await drained(response);
			const due = started + (slowBodyMs * sent) / content.size;
			if (slowBodyMs > 0)
				await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now())));
		}
		if (sent >= most) return;
	}
}

/** Also resolves when the receiver is gone. */
function drained(response: http.ServerResponse): Promise<void> {
	return new Promise((resolve) => {
		const done = (): void => {
			response.off('drain', done);
			response.off('close', done);
			resolve();
		};
		response.on('drain', done);
		response.on('close', done);
	});
}

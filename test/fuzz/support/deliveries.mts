/** Deliveries that were really signed, and the keys that they were signed with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Signed {
	headers: Record<string, string>;
	body: string;
}

interface VectorFile {
	jwks: { keys: Array<Record<string, unknown>> };
	cases: Array<Signed & { name: string; now: number; expect: string; secrets?: string[] }>;
}

const vectors = (name: string): VectorFile => {
	const file = join(import.meta.dirname, '..', '..', 'vectors', `${name}.json`);
	return JSON.parse(readFileSync(file, 'utf8')) as VectorFile;
};

const hmac = vectors('hmac-v1');
const ed25519 = vectors('v1a-ed25519');
const rsa = vectors('rs256-jwt');

/** The clock of all of them: milliseconds since 1970. */
export const NOW = 1_795_420_800_000;
/** What some of them are signed with; others are signed with something else. */
export const [[SECRET]] = hmac.cases.map(({ secrets }) => secrets ?? []);
export const JWKS = { keys: [...ed25519.jwks.keys, ...rsa.jwks.keys] };

/** All of them, good and bad, as text: a line for each header, an empty one, the body. */
export const signedInputs: Buffer[] = [hmac, ed25519, rsa].flatMap(({ cases }) =>
	cases.map(({ headers, body }) => {
		const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
		return Buffer.from(`${lines.join('')}\n${body}`);
	}),
);

/** Reads an input back. Headers are texts of Latin letters, as Node.js hands them out. */
export function readInput(input: Buffer): { headers: Record<string, string>; body: Buffer } {
	const end = input.indexOf('\n\n');
	const head = end < 0 ? input : input.subarray(0, end);
	const headers = head
		.toString('latin1')
		.split('\n')
		.map((line): [string, string] => {
			const colon = line.indexOf(': ');
			return [line.slice(0, Math.max(colon, 0)), colon < 0 ? line : line.slice(colon + 2)];
		});
	return {
		headers: Object.fromEntries(headers),
		body: end < 0 ? Buffer.alloc(0) : input.subarray(end + 2),
	};
}

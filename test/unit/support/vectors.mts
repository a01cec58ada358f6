import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeliveryHeaders } from '../../../nodes/shared/delivery/types';

/** One published or generated delivery with the verdict it deserves; see test/vectors. */
export interface Vector {
	name: string;
	/** Seconds since 1970. */
	now: number;
	headers: DeliveryHeaders;
	body: string;
	expect: 'valid' | 'invalid' | 'signature-valid';
	secrets: string[];
	secret: string;
	jwks: object;
	token: string;
	audience: string;
	issuer: string;
}

export interface VectorFile {
	cases: Vector[];
	verified: Vector[];
	jwks: { keys: object[] };
	jwks_rotated: { keys: object[] };
}

export const vectors = (file: string): VectorFile =>
	JSON.parse(
		readFileSync(join(import.meta.dirname, '..', '..', 'vectors', `${file}.json`), 'utf8'),
	);

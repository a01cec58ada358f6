import type { KeyObject } from 'node:crypto';

import { decodeProtectedHeader, jwtVerify } from '../vendor';
import type { RejectionReason } from './types';

export interface JwtExpectations {
	/** Milliseconds since 1970. */
	now: number;
	toleranceSeconds: number;
	/** Checked only when given: Google documents no place to set either. */
	audience?: string;
	issuer?: string;
}

/**
 * The RS256 JWT that Google's guide documents for per-request webhooks. It proves that Google signed the token,
 * and says nothing about the body beside it.
 *
 * @param keys RSA public keys by `kid`
 * @returns undefined when the token is good, else why not; `key-unknown` means newer keys might help
 */
export async function verifyJwt(
	token: string,
	keys: Map<string, KeyObject>,
	{ now, toleranceSeconds, audience, issuer }: JwtExpectations,
): Promise<RejectionReason | undefined> {
	try {
		const { alg, kid } = decodeProtectedHeader(token);
		// The algorithm belongs to the key, never to the token: no `none`, no HMAC keyed with a public key.
		if (alg !== 'RS256' || typeof kid !== 'string') return 'jwt-invalid';
		const key = keys.get(kid);
		if (!key) return 'key-unknown';
		await jwtVerify(token, key, {
			algorithms: ['RS256'],
			currentDate: new Date(now),
			clockTolerance: toleranceSeconds,
			audience,
			issuer,
		});
		return undefined;
	} catch {
		return 'jwt-invalid';
	}
}

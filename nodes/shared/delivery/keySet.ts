import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

import { json, jsonList, type Json } from '../json';

/** More keys than Google has ever been seen to publish (three); a bound on the work of one check. */
const MAX_KEYS = 16;

/** Google's public keys, sorted by what they can verify. Foreign or broken keys are left out. */
export interface KeySet {
	/** Ed25519 keys for `v1a` signatures. They carry no `kid`; the one that last verified comes first. */
	ed25519: KeyObject[];
	/** RSA keys for RS256 JWTs, by `kid`. */
	rsa: Map<string, KeyObject>;
}

/** Only the fields that are the key: foreign `alg`, `use` or `key_ops` values must not decide anything. */
function importPublicKey(fields: Json): KeyObject | undefined {
	try {
		return createPublicKey({ key: fields as JsonWebKey, format: 'jwk' });
	} catch {
		return undefined; // One bad key doesn't spoil the set.
	}
}

/**
 * Reads a JWKS document.
 *
 * @returns undefined when it holds no key that could verify a delivery: such an answer must not replace good keys
 */
export function parseKeySet(document: unknown): KeySet | undefined {
	const keySet: KeySet = { ed25519: [], rsa: new Map() };
	for (const jwk of jsonList(json(document).keys).slice(0, MAX_KEYS)) {
		if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') {
			const key = importPublicKey({ kty: jwk.kty, crv: jwk.crv, x: jwk.x });
			if (key) keySet.ed25519.push(key);
		} else if (jwk.kty === 'RSA' && typeof jwk.kid === 'string') {
			const key = importPublicKey({ kty: jwk.kty, n: jwk.n, e: jwk.e });
			if (key) keySet.rsa.set(jwk.kid, key);
		}
	}
	return keySet.ed25519.length + keySet.rsa.size > 0 ? keySet : undefined;
}

import { verify, type KeyObject } from 'node:crypto';

import type { SignedContent } from './signedContent';

/**
 * Standard Webhooks `v1a`: Ed25519 over id, timestamp and the raw body, as per-request webhooks are signed
 * (observed in public: https://github.com/googleapis/python-genai/issues/2927). The keys carry no id, so each is
 * tried; the one that fits moves to the front of `keys`, which makes the next check the cheapest.
 */
export function verifyEd25519(content: SignedContent, keys: KeyObject[]): boolean {
	const signatures = content.entries.filter(
		(entry) => entry.version === 'v1a' && entry.bytes.length === 64,
	);
	if (signatures.length === 0) return false;
	const message = Buffer.concat([content.prefix, content.rawBody]);
	const index = keys.findIndex((key) =>
		signatures.some((signature) => verify(null, message, key, signature.bytes)),
	);
	if (index > 0) keys.unshift(...keys.splice(index, 1));
	return index >= 0;
}

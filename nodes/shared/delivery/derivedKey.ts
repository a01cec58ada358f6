import { hkdfSync } from 'node:crypto';

/** What a token made under a derived key is for; a token for one purpose proves nothing for another. */
export type TokenPurpose = 'callback-token' | 'trigger-question' | 'trigger-answer';

/**
 * A 32-byte key for one purpose, derived from the API key (HKDF-SHA256, RFC 5869). The purposes are independent:
 * who learns one derived key learns neither the others nor the API key.
 */
export function derivedKey(apiKey: string, purpose: TokenPurpose | 'signing-secret'): Uint8Array {
	if (apiKey === '') throw new RangeError('No key can be derived from an empty API key');
	return new Uint8Array(
		hkdfSync('sha256', apiKey, '', `n8n-nodes-gemini-webhooks/${purpose}/v1`, 32),
	);
}

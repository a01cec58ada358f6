import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import { derivedKey } from './derivedKey';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts a signing secret for n8n's static data, which n8n itself keeps in clear.
 *
 * @returns base64 of nonce, authentication tag and ciphertext (AES-256-GCM under a key derived from the API key)
 */
export function sealSecret(secret: string, apiKey: string): string {
	const iv = randomBytes(IV_BYTES);
	const cipher = createCipheriv(CIPHER, derivedKey(apiKey, 'signing-secret'), iv);
	const encrypted = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
	return Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64');
}

/** @returns the secret, or undefined when it was damaged or sealed under another API key */
export function openSecret(sealed: string, apiKey: string): string | undefined {
	try {
		const bytes = Buffer.from(sealed, 'base64');
		const tagEnd = IV_BYTES + TAG_BYTES;
		const decipher = createDecipheriv(
			CIPHER,
			derivedKey(apiKey, 'signing-secret'),
			bytes.subarray(0, IV_BYTES),
			{ authTagLength: TAG_BYTES },
		);
		decipher.setAuthTag(bytes.subarray(IV_BYTES, tagEnd));
		return Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()]).toString();
	} catch {
		return undefined;
	}
}

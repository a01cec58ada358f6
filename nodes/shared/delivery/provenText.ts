import { createHmac, timingSafeEqual } from 'node:crypto';

import { derivedKey, type TokenPurpose } from './derivedKey';

/** The API key, or the key that is derived from it for the purpose. */
type Key = string | Uint8Array;

const macOf = (payload: string, purpose: TokenPurpose, key: Key): string =>
	createHmac('sha256', typeof key === 'string' ? derivedKey(key, purpose) : key)
		.update(payload)
		.digest('base64url');

/**
 * A text that only who has the API key can make, for one purpose.
 *
 * @returns `payload.mac`, both base64url; the payload is readable, not secret
 */
export function mintText(content: string, purpose: TokenPurpose, apiKey: string): string {
	const payload = Buffer.from(content).toString('base64url');
	return `${payload}.${macOf(payload, purpose, apiKey)}`;
}

/**
 * Proves a text that `mintText` made.
 *
 * @param maxLength longer ones are not ours; checked before any work is done on them
 * @returns the content; undefined when it is missing, forged, for another purpose or made under another API key
 */
export function provenText(
	token: unknown,
	purpose: TokenPurpose,
	key: Key,
	maxLength: number,
): string | undefined {
	if (typeof token !== 'string' || token.length > maxLength) return undefined;
	const [payload = '', mac = '', ...rest] = token.split('.');
	// Compared as text: several texts decode to the same bytes.
	const given = Buffer.from(mac);
	const expected = Buffer.from(macOf(payload, purpose, key));
	if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
		return undefined;
	}
	return Buffer.from(payload, 'base64url').toString();
}

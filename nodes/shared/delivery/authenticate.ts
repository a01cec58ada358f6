import type { FetchKeySet, KeySetCache } from './keySetCache';
import type { SignedContent } from './signedContent';
import { rejected, type Verdict } from './types';
import { needsPublicKeys, verifyDelivery, type VerifyOptions } from './verify';

interface AuthenticateOptions extends Omit<VerifyOptions, 'keySet'> {
	cache: KeySetCache;
	fetchKeySet: FetchKeySet;
}

/**
 * Judges a delivery and fetches Google's public keys only if they decide it: never for one with a good HMAC
 * signature. A signature that no key verifies is checked again with renewed keys, if there are any; while Google's
 * keys can't be had, the verdict is `keys-unavailable`, not a rejection.
 */
export async function authenticate(
	content: SignedContent,
	{ cache, fetchKeySet, ...options }: AuthenticateOptions,
): Promise<Verdict> {
	const first = await verifyDelivery(content, { ...options, keySet: undefined });
	if (first.ok || !needsPublicKeys(content, options.allowJwt)) return first;

	const known = await cache.current(fetchKeySet, options.now);
	const verdict = await verifyDelivery(content, { ...options, keySet: known });
	if (verdict.ok || verdict.reason === 'jwt-invalid') return verdict;
	const isLatest = await cache.renew(fetchKeySet, options.now);
	const keySet = await cache.current(fetchKeySet, options.now);
	// The same keys would say the same again, and a forgery isn't worth the time.
	const renewed =
		keySet === known ? verdict : await verifyDelivery(content, { ...options, keySet });
	return renewed.ok || isLatest ? renewed : rejected('keys-unavailable');
}

import type { FetchKeySet, KeySetCache } from './keySetCache';
import { readSignedContent } from './signedContent';
import { rejected, type DeliveryHeaders, type Verdict } from './types';
import { needsPublicKeys, verifyDelivery, type VerifyOptions } from './verify';

interface AuthenticateOptions extends Omit<VerifyOptions, 'keySet'> {
	cache: KeySetCache;
	fetchKeySet: FetchKeySet;
}

/**
 * Judges a delivery and fetches Google's public keys only if they decide it: never for a delivery with bad
 * headers, a bad age or a good HMAC signature. A signature that no key verifies is checked again with renewed
 * keys; while Google's keys can't be had, the verdict is `keys-unavailable`, not a rejection.
 */
export async function authenticate(
	headers: DeliveryHeaders,
	rawBody: Buffer,
	{ cache, fetchKeySet, ...options }: AuthenticateOptions,
): Promise<Verdict> {
	const content = readSignedContent(headers, rawBody, options.now, options.toleranceSeconds);
	if (!content.ok) return content;
	const first = await verifyDelivery(content, { ...options, keySet: undefined });
	if (first.ok || !needsPublicKeys(content, options.allowJwt)) return first;

	const judge = async () =>
		await verifyDelivery(content, {
			...options,
			keySet: await cache.current(fetchKeySet, options.now),
		});
	const verdict = await judge();
	if (verdict.ok || verdict.reason === 'jwt-invalid') return verdict;
	const latest = await cache.renew(fetchKeySet, options.now);
	const renewed = await judge();
	return renewed.ok || latest ? renewed : rejected('keys-unavailable');
}

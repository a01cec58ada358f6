import type { KeyObject } from 'node:crypto';

import { verifyEd25519 } from './ed25519';
import { verifyHmac } from './hmac';
import { verifyJwt, type JwtExpectations } from './jwt';
import type { KeySet } from './keySet';
import type { SignedContent } from './signedContent';
import { rejected, type SignatureScheme, type Verdict } from './types';

export interface VerifyOptions extends JwtExpectations {
	/** Keys of the static webhook's signing secrets, none when there is no static webhook. */
	secrets: KeyObject[];
	/** Google's public keys, undefined while they are not at hand. */
	keySet: KeySet | undefined;
	/** Off unless the user allows it: a JWT doesn't sign the body. */
	allowJwt: boolean;
}

/** Whether `content` can only be judged with Google's public keys. */
export function needsPublicKeys(content: SignedContent, allowJwt: boolean): boolean {
	return content.token !== undefined
		? allowJwt
		: content.entries.some((entry) => entry.version === 'v1a');
}

/**
 * Judges one delivery. No network, no clock: all that decides comes in as an argument.
 *
 * @returns `keys-unavailable` when public keys are needed and missing: that is no judgement on the delivery
 */
export async function verifyDelivery(
	content: SignedContent,
	options: VerifyOptions,
): Promise<Verdict> {
	const accepted = (scheme: SignatureScheme): Verdict => ({
		ok: true,
		scheme,
		deliveryId: content.deliveryId,
		bodyProven: scheme !== 'jwt',
	});
	if (content.token !== undefined) {
		if (!options.allowJwt) return rejected('jwt-not-allowed');
		if (!options.keySet) return rejected('keys-unavailable');
		const reason = await verifyJwt(content.token, options.keySet.rsa, options);
		return reason ? rejected(reason) : accepted('jwt');
	}
	if (verifyHmac(content, options.secrets)) return accepted('v1');
	if (needsPublicKeys(content, options.allowJwt)) {
		if (!options.keySet) return rejected('keys-unavailable');
		return verifyEd25519(content, options.keySet.ed25519)
			? accepted('v1a')
			: rejected('signature-mismatch');
	}
	const hasHmac = content.entries.some((entry) => entry.version === 'v1');
	return rejected(
		hasHmac && options.secrets.length === 0 ? 'secret-missing' : 'signature-mismatch',
	);
}

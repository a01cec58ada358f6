import { createHmac, createPublicKey, verify } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import type * as authenticate from '../../../nodes/shared/delivery/authenticate.ts';
import type * as hmac from '../../../nodes/shared/delivery/hmac.ts';
import type * as cache from '../../../nodes/shared/delivery/keySetCache.ts';
import type * as content from '../../../nodes/shared/delivery/signedContent.ts';
import { built } from '../engine/instrument.mts';
import { JWKS, NOW, readInput, SECRET, signedInputs } from '../support/deliveries.mts';
import { must } from '../support/invariants.mts';

const { readSignedHeaders, withBody } = built<typeof content>('shared/delivery/signedContent');
const { authenticate: judge } = built<typeof authenticate>('shared/delivery/authenticate');
const { KeySetCache } = built<typeof cache>('shared/delivery/keySetCache');
const { signingKey } = built<typeof hmac>('shared/delivery/hmac');

const REASONS =
	'header-missing header-too-long timestamp-malformed timestamp-too-old timestamp-too-new signature-malformed too-many-signatures body-too-large secret-missing jwt-not-allowed jwt-invalid key-unknown keys-unavailable signature-mismatch'.split(
		' ',
	);
const options = {
	secrets: [signingKey(SECRET)!],
	cache: new KeySetCache(),
	fetchKeySet: async () => await Promise.resolve(JWKS),
	now: NOW,
	toleranceSeconds: 300,
	allowJwt: true,
};
const publicKeys = JWKS.keys.map((key) =>
	createPublicKey({ key: key as JsonWebKey, format: 'jwk' }),
);

/** Judges the same delivery in another way, from the specification: is there a signature that is right? */
function isSigned(headers: Record<string, string>, body: Buffer): boolean {
	const header = (name: string) =>
		(
			headers[name] ??
			Object.entries(headers).find(([one]) => one.toLowerCase() === name)?.[1] ??
			''
		).trim();
	const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) =>
		header(`webhook-${name}`),
	);
	if (!(Math.abs(NOW / 1000 - Number(timestamp)) <= 300)) return false;
	const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
	const key = Buffer.from(SECRET.replace('whsec_', ''), 'base64');
	const isRight = (entry: string): boolean => {
		const [version, text = ''] = entry.split(',');
		const bytes = Buffer.from(text, 'base64');
		if (version === 'v1') return createHmac('sha256', key).update(signed).digest().equals(bytes);
		if (version !== 'v1a') return false;
		return publicKeys.some(
			(one) => one.asymmetricKeyType === 'ed25519' && verify(null, signed, one, bytes),
		);
	};
	if (signature.split(' ').some(isRight)) return true;
	const [head = '', payload = '', mac = ''] = signature.split('.');
	return publicKeys.some(
		(one) =>
			one.asymmetricKeyType === 'rsa' &&
			verify('sha256', Buffer.from(`${head}.${payload}`), one, Buffer.from(mac, 'base64url')),
	);
}

async function run(input: Buffer): Promise<void> {
	const { headers, body } = readInput(input);
	const read = withBody(readSignedHeaders(headers, NOW, 300), body);
	const verdict = read.ok ? await judge(read, options) : read;
	if (verdict.ok) must(isSigned(headers, body), 'only what is signed is accepted');
	else must(REASONS.includes(verdict.reason), `the reason ${verdict.reason} is one of ours`);
	if (verdict.ok) must(verdict.bodyProven === (verdict.scheme !== 'jwt'), 'a JWT proves no body');
	// Without keys there is nothing to accept.
	const keyless = read.ok
		? await judge(read, {
				...options,
				secrets: [],
				cache: new KeySetCache(),
				fetchKeySet: async () => await Promise.resolve({}),
			})
		: read;
	must(!keyless.ok, 'nothing is accepted without keys');
}

export const target = {
	seeds: signedInputs,
	tokens: [
		'v1,',
		'v1a,',
		' ',
		'.',
		'webhook-id: ',
		'webhook-timestamp: ',
		'webhook-signature: ',
		'Webhook-Id: ',
		'1795420800',
		'1795421100',
		'eyJhbGciOiJub25lIn0',
		'=',
		'\n\n',
		'\n',
		'\t',
		'__proto__: ',
	],
	run,
};

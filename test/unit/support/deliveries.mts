import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { verifyDelivery, type VerifyOptions } from '../../../nodes/shared/delivery/verify';
import { authenticate } from '../../../nodes/shared/delivery/authenticate';
import { readSignedHeaders, withBody } from '../../../nodes/shared/delivery/signedContent';
import type { DeliveryHeaders, Verdict } from '../../../nodes/shared/delivery/types';

/** 2026-11-23T08:00:00Z, the clock of the vectors. Seconds, and milliseconds. */
export const NOW_SECONDS = 1_795_420_800;
export const NOW = NOW_SECONDS * 1000;

export const ID = 'msg_2f1c7a52-3f0e-4c55-9a57-0d6a1e6b9c10';
export const SECRET = `whsec_${Buffer.from('h7^qavnd94wtybjyxwp08m52lpv6t120').toString('base64')}`;
export const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const BODY = Buffer.from('{"type":"batch.succeeded","data":{"id":"batches/abc"}}');

export interface Content {
	id?: string;
	timestamp?: string;
	body?: Buffer;
}

const signed = ({ id = ID, timestamp = String(NOW_SECONDS), body = BODY }: Content): Buffer =>
	Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);

/** The bytes of an HMAC signature; written apart from the code under test, from the specification. */
export const hmacBytes = (content: Content = {}, secret = SECRET): Buffer =>
	createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
		.update(signed(content))
		.digest();

export const hmacEntry = (content: Content = {}, secret = SECRET): string =>
	`v1,${hmacBytes(content, secret).toString('base64')}`;

export interface SigningKeys {
	privateKey: KeyObject;
	publicKey: KeyObject;
	/** The public key as Google publishes it. */
	jwk: Record<string, unknown>;
}

export function ed25519Keys(): SigningKeys {
	const { privateKey, publicKey } = generateKeyPairSync('ed25519');
	const jwk = { ...publicKey.export({ format: 'jwk' }), alg: 'EdDSA', use: 'sig' };
	return { privateKey, publicKey, jwk };
}

export function rsaKeys(kid: string, modulusLength = 2048): SigningKeys {
	const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
	const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
	return { privateKey, publicKey, jwk };
}

export const ed25519Bytes = (keys: SigningKeys, content: Content = {}): Buffer =>
	sign(null, signed(content), keys.privateKey);

export const ed25519Entry = (keys: SigningKeys, content: Content = {}): string =>
	`v1a,${ed25519Bytes(keys, content).toString('base64')}`;

export interface JwtParts {
	header?: Record<string, unknown>;
	payload?: Record<string, unknown>;
}

/** An RS256 JWT, made by hand. */
export function jwt(keys: SigningKeys, { header, payload }: JwtParts = {}): string {
	const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
	const head = encode({ alg: 'RS256', typ: 'JWT', kid: keys.jwk.kid, ...header });
	const content = `${head}.${encode({ exp: NOW_SECONDS + 300, ...payload })}`;
	return `${content}.${sign('sha256', Buffer.from(content), keys.privateKey).toString('base64url')}`;
}

export const headersOf = (signature: string, { id = ID, timestamp }: Content = {}) => ({
	'webhook-id': id,
	'webhook-timestamp': timestamp ?? String(NOW_SECONDS),
	'webhook-signature': signature,
});

/** A delivery as it is read, headers and body. */
export const readSignedContent = (
	headers: DeliveryHeaders,
	body: Buffer,
	now: number,
	toleranceSeconds?: number,
) => withBody(readSignedHeaders(headers, now, toleranceSeconds), body);

type AuthenticateOptions = Parameters<typeof authenticate>[1];

/** A delivery read and judged, as a webhook does it. */
export async function readAndAuthenticate(
	headers: DeliveryHeaders,
	body: Buffer,
	options: AuthenticateOptions,
): Promise<Verdict> {
	const content = readSignedContent(headers, body, options.now, options.toleranceSeconds);
	return content.ok ? await authenticate(content, options) : content;
}

/** What the two pure halves say together about a delivery. */
export async function verdictOn(
	headers: DeliveryHeaders,
	body: Buffer,
	options: Partial<VerifyOptions> = {},
): Promise<Verdict> {
	const { now = NOW, toleranceSeconds = 300 } = options;
	const content = readSignedContent(headers, body, now, toleranceSeconds);
	if (!content.ok) return content;
	return await verifyDelivery(content, {
		secrets: [],
		keySet: undefined,
		allowJwt: false,
		...options,
		now,
		toleranceSeconds,
	});
}

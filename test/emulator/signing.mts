import { createHmac, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The bytes a Standard Webhooks signature covers: `{webhook-id}.{webhook-timestamp}.{raw body}`. */
export function signedContent(id: string, timestamp: number | string, body: string): Buffer {
	return Buffer.from(`${id}.${timestamp}.${body}`, 'utf8');
}

/** A `v1,` entry (HMAC-SHA256). The key is what follows `whsec_`, base64-decoded (standard-webhooks.md, "Signature scheme"). */
export function hmacEntry(secret: string, content: Buffer): string {
	const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
	return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

/** A `v1a,` entry (Ed25519), the scheme Google's per-request deliveries use (googleapis/python-genai#2927). */
export function ed25519Entry(privateKey: KeyObject, content: Buffer): string {
	return `v1a,${sign(null, content, privateKey).toString('base64')}`;
}

/** A compact RS256 JWT. `claims` is the payload as it is; nothing is added. */
export function rs256Token(privateKey: KeyObject, kid: string, claims: object): string {
	const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
	const head = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part(claims)}`;
	return `${head}.${sign('sha256', Buffer.from(head), privateKey).toString('base64url')}`;
}

import { signingSecret } from './ids.mts';
import type { KeyChoice } from './jwks.mts';
import { post } from './post.mts';
import type { PostResult } from './post.mts';
import type { DeliveryFault } from './settings-deliveries.mts';
import { ed25519Entry, hmacEntry, rs256Token, signedContent } from './signing.mts';
import { liveSecrets } from './webhooks.mts';
import type { Webhook } from './webhooks.mts';
import type { World } from './world.mts';

/** One POST of a delivery and its outcome. */
export interface Attempt extends PostResult {
	/** Emulator milliseconds. */
	time: number;
	url: string;
	/** As sent. */
	headers: Record<string, string>;
	/** As sent. */
	body: string;
}

export interface Message {
	id: string;
	url: string;
	body: string;
}

/** A delivery made by hand, or changes to a recorded one. */
export interface SendOptions {
	url: string;
	/** The body as an object, sent as compact JSON. */
	event?: unknown;
	/** The body as it is; wins over `event`. */
	body?: string;
	/** `v1a` when left out. `none`: no signature header. */
	scheme?: 'v1' | 'v1a' | 'jwt' | 'none';
	/** The `whsec_` secret (or several) for scheme `v1`. */
	secret?: string | string[];
	/** The key for scheme `v1a`. */
	keyIndex?: KeyChoice;
	/** `webhook-id`. */
	id?: string;
	/** `webhook-timestamp` in seconds (or any text). */
	timestamp?: number | string;
	/** Sign these instead of what is sent. */
	signBody?: string;
	signId?: string;
	signTimestamp?: number | string;
	/** The whole `webhook-signature` header, instead of a computed one. */
	signature?: string;
	/** Claims of the JWT, over the usual ones. */
	claims?: Record<string, unknown>;
	/** Headers to add or replace; `null` leaves one out. */
	headers?: Record<string, string | null>;
}

/** Makes the signature header for the bytes that are signed. `fault` may ask for a wrong key. */
export type Signer = (input: SignerInput) => string;

interface SignerInput {
	id: string;
	timestamp: number | string;
	body: string;
	fault: DeliveryFault;
}

/** How Google signs: static webhooks with their secrets, newest first; anything else with the JWKS keys. */
export function signerFor(world: World, webhook: Webhook | undefined, url: string): Signer {
	const { keys, settings } = world;
	return ({ id, timestamp, body, fault }) => {
		const content = signedContent(id, timestamp, body);
		if (webhook) {
			const secrets = liveSecrets(webhook, world.clock.now());
			if (fault === 'unknown-key') return hmacEntry(signingSecret(), content);
			if (fault === 'previous-secret')
				return hmacEntry(webhook.previousSecret ?? signingSecret(), content);
			const entries = secrets.map((secret) => hmacEntry(secret, content));
			if (fault === 'mixed-schemes') entries.unshift(ed25519Entry(keys.privateKey(0), content));
			return entries.join(' ');
		}
		if (settings.dynamicScheme === 'jwt') return jwt(world, url, id, {});
		if (fault === 'unknown-key') return ed25519Entry(keys.privateKey('upcoming'), content);
		if (fault === 'previous-secret') return ed25519Entry(keys.privateKey('retired'), content);
		const entry = ed25519Entry(keys.privateKey(settings.keyIndex), content);
		return fault === 'mixed-schemes' ? `${hmacEntry(signingSecret(), content)} ${entry}` : entry;
	};
}

/** Issuer, lifetime and claims are the emulator's invention: Google documents RS256 and `kid`, and no more. */
function jwt(world: World, url: string, id: string, claims: Record<string, unknown>): string {
	const { keys, settings } = world;
	const iat = Math.floor(Date.now() / 1000);
	return rs256Token(keys.rsa.privateKey, keys.rsaKid, {
		iss: 'https://generativelanguage.googleapis.com',
		aud: settings.jwtAudience ?? url,
		iat,
		exp: iat + 300,
		jti: id,
		...claims,
	});
}

function handSignature(
	world: World,
	options: Partial<SendOptions>,
	message: Message,
	signed: Buffer,
): string | null {
	const { scheme = 'v1a', secret, keyIndex = 0 } = options;
	if (options.signature !== undefined) return options.signature;
	if (scheme === 'none') return null;
	if (scheme === 'jwt') return jwt(world, message.url, message.id, options.claims ?? {});
	if (scheme === 'v1a') return ed25519Entry(world.keys.privateKey(keyIndex), signed);
	const secrets = typeof secret === 'string' ? [secret] : secret;
	if (!secrets?.length) throw new RangeError('scheme v1 needs a secret');
	return secrets.map((one) => hmacEntry(one, signed)).join(' ');
}

function spoiltBody(body: string, fault: DeliveryFault): string {
	if (fault === 'not-json') return 'this is not JSON';
	if (fault !== 'unknown-event' && fault !== 'huge') return body;
	const event = JSON.parse(body) as { data: object };
	const changes =
		fault === 'huge'
			? { data: { ...event.data, padding: 'x'.repeat(5 * 1024 * 1024) } }
			: { type: 'batch.reticulated' };
	return JSON.stringify({ ...event, ...changes });
}

/** What is sent when the signature covers `body`. */
function changedOnTheWay(body: string, fault: DeliveryFault): string {
	if (fault === 'tampered') return body.replace(/"data":\{/, '"data":{"tampered":true,');
	if (fault === 're-serialised') return JSON.stringify(JSON.parse(body), null, 2);
	return body;
}

/** Builds, signs and posts one attempt. A recorded signer signs unless the options name a scheme, secret or key. */
export async function dispatch(
	world: World,
	original: Message,
	signer: Signer | undefined,
	options: Partial<SendOptions>,
	fault: DeliveryFault,
	cancel: AbortSignal,
): Promise<Attempt> {
	const { settings, clock } = world;
	const given =
		options.body ?? (options.event === undefined ? undefined : JSON.stringify(options.event));
	const body = spoiltBody(given ?? original.body, fault);
	const message = { id: options.id ?? original.id, url: options.url ?? original.url, body };
	const clockMs = settings.timestampClock === 'real' ? Date.now() : clock.now();
	const late = fault === 'stale-timestamp' ? 600 : 0;
	const timestamp = options.timestamp ?? Math.floor(clockMs / 1000) - late;

	const signedId = options.signId ?? message.id;
	const signedAt = options.signTimestamp ?? timestamp;
	const signedBody = options.signBody ?? body;
	const byHand =
		!signer || ['scheme', 'secret', 'keyIndex', 'signature'].some((name) => name in options);
	let signature = byHand
		? handSignature(world, options, message, signedContent(signedId, signedAt, signedBody))
		: signer({ id: signedId, timestamp: signedAt, body: signedBody, fault });
	if (fault === 'bad-signature') signature = `v1,${'A'.repeat(43)}= v1a,${'A'.repeat(86)}==`;
	if (fault === 'no-signature') signature = null;

	const sent = changedOnTheWay(body, fault);
	const bytes = Buffer.from(sent, 'utf8');
	const headers = withoutNulls({
		'content-type': fault === 'wrong-content-type' ? 'text/plain' : 'application/json',
		'content-length': String(bytes.length),
		'user-agent': 'gemini-emulator',
		'webhook-id': message.id,
		'webhook-timestamp': String(timestamp),
		'webhook-signature': signature,
		...options.headers,
	});
	const time = clock.now();
	const result = await post(message.url, headers, bytes, settings.deliveryTimeoutMs, cancel);
	return { time, url: message.url, headers, body: sent, ...result };
}

function withoutNulls(headers: Record<string, string | null>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null),
	);
}

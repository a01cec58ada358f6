import { json, text, type Json } from '../json';
import { readMetadata, type Metadata } from './metadata';
import { mintText, provenText } from './provenText';

/** The query parameter that carries the token in a per-request webhook URL. */
export const TOKEN_PARAMETER = 'job_token';

/**
 * Milliseconds. A job ends within two days and Google repeats a delivery for one more; the rest is for delays nobody
 * has seen yet. URLs end up in the logs of proxies, so what they carry must not be good for ever.
 */
const VALID_FOR = 8 * 86_400_000;

/** Longer tokens are not ours; checked before any work is done on them. */
const MAX_TOKEN_LENGTH = 8192;

/**
 * What a callback token says: one start of jobs by our own nodes. Google signs every customer's deliveries with
 * the same keys, so a good signature alone doesn't prove that a job is the user's own; this token does.
 */
export interface CallbackClaims {
	/** Random, one per start; a waiting execution recognises its own callbacks by it. */
	nonce: string;
	/** The path of the URL that the token was made for: a token taken to another workflow's URL is void. */
	path: string;
	/** Google's echo of user metadata can't be relied on, so it travels here as well. */
	metadata: Metadata;
}

/**
 * @param now milliseconds since 1970
 * @returns `payload.signature`, both base64url; the payload is readable, not secret
 */
export function mintCallbackToken(claims: CallbackClaims, apiKey: string, now: number): string {
	const expiry = Math.ceil((now + VALID_FOR) / 1000);
	const { nonce: n, path: p, metadata: m } = claims;
	return mintText(JSON.stringify({ n, p, m, e: expiry }), 'callback-token', apiKey);
}

/**
 * A proxy in front of n8n may strip the beginning of the public path (`/n8n/webhook/…`), never its end, which
 * holds the random id of the one trigger.
 */
export const sameTarget = (minted: string, called: string): boolean =>
	called.length > 1 && called.startsWith('/') && minted.endsWith(called);

/**
 * Proves and reads a token.
 *
 * @param path the path of the URL that was really called
 * @param now milliseconds since 1970
 * @returns undefined when it is missing, forged, expired, made under another API key or for another URL
 */
export function readCallbackToken(
	token: unknown,
	path: string,
	apiKey: string,
	now: number,
): CallbackClaims | undefined {
	const proven = provenText(token, 'callback-token', apiKey, MAX_TOKEN_LENGTH);
	if (proven === undefined) return undefined;
	const { n, p, m, e } = json(JSON.parse(proven));
	if (typeof n !== 'string' || typeof p !== 'string' || !sameTarget(p, path)) return undefined;
	// Asked this way round, what is no number is over.
	if (typeof e !== 'number' || !(e * 1000 >= now)) return undefined;
	return { nonce: n, path: p, metadata: readMetadata(m) };
}

/** What a token says, which nothing proves; empty when it can't be read. */
function claimed(token: unknown): Json {
	if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) return {};
	try {
		const payload = Buffer.from(token.split('.')[0], 'base64url').toString();
		return json(JSON.parse(payload));
	} catch {
		return {};
	}
}

/**
 * Reads the nonce of a token without proving the token. Only to compare it with a nonce that was kept in a safe
 * place: that comparison is the proof, and it still holds after the API key was replaced.
 */
export const claimedNonce = (token: unknown): string | undefined =>
	text(claimed(token).n) ?? undefined;

/**
 * Reads the metadata of a token without proving the token. Only to tell apart jobs that something else has proven to
 * be the user's own; never to be handed out.
 *
 * @param path the path of the URL that was really called
 * @returns undefined when it can't be read, or says that it was made for another URL
 */
export function claimedMetadata(token: unknown, path: string): Metadata | undefined {
	const { p, m } = claimed(token);
	return typeof p === 'string' && sameTarget(p, path) ? readMetadata(m) : undefined;
}

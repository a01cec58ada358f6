import { rejected, type DeliveryHeaders, type Rejected } from './types';

/** Five minutes, both ways: what Google's guide and the Standard Webhooks libraries use. */
export const DEFAULT_TOLERANCE_SECONDS = 300;

/**
 * `v1a` entries: more than any rotation of Google's keys needs, and each one costs a check with every key. Of `v1`
 * entries there may be as many as fit: a webhook has one for each secret of the last day, and one HMAC judges all.
 */
const MAX_ED25519_SIGNATURES = 8;
/** Characters. Google's ids have 40 (`msg_` and a UUID). */
const MAX_ID_LENGTH = 256;
/** Characters. Eight Ed25519 signatures have 750, an RS256 JWT about a thousand, 170 HMACs eight thousand. */
const MAX_SIGNATURE_LENGTH = 8192;

/**
 * Bytes. Google's events name a job and hold none of its results, a kilobyte or two; Standard Webhooks recommends
 * less than 20 kB. A signature over more than this costs too much to be checked for everybody who asks.
 */
export const MAX_BODY_BYTES = 256 * 1024;

interface SignatureEntry {
	version: string;
	/** The signature's bytes. */
	bytes: Buffer;
}

/** The headers of one delivery, read, and its age checked; nothing is proven yet. */
export interface SignedHeaders {
	ok: true;
	deliveryId: string;
	/** `{id}.{timestamp}.`, the part that is signed in front of the body. */
	prefix: Buffer;
	entries: SignatureEntry[];
	/** The signature header as a whole when it looks like a JWT. */
	token?: string;
}

/** The same with the body, of a size that may be checked. */
export interface SignedContent extends SignedHeaders {
	rawBody: Buffer;
}

function header(headers: DeliveryHeaders, name: string): string | undefined {
	const value =
		headers[name] ??
		Object.entries(headers).find(([candidate]) => candidate.toLowerCase() === name)?.[1];
	return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Strict base64: Node's decoder skips what it doesn't know, so that many texts would pass for one signature. */
function decodeBase64(text: string): Buffer | undefined {
	const bytes = Buffer.from(text, 'base64');
	return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}

function parseEntries(texts: string[]): SignatureEntry[] {
	return texts.flatMap((entry) => {
		const comma = entry.indexOf(',');
		const bytes = comma > 0 ? decodeBase64(entry.slice(comma + 1)) : undefined;
		return bytes ? [{ version: entry.slice(0, comma), bytes }] : [];
	});
}

/**
 * Reads the three headers of a delivery and checks its age, before any cryptography and without the body.
 *
 * @param now milliseconds since 1970
 * @param toleranceSeconds how far `webhook-timestamp` may lie in the past or in the future, inclusive
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function readSignedHeaders(
	headers: DeliveryHeaders,
	now: number,
	toleranceSeconds: number = DEFAULT_TOLERANCE_SECONDS,
): SignedHeaders | Rejected {
	const deliveryId = header(headers, 'webhook-id');
	const timestamp = header(headers, 'webhook-timestamp');
	const signature = header(headers, 'webhook-signature');
	if (!deliveryId || !timestamp || !signature) return rejected('header-missing');
	if (deliveryId.length > MAX_ID_LENGTH || signature.length > MAX_SIGNATURE_LENGTH) {
		return rejected('header-too-long');
	}
	// Strictly whole seconds: `parseInt` would take "123abc", and 13 digits are milliseconds.
	if (!/^\d{1,11}$/.test(timestamp)) return rejected('timestamp-malformed');
	const age = Math.floor(now / 1000) - Number(timestamp);
	// Asked this way round, a tolerance that isn't a number accepts nothing.
	if (!(Math.abs(age) <= toleranceSeconds)) {
		return rejected(age < 0 ? 'timestamp-too-new' : 'timestamp-too-old');
	}

	const token = /^[\w-]+\.[\w-]+\.[\w-]*$/.test(signature) ? signature : undefined;
	const texts = token ? [] : signature.split(/ +/);
	const entries = parseEntries(texts);
	const ed25519 = entries.filter(({ version }) => version === 'v1a');
	if (ed25519.length > MAX_ED25519_SIGNATURES) return rejected('too-many-signatures');
	if (!token && entries.length === 0) return rejected('signature-malformed');
	const prefix = Buffer.from(`${deliveryId}.${timestamp}.`);
	return { ok: true, deliveryId, prefix, entries, token };
}

/** Adds the body to headers that were read; a large one is turned away before it costs anything. */
export const withBody = (
	headers: SignedHeaders | Rejected,
	rawBody: Buffer,
): SignedContent | Rejected => {
	if (!headers.ok) return headers;
	return rawBody.length > MAX_BODY_BYTES ? rejected('body-too-large') : { ...headers, rawBody };
};

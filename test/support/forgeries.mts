/** Deliveries as a stranger makes them, who knows a webhook's URL and everything about Google's but its keys. */
import { createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';

export interface Forgery {
	what: string;
	/** Why it is turned away, as the log says it. */
	reason: string;
	/** A new one, of this moment. */
	make(): { headers: Record<string, string>; body: string };
}

const { privateKey } = generateKeyPairSync('ed25519');
const secret = randomBytes(32);

const seconds = () => String(Math.floor(Date.now() / 1000));
const base64 = (bytes: Buffer) => bytes.toString('base64');
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An event about a job that could be anybody's. */
const event = (more: object = {}): string =>
	JSON.stringify({
		type: 'batch.succeeded',
		version: 'v1',
		timestamp: new Date().toISOString(),
		data: { id: `batches/${randomUUID().replaceAll('-', '')}` },
		...more,
	});

type Signer = (content: string) => string;

function delivery(signer: Signer, { body = event(), timestamp = seconds() } = {}) {
	const id = `msg_${randomUUID()}`;
	const signature = signer(`${id}.${timestamp}.${body}`);
	return {
		headers: {
			'content-type': 'application/json',
			'webhook-id': id,
			'webhook-timestamp': timestamp,
			'webhook-signature': signature,
		},
		body,
	};
}

const hmac: Signer = (content) =>
	`v1,${base64(createHmac('sha256', secret).update(content).digest())}`;
const ed25519: Signer = (content) => `v1a,${base64(sign(null, Buffer.from(content), privateKey))}`;
const random = (version: string, length: number) => `${version},${base64(randomBytes(length))}`;

const ofHeaders: Forgery[] = [
	{
		what: 'no signature',
		reason: 'header-missing',
		make: () => ({ headers: { 'content-type': 'application/json' }, body: event() }),
	},
	{
		what: 'a recording of an hour ago',
		reason: 'timestamp-too-old',
		make: () => delivery(hmac, { timestamp: String(Math.floor(Date.now() / 1000) - 3600) }),
	},
	{
		what: 'a signature of no form',
		reason: 'signature-malformed',
		make: () => delivery(() => 'sha256=00'),
	},
	{
		what: 'seventy signatures',
		reason: 'too-many-signatures',
		make: () => delivery(() => Array.from({ length: 70 }, () => random('v1a', 64)).join(' ')),
	},
	{
		what: 'a signature of nine thousand characters',
		reason: 'header-too-long',
		make: () => delivery(() => `v1,${'A'.repeat(9000)}`),
	},
	{
		what: 'a body of 300 kB',
		reason: 'body-too-large',
		make: () => delivery(hmac, { body: event({ padding: 'x'.repeat(300_000) }) }),
	},
];

const ofSignature: Forgery[] = [
	{
		what: 'a random HMAC',
		reason: 'signature-mismatch',
		make: () => delivery(() => random('v1', 32)),
	},
	{
		what: 'an HMAC under a random secret',
		reason: 'signature-mismatch',
		make: () => delivery(hmac),
	},
	{
		what: 'a random Ed25519 signature',
		reason: 'signature-mismatch',
		make: () => delivery(() => random('v1a', 64)),
	},
	{
		what: 'an Ed25519 signature with a random key',
		reason: 'signature-mismatch',
		make: () => delivery(ed25519),
	},
	{
		what: 'eight signatures of both kinds',
		reason: 'signature-mismatch',
		make: () =>
			delivery((content) =>
				Array(4)
					.fill(`${ed25519(content)} ${hmac(content)}`)
					.join(' '),
			),
	},
	{
		what: 'a JWT that nobody signed',
		reason: 'jwt-not-allowed',
		make: () => delivery(() => `${part({ alg: 'none' })}.${part({ exp: 1e10 })}.`),
	},
];

/** Turned away before anything is decrypted, and what has to be compared with keys. */
export const forgeries = { ofHeaders, ofSignature, all: [...ofHeaders, ...ofSignature] };

/** Delivers a forgery. */
export async function forge(
	{ make }: Forgery,
	url: string,
): Promise<{ status: number; body: string }> {
	const response = await fetch(url, { method: 'POST', ...make() });
	return { status: response.status, body: await response.text() };
}

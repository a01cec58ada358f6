import { signingKey } from '../../../../nodes/shared/delivery/hmac';
import { verifyJwt } from '../../../../nodes/shared/delivery/jwt';
import { parseKeySet, type KeySet } from '../../../../nodes/shared/delivery/keySet';
import type { RejectionReason } from '../../../../nodes/shared/delivery/types';
import { verdictOn } from '../../support/deliveries.mts';
import { vectors, type Vector } from '../../support/vectors.mts';

/** The reasons of all invalid cases: a case that is turned away for a wrong reason proves nothing. */
const REASONS: Record<string, Record<string, RejectionReason>> = {
	'hmac-v1': {
		'reserialised-body': 'signature-mismatch',
		'tampered-body': 'signature-mismatch',
		'wrong-id': 'signature-mismatch',
		'wrong-secret': 'signature-mismatch',
		'timestamp-minus-301': 'timestamp-too-old',
		'timestamp-plus-301': 'timestamp-too-new',
		'timestamp-milliseconds': 'timestamp-malformed',
		'key-not-base64-decoded': 'signature-mismatch',
		'hex-signature': 'signature-mismatch',
		'bare-signature-no-version': 'signature-malformed',
		'truncated-signature': 'signature-mismatch',
		'missing-signature': 'header-missing',
	},
	'v1a-ed25519': {
		'unknown-key-old-jwks': 'signature-mismatch',
		'retired-key': 'signature-mismatch',
		'tampered-body': 'signature-mismatch',
		'reserialised-body': 'signature-mismatch',
		'tampered-signature': 'signature-mismatch',
		'replayed-under-new-timestamp': 'signature-mismatch',
		stale: 'timestamp-too-old',
		'wrong-id': 'signature-mismatch',
		'short-signature': 'signature-mismatch',
		'v1-hmac-keyed-with-public-key': 'secret-missing',
		'empty-jwks': 'keys-unavailable',
	},
	'rs256-jwt': {
		expired: 'jwt-invalid',
		'wrong-audience': 'jwt-invalid',
		'wrong-issuer': 'jwt-invalid',
		'unknown-kid': 'key-unknown',
		'kid-of-the-other-key': 'jwt-invalid',
		'alg-none': 'jwt-invalid',
		'hs256-with-public-key': 'jwt-invalid',
		'tampered-payload': 'jwt-invalid',
	},
};

const keysOf = (secrets: string[]) =>
	secrets.map((secret) => {
		const key = signingKey(secret);
		if (!key) throw new Error(`The vector's secret ${secret} is no key`);
		return key;
	});

const expected = (file: string, { name, expect: verdict }: Vector, scheme: string) =>
	verdict === 'invalid'
		? { ok: false, reason: REASONS[file][name] }
		: { ok: true, scheme, bodyProven: scheme !== 'jwt' };

describe.each(['hmac-v1', 'v1a-ed25519', 'rs256-jwt'])('%s', (file) => {
	it('has a reason for each invalid case', () => {
		const invalid = vectors(file).cases.filter((vector) => vector.expect === 'invalid');
		expect(invalid.map(({ name }) => name).sort()).toEqual(Object.keys(REASONS[file]).sort());
	});
});

describe('static webhooks, v1', () => {
	const { cases } = vectors('hmac-v1');
	const { verified } = vectors('standard-webhooks-published');

	it.each(cases)('$name', async (vector) => {
		const { headers, body, now, secrets } = vector;
		const verdict = await verdictOn(headers, Buffer.from(body), {
			now: now * 1000,
			secrets: keysOf(secrets),
		});
		expect(verdict).toMatchObject(expected('hmac-v1', vector, 'v1'));
	});

	it.each(verified)('published: $name', async ({ headers, body, now, secret }) => {
		const options = { now: now * 1000, secrets: keysOf([secret]) };
		expect(await verdictOn(headers, Buffer.from(body), options)).toMatchObject({
			ok: true,
			deliveryId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
		});
		expect(await verdictOn(headers, Buffer.from(`${body} `), options)).toMatchObject({ ok: false });
	});
});

describe('per-request webhooks, v1a', () => {
	it.each(vectors('v1a-ed25519').cases)('$name', async (vector) => {
		const { headers, body, now, jwks } = vector;
		const verdict = await verdictOn(headers, Buffer.from(body), {
			now: now * 1000,
			keySet: parseKeySet(jwks),
		});
		expect(verdict).toMatchObject(expected('v1a-ed25519', vector, 'v1a'));
	});
});

describe('per-request webhooks, JWT', () => {
	const { cases, jwks } = vectors('rs256-jwt');
	const keySet = parseKeySet(jwks) as KeySet;

	it.each(cases)('$name, as a delivery', async (vector) => {
		const { headers, body, now, audience, issuer } = vector;
		const options = { now: now * 1000, keySet, audience, issuer };
		// The token is exactly as valid as the header says, whatever the body: that is this scheme's weakness.
		const verdict = await verdictOn(headers, Buffer.from(body), { ...options, allowJwt: true });
		expect(verdict).toMatchObject(expected('rs256-jwt', vector, 'jwt'));
		expect(await verdictOn(headers, Buffer.from(body), options)).toEqual({
			ok: false,
			reason: 'jwt-not-allowed',
		});
	});

	it.each(cases)('$name, as a bare token', async ({ name, token, now, audience, issuer }) => {
		const expectations = { now: now * 1000, toleranceSeconds: 300, audience, issuer };
		expect(await verifyJwt(token, keySet.rsa, expectations)).toBe(REASONS['rs256-jwt'][name]);
	});

	it('checks audience and issuer only when they are given', async () => {
		const { rsa } = keySet;
		const token = (name: string) => cases.find((vector) => vector.name === name)?.token ?? '';
		const expectations = { now: cases[0].now * 1000, toleranceSeconds: 300 };
		expect(await verifyJwt(token('wrong-audience'), rsa, expectations)).toBeUndefined();
		expect(await verifyJwt(token('wrong-issuer'), rsa, expectations)).toBeUndefined();
		expect(await verifyJwt(token('expired'), rsa, expectations)).toBe('jwt-invalid');
	});
});

import { createSecretKey } from 'node:crypto';
import { verifyEd25519 } from '../../../../nodes/shared/delivery/ed25519';
import { signingKey, verifyHmac } from '../../../../nodes/shared/delivery/hmac';
import { parseKeySet, type KeySet } from '../../../../nodes/shared/delivery/keySet';
import {
	BODY,
	ed25519Bytes,
	ed25519Entry,
	ed25519Keys,
	headersOf,
	hmacBytes,
	hmacEntry,
	ID,
	jwt,
	NOW,
	NOW_SECONDS,
	OTHER_SECRET,
	readSignedContent,
	rsaKeys,
	SECRET,
	verdictOn,
} from '../../support/deliveries.mts';

const secretKey = signingKey(SECRET)!;
const otherKey = signingKey(OTHER_SECRET)!;
const keys = ed25519Keys();
const foreign = ed25519Keys();
const rsa = rsaKeys('a');
const keySet = parseKeySet({ keys: [foreign.jwk, keys.jwk, rsa.jwk] }) as KeySet;
const accepted = (scheme: string) => ({
	ok: true,
	scheme,
	deliveryId: ID,
	bodyProven: scheme !== 'jwt',
});
const rejectedFor = (reason: string) => ({ ok: false, reason });

describe('signingKey', () => {
	it.each([
		['32 bytes', SECRET, 32],
		['without prefix', SECRET.replace('whsec_', ''), 32],
		['24 bytes, the least allowed', `whsec_${Buffer.alloc(24, 1).toString('base64')}`, 24],
		['without padding', `whsec_${Buffer.alloc(32, 1).toString('base64').replace('=', '')}`, 32],
	])('%s', (_, secret, size) => {
		expect(signingKey(secret)?.symmetricKeySize).toBe(size);
	});

	it.each([
		'',
		'whsec_',
		'whsec_=',
		'whsec_====',
		`whsec_${Buffer.alloc(23, 1).toString('base64')}`,
		`whsec_${Buffer.alloc(32, 0xff).toString('base64url')}`,
		`${SECRET}\n`,
		` ${SECRET}`,
		`whsec_${SECRET}`,
		'undefined',
		'whsk_'.padEnd(60, 'A'),
	])('%j is no secret', (secret) => {
		expect(signingKey(secret)).toBeUndefined();
	});
});

describe('v1', () => {
	it('accepts the right signature', async () => {
		const headers = headersOf(hmacEntry());
		expect(await verdictOn(headers, BODY, { secrets: [secretKey] })).toEqual(accepted('v1'));
	});

	it('accepts an empty body that is signed as such', async () => {
		const body = Buffer.alloc(0);
		const headers = headersOf(hmacEntry({ body }));
		expect(await verdictOn(headers, body, { secrets: [secretKey] })).toEqual(accepted('v1'));
		expect(await verdictOn(headers, BODY, { secrets: [secretKey] })).toEqual(
			rejectedFor('signature-mismatch'),
		);
	});

	it('signs bytes, not text', async () => {
		const body = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]);
		const headers = headersOf(hmacEntry({ body }));
		expect(await verdictOn(headers, body, { secrets: [secretKey] })).toMatchObject({ ok: true });
		const asText = Buffer.from(body.toString('utf8'));
		expect(await verdictOn(headers, asText, { secrets: [secretKey] })).toMatchObject({ ok: false });
	});

	it('signs the timestamp as it is written', async () => {
		const written = `0${NOW_SECONDS}`;
		const signedSo = headersOf(hmacEntry({ timestamp: written }), { timestamp: written });
		expect(await verdictOn(signedSo, BODY, { secrets: [secretKey] })).toMatchObject({ ok: true });
		const signedOtherwise = headersOf(hmacEntry(), { timestamp: written });
		expect(await verdictOn(signedOtherwise, BODY, { secrets: [secretKey] })).toEqual(
			rejectedFor('signature-mismatch'),
		);
	});

	it.each([
		['the first of two', [secretKey, otherKey]],
		['the second of two', [otherKey, secretKey]],
	])('tries every secret: %s', async (_, secrets) => {
		expect(await verdictOn(headersOf(hmacEntry()), BODY, { secrets })).toMatchObject({ ok: true });
	});

	it.each([7, 150])('accepts the good signature behind %d others', async (others) => {
		const bad = hmacEntry({}, OTHER_SECRET);
		const headers = headersOf([...Array(others).fill(bad), hmacEntry()].join(' '));
		expect(await verdictOn(headers, BODY, { secrets: [secretKey] })).toMatchObject({ ok: true });
	});

	it('says that the secret is missing only when that is what decides', async () => {
		const headers = headersOf(hmacEntry());
		expect(await verdictOn(headers, BODY)).toEqual(rejectedFor('secret-missing'));
		expect(await verdictOn(headers, BODY, { secrets: [otherKey] })).toEqual(
			rejectedFor('signature-mismatch'),
		);
	});

	it('takes no signature without a key', () => {
		const content = readSignedContent(headersOf(hmacEntry()), BODY, NOW);
		if (!content.ok) throw new Error(content.reason);
		expect(verifyHmac(content, [])).toBe(false);
		expect(verifyHmac(content, [createSecretKey(Buffer.alloc(32))])).toBe(false);
	});
});

describe('v1a', () => {
	it('accepts the right signature by any of the keys', async () => {
		expect(await verdictOn(headersOf(ed25519Entry(keys)), BODY, { keySet })).toEqual(
			accepted('v1a'),
		);
		expect(await verdictOn(headersOf(ed25519Entry(foreign)), BODY, { keySet })).toEqual(
			accepted('v1a'),
		);
	});

	it('moves the key that fits to the front, and loses none', () => {
		const third = ed25519Keys();
		const list = [foreign.publicKey, keys.publicKey, third.publicKey];
		const content = readSignedContent(headersOf(ed25519Entry(third)), BODY, NOW);
		if (!content.ok) throw new Error(content.reason);
		const moved = [third, foreign, keys].map(({ publicKey }) => publicKey);
		for (let check = 0; check < 2; check++) {
			expect(verifyEd25519(content, list)).toBe(true);
			// By identity: to jest's toEqual, all keys are alike.
			expect(list.map((key) => moved.indexOf(key))).toEqual([0, 1, 2]);
		}
	});

	it('leaves the order alone when no key fits', () => {
		const list = [foreign.publicKey, keys.publicKey];
		const content = readSignedContent(headersOf(ed25519Entry(ed25519Keys())), BODY, NOW);
		if (!content.ok) throw new Error(content.reason);
		expect(verifyEd25519(content, list)).toBe(false);
		expect(list[0]).toBe(foreign.publicKey);
		expect(list[1]).toBe(keys.publicKey);
		expect(list).toHaveLength(2);
	});

	it.each([63, 65, 128])('refuses %d bytes', async (length) => {
		const bytes = Buffer.concat([ed25519Bytes(keys), Buffer.alloc(128)]).subarray(0, length);
		const headers = headersOf(`v1a,${bytes.toString('base64')}`);
		expect(await verdictOn(headers, BODY, { keySet })).toEqual(rejectedFor('signature-mismatch'));
	});

	it('needs the public keys', async () => {
		const headers = headersOf(ed25519Entry(keys));
		expect(await verdictOn(headers, BODY)).toEqual(rejectedFor('keys-unavailable'));
		const onlyRsa = parseKeySet({ keys: [rsa.jwk] });
		expect(await verdictOn(headers, BODY, { keySet: onlyRsa })).toEqual(
			rejectedFor('signature-mismatch'),
		);
	});
});

describe('labels decide the scheme', () => {
	const hmac = hmacBytes().toString('base64');
	const ed = ed25519Bytes(keys).toString('base64');
	it.each([
		['an HMAC called v1a', `v1a,${hmac}`],
		['an Ed25519 signature called v1', `v1,${ed}`],
		['an HMAC called v2', `v2,${hmac}`],
		['an HMAC called V1', `V1,${hmac}`],
		['an HMAC called v1 with a blank', `v1 ,${hmac}`],
		['an Ed25519 signature called v1b', `v1b,${ed}`],
		['both, exchanged', `v1a,${hmac} v1,${ed}`],
	])('%s', async (_, signature) => {
		const verdict = await verdictOn(headersOf(signature), BODY, { secrets: [secretKey], keySet });
		expect(verdict.ok).toBe(false);
	});

	it('takes either of two schemes', async () => {
		const bad = ed25519Entry(ed25519Keys());
		const both = headersOf(`${bad} ${hmacEntry()}`);
		expect(await verdictOn(both, BODY, { secrets: [secretKey], keySet })).toEqual(accepted('v1'));
		const other = headersOf(`${hmacEntry({}, OTHER_SECRET)} ${ed25519Entry(keys)}`);
		expect(await verdictOn(other, BODY, { secrets: [secretKey], keySet })).toEqual(accepted('v1a'));
	});
});

describe('JWT', () => {
	const judge = async (token: string, body = BODY) =>
		await verdictOn(headersOf(token), body, { keySet, allowJwt: true });

	it('proves the sender and not the body', async () => {
		expect(await judge(jwt(rsa))).toEqual(accepted('jwt'));
		expect(await judge(jwt(rsa), Buffer.from('{"anything":1}'))).toEqual(accepted('jwt'));
	});

	it('is refused unless the user allows it, even if it is good', async () => {
		expect(await verdictOn(headersOf(jwt(rsa)), BODY, { keySet, secrets: [secretKey] })).toEqual(
			rejectedFor('jwt-not-allowed'),
		);
	});

	it('needs the public keys', async () => {
		expect(await verdictOn(headersOf(jwt(rsa)), BODY, { allowJwt: true })).toEqual(
			rejectedFor('keys-unavailable'),
		);
	});

	it.each([
		['no kid', { header: { kid: undefined } }, 'jwt-invalid'],
		['a kid that is no text', { header: { kid: 1 } }, 'jwt-invalid'],
		['an unknown kid', { header: { kid: 'b' } }, 'key-unknown'],
		['a kid of the prototype', { header: { kid: '__proto__' } }, 'key-unknown'],
		['RS512 in the header', { header: { alg: 'RS512' } }, 'jwt-invalid'],
		['EdDSA in the header', { header: { alg: 'EdDSA' } }, 'jwt-invalid'],
		['a critical extension', { header: { crit: ['b64'], b64: false } }, 'jwt-invalid'],
		['expired beyond the tolerance', { payload: { exp: NOW_SECONDS - 301 } }, 'jwt-invalid'],
		['not yet valid', { payload: { nbf: NOW_SECONDS + 301 } }, 'jwt-invalid'],
		['an end that is no number', { payload: { exp: 'never' } }, 'jwt-invalid'],
	])('%s', async (_, parts, reason) => {
		expect(await judge(jwt(rsa, parts))).toEqual(rejectedFor(reason));
	});

	it('has the same tolerance for its own times', async () => {
		expect(await judge(jwt(rsa, { payload: { exp: NOW_SECONDS - 299 } }))).toMatchObject({
			ok: true,
		});
	});

	it('is refused when its key is shorter than 2048 bits', async () => {
		const weak = rsaKeys('weak', 1024);
		const set = parseKeySet({ keys: [weak.jwk] });
		expect(await verdictOn(headersOf(jwt(weak)), BODY, { keySet: set, allowJwt: true })).toEqual(
			rejectedFor('jwt-invalid'),
		);
	});

	it('still has to be fresh', async () => {
		const headers = headersOf(jwt(rsa), { timestamp: String(NOW_SECONDS - 301) });
		expect(await verdictOn(headers, BODY, { keySet, allowJwt: true })).toEqual(
			rejectedFor('timestamp-too-old'),
		);
	});
});

import { KeyObject } from 'node:crypto';
import * as jose from 'jose';
import { Webhook } from 'standardwebhooks';
import { signingKey } from '../../../../nodes/shared/delivery/hmac';
import { parseKeySet } from '../../../../nodes/shared/delivery/keySet';
import { hmacEntry, ed25519Entry, headersOf, NOW, verdictOn } from '../../support/deliveries.mts';
import { Random } from '../../support/random.mts';

/** Deliveries with random ids, bodies and secrets; `standardwebhooks` takes bodies as text. */
const deliveries = Array.from({ length: 200 }, (_, index) => {
	const random = new Random(1000 + index);
	return {
		id: `msg_${random.bytes(random.integer(1, 60)).toString('hex')}`,
		body: JSON.stringify({ text: random.text(random.integer(0, 400)), value: random.json() }),
		secret: `whsec_${random.bytes(random.integer(24, 64)).toString('base64')}`,
	};
});

describe('standardwebhooks', () => {
	it('signs what we accept', async () => {
		for (const { id, body, secret } of deliveries) {
			const headers = headersOf(new Webhook(secret).sign(id, new Date(NOW), body), { id });
			const options = { secrets: [signingKey(secret)!] };
			expect(await verdictOn(headers, Buffer.from(body), options)).toEqual({
				ok: true,
				scheme: 'v1',
				deliveryId: id,
				bodyProven: true,
			});
			expect(await verdictOn(headers, Buffer.from(`${body} `), options)).toMatchObject({
				ok: false,
			});
		}
	});

	it('accepts what the helpers of these tests sign', () => {
		const timestamp = String(Math.floor(Date.now() / 1000));
		for (const { id, body, secret } of deliveries) {
			const entry = hmacEntry({ id, timestamp, body: Buffer.from(body) }, secret);
			const headers = headersOf(entry, { id, timestamp });
			expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
		}
	});

	it('agrees with us about altered deliveries', async () => {
		const timestamp = String(Math.floor(Date.now() / 1000));
		const random = new Random(7);
		for (const { id, body, secret } of deliveries) {
			const bytes = Buffer.from(hmacEntry({ id, timestamp, body: Buffer.from(body) }, secret));
			const place = random.integer('v1,'.length, bytes.length - 3);
			bytes[place] = bytes[place] === 0x41 ? 0x42 : 0x41;
			const headers = headersOf(bytes.toString(), { id, timestamp });
			expect(() => new Webhook(secret).verify(body, headers)).toThrow();
			expect(
				await verdictOn(headers, Buffer.from(body), {
					now: Date.now(),
					secrets: [signingKey(secret)!],
				}),
			).toMatchObject({ ok: false, reason: 'signature-mismatch' });
		}
	});
});

describe('jose', () => {
	it('signs JWTs and publishes keys that we accept', async () => {
		const { privateKey, publicKey } = await jose.generateKeyPair('RS256', { extractable: true });
		const jwk = { ...(await jose.exportJWK(publicKey)), kid: 'j1', alg: 'RS256', use: 'sig' };
		const keySet = parseKeySet({ keys: [jwk] });
		const sign = async (claims: jose.JWTPayload, kid = 'j1') =>
			await new jose.SignJWT(claims)
				.setProtectedHeader({ alg: 'RS256', kid })
				.setIssuer('https://generativelanguage.googleapis.com')
				.setAudience('n8n')
				.setIssuedAt(NOW / 1000)
				.setExpirationTime(NOW / 1000 + 60)
				.sign(privateKey);
		const judge = async (token: string, expectations = {}) =>
			await verdictOn(headersOf(token), Buffer.from('{}'), {
				keySet,
				allowJwt: true,
				...expectations,
			});
		expect(await judge(await sign({}))).toMatchObject({ ok: true, scheme: 'jwt' });
		expect(await judge(await sign({}), { audience: 'n8n' })).toMatchObject({ ok: true });
		expect(await judge(await sign({}), { audience: 'other' })).toMatchObject({ ok: false });
		expect(await judge(await sign({}), { issuer: 'https://evil.example' })).toMatchObject({
			ok: false,
		});
		expect(await judge(await sign({}, 'j2'))).toEqual({ ok: false, reason: 'key-unknown' });
	});

	it('refuses an HS256 token keyed with the public key, in every form that key has', async () => {
		const { publicKey } = await jose.generateKeyPair('RS256', { extractable: true });
		const jwk = { ...(await jose.exportJWK(publicKey)), kid: 'j1' };
		const keySet = parseKeySet({ keys: [jwk] });
		const pem = await jose.exportSPKI(publicKey);
		for (const secret of [pem, pem.trim(), String(jwk.n), JSON.stringify(jwk)]) {
			const token = await new jose.SignJWT({})
				.setProtectedHeader({ alg: 'HS256', kid: 'j1' })
				.sign(new TextEncoder().encode(secret));
			expect(
				await verdictOn(headersOf(token), Buffer.from('{}'), { keySet, allowJwt: true }),
			).toEqual({ ok: false, reason: 'jwt-invalid' });
		}
	});

	it('makes Ed25519 keys that we accept', async () => {
		const pair = await jose.generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
		const jwk = await jose.exportJWK(pair.publicKey);
		const keys = {
			jwk: { ...jwk },
			privateKey: KeyObject.from(pair.privateKey),
			publicKey: KeyObject.from(pair.publicKey),
		};
		const keySet = parseKeySet({ keys: [jwk] });
		for (const { id, body } of deliveries) {
			const content = { id, body: Buffer.from(body) };
			const headers = headersOf(ed25519Entry(keys, content), { id });
			expect(await verdictOn(headers, content.body, { keySet })).toMatchObject({
				ok: true,
				scheme: 'v1a',
				deliveryId: id,
			});
		}
	});
});

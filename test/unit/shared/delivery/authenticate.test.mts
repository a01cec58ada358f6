import { signingKey } from '../../../../nodes/shared/delivery/hmac';
import { KeySetCache } from '../../../../nodes/shared/delivery/keySetCache';
import type { DeliveryHeaders } from '../../../../nodes/shared/delivery/types';
import {
	BODY,
	ed25519Entry,
	ed25519Keys,
	headersOf,
	hmacEntry,
	jwt,
	NOW,
	NOW_SECONDS,
	OTHER_SECRET,
	readAndAuthenticate,
	rsaKeys,
	SECRET,
} from '../../support/deliveries.mts';

const google = ed25519Keys();
const next = ed25519Keys();
const forger = ed25519Keys();
const rsa = rsaKeys('r1');
const nextRsa = rsaKeys('r2');

/** Google's keys behind a network that can fail, and one process that receives deliveries. */
function receiver(published: object[] = [google.jwk, rsa.jwk]) {
	const cache = new KeySetCache();
	const network = { published, isDown: false, fetches: 0 };
	const judge = async (headers: DeliveryHeaders, { now = NOW, allowJwt = false } = {}) =>
		await readAndAuthenticate(headers, BODY, {
			cache,
			fetchKeySet: async () => {
				network.fetches++;
				if (network.isDown) throw new Error('connect ETIMEDOUT');
				return await Promise.resolve({ keys: network.published });
			},
			secrets: [signingKey(SECRET)!],
			now,
			toleranceSeconds: 300,
			allowJwt,
		});
	return { network, judge };
}

/** A v1a delivery at a time, in milliseconds since `NOW`. */
function v1a(keys: typeof google, later = 0) {
	const timestamp = String(NOW_SECONDS + Math.floor(later / 1000));
	return headersOf(ed25519Entry(keys, { timestamp }), { timestamp });
}
const at = (later: number) => ({ now: NOW + later });
const rejectedFor = (reason: string) => ({ ok: false, reason });

describe('without a fetch', () => {
	const stale = String(NOW_SECONDS - 301);
	it.each<[string, DeliveryHeaders, object]>([
		['no headers', {}, rejectedFor('header-missing')],
		[
			'a bad timestamp',
			{ ...v1a(google), 'webhook-timestamp': '1e9' },
			rejectedFor('timestamp-malformed'),
		],
		[
			'a stale delivery',
			headersOf(ed25519Entry(google, { timestamp: stale }), { timestamp: stale }),
			rejectedFor('timestamp-too-old'),
		],
		['no readable signature', headersOf('nonsense'), rejectedFor('signature-malformed')],
		['a good HMAC', headersOf(hmacEntry()), { ok: true, scheme: 'v1' }],
		[
			'a good HMAC beside a v1a entry',
			headersOf(`${ed25519Entry(forger)} ${hmacEntry()}`),
			{ ok: true, scheme: 'v1' },
		],
		['a bad HMAC', headersOf(hmacEntry({}, OTHER_SECRET)), rejectedFor('signature-mismatch')],
		['an unknown version', headersOf('v2,AAAA'), rejectedFor('signature-mismatch')],
		['a JWT that nobody allowed', headersOf(jwt(rsa)), rejectedFor('jwt-not-allowed')],
	])('%s', async (_, headers, verdict) => {
		const { network, judge } = receiver();
		expect(await judge(headers)).toMatchObject(verdict);
		expect(network.fetches).toBe(0);
	});
});

describe('with the public keys', () => {
	it('fetches once and keeps them', async () => {
		const { network, judge } = receiver();
		for (let later = 0; later < 9 * 60_000; later += 60_000) {
			expect(await judge(v1a(google, later), at(later))).toMatchObject({ ok: true, scheme: 'v1a' });
		}
		expect(network.fetches).toBe(1);
	});

	it('fetches once for fifty deliveries at once', async () => {
		const { network, judge } = receiver();
		const verdicts = await Promise.all(
			Array.from({ length: 50 }, async () => await judge(v1a(google))),
		);
		expect(verdicts.filter(({ ok }) => ok)).toHaveLength(50);
		expect(network.fetches).toBe(1);
	});

	it('looks for new keys when none verifies', async () => {
		const { network, judge } = receiver();
		await judge(v1a(google));
		network.published = [google.jwk, next.jwk];
		expect(await judge(v1a(next, 60_000), at(60_000))).toMatchObject({ ok: true, scheme: 'v1a' });
		expect(network.fetches).toBe(2);
	});

	it('turns a retired key away once Google has taken it back', async () => {
		const { network, judge } = receiver();
		await judge(v1a(google));
		network.published = [next.jwk];
		await judge(v1a(next, 60_000), at(60_000));
		expect(await judge(v1a(google, 61_000), at(61_000))).toEqual(rejectedFor('signature-mismatch'));
	});

	it('makes at most one further fetch for a thousand forgeries within 30 s', async () => {
		const { network, judge } = receiver();
		await judge(v1a(google));
		const later = 120_000;
		const verdicts = await Promise.all(
			Array.from({ length: 1000 }, async (_, index) => {
				const time = later + Math.floor(index * 29.9);
				return await judge(v1a(forger, time), at(time));
			}),
		);
		expect(new Set(verdicts.map((verdict) => !verdict.ok && verdict.reason))).toEqual(
			new Set(['signature-mismatch']),
		);
		expect(network.fetches).toBe(2);
		// And the flood keeps no real delivery out.
		expect(await judge(v1a(google, later), at(later + 29_999))).toMatchObject({ ok: true });
	});

	it('makes one fetch for a thousand forgeries at a process that has no keys yet', async () => {
		const { network, judge } = receiver();
		for (let index = 0; index < 1000; index++) {
			expect(await judge(v1a(forger), at(index * 29))).toEqual(rejectedFor('signature-mismatch'));
		}
		expect(network.fetches).toBe(1);
	});
});

describe('during an outage', () => {
	it('decides nothing, good or forged, when there never were keys', async () => {
		const { network, judge } = receiver();
		network.isDown = true;
		expect(await judge(v1a(google))).toEqual(rejectedFor('keys-unavailable'));
		expect(await judge(v1a(forger))).toEqual(rejectedFor('keys-unavailable'));
		expect(network.fetches).toBe(1);
	});

	it('goes on with the last good keys', async () => {
		const { network, judge } = receiver();
		await judge(v1a(google));
		network.isDown = true;
		const hour = 3_600_000;
		expect(await judge(v1a(google, hour), at(hour))).toMatchObject({ ok: true });
		expect(network.fetches).toBe(2);
	});

	it('does not call an unknown signature forged: it may be a new key', async () => {
		const { network, judge } = receiver();
		await judge(v1a(google));
		network.isDown = true;
		network.published = [google.jwk, next.jwk];
		expect(await judge(v1a(next, 60_000), at(60_000))).toEqual(rejectedFor('keys-unavailable'));
		network.isDown = false;
		expect(await judge(v1a(next, 95_000), at(95_000))).toMatchObject({ ok: true });
	});

	it('accepts HMAC all the same', async () => {
		const { network, judge } = receiver();
		network.isDown = true;
		expect(await judge(headersOf(hmacEntry()))).toMatchObject({ ok: true, scheme: 'v1' });
	});

	it('recovers', async () => {
		const { network, judge } = receiver();
		network.isDown = true;
		await judge(v1a(google));
		network.isDown = false;
		expect(await judge(v1a(google), at(29_999))).toEqual(rejectedFor('keys-unavailable'));
		expect(await judge(v1a(google), at(30_000))).toMatchObject({ ok: true });
	});
});

describe('a JWT that the user allows', () => {
	const allowJwt = true;

	it('is judged with the RSA keys', async () => {
		const { network, judge } = receiver();
		expect(await judge(headersOf(jwt(rsa)), { allowJwt })).toMatchObject({
			ok: true,
			scheme: 'jwt',
			bodyProven: false,
		});
		expect(network.fetches).toBe(1);
	});

	it('leads to a renewal when its key is unknown', async () => {
		const { network, judge } = receiver();
		await judge(headersOf(jwt(rsa)), { allowJwt });
		network.published = [rsa.jwk, nextRsa.jwk];
		const verdict = await judge(headersOf(jwt(nextRsa)), { allowJwt, ...at(40_000) });
		expect(verdict).toMatchObject({ ok: true, scheme: 'jwt' });
		expect(network.fetches).toBe(2);
	});

	it('leads to no renewal when it is simply bad', async () => {
		const { network, judge } = receiver();
		await judge(headersOf(jwt(rsa)), { allowJwt });
		const forged = jwt({ ...nextRsa, jwk: rsa.jwk });
		expect(await judge(headersOf(forged), { allowJwt, ...at(40_000) })).toEqual(
			rejectedFor('jwt-invalid'),
		);
		expect(network.fetches).toBe(1);
	});

	it('is undecided during an outage', async () => {
		const { network, judge } = receiver();
		await judge(headersOf(jwt(rsa)), { allowJwt });
		network.isDown = true;
		expect(await judge(headersOf(jwt(nextRsa)), { allowJwt, ...at(40_000) })).toEqual(
			rejectedFor('keys-unavailable'),
		);
	});
});

/** Whoever has a key can sign anything; whoever has none can make nothing of what others signed. */
import fc from 'fast-check';
import { parseKeySet } from '../../nodes/shared/delivery/keySet.ts';
import { signingKey } from '../../nodes/shared/delivery/hmac.ts';
import {
	ed25519Entry,
	ed25519Keys,
	headersOf,
	hmacEntry,
	jwt,
	NOW,
	NOW_SECONDS,
	OTHER_SECRET,
	rsaKeys,
	SECRET,
	verdictOn,
	type Content,
} from '../unit/support/deliveries.mts';
import './support/arbitraries.mts';

const RUNS = { numRuns: 300 };
const google = ed25519Keys();
const stranger = ed25519Keys();
const rsa = rsaKeys('r1');
const options = {
	secrets: [signingKey(SECRET)!],
	keySet: parseKeySet({ keys: [google.jwk, rsa.jwk] }),
	allowJwt: true,
};

/** A header's value as HTTP lets it through; blanks around it are no part of it. */
const id = fc.stringMatching(/^[!-~]{1,60}$/);
const timestamp = fc.integer({ min: NOW_SECONDS - 300, max: NOW_SECONDS + 300 }).map(String);
const body = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const content: fc.Arbitrary<Required<Content>> = fc.record({ id, timestamp, body });

const signers: Array<[string, (content: Content) => string]> = [
	['v1', (signed) => hmacEntry(signed)],
	['v1a', (signed) => ed25519Entry(google, signed)],
];

const judge = async (signature: string, { id, timestamp, body }: Required<Content>) =>
	await verdictOn(headersOf(signature, { id, timestamp }), body, options);

describe.each(signers)('%s', (scheme, signer) => {
	test('accepts every delivery that is signed', async () => {
		await fc.assert(
			fc.asyncProperty(content, async (signed) => {
				expect(await judge(signer(signed), signed)).toEqual({
					ok: true,
					scheme,
					deliveryId: signed.id,
					bodyProven: true,
				});
			}),
			RUNS,
		);
	});

	test('accepts it for no other id, time or body', async () => {
		await fc.assert(
			fc.asyncProperty(
				content,
				content,
				fc.subarray(['id', 'timestamp', 'body'] as const, { minLength: 1 }),
				async (signed, other, taken) => {
					const changed = { ...signed };
					for (const name of taken) Object.assign(changed, { [name]: other[name] });
					fc.pre(
						!(
							changed.id === signed.id &&
							changed.timestamp === signed.timestamp &&
							changed.body.equals(signed.body)
						),
					);
					// One text with the dots elsewhere is the same text; see the next test.
					fc.pre(
						!`${changed.id}.${changed.timestamp}.${changed.body}`.startsWith(
							`${signed.id}.${signed.timestamp}.${signed.body}`,
						),
					);
					expect(await judge(signer(signed), changed)).toMatchObject({ ok: false });
				},
			),
			RUNS,
		);
	});

	test('accepts no other reading of what was signed about an event of Google', async () => {
		const uuid = fc.uuid().map((one) => `msg_${one}`);
		await fc.assert(
			fc.asyncProperty(
				uuid,
				timestamp,
				fc.json(),
				fc.nat(400),
				async (googleId, time, json, cut) => {
					// Google's ids hold no dot, and its bodies begin with a brace.
					const signed = { id: googleId, timestamp: time, body: Buffer.from(`{"data":${json}}`) };
					const text = `${signed.id}.${signed.timestamp}.${signed.body.toString()}`;
					const dots = [...text.matchAll(/\./g)].map(({ index }) => index);
					const first = dots[cut % dots.length];
					const second = dots.find((index) => index > first) ?? text.length;
					const changed = {
						id: text.slice(0, first),
						timestamp: text.slice(first + 1, second),
						body: Buffer.from(text.slice(second + 1)),
					};
					const isSame = changed.id === signed.id && changed.timestamp === signed.timestamp;
					expect(await judge(signer(signed), changed)).toMatchObject({ ok: isSame });
				},
			),
			RUNS,
		);
	});

	test('accepts no signature with a bit changed, nor a part of one', async () => {
		await fc.assert(
			fc.asyncProperty(
				content,
				fc.nat(),
				fc.integer({ min: 1, max: 7 }),
				async (signed, position, bit) => {
					const [version, text] = signer(signed).split(',');
					const bytes = Buffer.from(text, 'base64');
					const flipped = Buffer.from(bytes);
					flipped[position % bytes.length] ^= 1 << bit;
					for (const wrong of [
						flipped,
						bytes.subarray(0, position % bytes.length),
						Buffer.concat([bytes, flipped]),
					]) {
						expect(await judge(`${version},${wrong.toString('base64')}`, signed)).toMatchObject({
							ok: false,
						});
					}
				},
			),
			RUNS,
		);
	});

	test('accepts it neither before nor after its time', async () => {
		await fc.assert(
			fc.asyncProperty(
				content,
				fc.integer({ min: 301, max: 1e9 }),
				fc.boolean(),
				async (signed, seconds, isLate) => {
					const old = { ...signed, timestamp: String(NOW_SECONDS + (isLate ? -seconds : seconds)) };
					expect(await judge(signer(old), old)).toMatchObject({ ok: false });
				},
			),
			RUNS,
		);
	});
});

test('nothing signed with other keys is accepted, alone or among others', async () => {
	const wrong = fc.constantFrom<Array<(signed: Content) => string>>(
		[(signed) => hmacEntry(signed, OTHER_SECRET)],
		[(signed) => ed25519Entry(stranger, signed)],
		[(signed) => hmacEntry(signed, OTHER_SECRET), (signed) => ed25519Entry(stranger, signed)],
		// The scheme belongs to the key.
		[
			(signed) => hmacEntry(signed).replace('v1,', 'v1a,'),
			(signed) => ed25519Entry(google, signed).replace('v1a,', 'v1,'),
		],
	);
	await fc.assert(
		fc.asyncProperty(content, wrong, async (signed, all) => {
			const signature = all.map((one) => one(signed)).join(' ');
			expect(await judge(signature, signed)).toMatchObject({ ok: false });
		}),
		RUNS,
	);
});

test('a JWT proves nothing about the body, and is good for its time alone', async () => {
	await fc.assert(
		fc.asyncProperty(content, fc.integer({ min: -2000, max: 2000 }), async (signed, seconds) => {
			const token = jwt(rsa, { payload: { exp: NOW / 1000 + seconds } });
			const verdict = await judge(token, signed);
			if (seconds < -300) expect(verdict).toMatchObject({ ok: false, reason: 'jwt-invalid' });
			if (seconds > 0) expect(verdict).toMatchObject({ ok: true, bodyProven: false });
		}),
		{ numRuns: 50 },
	);
});

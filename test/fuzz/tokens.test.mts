/** What this package signs and seals itself opens for nobody else. */
import fc from 'fast-check';
import { mintCallbackToken, readCallbackToken } from '../../nodes/shared/delivery/callbackToken.ts';
import { readMetadata } from '../../nodes/shared/delivery/metadata.ts';
import { openSecret, sealSecret } from '../../nodes/shared/delivery/sealedSecret.ts';
import { redact } from '../../nodes/shared/gemini/redact.ts';
import { mintQuestion, readQuestion } from '../../nodes/shared/delivery/triggerCheck.ts';
import { anyJson } from './support/arbitraries.mts';
import { mustBePlainJson } from './support/invariants.mts';

const RUNS = { numRuns: 300 };
const NOW = 1_795_420_800_000;
const DAY = 86_400_000;
const key = fc.string({ minLength: 1, maxLength: 50 });
const path = fc.stringMatching(/^\/[a-z0-9-]{1,10}(\/[a-z0-9-]{1,10}){0,3}$/);
const metadata = fc
	.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 20 }), {
		maxKeys: 5,
		noNullPrototype: true,
	})
	.map(readMetadata);
const claims = fc.record({ nonce: fc.string({ maxLength: 40 }), path, metadata });

test('a callback token says what was put in, to its own key, for its own path and time', () => {
	fc.assert(
		fc.property(claims, key, fc.integer({ min: 0, max: 8 * DAY }), (one, apiKey, later) => {
			const token = mintCallbackToken(one, apiKey, NOW);
			expect(readCallbackToken(token, one.path, apiKey, NOW + later)).toEqual(one);
		}),
		RUNS,
	);
});

test('a callback token says nothing under another key, for another path, or after its time', () => {
	fc.assert(
		fc.property(
			claims,
			key,
			key,
			path,
			fc.integer({ min: 8 * DAY + 1000, max: 1e14 }),
			(one, apiKey, otherKey, other, later) => {
				const token = mintCallbackToken(one, apiKey, NOW);
				if (otherKey !== apiKey)
					expect(readCallbackToken(token, one.path, otherKey, NOW)).toBeUndefined();
				// A proxy may take away the beginning of a path.
				if (!one.path.endsWith(other))
					expect(readCallbackToken(token, other, apiKey, NOW)).toBeUndefined();
				expect(readCallbackToken(token, `${other}${one.path}`, apiKey, NOW)).toBeUndefined();
				for (const now of [NOW + later, NaN, Infinity]) {
					expect(readCallbackToken(token, one.path, apiKey, now)).toBeUndefined();
				}
			},
		),
		RUNS,
	);
});

test('a callback token with any character changed says nothing', () => {
	fc.assert(
		fc.property(
			claims,
			key,
			fc.nat(),
			fc.string({ minLength: 1, maxLength: 1 }),
			(one, apiKey, position, character) => {
				const token = mintCallbackToken(one, apiKey, NOW);
				const at = position % token.length;
				const changed = token.slice(0, at) + character + token.slice(at + 1);
				fc.pre(changed !== token);
				expect(readCallbackToken(changed, one.path, apiKey, NOW)).toBeUndefined();
			},
		),
		RUNS,
	);
});

test("parts of two tokens don't make a third", () => {
	fc.assert(
		fc.property(claims, claims, key, (one, other, apiKey) => {
			const [payload] = mintCallbackToken(one, apiKey, NOW).split('.');
			const [otherPayload, mac] = mintCallbackToken(other, apiKey, NOW).split('.');
			fc.pre(payload !== otherPayload);
			expect(readCallbackToken(`${payload}.${mac}`, one.path, apiKey, NOW)).toBeUndefined();
		}),
		RUNS,
	);
});

test('metadata from outside is flat text under harmless names', () => {
	fc.assert(
		fc.property(anyJson, (value) => {
			const read = readMetadata(value);
			mustBePlainJson(read);
			expect(Object.values(read).every((one) => typeof one === 'string')).toBe(true);
			for (const name of ['__proto__', 'constructor', 'prototype'])
				expect(Object.hasOwn(read, name)).toBe(false);
		}),
		{ numRuns: 2000 },
	);
});

test('a sealed secret opens with its own key, and neither with another nor with a bit changed', () => {
	fc.assert(
		fc.property(
			fc.string({ maxLength: 60 }),
			key,
			key,
			fc.nat(),
			fc.nat(7),
			(secret, apiKey, otherKey, position, bit) => {
				const sealed = sealSecret(secret, apiKey);
				expect(openSecret(sealed, apiKey)).toBe(Buffer.from(secret).toString());
				if (otherKey !== apiKey) expect(openSecret(sealed, otherKey)).toBeUndefined();
				const bytes = Buffer.from(sealed, 'base64');
				bytes[position % bytes.length] ^= 1 << bit;
				expect(openSecret(bytes.toString('base64'), apiKey)).toBeUndefined();
			},
		),
		RUNS,
	);
});

test('a question to a trigger is read under its own key, for its own path and five minutes', () => {
	fc.assert(
		fc.property(
			path,
			path,
			fc.string({ minLength: 1 }),
			fc.string({ minLength: 1 }),
			fc.integer({ min: -1e12, max: 1e12 }),
			(asked, other, own, foreign, later) => {
				const question = mintQuestion({ nonce: 'n', repair: false }, asked, own, NOW);
				const isRead = (at: string, key: string, now: number) =>
					readQuestion(question, at, key, now) !== undefined;
				fc.pre(question.length <= 1024);
				expect(isRead(asked, own, NOW + later)).toBe(Math.abs(later) <= 300_000);
				expect(isRead(asked, foreign, NOW)).toBe(own === foreign);
				expect(isRead(other, own, NOW)).toBe(asked.endsWith(other));
			},
		),
		RUNS,
	);
});

test('no text shows a secret once it is redacted, wherever it stands in it', () => {
	const secret = fc.stringMatching(/^[\w.+/=-]{8,40}$/);
	fc.assert(
		fc.property(
			fc.string({ unit: 'binary' }),
			secret,
			fc.string({ unit: 'binary' }),
			(before, one, after) => {
				expect(redact(before + one + after + one, [one])).not.toContain(one);
			},
		),
		{ numRuns: 1000 },
	);
	const known = fc.oneof(
		fc.stringMatching(/^whsec_[A-Za-z0-9+/]{10,40}={0,2}$/).map((one) => ['', one]),
		fc.stringMatching(/^AIza[\w-]{35}$/).map((one) => ['', one]),
		fc
			.tuple(
				fc.constantFrom('?key=', '&signature=', '?a=1&job_token='),
				fc.stringMatching(/^[\w.-]{9,40}$/),
			)
			.map(([name, one]) => [name, one]),
	);
	fc.assert(
		fc.property(fc.string(), known, (before, [name, one]) => {
			expect(redact(`${before}${name}${one} after`)).not.toContain(one);
		}),
		{ numRuns: 1000 },
	);
});

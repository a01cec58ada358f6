import { hkdfSync } from 'node:crypto';
import { derivedKey } from '../../../../nodes/shared/delivery/derivedKey';
import { openSecret, sealSecret } from '../../../../nodes/shared/delivery/sealedSecret';
import { SECRET } from '../../support/deliveries.mts';

const API_KEY = 'AIzaSyExampleExampleExampleExample01234';

describe('sealSecret and openSecret', () => {
	it.each([SECRET, 'x', '', 'Zürich 日本 🎬', 'a'.repeat(10_000)])('round trip: %#', (secret) => {
		expect(openSecret(sealSecret(secret, API_KEY), API_KEY)).toBe(secret);
	});

	it('shows nothing of the secret, and nothing twice', () => {
		const sealed = Array.from({ length: 50 }, () => sealSecret(SECRET, API_KEY));
		expect(new Set(sealed).size).toBe(50);
		for (const text of sealed) {
			expect(Buffer.from(text, 'base64').toString('latin1')).not.toContain(SECRET.slice(6, 14));
			expect(text).not.toContain(SECRET.slice(6, 14));
		}
	});

	it('does not open under another API key', () => {
		const sealed = sealSecret(SECRET, API_KEY);
		expect(openSecret(sealed, `${API_KEY} `)).toBeUndefined();
		expect(openSecret(sealed, '')).toBeUndefined();
	});

	it('does not open with a single bit changed anywhere', () => {
		const bytes = Buffer.from(sealSecret(SECRET, API_KEY), 'base64');
		for (let place = 0; place < bytes.length; place++) {
			for (let bit = 0; bit < 8; bit++) {
				const changed = Buffer.from(bytes);
				changed[place] ^= 1 << bit;
				expect(openSecret(changed.toString('base64'), API_KEY)).toBeUndefined();
			}
		}
		expect(openSecret(bytes.toString('base64'), API_KEY)).toBe(SECRET);
	});

	it('does not open when it was cut, at either end', () => {
		const bytes = Buffer.from(sealSecret(SECRET, API_KEY), 'base64');
		for (let length = 0; length < bytes.length; length++) {
			expect(openSecret(bytes.subarray(0, length).toString('base64'), API_KEY)).toBeUndefined();
			const end = bytes.subarray(bytes.length - length);
			expect(openSecret(end.toString('base64'), API_KEY)).toBeUndefined();
		}
	});

	it.each(['', ' ', 'not base64 *', SECRET, 'undefined'])('does not open %j', (text) => {
		expect(openSecret(text, API_KEY)).toBeUndefined();
	});
});

describe('derivedKey', () => {
	it('is HKDF-SHA256 with the purpose as info', () => {
		const expected = (purpose: string) =>
			Buffer.from(hkdfSync('sha256', API_KEY, '', `n8n-nodes-gemini-webhooks/${purpose}/v1`, 32));
		for (const purpose of ['callback-token', 'signing-secret'] as const) {
			expect(Buffer.from(derivedKey(API_KEY, purpose))).toEqual(expected(purpose));
		}
	});

	it('is another one for each purpose and each API key', () => {
		const keys = ['a', 'b', API_KEY, `${API_KEY} `].flatMap((apiKey) =>
			(['callback-token', 'signing-secret'] as const).map((purpose) =>
				Buffer.from(derivedKey(apiKey, purpose)).toString('hex'),
			),
		);
		expect(new Set(keys).size).toBe(8);
		expect(keys.every((key) => key.length === 64)).toBe(true);
	});

	it('refuses an empty API key, from which anybody could derive keys', () => {
		expect(() => derivedKey('', 'callback-token')).toThrow('empty API key');
	});
});

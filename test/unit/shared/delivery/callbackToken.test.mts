import { createHmac } from 'node:crypto';
import {
	claimedMetadata,
	claimedNonce,
	mintCallbackToken,
	readCallbackToken,
} from '../../../../nodes/shared/delivery/callbackToken';
import { NOW } from '../../support/deliveries.mts';
import { derivedKey } from '../../../../nodes/shared/delivery/derivedKey';

const API_KEY = 'AIzaSyExampleExampleExampleExample01234';
const PATH = '/webhook/0c1d/webhook';
const claims = { nonce: 'n-1', path: PATH, metadata: { customer: 'Zürich 日本 🎬', order: '7' } };
const token = mintCallbackToken(claims, API_KEY, NOW);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A token with any payload at all, signed as our own: what the reader must withstand even then. */
function signed(payload: string): string {
	const encoded = Buffer.from(payload).toString('base64url');
	const mac = createHmac('sha256', derivedKey(API_KEY, 'callback-token')).update(encoded);
	return `${encoded}.${mac.digest('base64url')}`;
}

describe('readCallbackToken', () => {
	it('reads what was minted', () => {
		expect(readCallbackToken(token, PATH, API_KEY, NOW)).toEqual(claims);
	});

	it('is good behind a proxy that strips the beginning of the path, and only there', () => {
		const public_ = mintCallbackToken({ ...claims, path: `/n8n${PATH}` }, API_KEY, NOW);
		expect(readCallbackToken(public_, PATH, API_KEY, NOW)).toMatchObject({ nonce: 'n-1' });
		for (const path of ['', '/', 'webhook', '/webhook/other/webhook', `/more${PATH}`]) {
			expect(readCallbackToken(token, path, API_KEY, NOW)).toBeUndefined();
		}
	});

	it('is good for eight days', () => {
		const day = 86_400_000;
		expect(readCallbackToken(token, PATH, API_KEY, NOW + 8 * day)).toEqual(claims);
		expect(readCallbackToken(token, PATH, API_KEY, NOW + 8 * day + 1000)).toBeUndefined();
	});

	it('fits into a URL as it is', () => {
		expect(encodeURIComponent(token)).toBe(token);
		expect(token).not.toContain(API_KEY);
	});

	it('refuses every change of a single character', () => {
		for (let place = 0; place < token.length; place++) {
			for (const other of `${ALPHABET}.=+/ %`) {
				if (other === token[place]) continue;
				const forged = token.slice(0, place) + other + token.slice(place + 1);
				if (readCallbackToken(forged, PATH, API_KEY, NOW)) throw new Error(`Accepted: ${forged}`);
			}
		}
		expect(token.length).toBeGreaterThan(100);
	});

	it.each([
		['nothing', undefined],
		['null', null],
		['a number', 1],
		['a list', [token]],
		['an object with toString', { toString: () => token }],
		['empty', ''],
		['a dot', '.'],
		['the payload alone', token.split('.')[0]],
		['the payload and a dot', `${token.split('.')[0]}.`],
		['the signature alone', `.${token.split('.')[1]}`],
		['a third part', `${token}.x`],
		['an empty third part', `${token}.`],
		['padding', `${token}=`],
		['a blank before it', ` ${token}`],
		['a line end behind it', `${token}\n`],
	])('refuses %s', (_, value) => {
		expect(readCallbackToken(value, PATH, API_KEY, NOW)).toBeUndefined();
	});

	it('refuses another path', () => {
		for (const path of ['', '/', `${PATH}/`, PATH.toUpperCase(), '/webhook/other/webhook']) {
			expect(readCallbackToken(token, path, API_KEY, NOW)).toBeUndefined();
		}
	});

	it('refuses another API key', () => {
		expect(readCallbackToken(token, PATH, `${API_KEY}x`, NOW)).toBeUndefined();
		expect(readCallbackToken(token, PATH, API_KEY.toLowerCase(), NOW)).toBeUndefined();
	});

	it('refuses one that is too long before it does any work', () => {
		const metadata = { text: 'x'.repeat(9000) };
		const long = mintCallbackToken({ ...claims, metadata }, API_KEY, NOW);
		expect(readCallbackToken(long, PATH, API_KEY, NOW)).toBeUndefined();
		expect(claimedNonce(long)).toBeUndefined();
		const fits = mintCallbackToken(
			{ ...claims, metadata: { text: 'x'.repeat(2000) } },
			API_KEY,
			NOW,
		);
		expect(readCallbackToken(fits, PATH, API_KEY, NOW)?.metadata.text).toHaveLength(2000);
	});

	it.each([
		['no nonce', { p: PATH, m: {}, e: 9e9 }],
		['a nonce that is no text', { n: 1, p: PATH, m: {}, e: 9e9 }],
		['no path', { n: 'n', m: {}, e: 9e9 }],
		['no expiry', { n: 'n', p: PATH, m: {} }],
		['no object', 'n'],
		['null', null],
		['a list', [{ n: 'n', p: PATH }]],
	])('refuses a well-signed token with %s', (_, payload) => {
		expect(readCallbackToken(signed(JSON.stringify(payload)), PATH, API_KEY, NOW)).toBeUndefined();
	});

	it.each([
		['__proto__', `{"n":"n","p":"${PATH}","e":9e9,"m":{"__proto__":{"polluted":"yes"},"a":"1"}}`],
		['__proto__ as text', `{"n":"n","p":"${PATH}","e":9e9,"m":{"__proto__":"yes","a":"1"}}`],
		['constructor', `{"n":"n","p":"${PATH}","e":9e9,"m":{"constructor":"yes","a":"1"}}`],
		['prototype', `{"n":"n","p":"${PATH}","e":9e9,"m":{"prototype":"yes","a":"1"}}`],
		['__proto__ of the token', `{"__proto__":{"x":1},"n":"n","p":"${PATH}","e":9e9,"m":{"a":"1"}}`],
	])('lets %s reach no prototype', (_, payload) => {
		const read = readCallbackToken(signed(payload), PATH, API_KEY, NOW);
		expect(Object.keys(read?.metadata ?? {})).toEqual(['a']);
		expect(Object.getPrototypeOf(read?.metadata)).toBe(Object.prototype);
		expect(({} as Record<string, unknown>).polluted).toBeUndefined();
	});

	it('takes metadata that is no object for none', () => {
		for (const metadata of ['"x"', 'null', '[1,2]', '5']) {
			const payload = `{"n":"n","p":"${PATH}","e":9e9,"m":${metadata}}`;
			expect(readCallbackToken(signed(payload), PATH, API_KEY, NOW)?.metadata).toEqual({});
		}
	});

	it('is no way around an empty API key', () => {
		expect(() => mintCallbackToken(claims, '', NOW)).toThrow(RangeError);
	});
});

describe('claimedNonce', () => {
	it('reads the nonce without a key, also after the key was replaced', () => {
		expect(claimedNonce(token)).toBe('n-1');
		expect(claimedNonce(`${token.split('.')[0]}.forged`)).toBe('n-1');
	});

	it.each([
		undefined,
		null,
		7,
		[token],
		{},
		'',
		'.',
		'..',
		'%%%',
		'bnVsbA.x',
		Buffer.from('[]').toString('base64url'),
		Buffer.from('{}').toString('base64url'),
		Buffer.from('{"n":""}').toString('base64url'),
		Buffer.from('{"n":{"a":1}}').toString('base64url'),
		Buffer.from('{"n":null}').toString('base64url'),
		Buffer.from('{"n":"x"').toString('base64url'),
	])('finds none in %j', (value) => {
		expect(claimedNonce(value)).toBeUndefined();
	});
});

describe('claimedMetadata', () => {
	it('reads the metadata without a key, also after the key was replaced', () => {
		expect(claimedMetadata(token, PATH)).toEqual(claims.metadata);
		expect(claimedMetadata(`${token.split('.')[0]}.forged`, PATH)).toEqual(claims.metadata);
	});

	it('finds none in a token for another URL', () => {
		expect(claimedMetadata(token, '/webhook/other/webhook')).toBeUndefined();
	});

	it.each([undefined, 7, [token], '', '.', '%%%', Buffer.from('{"p":1}').toString('base64url')])(
		'finds none in %j',
		(value) => {
			expect(claimedMetadata(value, PATH)).toBeUndefined();
		},
	);

	it('lets nothing reach a prototype', () => {
		const payload = `{"p":"${PATH}","m":{"__proto__":{"polluted":"yes"},"a":"1"}}`;
		const read = claimedMetadata(Buffer.from(payload).toString('base64url'), PATH);
		expect(Object.keys(read ?? {})).toEqual(['a']);
	});
});

import { parseKeySet } from '../../../../nodes/shared/delivery/keySet';
import { ed25519Keys, rsaKeys } from '../../support/deliveries.mts';

const first = ed25519Keys();
const second = ed25519Keys();
const rsa = rsaKeys('r1');

describe('parseKeySet', () => {
	it('sorts the keys by what they verify', () => {
		const set = parseKeySet({ keys: [first.jwk, rsa.jwk, second.jwk] });
		expect(set?.ed25519.map((key) => key.equals(first.publicKey))).toEqual([true, false]);
		expect(set?.ed25519[1].equals(second.publicKey)).toBe(true);
		expect([...(set?.rsa.keys() ?? [])]).toEqual(['r1']);
		expect(set?.rsa.get('r1')?.equals(rsa.publicKey)).toBe(true);
	});

	it.each([
		['foreign alg, use and key_ops', { alg: 'XYZ', use: 'enc', key_ops: ['encrypt'], ext: false }],
		['a kid', { kid: 'k' }],
	])('reads an Ed25519 key with %s', (_, extra) => {
		expect(parseKeySet({ keys: [{ ...first.jwk, ...extra }] })?.ed25519).toHaveLength(1);
	});

	it('never takes over a private key', () => {
		const jwk = { ...first.privateKey.export({ format: 'jwk' }) };
		expect(parseKeySet({ keys: [jwk] })?.ed25519.map(({ type }) => type)).toEqual(['public']);
	});

	const broken: Array<[string, unknown]> = [
		['no x', { ...first.jwk, x: undefined }],
		['x too short', { ...first.jwk, x: 'AAAA' }],
		['x not text', { ...first.jwk, x: 42 }],
		['x an object', { ...first.jwk, x: {} }],
		['another curve', { ...first.jwk, crv: 'X25519' }],
		['Ed448', { ...first.jwk, crv: 'Ed448' }],
		['another type', { ...first.jwk, kty: 'EC' }],
		['a shared secret', { kty: 'oct', k: 'c2VjcmV0' }],
		['RSA without kid', { ...rsa.jwk, kid: undefined }],
		['RSA without n', { ...rsa.jwk, n: undefined }],
		['RSA with a number as kid', { ...rsa.jwk, kid: 1 }],
		['null', null],
		['text', 'key'],
		['a list', [first.jwk]],
	];
	it.each(broken)('one bad key does not spoil the set: %s', (_, jwk) => {
		const set = parseKeySet({ keys: [jwk, second.jwk] });
		expect(set?.ed25519).toHaveLength(1);
		expect(set?.ed25519[0].equals(second.publicKey)).toBe(true);
		expect(set?.rsa.size).toBe(0);
	});

	it.each(broken)('a set of nothing but it is no set: %s', (_, jwk) => {
		expect(parseKeySet({ keys: [jwk] })).toBeUndefined();
	});

	it.each([
		undefined,
		null,
		'',
		'<html>',
		42,
		[],
		[first.jwk],
		{},
		{ keys: null },
		{ keys: {} },
		{ keys: [] },
		{ keys: 'x' },
		{ Keys: [first.jwk] },
		first.jwk,
	])('%j is no set', (document) => {
		expect(parseKeySet(document)).toBeUndefined();
	});

	it('reads sixteen keys and no more', () => {
		const keys = Array.from({ length: 20 }, () => ed25519Keys().jwk);
		expect(parseKeySet({ keys })?.ed25519).toHaveLength(16);
	});
});

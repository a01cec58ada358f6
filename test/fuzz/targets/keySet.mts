import { verify } from 'node:crypto';
import type * as keySet from '../../../nodes/shared/delivery/keySet.ts';
import { built } from '../engine/instrument.mts';
import { JWKS } from '../support/deliveries.mts';
import { must } from '../support/invariants.mts';

const { parseKeySet } = built<typeof keySet>('shared/delivery/keySet');

function run(input: Buffer): void {
	let document: unknown;
	try {
		document = JSON.parse(input.toString());
	} catch {
		document = input.toString();
	}
	const set = parseKeySet(document);
	if (!set) return;
	const keys = [...set.ed25519, ...set.rsa.values()];
	must(keys.length > 0 && keys.length <= 16, 'a set has one to sixteen keys');
	must(
		keys.every(({ type }) => type === 'public'),
		'all are public',
	);
	must(
		set.ed25519.every(({ asymmetricKeyType }) => asymmetricKeyType === 'ed25519'),
		'sorted',
	);
	must(
		[...set.rsa.values()].every(({ asymmetricKeyType }) => asymmetricKeyType === 'rsa'),
		'sorted',
	);
	for (const key of set.ed25519) {
		must(!verify(null, Buffer.from('x'), key, Buffer.alloc(64)), 'zeros are no signature');
	}
}

const seed = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const [first] = JWKS.keys;

export const target = {
	seeds: [
		seed(JWKS),
		seed({ keys: [first] }),
		seed({ keys: [JWKS.keys.at(-1)] }),
		seed({ keys: [] }),
	],
	tokens: [
		'OKP',
		'RSA',
		'EC',
		'oct',
		'Ed25519',
		'Ed448',
		'X25519',
		'P-256',
		'kty',
		'crv',
		'kid',
		'keys',
		'AQAB',
		'AA',
		'AQ',
		'A'.repeat(43),
		'__proto__',
	],
	run,
};

/** Values as strangers choose them: every shape, and the names and numbers that careless code stumbles over. */
import fc from 'fast-check';
import { API_KEY } from './invariants.mts';

// The same values in every run, unless another row of them is asked for; a failure names what to ask for.
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1) });

const NAMES = [
	'__proto__',
	'constructor',
	'prototype',
	'toString',
	'hasOwnProperty',
	'then',
	'length',
	'',
	'toJSON',
];

const texts = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 30 }),
	fc.constantFrom(
		...NAMES,
		'..',
		'/',
		'../models',
		'https://evil.example/x',
		API_KEY,
		'1e400',
		'-1',
		'NaN',
	),
);

/** Numbers as JSON may hold them; 1e400 becomes Infinity when it is read. */
const numbers = fc.oneof(
	fc.double(),
	fc.integer(),
	fc.constantFrom(1e308, -1e308, 2 ** 53, -1, -0, 5e-324),
);

/** Any JSON value. Fields may be called `__proto__`: as own ones, the way `JSON.parse` makes them. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
	value: fc.oneof(
		{ depthSize: 'small', withCrossShrink: true },
		fc.constantFrom(null, true, false),
		texts,
		numbers,
		fc.array(tie('value'), { maxLength: 4 }),
		fc
			.array(
				fc.tuple(fc.oneof(texts, fc.constantFrom('id', 'name', 'message', 'uri')), tie('value')),
				{ maxLength: 5 },
			)
			.map((fields) => Object.fromEntries(fields)),
	),
})).value;

/**
 * Something with the right fields, each of which may be missing or anything at all.
 *
 * @param fields what they usually hold
 */
export const nearly = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> =>
	fc.record(
		Object.fromEntries(
			Object.entries(fields).map(([name, usual]) => [
				name,
				fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: anyJson }),
			]),
		),
		{ requiredKeys: [] },
	);

/** One of these, or any text. */
export const oneOf = (...usual: string[]): fc.Arbitrary<string> =>
	fc.oneof(fc.constantFrom(...usual), texts);

/** A list of a few. */
export const few = <T,>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 4 });

/**
 * As bytes. `1e400` can't be had from `JSON.stringify`, so some numbers are exchanged for it in the text.
 */
export const asBytes = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> =>
	fc.tuple(value, fc.boolean()).map(([json, isHuge]) => {
		const text = JSON.stringify(json) ?? 'null';
		return Buffer.from(isHuge ? text.replace(/:-?\d+(\.\d+)?/g, ':1e400') : text);
	});

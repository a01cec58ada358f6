import type { Random } from '../../unit/support/random.mts';

const NUMBERS = [
	'0',
	'-0',
	'-1',
	'1e400',
	'-1e400',
	'1e-400',
	'0.1',
	'9007199254740993',
	'1'.repeat(400),
];
const BYTES = [0, 1, 10, 13, 32, 34, 44, 46, 47, 58, 92, 127, 128, 255];
const VALUES = [
	'null',
	'true',
	'""',
	'[]',
	'{}',
	'[[]]',
	'{"__proto__":{"a":1}}',
	'"__proto__"',
	'{"toString":1,"valueOf":1}',
	...NUMBERS,
];

type Mutation = (input: Buffer, random: Random, other: Buffer, tokens: string[]) => Buffer;

const at = (input: Buffer, random: Random): number => random.integer(0, input.length);

const replaced = (input: Buffer, from: number, length: number, by: Buffer): Buffer =>
	Buffer.concat([input.subarray(0, from), by, input.subarray(from + length)]);

const inserted = (input: Buffer, random: Random, what: Buffer): Buffer =>
	replaced(input, at(input, random), 0, what);

/** A stretch of up to 32 bytes. */
function stretch(input: Buffer, random: Random): [from: number, length: number] {
	const from = at(input, random);
	return [from, random.integer(0, Math.min(32, input.length - from))];
}

/** Puts a value in place of one anywhere in a JSON document; undefined when the input is none. */
function otherValue(
	input: Buffer,
	random: Random,
	other: Buffer,
	tokens: string[],
): Buffer | undefined {
	const parse = (bytes: Buffer): unknown => {
		try {
			return JSON.parse(bytes.toString()) as unknown;
		} catch {
			return undefined;
		}
	};
	const document = parse(input);
	if (typeof document !== 'object' || document === null) return undefined;
	const places: Array<[holder: Record<string, unknown>, name: string]> = [];
	const walk = (holder: object): void => {
		for (const [name, value] of Object.entries(holder)) {
			places.push([holder as Record<string, unknown>, name]);
			if (typeof value === 'object' && value !== null) walk(value as object);
		}
	};
	walk(document);
	if (places.length === 0) return undefined;
	const [holder, name] = random.pick(places);
	const [elsewhere, otherName] = random.pick(places);
	const choice = random.integer(0, 5);
	if (choice === 0) delete holder[name];
	else if (choice === 1) holder[name] = random.pick(tokens);
	else if (choice === 2) holder[name] = structuredClone(elsewhere[otherName]);
	else if (choice === 3) {
		const copy = structuredClone(holder[name]);
		// A name like '2130706433' would make a list of that length.
		if (Array.isArray(holder)) holder.push(copy);
		else holder[random.pick([...tokens, otherName])] = copy;
	} else if (choice === 4) holder[name] = parse(other) ?? null;
	else {
		// As text, for what JSON.stringify can't write: 1e400, or a name twice.
		const mark = `mark-${random.integer(0, 1e9)}`;
		holder[name] = mark;
		return Buffer.from(JSON.stringify(document).replace(`"${mark}"`, random.pick(VALUES)));
	}
	return Buffer.from(JSON.stringify(document));
}

const MUTATIONS: Mutation[] = [
	(input, random) => {
		const copy = Buffer.from(input);
		if (copy.length > 0) copy[random.integer(0, copy.length - 1)] ^= 1 << random.integer(0, 7);
		return copy;
	},
	(input, random) => {
		const copy = Buffer.from(input);
		if (copy.length > 0) copy[random.integer(0, copy.length - 1)] = random.pick(BYTES);
		return copy;
	},
	(input, random) => inserted(input, random, random.bytes(random.integer(1, 4))),
	(input, random) => replaced(input, ...stretch(input, random), Buffer.alloc(0)),
	(input, random) => {
		const [from, length] = stretch(input, random);
		return inserted(input, random, input.subarray(from, from + length));
	},
	(input, random, _, tokens) => inserted(input, random, Buffer.from(random.pick(tokens))),
	(input, random, _, tokens) =>
		replaced(input, ...stretch(input, random), Buffer.from(random.pick(tokens))),
	(input, random, other) =>
		Buffer.concat([input.subarray(0, at(input, random)), other.subarray(at(other, random))]),
	(input, random) => {
		const numbers = [...input.toString('latin1').matchAll(/\d+/g)];
		if (numbers.length === 0) return input;
		const { index, 0: digits } = random.pick(numbers);
		return replaced(input, index, digits.length, Buffer.from(random.pick(NUMBERS)));
	},
	(input, random, other, tokens) => otherValue(input, random, other, tokens) ?? input,
	(input, random, other, tokens) => otherValue(input, random, other, tokens) ?? input,
];

/**
 * Another input, made from one by a few small changes.
 *
 * @param other what parts may be taken from
 * @param tokens texts that mean something to the code under test
 * @param longest bytes
 */
export function mutate(
	input: Buffer,
	other: Buffer,
	tokens: string[],
	random: Random,
	longest: number,
): Buffer {
	let changed = input;
	for (let left = 2 ** random.integer(0, 3); left > 0; left--) {
		changed = random.pick(MUTATIONS)(changed, random, other, tokens).subarray(0, longest);
	}
	return changed;
}

/** Shortens an input for as long as it still fails. */
export async function shortened(
	input: Buffer,
	fails: (input: Buffer) => Promise<boolean>,
): Promise<Buffer> {
	let shortest = input;
	for (let length = input.length >> 1; length > 0; length >>= 1) {
		for (let from = 0; from + length <= shortest.length; ) {
			const shorter = replaced(shortest, from, length, Buffer.alloc(0));
			if (await fails(shorter)) shortest = shorter;
			else from += length;
		}
	}
	return shortest;
}

import { entryOf, isJson, json, jsonList, merged, text } from '../../../nodes/shared/json';

describe('json', () => {
	it.each([
		[{ a: 1 }, true],
		[{}, true],
		[[], false],
		[null, false],
		[undefined, false],
		['{}', false],
		[1, false],
	])('%j is an object: %s', (value, is) => {
		expect(isJson(value)).toBe(is);
		expect(json(value)).toEqual(is ? value : {});
	});

	it('lists objects alone', () => {
		expect(jsonList([{ a: 1 }, null, [{}], 'x', 1, {}])).toEqual([{ a: 1 }, {}]);
		for (const value of [undefined, null, {}, 'abc', { length: 1, 0: {} }]) {
			expect(jsonList(value)).toEqual([]);
		}
	});
});

describe('text', () => {
	it.each([
		['x', 'x'],
		[' ', ' '],
		['', null],
		[0, '0'],
		[-1.5, '-1.5'],
		[true, null],
		[null, null],
		[undefined, null],
		[{}, null],
		[['x'], null],
		[{ toString: () => 'x' }, null],
	])('%j', (value, expected) => {
		expect(text(value)).toBe(expected);
	});
});

describe('entryOf', () => {
	it('finds own entries only', () => {
		const table = { a: 1, zero: 0 };
		expect(entryOf(table, 'a')).toBe(1);
		expect(entryOf(table, 'zero')).toBe(0);
		for (const name of ['b', '', 'constructor', 'toString', '__proto__', 'hasOwnProperty']) {
			expect(entryOf<number>(table, name)).toBeUndefined();
		}
	});
});

describe('merged', () => {
	it.each([
		[{}, {}, {}],
		[{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
		[{ a: { x: 1, y: 2 } }, { a: { y: 3, z: 4 } }, { a: { x: 1, y: 3, z: 4 } }],
		[{ a: [1, 2] }, { a: [3] }, { a: [3] }],
		[{ a: { x: 1 } }, { a: null }, { a: null }],
		[{ a: 1 }, { a: { x: 1 } }, { a: { x: 1 } }],
	])('puts %j and %j together', (below, above, both) => {
		expect(merged(below, above)).toEqual(both);
	});

	it('changes neither of them, and no prototype', () => {
		const below = { a: { x: 1 } };
		const above = JSON.parse('{"a":{"y":2},"__proto__":{"polluted":true},"toString":{"z":1}}') as {
			a: object;
		};
		const both = merged(below, above);
		expect(below).toEqual({ a: { x: 1 } });
		expect(above.a).toEqual({ y: 2 });
		expect(Object.keys(both)).toEqual(['a', '__proto__', 'toString']);
		expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
		expect((both as { polluted?: boolean }).polluted).toBeUndefined();
	});
});

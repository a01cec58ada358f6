import { entryOf, isJson, json, jsonList, text } from '../../../nodes/shared/json';

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

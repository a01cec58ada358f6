import {
	count,
	entryOf,
	isJson,
	isShallow,
	json,
	jsonList,
	merged,
	parseJson,
	text,
	texts,
} from '../../../nodes/shared/json';

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

describe('parseJson', () => {
	it.each([
		'{"__proto__":{"isAdmin":true},"a":1}',
		'{"a":1,"\\u005f_proto__":{"isAdmin":true}}',
		'{"a":1,"__pr\\u006Fto__":{"isAdmin":true}}',
		'{"a":1,"__proto__":1,"__proto__":{"isAdmin":true}}',
	])('leaves the prototype of whatever %s is merged into alone', (source) => {
		const read = parseJson(source) as object;
		expect(read).toEqual({ a: 1 });
		expect(Object.keys(read)).toEqual(['a']);
		const target: { isAdmin?: boolean } = {};
		for (const [name, value] of Object.entries(read))
			(target as Record<string, unknown>)[name] = value;
		expect(target.isAdmin).toBeUndefined();
		// What it guards against.
		const careless: { isAdmin?: boolean } = {};
		Object.assign(careless, JSON.parse(source));
		expect(careless.isAdmin).toBe(true);
	});

	it('reads all else as it is, at any depth', () => {
		const source = '[{"proto":1,"a":["__proto__",{"constructor":{"__proto__":2}}]}]';
		expect(parseJson(source)).toEqual([{ proto: 1, a: ['__proto__', { constructor: {} }] }]);
		expect(() => parseJson('{')).toThrow(SyntaxError);
	});
});

describe('isShallow', () => {
	const nested = (levels: number): unknown =>
		JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;

	it.each([
		[1, true],
		[200, true],
		[201, false],
		[100_000, false],
	])('%d levels: %s', (levels, is) => {
		expect(isShallow(nested(levels))).toBe(is);
	});
});

describe('numbers and texts of others', () => {
	const stubborn = { toString: null, valueOf: 1 };

	it.each([
		[3, 3],
		['17', 17],
		[undefined, 0],
		['', 0],
		[-5, 0],
		['1e400', 0],
		[Infinity, 0],
		[NaN, 0],
		[{}, 0],
		[stubborn, 0],
		[[7], 0],
	])('%j counts %d', (value, counted) => {
		expect(count(value)).toBe(counted);
	});

	it('takes the texts out of a list, whatever else is in it', () => {
		expect(texts(['a', 1, '', null, {}, stubborn, ['b'], 'c'])).toEqual(['a', '1', 'c']);
		expect(texts('abc')).toEqual([]);
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

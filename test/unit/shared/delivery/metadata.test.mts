import { readMetadata } from '../../../../nodes/shared/delivery/metadata';

describe('readMetadata', () => {
	it('takes text, numbers and booleans over as text', () => {
		expect(readMetadata({ a: 'x', b: 1.5, c: 0, d: false, e: '' })).toEqual({
			a: 'x',
			b: '1.5',
			c: '0',
			d: 'false',
			e: '',
		});
	});

	it('leaves out everything else', () => {
		const value = { a: null, b: undefined, c: {}, d: ['x'], e: () => 'x', f: 1n, g: 'kept' };
		expect(readMetadata(value)).toEqual({ g: 'kept' });
	});

	it.each([undefined, null, 'text', 7, true, ['a', 'b'], []])('%j is none', (value) => {
		expect(readMetadata(value)).toEqual({});
	});

	it('reads own fields only', () => {
		expect(readMetadata(Object.create({ inherited: 'x' }))).toEqual({});
	});

	it.each(['__proto__', 'constructor', 'prototype'])('leaves out %s', (name) => {
		const read = readMetadata(JSON.parse(`{"${name}":"evil","a":"1"}`));
		expect(Object.keys(read)).toEqual(['a']);
		expect(Object.assign({}, read)).toEqual({ a: '1' });
	});

	it('changes nothing in what it reads', () => {
		const value = Object.freeze({ a: 1 });
		expect(readMetadata(value)).not.toBe(value);
		expect(value).toEqual({ a: 1 });
	});
});

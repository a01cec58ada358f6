import { createSecretKey, type KeyObject } from 'node:crypto';
import { ReadyKeys } from '../../../../nodes/shared/delivery/readyKeys.ts';

const keyFor = (text: string): KeyObject => createSecretKey(Buffer.from(text.padEnd(32)));

/** Makes the key of a text, and says how often. */
function maker(text: string) {
	const made = { times: 0, make: () => (made.times++, keyFor(text)) };
	return made;
}

test('makes the key of a source once', () => {
	const keys = new ReadyKeys();
	const made = maker('a');
	const first = keys.get('a', made.make);
	expect(first!.equals(keyFor('a'))).toBe(true);
	expect(keys.get('a', made.make)).toBe(first);
	expect(made.times).toBe(1);
});

test('keeps the sources apart', () => {
	const keys = new ReadyKeys();
	keys.get('a', () => keyFor('a'));
	expect(keys.get('b', () => keyFor('b'))!.equals(keyFor('b'))).toBe(true);
	expect(keys.get('a', () => undefined)!.equals(keyFor('a'))).toBe(true);
});

test('does not keep that there is no key', () => {
	const keys = new ReadyKeys();
	expect(keys.get('a', () => undefined)).toBeUndefined();
	expect(keys.get('a', () => keyFor('a'))!.equals(keyFor('a'))).toBe(true);
});

test('keeps no more than it may', () => {
	const keys = new ReadyKeys(2);
	for (const text of ['a', 'b', 'c']) keys.get(text, () => keyFor(text));
	const again = maker('a');
	keys.get('a', again.make);
	expect(again.times).toBe(1);
	const last = maker('c');
	keys.get('c', last.make);
	expect(last.times).toBe(0);
});

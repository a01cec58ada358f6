import type { Json } from '../../shared/json';
import { keyOf, type Entries } from './entries';
import type { BatchResult } from './result';

/** How one entry becomes what the caller wants of it: a result with its images stored away, say. */
export type Make<T> = (entry: Json | undefined, key: string | null) => Promise<T> | T;

/** Something made of an entry, and the key it was joined by. */
export interface Joined<T> {
	made: T;
	key: string | null;
	matchedBy: BatchResult['matchedBy'];
	/** Which of the keys it belongs to; undefined for what fits none. */
	index?: number;
}

/** Everything in Google's order, for whoever has no keys to join it to. */
export async function* listEntries<T>(entries: Entries, make: Make<T>): AsyncGenerator<Joined<T>> {
	for await (const entry of entries) {
		const key = keyOf(entry);
		yield { made: await make(entry, key), key, matchedBy: key === null ? 'none' : 'key' };
	}
}

/**
 * Joins a batch's results to the requests, in the order of the requests. By key: Google promises no order and has
 * been seen to change it. By position only if not a single key came back and the numbers agree. Results that fit
 * no request come last, so that nothing paid for is lost. One entry is held at a time.
 *
 * @param keys the keys in the order of the incoming items, each once
 */
export async function joinEntries<T>(
	entries: Entries,
	keys: string[],
	make: Make<T>,
): Promise<Array<Joined<T>>> {
	const places = new Map(keys.map((key, index) => [key, index]));
	const joined = new Map<number, Joined<T>>();
	const leftOver: Array<Joined<T>> = [];
	for await (const { made, key } of listEntries(entries, make)) {
		const index = key === null ? undefined : places.get(key);
		if (index === undefined || joined.has(index)) leftOver.push({ made, key, matchedBy: 'none' });
		else joined.set(index, { made, key, matchedBy: 'key', index });
	}
	const isAnonymous = joined.size === 0 && leftOver.every(({ key }) => key === null);
	if (isAnonymous && leftOver.length === keys.length) {
		return leftOver.map(({ made }, index) => ({
			made,
			key: keys[index],
			matchedBy: 'position',
			index,
		}));
	}
	const all: Array<Joined<T>> = [];
	for (const [index, key] of keys.entries()) {
		const found = joined.get(index);
		all.push(found ?? { made: await make(undefined, key), key, matchedBy: 'none', index });
	}
	return [...all, ...leftOver];
}

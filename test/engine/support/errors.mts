import { inspect } from 'node:util';

/** All that can be got out of a value: hidden fields, causes and getters included, and its JSON. */
export const everythingIn = (value: unknown): string =>
	[
		inspect(value, { depth: Infinity, showHidden: true, getters: true, maxStringLength: null }),
		JSON.stringify(value),
	].join('\n');

/** What a promise was rejected with. */
export async function rejection<E = Error>(promise: Promise<unknown>): Promise<E> {
	let outcome: unknown;
	try {
		outcome = await promise;
	} catch (error) {
		return error as E;
	}
	throw new Error(`It was not rejected, but gave ${inspect(outcome)}`);
}

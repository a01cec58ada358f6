/** What must hold whatever the bytes from outside say. */
import { isDeepStrictEqual } from 'node:util';

/** The key that nothing may show. Not of the form that is hidden by its looks alone. */
export const API_KEY = 'AQ.Ab8RN6Lx-Example_Key.0123456789';

export function must(condition: boolean, what: string): void {
	if (!condition) throw new Error(`Not so: ${what}`);
}

/** Every object in a JSON value. */
function* objectsIn(value: unknown): Generator<object> {
	if (typeof value !== 'object' || value === null) return;
	yield value;
	for (const part of Object.values(value)) yield* objectsIn(part);
}

/** Nobody can reach a prototype with it: neither now, nor when a later node merges it into something. */
export function mustBeHarmless(value: unknown): void {
	for (const one of objectsIn(value)) {
		must(!Object.hasOwn(one, '__proto__'), 'no field is called __proto__');
		const prototype: unknown = Object.getPrototypeOf(one);
		must(
			[Object.prototype, Array.prototype, null].includes(prototype as object),
			'every object has the usual prototype',
		);
	}
	must(Object.keys(Object.prototype).length === 0, 'no prototype was changed');
	must(({} as { polluted?: unknown }).polluted === undefined, 'no prototype was changed');
}

/** It is stored and handed on as it is: nothing in it is lost in JSON, no NaN, no Infinity. */
export function mustBePlainJson(value: unknown): void {
	mustBeHarmless(value);
	const stored: unknown = JSON.parse(JSON.stringify(value));
	must(isDeepStrictEqual(stored, value), 'it is plain JSON');
}

/** A name that becomes part of an address of the API leads where it says, and nowhere else. */
export function mustBeSafeName(name: string): void {
	const url = new URL(`https://api.example/v1beta/${name}`);
	must(url.pathname === `/v1beta/${name}`, `${name} stays below the API's version`);
	must(url.search + url.hash === '' && url.host === 'api.example', `${name} is a path alone`);
	must(!/\/$|\/\/|^$/.test(name), `${name} names one thing`);
}

/** Everything that can be read from a value or an error, whatever it is wrapped in. */
function everythingIn(value: unknown, depth = 8): string {
	if (depth === 0 || typeof value !== 'object' || value === null) return String(value);
	const names = Object.getOwnPropertyNames(value);
	const parts = names.map((name) => `${name}:${everythingIn((value as never)[name], depth - 1)}`);
	return parts.join('\n');
}

export function mustHide(secret: string, value: unknown): void {
	must(!everythingIn(value).includes(secret), 'the secret is nowhere to be read');
}

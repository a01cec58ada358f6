/** A JSON object whose fields nobody has checked yet. */
export type Json = Record<string, unknown>;

export const isJson = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value if it is a JSON object, else an empty one: for reading optional parts of foreign answers. */
export const json = (value: unknown): Json => (isJson(value) ? value : {});

/** How the name may be written in JSON, escapes included. */
const PROTO = /__proto__|\\u00(5f|6f|70|72|74)/i;

/**
 * Reads JSON from outside, without the fields called `__proto__`: `JSON.parse` makes ordinary fields of them, and whoever
 * merges the value into another object by assignment, as other nodes do, would exchange that object's prototype.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
	if (!PROTO.test(text)) return JSON.parse(text) as unknown;
	return JSON.parse(text, (name, value: unknown) =>
		name === '__proto__' ? undefined : value,
	) as unknown;
}

/** More levels than any answer has; code that follows them one by one ends in an error at some ten thousand. */
const MOST_LEVELS = 200;

/** Whether a JSON value can be stored, copied and walked through: it isn't nested without end. */
export const isShallow = (value: unknown, levels = MOST_LEVELS): boolean =>
	typeof value !== 'object' ||
	value === null ||
	(levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1)));

/** Non-empty text, or a number as text; null for all else. */
export const text = (value: unknown): string | null => {
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && value !== '' ? value : null;
};

/** The texts in a JSON array. `String` won't do: it throws at an object that has a field called `toString`. */
export const texts = (value: unknown): string[] =>
	Array.isArray(value) ? value.flatMap((one) => text(one) ?? []) : [];

/**
 * What a foreign answer counts. Google sends 64-bit counters as text and leaves zeros out; what is no number to count
 * with (`1e400`, a negative one) is none.
 */
export const count = (value: unknown): number => {
	const number = Number(text(value) ?? 0);
	return Number.isFinite(number) && number > 0 ? number : 0;
};

/** The entry of a table under a foreign name; `constructor` and its like are in no table. */
export const entryOf = <T>(table: Record<string, T>, name: string): T | undefined =>
	Object.hasOwn(table, name) ? table[name] : undefined;

/** The items of a JSON array that are objects. */
export const jsonList = (value: unknown): Json[] =>
	Array.isArray(value) ? value.filter(isJson) : [];

/**
 * Two JSON objects as one: objects inside are merged as well, all else is taken from `above` where both have it. What
 * comes from outside can't reach a prototype: every field becomes an own one.
 */
export function merged(below: Json, above: Json): Json {
	const both = (name: string, value: unknown): unknown => {
		const under = entryOf(below, name);
		return isJson(under) && isJson(value) ? merged(under, value) : value;
	};
	return Object.fromEntries([
		...Object.entries(below),
		...Object.entries(above).map(([name, value]) => [name, both(name, value)] as const),
	]);
}

/** Without the fields that have no value. */
export const defined = (fields: Json): Json =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** A JSON object whose fields nobody has checked yet. */
export type Json = Record<string, unknown>;

export const isJson = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value if it is a JSON object, else an empty one: for reading optional parts of foreign answers. */
export const json = (value: unknown): Json => (isJson(value) ? value : {});

/** Non-empty text, or a number as text; null for all else. */
export const text = (value: unknown): string | null => {
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && value !== '' ? value : null;
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

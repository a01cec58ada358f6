import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';

const DEEPEST = 8;

/**
 * A small valid instance of a schema, the same every time. Takes OpenAPI schemas (upper-case types) and JSON Schema.
 * Strings without an enum or a format repeat `text`.
 */
export function instanceOf(
	schema: unknown,
	text: string,
	root: unknown = schema,
	depth = 0,
): unknown {
	if (!isObject(schema) || depth > DEEPEST) return text;
	if (typeof schema.$ref === 'string') {
		return instanceOf(resolve(root, schema.$ref), text, root, depth + 1);
	}
	if ('const' in schema) return schema.const;
	if (Array.isArray(schema.enum)) return schema.enum[0];
	for (const choice of [schema.anyOf, schema.oneOf, schema.any_of]) {
		if (Array.isArray(choice)) return instanceOf(choice[0], text, root, depth + 1);
	}
	const types = Array.isArray(schema.type) ? schema.type : [schema.type];
	const named = types.find((type) => String(type).toLowerCase() !== 'null');
	const type = String(named ?? (schema.properties ? 'object' : 'string')).toLowerCase();
	switch (type) {
		case 'object':
			return Object.fromEntries(
				Object.entries((schema.properties ?? {}) as Json).map(([name, part]) => [
					name,
					instanceOf(part, text, root, depth + 1),
				]),
			);
		case 'array': {
			const length = Math.max(1, Number(schema.minItems ?? schema.min_items ?? 1));
			return Array.from({ length }, () => instanceOf(schema.items, text, root, depth + 1));
		}
		case 'integer':
		case 'number':
			return Number(schema.minimum ?? 1);
		case 'boolean':
			return true;
		case 'null':
			return null;
		default:
			return textFor(schema, text);
	}
}

function textFor(schema: Json, text: string): string {
	if (schema.format === 'date-time') return '2026-01-01T00:00:00Z';
	if (schema.format === 'date') return '2026-01-01';
	const longest = Number(schema.maxLength ?? schema.max_length ?? Infinity);
	const shortest = Number(schema.minLength ?? schema.min_length ?? 0);
	return text.padEnd(shortest, '.').slice(0, longest);
}

/** `#/$defs/x` inside `root`. */
function resolve(root: unknown, pointer: string): unknown {
	let found: unknown = root;
	for (const step of pointer.replace(/^#\//, '').split('/'))
		found = isObject(found) ? found[step] : undefined;
	return found;
}

import { createRequire } from 'node:module';
import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import './container.mts';

/** The parts of JSON Schema that n8n's editor reads. */
export interface OutputSchema {
	type: string | string[];
	properties?: Record<string, OutputSchema>;
	items?: OutputSchema;
}

/** How n8n's own server finds the schema of a node's output. */
const { loadOutputSchema } = createRequire(import.meta.filename)(
	path.resolve(
		import.meta.dirname,
		'../../../node_modules/n8n-core/dist/nodes-loader/output-schema-resolver.js',
	),
) as { loadOutputSchema: (ref: object) => OutputSchema | undefined };

/** @param folder of the node, below `nodes/` */
export const outputSchema = (
	folder: string,
	version: number,
	resource?: string,
	operation?: string,
): OutputSchema | undefined =>
	loadOutputSchema({
		nodeDir: path.resolve(import.meta.dirname, '../../../nodes', folder),
		version,
		resource,
		operation,
	});

const typeOf = (value: unknown): string => {
	if (value === null) return 'null';
	return Array.isArray(value) ? 'array' : typeof value;
};

/**
 * What of a value its schema doesn't know, as paths. An object that may be missing is `object` in a schema, as the
 * editor shows the fields of no other type; so null fits there.
 */
export function misfits(value: unknown, schema: OutputSchema, at = ''): string[] {
	const type = typeOf(value);
	const types = [schema.type].flat();
	if (type === 'null' && (types.includes('null') || types[0] === 'object')) return [];
	if (!types.includes(type)) return [`${at}: ${type}`];
	if (Array.isArray(value)) {
		const { items } = schema;
		return items ? value.flatMap((one) => misfits(one, items, `${at}[]`)) : [];
	}
	if (type !== 'object' || !schema.properties) return [];
	return Object.entries(value as IDataObject).flatMap(([name, one]) => {
		const known = schema.properties![name];
		return known ? misfits(one, known, `${at}.${name}`) : [`${at}.${name}`];
	});
}

/** The paths that a schema promises and that none of the values has; a field that is null is there. */
export function neverSeen(values: unknown[], schema: OutputSchema, at = ''): string[] {
	if (values.every((value) => value === undefined)) return [at];
	const present = values.filter((value) => value !== undefined && value !== null);
	if (present.length === 0) return [];
	const { items, properties } = schema;
	if (items) {
		return neverSeen(
			present.flatMap((value) => value as unknown[]),
			items,
			`${at}[]`,
		);
	}
	return Object.entries(properties ?? {}).flatMap(([name, one]) =>
		neverSeen(
			present.map((value) => (value as IDataObject)[name]),
			one,
			`${at}.${name}`,
		),
	);
}

/** Types of a schema that the editor shows as one value though they have fields. */
export function flattened({ type, properties = {}, items }: OutputSchema, at = ''): string[] {
	return [
		...(Array.isArray(type) && Object.keys(properties).length > 0 ? [at] : []),
		...Object.entries(properties).flatMap(([name, one]) => flattened(one, `${at}.${name}`)),
		...(items ? flattened(items, `${at}[]`) : []),
	];
}

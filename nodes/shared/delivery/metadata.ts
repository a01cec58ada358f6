import { json } from '../json';

/** What a user attached to a job: flat text values under names of the user's choice. */
export type Metadata = Record<string, string>;

/**
 * Takes over what looks like metadata from outside: own text, number and boolean values, and no name that could
 * reach a prototype when the item is merged later.
 */
export function readMetadata(value: unknown): Metadata {
	return Object.fromEntries(
		Object.entries(json(value))
			.filter(([name]) => !['__proto__', 'constructor', 'prototype'].includes(name))
			.filter(([, content]) => ['string', 'number', 'boolean'].includes(typeof content))
			.map(([name, content]) => [name, String(content)]),
	);
}

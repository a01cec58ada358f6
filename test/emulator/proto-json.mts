import { badRequest, unknownField } from './errors.mts';

export type Json = Record<string, unknown>;

/** `file_name` -> `fileName`. A leading underscore stays. */
export const camel = (name: string): string =>
	name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `webhookConfig` -> `webhook_config`, the way Google's error messages write a path. */
export const snake = (name: string): string =>
	name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The request body as a JSON object; an empty body counts as `{}`. */
export function parseObject(body: Buffer): Json {
	if (body.length === 0) return {};
	let value: unknown;
	try {
		value = JSON.parse(body.toString('utf8'));
	} catch (error) {
		throw badRequest(`Invalid JSON payload received. ${(error as Error).message}`);
	}
	if (!isObject(value)) {
		throw badRequest(
			'Invalid JSON payload received. Unknown name "": Root element must be a message.',
		);
	}
	return value;
}

/**
 * Reads a protobuf message from JSON: snake_case and camelCase names are the same field, and a name that is
 * not in `fields` is an error when `strict`.
 * @param path where the message sits, e.g. `batch.webhook_config`; `''` for the whole body
 * @returns the fields under their camelCase names, values untouched
 */
export function message(
	value: unknown,
	path: string,
	fields: readonly string[],
	strict: boolean,
): Json {
	if (!isObject(value)) {
		throw badRequest(`Invalid value at '${path}' (type mismatch), expected a message.`);
	}
	const result: Json = {};
	for (const [name, content] of Object.entries(value)) {
		const known = camel(name);
		if (fields.includes(known)) result[known] = content;
		else if (strict) throw unknownField(name, path);
	}
	return result;
}

/** A string field, or undefined when absent. */
export function optionalString(value: unknown, path: string): string | undefined {
	if (value === undefined || value === null) return undefined;
	if (typeof value !== 'string')
		throw badRequest(`Invalid value at '${path}' (TYPE_STRING), ${JSON.stringify(value)}`);
	return value;
}

/** One page of `items`. The page token is the index of the first item, in base64url. */
export function page<T>(
	items: readonly T[],
	sizeText: string | null,
	token: string | null,
	limits: { usual: number; most: number },
): { items: T[]; next?: string } {
	const size = Number(sizeText || limits.usual);
	if (!Number.isInteger(size) || size < 0)
		throw badRequest(`Invalid value at 'page_size' (TYPE_INT32), "${sizeText}"`);
	const start = token ? Number(Buffer.from(token, 'base64url').toString()) : 0;
	if (!Number.isInteger(start) || start < 0) throw badRequest('Invalid page token.');
	const end = start + Math.min(size || limits.usual, limits.most);
	return {
		items: items.slice(start, end),
		...(end < items.length && { next: Buffer.from(String(end)).toString('base64url') }),
	};
}

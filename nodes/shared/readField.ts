import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from './fieldText';
import { isJson, type Json } from './json';

/**
 * A field for a JSON object; an expression may give the object itself.
 *
 * @param field its display name
 * @returns undefined when it is empty
 * @throws NodeOperationError that names the field and the item
 */
export function objectOf(
	context: IExecuteFunctions,
	field: string,
	value: unknown,
	itemIndex: number,
): Json | undefined {
	if (fieldText(value).trim() === '') return undefined;
	try {
		const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value;
		if (isJson(parsed)) return parsed;
	} catch {
		// Said below, in one place.
	}
	throw new NodeOperationError(
		context.getNode(),
		`'${field}' of item ${itemIndex} is not a JSON object`,
		{
			description: 'Check brackets and quotation marks; it starts with { and ends with }.',
			itemIndex,
		},
	);
}

/**
 * A field for a number; an expression may give a text in its place.
 *
 * @param field its display name
 * @returns undefined when it is empty
 * @throws NodeOperationError that names the field and the item
 */
export function numberOf(
	context: IExecuteFunctions,
	field: string,
	value: unknown,
	itemIndex: number,
): number | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	const number = Number(value);
	if (Number.isFinite(number)) return number;
	throw new NodeOperationError(
		context.getNode(),
		`'${field}' of item ${itemIndex} is not a number`,
		{ description: `It is: ${fieldText(value)}`, itemIndex },
	);
}

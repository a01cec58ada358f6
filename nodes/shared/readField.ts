import type { IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from './fieldText';
import { isJson, type Json } from './json';
import { refuse } from './objection';

const isEmpty = (value: unknown): boolean => fieldText(value).trim() === '';

/** A field of an item, as messages name it. */
export const ofItem = (field: string, itemIndex: number): string =>
	`'${field}' of item ${itemIndex}`;

/**
 * A field for a JSON object; an expression may give the object itself.
 *
 * @param which the field, as the message names it
 * @returns undefined when it is empty
 * @throws NodeOperationError that names the field and the item
 */
export function objectOf(
	context: IExecuteFunctions,
	which: string,
	value: unknown,
	itemIndex: number,
): Json | undefined {
	if (isEmpty(value)) return undefined;
	try {
		const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value;
		if (isJson(parsed)) return parsed;
	} catch {
		// Said below, in one place.
	}
	const description = 'Check brackets and quotation marks; it starts with { and ends with }.';
	return refuse(context, { message: `${which} is not a JSON object`, description, itemIndex });
}

/** What a number may be. */
export interface NumberRule {
	min?: number;
	max?: number;
	/** Only whole numbers. */
	whole?: boolean;
}

function wish({ min, max, whole }: NumberRule): string {
	const kind = whole ? 'a whole number' : 'a number';
	if (min === undefined) return kind;
	return max === undefined ? `${kind}, ${min} or more` : `${kind} from ${min} to ${max}`;
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
	rule: NumberRule = {},
): number | undefined {
	if (isEmpty(value)) return undefined;
	const which = ofItem(field, itemIndex);
	const description = `It is: ${fieldText(value)}`;
	const number = Number(value);
	if (!Number.isFinite(number)) {
		refuse(context, { message: `${which} is not a number`, description, itemIndex });
	}
	const { min = -Infinity, max = Infinity, whole = false } = rule;
	if (number < min || number > max || (whole && !Number.isInteger(number))) {
		refuse(context, { message: `${which} must be ${wish(rule)}`, description, itemIndex });
	}
	return number;
}

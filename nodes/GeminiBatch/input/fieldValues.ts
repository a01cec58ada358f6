import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import { isJson, type Json } from '../../shared/json';

/** What a number may be. */
export interface NumberRule {
	min?: number;
	max?: number;
	/** Only whole numbers. */
	whole?: boolean;
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

function wish({ min, max, whole }: NumberRule): string {
	const kind = whole ? 'a whole number' : 'a number';
	if (min === undefined) return kind;
	return max === undefined ? `${kind}, ${min} or more` : `${kind} from ${min} to ${max}`;
}

/** Reads the values of fields, in whose place an expression may have put anything. Errors name the field and item. */
export class FieldValues {
	private readonly context: IExecuteFunctions;
	private readonly itemIndex: number;

	constructor(context: IExecuteFunctions, itemIndex: number) {
		this.context = context;
		this.itemIndex = itemIndex;
	}

	/** @throws NodeOperationError always */
	refuse(message: string, description: string): never {
		const { itemIndex } = this;
		throw new NodeOperationError(this.context.getNode(), message, { description, itemIndex });
	}

	/** @throws NodeOperationError when it is no number, or one that the API would refuse */
	number(field: string, value: unknown, rule: NumberRule = {}): number | undefined {
		if (isEmpty(value)) return undefined;
		const number = Number(value);
		const which = `'${field}' of item ${this.itemIndex}`;
		const is = `It is: ${fieldText(value)}`;
		if (!Number.isFinite(number)) this.refuse(`${which} is not a number`, is);
		const { min = -Infinity, max = Infinity, whole = false } = rule;
		if (number < min || number > max || (whole && !Number.isInteger(number))) {
			this.refuse(`${which} must be ${wish(rule)}`, is);
		}
		return number;
	}

	/** @throws NodeOperationError when it is not a JSON object */
	object(field: string, value: unknown): Json | undefined {
		if (isEmpty(value)) return undefined;
		try {
			const object: unknown = typeof value === 'string' ? JSON.parse(value) : value;
			if (isJson(object)) return object;
		} catch {
			// Said below, in one place.
		}
		return this.refuse(
			`The '${field}' is not a JSON object`,
			'Check brackets and quotation marks; it starts with { and ends with }.',
		);
	}

	/** The texts of a field that takes several; empty ones are left out. */
	texts(value: unknown): string[] {
		const values: unknown[] = Array.isArray(value) ? value : [value];
		return values.map(fieldText).filter((text) => text !== '');
	}
}

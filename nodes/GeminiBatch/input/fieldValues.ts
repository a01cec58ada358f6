import type { IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import type { Json } from '../../shared/json';
import { refuse } from '../../shared/objection';
import { numberOf, objectOf, type NumberRule } from '../../shared/readField';

/** Reads the values of one item's fields. Errors name the field and item. */
export class FieldValues {
	private readonly context: IExecuteFunctions;
	private readonly itemIndex: number;

	constructor(context: IExecuteFunctions, itemIndex: number) {
		this.context = context;
		this.itemIndex = itemIndex;
	}

	/** @throws NodeOperationError always */
	refuse(message: string, description: string): never {
		return refuse(this.context, { message, description }, this.itemIndex);
	}

	/** @throws NodeOperationError when it is no number, or one that the API would refuse */
	number(field: string, value: unknown, rule?: NumberRule): number | undefined {
		return numberOf(this.context, field, value, this.itemIndex, rule);
	}

	/** @throws NodeOperationError when it is not a JSON object */
	object(field: string, value: unknown): Json | undefined {
		return objectOf(this.context, `The '${field}'`, value, this.itemIndex);
	}

	/** The texts of a field that takes several; empty ones are left out. */
	texts(value: unknown): string[] {
		const values: unknown[] = Array.isArray(value) ? value : [value];
		return values.map(fieldText).filter((text) => text !== '');
	}
}

import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import { isJson, type Json } from '../../shared/json';
import type { BatchPrompt } from '../requests';

function schemaOf(context: IExecuteFunctions, value: unknown, itemIndex: number): Json | undefined {
	if (value === undefined || value === '') return undefined;
	try {
		const schema: unknown = typeof value === 'string' ? JSON.parse(value) : value;
		if (isJson(schema)) return schema;
	} catch {
		// Said below, in one place.
	}
	throw new NodeOperationError(context.getNode(), "The 'JSON Schema' is not a JSON object", {
		description: 'Check brackets and quotation marks; it starts with { and ends with }.',
		itemIndex,
	});
}

/** A number field; an expression may give a text in its place. */
function numberOf(
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
		{
			description: `It is: ${fieldText(value)}`,
			itemIndex,
		},
	);
}

/**
 * Reads what each incoming item asks of the model.
 *
 * @throws NodeOperationError that names the item, when a field holds what it can't hold
 */
export function readPrompts(context: IExecuteFunctions): BatchPrompt[] {
	return [...context.getInputData().keys()].map((index) => {
		const options = context.getNodeParameter('options', index, {}) as Record<string, unknown>;
		const number = (field: string, value: unknown) => numberOf(context, field, value, index);
		return {
			key: fieldText(options.key).trim() || String(index),
			prompt: fieldText(context.getNodeParameter('prompt', index, '')),
			systemInstruction: fieldText(options.systemInstruction),
			temperature: number('Sampling Temperature', options.temperature),
			maxOutputTokens: number('Maximum Number of Tokens', options.maxOutputTokens),
			topP: number('Top P', options.topP),
			schema: schemaOf(context, options.jsonSchema, index),
		};
	});
}

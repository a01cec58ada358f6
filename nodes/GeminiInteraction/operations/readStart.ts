import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import { numberOf, objectOf } from '../../shared/readField';
import { readInteractionId } from '../fields';
import { readFunctions } from '../functionsField';
import type { InteractionFields } from '../request';

/** An option that was added, as text; undefined otherwise. */
const chosen = (value: unknown): string | undefined => fieldText(value).trim() || undefined;

function previousOf(
	context: IExecuteFunctions,
	value: unknown,
	itemIndex: number,
): string | undefined {
	if (chosen(value) === undefined) return undefined;
	const id = readInteractionId(value);
	if (id !== undefined) return id;
	throw new NodeOperationError(
		context.getNode(),
		`'Previous Interaction' of item ${itemIndex} is not the ID of an interaction: ${fieldText(value)}`,
		{ itemIndex, description: "An ID looks like v1_ChdQR2Zz… and comes out as 'jobId'." },
	);
}

/**
 * Reads what one item asks for.
 *
 * @throws NodeOperationError that names the field and the item, when a field holds what it can't hold
 */
export function readStart(context: IExecuteFunctions, index: number): InteractionFields {
	const field = (name: string) => context.getNodeParameter(name, index, '');
	const options = context.getNodeParameter('options', index, {}) as Record<string, unknown>;
	const number = (name: string, value: unknown) => numberOf(context, name, value, index);
	const run = field('run') === 'agent' ? 'agent' : 'model';
	const name = fieldText(context.getNodeParameter(run, index, '', { extractValue: true }));
	const tools: unknown = field('tools');
	return {
		run,
		name: name.trim().replace(/^(agents|models)\//, ''),
		prompt: fieldText(field('prompt')),
		systemInstruction: fieldText(field('systemInstruction')),
		tools: Array.isArray(tools) ? tools.map(String) : [],
		stores: fieldText(options.stores)
			.split(',')
			.map((store) => store.trim())
			.filter((store) => store !== ''),
		functions: readFunctions(context, index),
		schema: objectOf(context, 'JSON Schema', options.jsonSchema, index),
		previousInteraction: previousOf(context, options.previousInteraction, index),
		temperature: number('Sampling Temperature', options.temperature),
		maxOutputTokens: number('Maximum Number of Tokens', options.maxOutputTokens),
		thinkingLevel: chosen(options.thinkingLevel),
		serviceTier: chosen(options.serviceTier),
		options: {
			collaborativePlanning:
				options.collaborativePlanning === undefined
					? undefined
					: options.collaborativePlanning === true,
			thinkingSummaries: chosen(options.thinkingSummaries),
			visualization: chosen(options.visualization),
			maxTotalTokens: number('Maximum Total Tokens', options.maxTotalTokens),
		},
		more: objectOf(context, 'Additional Request Fields', options.more, index) ?? {},
	};
}

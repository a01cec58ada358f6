import type { IExecuteFunctions } from 'n8n-workflow';

import { fieldList, fieldText } from '../../shared/fieldText';
import { interactionIdFrom } from '../../shared/jobs/reference';
import { refuse } from '../../shared/objection';
import { numberOf, objectOf, ofItem } from '../../shared/readField';
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
	const id = interactionIdFrom(value);
	if (id !== undefined) return id;
	return refuse(context, {
		itemIndex,
		message: `'Previous Interaction' of item ${itemIndex} is not the ID of an interaction: ${fieldText(value)}`,
		description: "An ID looks like v1_ChdQR2Zz… and comes out as 'jobId'.",
	});
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
		stores: fieldList(options.stores),
		functions: readFunctions(context, index),
		schema: objectOf(context, ofItem('JSON Schema', index), options.jsonSchema, index),
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
		more: objectOf(context, ofItem('Additional Request Fields', index), options.more, index) ?? {},
	};
}

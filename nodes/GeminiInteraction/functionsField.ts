import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { fieldText } from '../shared/fieldText';
import { jsonList } from '../shared/json';
import { objectOf } from '../shared/readField';
import type { FunctionTool } from './request';

/** Functions that the model may ask the workflow to run. */
export const functionsField = (description: string): INodeProperties => ({
	displayName: 'Functions',
	name: 'functions',
	type: 'fixedCollection',
	default: {},
	placeholder: 'Add Function',
	typeOptions: { multipleValues: true },
	description,
	options: [
		{
			displayName: 'Function',
			name: 'entries',
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. get_weather',
					description: 'What the model calls it by',
				},
				{
					displayName: 'Description',
					name: 'description',
					type: 'string',
					default: '',
					typeOptions: { rows: 2 },
					placeholder: 'e.g. Gets the present weather of a city',
					description: 'What it does, and when to call it: the model decides by this',
				},
				{
					displayName: 'Parameters (JSON Schema)',
					name: 'parameters',
					type: 'json',
					default: '',
					placeholder:
						'e.g. { "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] }',
					description: 'What it needs to know; empty for a function that needs nothing',
				},
			],
		},
	],
});

/** @throws NodeOperationError when parameters are no JSON */
export function readFunctions(context: IExecuteFunctions, itemIndex: number): FunctionTool[] {
	const entries = jsonList(context.getNodeParameter('functions.entries', itemIndex, []));
	return entries.map(({ name, description, parameters }) => ({
		name: fieldText(name).trim(),
		description: fieldText(description).trim(),
		parameters: objectOf(context, 'Parameters (JSON Schema)', parameters, itemIndex),
	}));
}

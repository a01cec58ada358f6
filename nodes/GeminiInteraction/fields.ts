import { NodeOperationError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

import { fieldText } from '../shared/fieldText';
import type { OutputSettings } from './outcome';

/** The default time to wait: agents run for up to an hour (https://ai.google.dev/gemini-api/docs/deep-research). */
export const LIMIT = { amount: 70, unit: 'minutes' };

/** Which interaction. Google has no list to choose from. */
export const interactionField: INodeProperties = {
	displayName: 'Interaction ID',
	name: 'interaction',
	type: 'string',
	required: true,
	default: '={{ $json.jobId }}',
	placeholder: 'e.g. v1_ChdQR2Zz…',
	description: "The interaction's ID; comes out of 'Start' and of the trigger as 'jobId'",
};

/** Reads an interaction's id, with or without the prefix `interactions/`; undefined when it can't be one. */
export function readInteractionId(value: unknown): string | undefined {
	const id = fieldText(value)
		.trim()
		.replace(/^interactions\//, '');
	// It becomes part of a URL: nothing but the characters of an id, and not `.` or `..`.
	return /^[\w~=-][\w.~=-]*$/.test(id) ? id : undefined;
}

/** @throws NodeOperationError when the field 'Interaction ID' holds none */
export function interactionId(context: IExecuteFunctions, index: number): string {
	const value = context.getNodeParameter('interaction', index, '');
	const id = readInteractionId(value);
	if (id !== undefined) return id;
	throw new NodeOperationError(
		context.getNode(),
		`The 'Interaction ID' of item ${index} is not the ID of an interaction: ${fieldText(value) || 'it is empty'}`,
		{
			itemIndex: index,
			description: "An ID looks like v1_ChdQR2Zz… and comes out of 'Start' as 'jobId'.",
		},
	);
}

/** How answers come out. */
export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** Options about the files that a model makes. */
export const fileOptions: INodeProperties[] = [
	{
		displayName: 'Download Files',
		name: 'downloadFiles',
		type: 'boolean',
		default: false,
		description:
			'Whether to fetch files that Google keeps for the answer. Files inside of the answer become binary data in any case.',
	},
	{
		displayName: 'Put Output Files in Field',
		name: 'outputField',
		type: 'string',
		default: 'data',
		description: 'The binary field for the first file; further ones get _1, _2 and so on',
	},
];

/** Reads how answers come out, by the fields above. */
export const outputSettings = (
	context: IExecuteFunctions,
	asJson: string[] | null,
): OutputSettings => ({
	simplify: context.getNodeParameter('simplify', 0, true) === true,
	download: context.getNodeParameter('options.downloadFiles', 0, false) === true,
	field: fieldText(context.getNodeParameter('options.outputField', 0, 'data')).trim() || 'data',
	asJson,
});

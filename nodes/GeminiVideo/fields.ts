import { NodeOperationError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

import { fieldText } from '../shared/fieldText';
import { modelId } from '../shared/gemini/models';

/** `models/m/operations/x`, or the bare id of an interaction. */
const JOB_ID = /^(models\/\w[\w.-]*\/operations\/[\w-]+|[\w~=-][\w.~=-]*)$/;

/** @returns the name of a job, undefined when it can't be one */
export function jobIdFrom(value: string): string | undefined {
	const id = value.trim().replace(/^interactions\//, '');
	return JOB_ID.test(id) ? id : undefined;
}

/** Which job: the one that the item is about. */
export const jobField: INodeProperties = {
	displayName: 'Video Job',
	name: 'job',
	type: 'string',
	required: true,
	default: '={{ $json.jobId }}',
	placeholder: 'e.g. v1_ChdpM2hSYWJ1T0hlN3JwdFFQ…',
	description:
		"The job's name, which comes out of 'Generate' as 'jobId': that of an interaction (Omni) or of an operation (Veo)",
};

/**
 * Reads the field 'Video Job'.
 *
 * @throws NodeOperationError when it names no job
 */
export function jobIdOf(context: IExecuteFunctions, index: number): string {
	const value = fieldText(context.getNodeParameter('job', index, ''));
	const jobId = jobIdFrom(value);
	if (jobId !== undefined) return jobId;
	throw new NodeOperationError(
		context.getNode(),
		`'Video Job' is not the name of a video job: ${value}`,
		{
			itemIndex: index,
			description:
				"A job's name looks like v1_ChdpM2hS… or models/…/operations/… and comes out of 'Generate' as 'jobId'.",
		},
	);
}

/** Which model: chosen from the list, or by its id. */
export const modelField = (searchListMethod: string, description: string): INodeProperties => ({
	displayName: 'Model',
	name: 'model',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod, searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. gemini-omni-1.2-flash',
		},
	],
});

/**
 * Reads the field 'Model'.
 *
 * @returns the id without `models/`
 * @throws NodeOperationError when there is none
 */
export function modelOf(context: IExecuteFunctions, index: number): string {
	const chosen = context.getNodeParameter('model', index, '', { extractValue: true });
	const model = modelId(fieldText(chosen));
	if (/^\w[\w.-]*$/.test(model)) return model;
	throw new NodeOperationError(
		context.getNode(),
		model === '' ? "No 'Model' is chosen" : `'Model' is not the id of a model: ${model}`,
		{ itemIndex: index, description: 'Choose one from the list.' },
	);
}

/** The fields that say whether and how finished films are downloaded. */
export const downloadFields = (
	show?: Record<string, string[]>,
	withSwitch = true,
): INodeProperties[] => {
	const options = (more: Record<string, boolean[]>): INodeProperties['displayOptions'] => {
		const all = { ...show, ...(withSwitch ? more : {}) };
		return Object.keys(all).length > 0 ? { show: all } : undefined;
	};
	const fields: INodeProperties[] = [
		{
			displayName: 'Put Output File in Field',
			name: 'outputField',
			type: 'string',
			required: true,
			default: 'video',
			placeholder: 'e.g. video',
			hint: 'The name of the output binary field to put the film in; further films of the same job get _1, _2 and so on',
			displayOptions: options({ download: [true] }),
		},
		{
			displayName: 'File Name',
			name: 'fileName',
			type: 'string',
			default: '',
			placeholder: 'e.g. trailer.mp4',
			description: "The film's file name; without one, it is named after its file at Google",
			displayOptions: options({ download: [true] }),
		},
	];
	if (!withSwitch) return fields;
	return [
		{
			displayName: 'Download the Video',
			name: 'download',
			type: 'boolean',
			default: true,
			description:
				'Whether to fetch the film into binary data as soon as the job is done. Google keeps it for two days.',
			displayOptions: options({}),
		},
		...fields,
	];
};

export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

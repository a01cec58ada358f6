import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from '../shared/fieldText';
import { isJson, type Json } from '../shared/json';
import { jobIdFrom } from './fields';
import type { Role, Settings, Task } from './request';

/** An image or a video, as the user named it. */
export interface MediaField {
	role: Role;
	/** The field, as the editor shows it. */
	label: string;
	/** The name of a binary field, `files/x`, or an address of the Files API. */
	value: string;
}

/** What the fields of the node say for one item. */
export interface FieldValues {
	task: Task;
	prompt: string;
	settings: Settings;
	media: MediaField[];
	/** The job whose video is to be changed or extended. */
	previousJob?: string;
	more: Json;
}

const TEXTS = ['aspectRatio', 'negativePrompt', 'personGeneration', 'resolution'] as const;
const NUMBERS = { duration: 'Duration (Seconds)', numberOfVideos: 'Number of Videos' } as const;

function settingsOf(context: IExecuteFunctions, index: number, options: Json): Settings {
	const settings: Settings = {};
	for (const name of TEXTS) {
		const value = fieldText(options[name]).trim();
		if (value !== '') settings[name] = value;
	}
	for (const [name, label] of Object.entries(NUMBERS)) {
		const value = fieldText(options[name]).trim();
		if (value === '') continue;
		const number = Number(value);
		if (!Number.isFinite(number)) {
			throw new NodeOperationError(context.getNode(), `'${label}' is not a number: ${value}`, {
				itemIndex: index,
				description: 'Enter a number, such as 8.',
			});
		}
		settings[name as keyof typeof NUMBERS] = number;
	}
	return settings;
}

function moreOf(context: IExecuteFunctions, index: number, value: unknown): Json {
	if (value === undefined || value === '') return {};
	try {
		const more: unknown = typeof value === 'string' ? JSON.parse(value) : value;
		if (isJson(more)) return more;
	} catch {
		// Said below, in one place.
	}
	throw new NodeOperationError(
		context.getNode(),
		"'Additional Request Fields (JSON)' is not a JSON object",
		{
			itemIndex: index,
			description: 'Check brackets and quotation marks; it starts with { and ends with }.',
		},
	);
}

/** Which fields hold the images and videos of a task. */
const MEDIA: Record<Task, Array<{ role: Role; label: string; name: string }>> = {
	edit: [{ role: 'video', label: 'Video', name: 'video' }],
	extend: [{ role: 'video', label: 'Video', name: 'video' }],
	firstAndLastFrame: [
		{ role: 'firstFrame', label: 'First Frame', name: 'firstFrame' },
		{ role: 'lastFrame', label: 'Last Frame', name: 'lastFrame' },
	],
	imageToVideo: [{ role: 'image', label: 'Image', name: 'image' }],
	referenceImages: [{ role: 'reference', label: 'Reference Images', name: 'referenceImages' }],
	textToVideo: [],
};

/** A list as text, or as an expression gives it. */
const listOf = (value: unknown): string[] =>
	(Array.isArray(value) ? value.map(fieldText) : fieldText(value).split(','))
		.map((one) => one.trim())
		.filter((one) => one !== '');

function mediaOf(context: IExecuteFunctions, index: number, task: Task): MediaField[] {
	return MEDIA[task].flatMap(({ role, label, name }): MediaField[] => {
		const value: unknown = context.getNodeParameter(name, index, '');
		if (role === 'reference') return listOf(value).map((one) => ({ role, label, value: one }));
		return [{ role, label, value: fieldText(value).trim() }];
	});
}

function previousJobOf(context: IExecuteFunctions, index: number): string {
	const value = fieldText(context.getNodeParameter('previousJob', index, ''));
	const jobId = jobIdFrom(value);
	if (jobId !== undefined) return jobId;
	throw new NodeOperationError(
		context.getNode(),
		`'Earlier Video Job' is not the name of a video job: ${value}`,
		{
			itemIndex: index,
			description: "It comes out of 'Generate' as 'jobId'. For a video of your own, choose 'File'.",
		},
	);
}

/**
 * Reads what the fields of 'Generate' say for one item.
 *
 * @throws NodeOperationError that names the field, when it holds what it can't hold
 */
export function readFields(context: IExecuteFunctions, index: number): FieldValues {
	const task = context.getNodeParameter('task', index) as Task;
	const options = context.getNodeParameter('options', index, {}) as Json;
	const isFromJob =
		(task === 'edit' || task === 'extend') &&
		context.getNodeParameter('videoFrom', index, 'job') === 'job';
	return {
		task,
		prompt: fieldText(context.getNodeParameter('prompt', index, '')).trim(),
		settings: settingsOf(context, index, options),
		...(isFromJob
			? { media: [], previousJob: previousJobOf(context, index) }
			: { media: mediaOf(context, index, task) }),
		more: moreOf(context, index, options.additionalFields),
	};
}

import type { INodeProperties } from 'n8n-workflow';

import { waitLimitFields } from '../../shared/jobs/waitLimit';
import { whenDoneFields } from '../../shared/jobs/whenDoneFields';
import { downloadFields, modelField } from '../fields';
import { generateOptions } from './generateOptions';

const FILE_HINT =
	'The name of the input binary field, or a file of the Files API (files/… or its address)';

const forTasks = (...task: string[]): INodeProperties['displayOptions'] => ({ show: { task } });

/** A field for one image or video. */
const media = (
	displayName: string,
	name: string,
	description: string,
	displayOptions: INodeProperties['displayOptions'],
	value = 'data',
): INodeProperties => ({
	displayName,
	name,
	type: 'string',
	required: true,
	default: value,
	placeholder: 'e.g. data',
	hint: FILE_HINT,
	description,
	displayOptions,
});

const COST =
	'Every item starts a job of its own, and Google charges for each second of video. There is no free tier.';

/** The fields of 'Generate'. */
export const generateFields: INodeProperties[] = [
	{ displayName: COST, name: 'costNotice', type: 'notice', default: '' },
	modelField('searchVideoModels', 'The model that makes the video; the list shows those that can'),
	{
		displayName: 'Task',
		name: 'task',
		type: 'options',
		noDataExpression: true,
		default: 'textToVideo',
		options: [
			{
				name: 'Edit',
				value: 'edit',
				description: 'Change a video by words',
				displayOptions: { show: { model: [{ _cnd: { includes: 'omni' } }, ''] } },
			},
			{ name: 'Extend', value: 'extend', description: 'Continue a video where it ends' },
			{
				name: 'First and Last Frame',
				value: 'firstAndLastFrame',
				description: 'Lead from one image to another',
			},
			{
				name: 'Image to Video',
				value: 'imageToVideo',
				description: 'Set an image in motion; it becomes the first frame',
			},
			{
				name: 'Reference Images',
				value: 'referenceImages',
				description: 'Show the people, things or the style of images in a new video',
			},
			{
				name: 'Text to Video',
				value: 'textToVideo',
				description: 'Make a video from a description alone',
			},
		],
	},
	{
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		required: true,
		default: '',
		typeOptions: { rows: 4 },
		placeholder: 'e.g. A red paper boat on a stormy sea, one continuous shot',
		description:
			'What the video shows: scene, movement of the camera, light, sound. What the images are for is added by itself; tags of your own are left as they are.',
	},
	media('Image', 'image', 'The image to set in motion', forTasks('imageToVideo')),
	media('First Frame', 'firstFrame', 'The image to begin with', forTasks('firstAndLastFrame')),
	media(
		'Last Frame',
		'lastFrame',
		'The image to end with',
		forTasks('firstAndLastFrame'),
		'data_1',
	),
	{
		...media(
			'Reference Images',
			'referenceImages',
			'The images, separated by commas; the prompt can call them IMAGE_REF_0, IMAGE_REF_1 and so on, in angle brackets',
			forTasks('referenceImages'),
		),
		placeholder: 'e.g. person, product',
		hint: 'The names of input binary fields, or files of the Files API (files/… or their addresses), separated by commas',
	},
	{
		displayName: 'Video From',
		name: 'videoFrom',
		type: 'options',
		noDataExpression: true,
		default: 'job',
		options: [
			{
				name: 'Earlier Video Job',
				value: 'job',
				description: 'A video that a job made before; the model still knows how it came about',
			},
			{
				name: 'File',
				value: 'file',
				description: 'A video of your own, 10 seconds at most. Not offered in Europe.',
			},
		],
		displayOptions: forTasks('edit', 'extend'),
	},
	{
		displayName: 'Earlier Video Job',
		name: 'previousJob',
		type: 'string',
		required: true,
		default: '={{ $json.jobId }}',
		placeholder: 'e.g. v1_ChdpM2hSYWJ1T0hlN3JwdFFQ…',
		description: "The job's name, which comes out of 'Generate' as 'jobId'",
		displayOptions: { show: { task: ['edit', 'extend'], videoFrom: ['job'] } },
	},
	media('Video', 'video', 'The video to change or to continue', {
		show: { task: ['edit', 'extend'], videoFrom: ['file'] },
	}),
	...whenDoneFields,
	...waitLimitFields(30, 'minutes'),
	...downloadFields({ whenDone: ['continueHere'] }),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: generateOptions,
	},
];

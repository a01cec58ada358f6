import type { INodeProperties } from 'n8n-workflow';

import { modelField, simplifyField } from '../../shared/fields';
import { waitLimitFields } from '../../shared/jobs/waitLimit';
import { whenDoneFields } from '../../shared/jobs/whenDoneFields';
import { LIMIT } from '../fields';
import { functionsField } from '../functionsField';
import { startOptions } from './startOptions';

const COST =
	'Every item starts an interaction of its own, and Google charges for what is read, thought and written.';

const AGENT_NOTICE =
	'An agent works for minutes up to an hour, and may cost many times as much as one answer of a model. It takes no functions of yours and no JSON schema.';

const ofRun = (run: 'agent' | 'model') => ({ show: { run: [run] } });

const files: INodeProperties = {
	displayName: 'Files',
	name: 'files',
	type: 'fixedCollection',
	default: {},
	placeholder: 'Add File',
	typeOptions: { multipleValues: true },
	description: 'Documents, pictures, sounds and films to look at along with the prompt',
	options: [
		{
			displayName: 'File',
			name: 'entries',
			values: [
				{
					displayName: 'Source',
					name: 'source',
					type: 'options',
					default: 'binary',
					options: [
						{
							name: 'Binary Field',
							value: 'binary',
							description:
								'A file of the incoming item; it is uploaded, and kept by Google for 48 hours',
						},
						{
							name: 'File at Google',
							value: 'google',
							description: 'A file that was uploaded before',
						},
					],
				},
				{
					displayName: 'Input Binary Field',
					name: 'field',
					type: 'string',
					default: 'data',
					hint: 'The name of the binary field that holds the file',
					displayOptions: { show: { source: ['binary'] } },
				},
				{
					displayName: 'File',
					name: 'file',
					type: 'string',
					default: '',
					placeholder: 'e.g. files/abc123',
					description: 'Its name or URI at the Files API',
					displayOptions: { show: { source: ['google'] } },
				},
			],
		},
	],
};

/** The fields of 'Start'. */
export const startFields: INodeProperties[] = [
	{ displayName: COST, name: 'costNotice', type: 'notice', default: '' },
	{
		displayName: 'Run',
		name: 'run',
		type: 'options',
		noDataExpression: true,
		default: 'model',
		options: [
			{
				name: 'Agent',
				value: 'agent',
				description: 'Works on a task by itself, such as Deep Research',
			},
			{ name: 'Model', value: 'model', description: 'Answers a prompt, with tools if you like' },
		],
	},
	modelField('searchInteractionModels', 'gemini-3.8-flash', { displayOptions: ofRun('model') }),
	{
		displayName: 'Agent',
		name: 'agent',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		displayOptions: ofRun('agent'),
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchAgents', searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. deep-research-preview-04-2026',
			},
		],
	},
	{
		displayName: AGENT_NOTICE,
		name: 'agentNotice',
		type: 'notice',
		default: '',
		displayOptions: ofRun('agent'),
	},
	{
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		required: true,
		default: '',
		typeOptions: { rows: 4 },
		placeholder: 'e.g. Compare the three largest makers of heat pumps in Europe',
		description:
			'What to ask. Each incoming item starts an interaction of its own, and is paid for.',
	},
	{
		displayName: 'System Instruction',
		name: 'systemInstruction',
		type: 'string',
		default: '',
		typeOptions: { rows: 2 },
		placeholder: 'e.g. You are an analyst. Answer in short sentences.',
		description: 'How to behave, whatever is asked',
	},
	files,
	{
		displayName: 'Tools',
		name: 'tools',
		type: 'multiOptions',
		default: [],
		description: "Google's own tools that may be used for the answer",
		options: [
			{
				name: 'Code Execution',
				value: 'code_execution',
				description: 'Writes and runs Python, for example to calculate',
			},
			{ name: 'Google Maps', value: 'google_maps', description: 'Looks up places' },
			{ name: 'Google Search', value: 'google_search', description: 'Searches the web' },
			{ name: 'URL Context', value: 'url_context', description: 'Reads the pages in the prompt' },
		],
	},
	functionsField(
		"Steps of your workflow that the model may ask for. Each call comes out as an item with the status 'requiresAction'; hand its result back with 'Respond'.",
	),
	...whenDoneFields,
	...waitLimitFields(LIMIT.amount, LIMIT.unit),
	{ ...simplifyField, displayOptions: { show: { whenDone: ['continueHere'] } } },
	startOptions,
];

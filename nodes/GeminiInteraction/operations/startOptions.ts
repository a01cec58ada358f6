import type { INodeProperties } from 'n8n-workflow';

import { deduplicationWhenWaiting } from '../../shared/dedupe/option';
import { allowJwtWhenWaiting, metadataOption } from '../../shared/jobs/jobOptions';
import { fileOptions, moreOption } from '../fields';

const ofRun = (run: 'agent' | 'model') => ({ show: { '/run': [run] } });

const [downloadFiles, outputField] = fileOptions;

/** The options of 'Start', in the order of their names. */
export const startOptions: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		moreOption,
		allowJwtWhenWaiting,
		{
			displayName: 'Collaborative Planning',
			name: 'collaborativePlanning',
			type: 'boolean',
			default: true,
			displayOptions: ofRun('agent'),
			description:
				"Whether Deep Research first answers with a plan. To go on, start another interaction with 'Previous Interaction' and your remarks as the prompt.",
		},
		deduplicationWhenWaiting,
		downloadFiles,
		{
			displayName: 'File Search Stores',
			name: 'stores',
			type: 'string',
			default: '',
			placeholder: 'e.g. fileSearchStores/manuals-x1y2',
			description: 'File search stores to look things up in; several with commas between them',
		},
		{
			displayName: 'JSON Schema',
			name: 'jsonSchema',
			type: 'json',
			default: '',
			placeholder: 'e.g. { "type": "object", "properties": { "mood": { "type": "string" } } }',
			description:
				"Makes a model answer in JSON of this schema; the result is in 'data'. Agents cannot.",
		},
		{
			displayName: 'Maximum Number of Tokens',
			name: 'maxOutputTokens',
			type: 'number',
			default: 8192,
			typeOptions: { minValue: 1 },
			displayOptions: ofRun('model'),
			description: 'How long the answer may get',
		},
		{
			displayName: 'Maximum Total Tokens',
			name: 'maxTotalTokens',
			type: 'number',
			default: 1000000,
			typeOptions: { minValue: 1 },
			displayOptions: ofRun('agent'),
			description:
				"How many tokens an Antigravity agent may use in all. When they are used up, the status is 'incomplete'.",
		},
		metadataOption,
		{
			displayName: 'Previous Interaction',
			name: 'previousInteraction',
			type: 'string',
			default: '',
			placeholder: 'e.g. {{ $json.jobId }}',
			description: 'The ID of a finished interaction, to continue its conversation',
		},
		outputField,
		{
			displayName: 'Sampling Temperature',
			name: 'temperature',
			type: 'number',
			default: 1,
			typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
			displayOptions: ofRun('model'),
			description: 'Lower for more predictable answers, higher for more varied ones',
		},
		{
			displayName: 'Service Tier',
			name: 'serviceTier',
			type: 'options',
			default: 'standard',
			options: [
				{ name: 'Deferred', value: 'deferred' },
				{ name: 'Flex', value: 'flex' },
				{ name: 'Priority', value: 'priority' },
				{ name: 'Standard', value: 'standard' },
			],
			description:
				'How urgent it is, and what it costs: see <a href="https://ai.google.dev/gemini-api/docs/pricing">Google\'s prices</a>',
		},
		{
			displayName: 'Thinking Level',
			name: 'thinkingLevel',
			type: 'options',
			default: 'medium',
			displayOptions: ofRun('model'),
			options: [
				{ name: 'High', value: 'high' },
				{ name: 'Low', value: 'low' },
				{ name: 'Medium', value: 'medium' },
				{ name: 'Minimal', value: 'minimal' },
			],
			description: 'How much the model thinks before it answers; thoughts are paid for, too',
		},
		{
			displayName: 'Thinking Summaries',
			name: 'thinkingSummaries',
			type: 'options',
			default: 'auto',
			options: [
				{
					name: 'Auto',
					value: 'auto',
					description: "Summaries of the thoughts come in 'thoughts'",
				},
				{ name: 'None', value: 'none' },
			],
			description: 'Whether the answer tells what the model or the Deep Research agent thought',
		},
		{
			displayName: 'Visualization',
			name: 'visualization',
			type: 'options',
			default: 'auto',
			displayOptions: ofRun('agent'),
			options: [
				{ name: 'Auto', value: 'auto', description: 'Charts where they help; they come as files' },
				{ name: 'Off', value: 'off' },
			],
			description: 'Whether the Deep Research agent adds charts to its report',
		},
	],
};

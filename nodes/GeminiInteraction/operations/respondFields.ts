import type { INodeProperties } from 'n8n-workflow';

import { simplifyField } from '../../shared/fields';
import { deduplicationWhenWaiting } from '../../shared/dedupe/option';
import { allowJwtWhenWaiting, metadataOption } from '../../shared/jobs/jobOptions';
import { waitLimitFields } from '../../shared/jobs/waitLimit';
import { whenDoneFields } from '../../shared/jobs/whenDoneFields';
import { fileOptions, interactionField, LIMIT, moreOption } from '../fields';
import { functionsField } from '../functionsField';

const [downloadFiles, outputField] = fileOptions;

const COST =
	'Every answer starts a new interaction, and Google charges for it as for the first one.';

const NOTICE =
	"Each item brings the result of one function call. If other nodes came in between, point the first three fields to the item that brought the call, for example {{ $('Start').item.json.jobId }}. All open calls of an interaction are answered at once: bring the branches together before this node.";

/** The fields of 'Respond'. */
export const respondFields: INodeProperties[] = [
	{ displayName: COST, name: 'costNotice', type: 'notice', default: '' },
	{ displayName: NOTICE, name: 'respondNotice', type: 'notice', default: '' },
	interactionField,
	{
		displayName: 'Call ID',
		name: 'callId',
		type: 'string',
		required: true,
		default: '={{ $json.functionCall.callId }}',
		placeholder: "e.g. {{ $('Start').item.json.functionCall.callId }}",
		description: "The function call that the item answers: 'functionCall.callId' of its item",
	},
	{
		displayName: 'Continuation',
		name: 'continuation',
		type: 'json',
		default: '={{ $json.continuation }}',
		placeholder: "e.g. {{ $('Start').item.json.continuation }}",
		description:
			"Which model, tools and settings to go on with: 'continuation' of the call's item. Google does not keep them.",
	},
	{
		displayName: 'Result',
		name: 'result',
		type: 'string',
		required: true,
		default: '',
		typeOptions: { rows: 3 },
		placeholder: 'e.g. {{ $json }}',
		description: 'What the function gave back: text or JSON',
	},
	{
		displayName: 'Is Error',
		name: 'isError',
		type: 'boolean',
		default: false,
		description: 'Whether the function failed, so that the result says why',
	},
	functionsField(
		"Only needed when neither 'Continuation' nor Google tells the interaction's tools: the same functions as in 'Start'",
	),
	...whenDoneFields,
	...waitLimitFields(LIMIT.amount, LIMIT.unit),
	{ ...simplifyField, displayOptions: { show: { whenDone: ['continueHere'] } } },
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			moreOption,
			allowJwtWhenWaiting,
			deduplicationWhenWaiting,
			downloadFiles,
			{
				displayName: 'Maximum Rounds',
				name: 'maxRounds',
				type: 'number',
				default: 10,
				typeOptions: { minValue: 1 },
				description:
					'How many times the calls of one conversation are answered, so that a loop cannot go on for ever at your expense',
			},
			metadataOption,
			{
				displayName: 'Missing Results',
				name: 'missingResults',
				type: 'options',
				default: 'refuse',
				options: [
					{
						name: 'Refuse',
						value: 'refuse',
						description: 'Sends nothing and says which calls have no result',
					},
					{
						name: 'Send as Error',
						value: 'sendAsError',
						description: 'Tells the model that the function was not run',
					},
				],
				description: 'What to do when a function call of the interaction has no item',
			},
			outputField,
		],
	},
];

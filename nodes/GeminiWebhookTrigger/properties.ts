import type { INodeProperties } from 'n8n-workflow';

import { deduplicationOption } from '../shared/dedupe/option';
import { DEFAULT_TOLERANCE_SECONDS } from '../shared/delivery/signedContent';
import { CURRENT_EVENTS, EVENT_OPTIONS } from '../shared/gemini/webhookEvents';
import { webhookField } from '../shared/gemini/webhookField';
import { jobFilterOptions } from '../shared/jobs/jobFilter';
import { MAX_TOLERANCE_SECONDS, OTHER_EVENTS } from './parameters';

// Constants, because the lint rule for capitals would spell the product's name wrong.
const JOBS_FROM_N8N = 'Jobs Started from n8n';
const ONLY_JOBS_FROM_N8N = 'Only Jobs Started from n8n';

const PROJECT_NOTICE =
	"A job that was started with a webhook URL of its own does not arrive here: for that job, Google uses its URL in place of the project's webhooks.";

const EXISTING_NOTICE =
	'The webhook has to call this trigger\'s Production URL, which "Webhook URLs" above shows. Create or change it with the Gemini Webhook node, which also hands out the signing secret for the credential. Publishing changes nothing about it, except that a disabled webhook is enabled.';

const REQUESTS_NOTICE =
	'Copy the Production URL from "Webhook URLs" above into the node that starts the job: choose "Start Another Workflow" under "When the Job Finishes" there. For a test event, use the Test URL.';

const [onlyJobsWithMetadata, onlyTheseJobs] = jobFilterOptions;

/** What is asked for, and shown, only with an existing webhook: its name, and the credential with its secrets. */
export const withExisting = {
	required: true,
	displayOptions: { show: { listenTo: ['existing'] } },
};

/** The trigger's fields. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Listen To',
		name: 'listenTo',
		type: 'options',
		noDataExpression: true,
		default: 'project',
		options: [
			{
				name: 'All Jobs of the Google Project',
				value: 'project',
				description:
					'Registers a webhook at Google when the workflow is published and removes it when it is unpublished',
			},
			{
				name: 'An Existing Webhook',
				value: 'existing',
				description:
					'Receives a webhook that is registered at Google already, and leaves it as it is',
			},
			{
				name: JOBS_FROM_N8N,
				value: 'requests',
				description:
					"Registers nothing: receives the jobs that a Gemini node starts with this trigger's URL",
			},
		],
	},
	{
		displayName: PROJECT_NOTICE,
		name: 'projectNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { listenTo: ['existing', 'project'] } },
	},
	{
		displayName: EXISTING_NOTICE,
		name: 'existingNotice',
		type: 'notice',
		default: '',
		displayOptions: withExisting.displayOptions,
	},
	{
		displayName: REQUESTS_NOTICE,
		name: 'requestsNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { listenTo: ['requests'] } },
	},
	{
		...webhookField,
		description: "The webhook of the Google project whose URL is this trigger's Production URL",
		displayOptions: withExisting.displayOptions,
	},
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		required: true,
		// Google's reference no longer lists the two cancellations: on offer, but not chosen from the start.
		default: [...CURRENT_EVENTS],
		description: 'Which events start the workflow',
		options: [
			...EVENT_OPTIONS,
			{
				name: 'Any Other Event',
				value: OTHER_EVENTS,
				description: 'Events that Google may add later, and test pings',
			},
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Allow JWT Signatures',
				name: 'allowJwt',
				type: 'boolean',
				default: false,
				description:
					"Whether to accept the JWT signature that Google's guide describes for per-request webhooks. It does not cover the content of the delivery, so the job is read from the API each time.",
			},
			deduplicationOption,
			{
				displayName: 'Include Raw Event',
				name: 'includeRawEvent',
				type: 'boolean',
				default: false,
				description: "Whether to add Google's event, unchanged, as 'rawEvent'",
			},
			{
				displayName: ONLY_JOBS_FROM_N8N,
				name: 'onlyStartedFromN8n',
				type: 'boolean',
				default: false,
				displayOptions: { show: { '/listenTo': ['requests'] } },
				description:
					'Whether to turn away jobs that other programs started with this URL, even if they belong to your Google project',
			},
			onlyJobsWithMetadata,
			onlyTheseJobs,
			{
				displayName: 'Output',
				name: 'output',
				type: 'options',
				default: 'event',
				options: [
					{
						name: 'Event Only',
						value: 'event',
						description: 'What Google reports: which job, how it ended',
					},
					{
						name: 'With Job Details',
						value: 'details',
						description: "Reads the job from the API and adds it as 'job'",
					},
				],
			},
			{
				displayName: 'Timestamp Tolerance',
				name: 'tolerance',
				type: 'number',
				default: DEFAULT_TOLERANCE_SECONDS,
				typeOptions: { minValue: 30, maxValue: MAX_TOLERANCE_SECONDS },
				description:
					"By how many seconds a delivery's timestamp may differ from this server's clock",
			},
		],
	},
];

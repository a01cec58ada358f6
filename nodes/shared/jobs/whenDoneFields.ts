import type { INodeProperties } from 'n8n-workflow';

const REPLACES_PROJECT_WEBHOOKS =
	"For this job, Google calls this n8n in place of the project's webhooks: triggers that listen to the whole project do not hear of it.";

const NOT_SILENT =
	"The project's webhooks, if there are any, hear of the job all the same. Look at it later with 'Get'.";

const NOT_IN_A_TOOL =
	"An AI agent waits for the answer of its tools, so a tool cannot wait for Google: with 'Continue This Workflow', too, it answers at once with the job's name. Give the agent a second tool with 'Get'.";

/** The question that every node asks which starts a job. */
export const whenDoneFields: INodeProperties[] = [
	{
		displayName: 'When the Job Finishes',
		name: 'whenDone',
		type: 'options',
		noDataExpression: true,
		default: 'continueHere',
		options: [
			{
				name: 'Continue This Workflow',
				value: 'continueHere',
				description: 'Waits without using up this n8n, and goes on with the results',
			},
			{
				name: 'Do Nothing',
				value: 'nothing',
				description: "Goes on at once with the job's name",
			},
			{
				name: "Notify the Project's Webhooks",
				value: 'projectWebhooks',
				description:
					'Goes on at once; workflows whose Gemini Webhook Trigger listens to all jobs of the project start when the job ends',
			},
			{
				name: 'Start Another Workflow',
				value: 'startWorkflow',
				description:
					'Goes on at once; a workflow with a Gemini Webhook Trigger starts when the job ends',
			},
		],
	},
	{
		displayName: "URL of the Other Workflow's Trigger",
		name: 'workflowUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/…/webhook',
		description:
			"The Production URL of a Gemini Webhook Trigger that listens to 'Jobs Started from n8n'",
		displayOptions: { show: { whenDone: ['startWorkflow'] } },
	},
	{
		displayName: NOT_IN_A_TOOL,
		name: 'toolNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { whenDone: ['continueHere'], '@tool': [true] } },
	},
	{
		displayName: REPLACES_PROJECT_WEBHOOKS,
		name: 'replacesNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { whenDone: ['continueHere', 'startWorkflow'] } },
	},
	{
		displayName: NOT_SILENT,
		name: 'notSilentNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { whenDone: ['nothing'] } },
	},
];

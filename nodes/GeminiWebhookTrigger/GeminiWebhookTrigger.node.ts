import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { geminiWebhooksApiTest } from '../shared/gemini/credentialTest';
import { searchWebhooks } from '../shared/gemini/webhookField';
import { emit } from './emit';
import { lifecycle } from './lifecycle';
import { triggerPanel } from './panel';
import { properties } from './properties';
import { receive } from './receive';
import { geminiWebhookSecretApiTest } from './signingSecrets';
import { webhooks } from './webhooks';

/** Starts a workflow when a Gemini job ends. One file per phase: lifecycle, receive (webhook), emit (execute). */
export class GeminiWebhookTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Gemini Webhook Trigger',
		name: 'geminiWebhookTrigger',
		icon: {
			light: 'file:../shared/icons/gemini.svg',
			dark: 'file:../shared/icons/gemini.dark.svg',
		},
		group: ['trigger'],
		// Above 1 on purpose: n8n then evaluates no expression for a call, which makes the webhook far faster.
		version: 2,
		subtitle:
			'={{ $parameter["listenTo"] === "project" ? "all jobs" : $parameter["listenTo"] === "existing" ? "an existing webhook" : "jobs started from n8n" }}',
		description: 'Starts the workflow when a long Gemini job ends',
		eventTriggerDescription: 'Waiting for Google to report a finished job',
		activationMessage: 'Finished Gemini jobs now start this workflow.',
		defaults: { name: 'Gemini Webhook Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'geminiWebhooksApi', required: true, testedBy: 'geminiWebhooksApiTest' },
			{
				name: 'geminiWebhookSecretApi',
				required: true,
				testedBy: 'geminiWebhookSecretApiTest',
				displayOptions: { show: { listenTo: ['existing'] } },
			},
		],
		webhooks,
		triggerPanel,
		properties,
	};

	methods = {
		credentialTest: { geminiWebhooksApiTest, geminiWebhookSecretApiTest },
		listSearch: { searchWebhooks },
	};

	webhookMethods = { default: lifecycle };

	webhook = receive;

	execute = emit;
}

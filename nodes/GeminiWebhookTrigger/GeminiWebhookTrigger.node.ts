import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { withRedis } from '../shared/dedupe/option';
import { searchWebhooks } from '../shared/gemini/webhookField';
import { credentialTest } from './credentialTest';
import { emit } from './emit';
import { lifecycle } from './lifecycle';
import { triggerPanel } from './panel';
import { properties, withExisting } from './properties';
import { receive } from './receive';
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
		// In full: the lint rules read one node's list, and only a literal one.
		credentials: [
			{ name: 'geminiWebhooksApi', required: true, testedBy: 'geminiWebhooksApiTest' },
			{ name: 'geminiWebhookSecretApi', testedBy: 'geminiWebhookSecretApiTest', ...withExisting },
			{ name: 'geminiWebhooksRedisApi', testedBy: 'geminiWebhooksRedisApiTest', ...withRedis },
		],
		webhooks,
		triggerPanel,
		properties,
	};

	methods = {
		credentialTest,
		listSearch: { searchWebhooks },
	};

	webhookMethods = { default: lifecycle };

	webhook = receive;

	execute = emit;
}

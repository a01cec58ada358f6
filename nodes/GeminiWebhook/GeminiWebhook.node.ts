import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { credentials } from '../shared/credentials';
import { geminiWebhooksRedisApiTest } from '../shared/dedupe/credentialTest';
import { geminiWebhooksApiTest } from '../shared/gemini/credentialTest';
import { searchWebhooks } from '../shared/gemini/webhookField';
import { subtitle } from '../shared/subtitle';
import { chosenOperation, properties } from './operations';

/** Manages the webhooks of the Google project. One folder for each resource and one file for each operation. */
export class GeminiWebhook implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Gemini Webhook',
		name: 'geminiWebhook',
		icon: {
			light: 'file:../shared/icons/gemini.svg',
			dark: 'file:../shared/icons/gemini.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle: subtitle('$parameter["resource"]'),
		description: 'Manages the webhooks by which Google reports finished Gemini jobs',
		defaults: { name: 'Gemini Webhook' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials,
		// The next node gets the real value; see the operations that make a secret.
		sensitiveOutputFields: ['signingSecret'],
		properties,
	};

	methods = {
		credentialTest: { geminiWebhooksApiTest, geminiWebhooksRedisApiTest },
		listSearch: { searchWebhooks },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await chosenOperation(this).call(this);
	}
}

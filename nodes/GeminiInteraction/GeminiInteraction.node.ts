import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import { credentials } from '../shared/credentials';
import { geminiWebhooksRedisApiTest } from '../shared/dedupe/credentialTest';
import { geminiWebhooksApiTest } from '../shared/gemini/credentialTest';
import { restartWebhooks } from '../shared/jobs/restartWebhooks';
import { resume } from '../shared/jobs/resume';
import { waitingTooltip } from '../shared/jobs/waitingTooltip';
import { subtitle } from '../shared/subtitle';
import { searchAgents, searchInteractionModels } from './listSearch';
import { operations, properties } from './operations';
import { interactionOutcome } from './outcome';

/** Runs models and agents in the background, and answers their function calls. One file for each operation. */
export class GeminiInteraction implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Gemini Interaction',
		name: 'geminiInteraction',
		icon: {
			light: 'file:../shared/icons/gemini.svg',
			dark: 'file:../shared/icons/gemini.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle: subtitle('"interaction"'),
		description:
			'Runs Gemini models and agents such as Deep Research in the background and goes on when they are done',
		waitingNodeTooltip: waitingTooltip('the interaction is running', 'interactions are running'),
		defaults: { name: 'Gemini Interaction' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials,
		webhooks: restartWebhooks,
		properties,
	};

	methods = {
		credentialTest: { geminiWebhooksApiTest, geminiWebhooksRedisApiTest },
		listSearch: { searchAgents, searchInteractionModels },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const operation = this.getNodeParameter('operation', 0) as keyof typeof operations;
		return await operations[operation].call(this);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resume(this, interactionOutcome);
	}
}

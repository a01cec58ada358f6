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
import { searchVeoModels, searchVideoModels } from './listSearch';
import { operations, properties } from './operations';
import { videoOutcome } from './outcome';

/** Makes videos, one job for each item. One file for each operation, in `operations/`. */
export class GeminiVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Gemini Video',
		name: 'geminiVideo',
		icon: {
			light: 'file:../shared/icons/gemini.svg',
			dark: 'file:../shared/icons/gemini.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle: subtitle('"video"'),
		description: 'Makes, changes and extends videos with Gemini and goes on when they are done',
		waitingNodeTooltip: waitingTooltip('the video is being made', 'videos are being made'),
		defaults: { name: 'Gemini Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials,
		webhooks: restartWebhooks,
		properties,
	};

	methods = {
		credentialTest: { geminiWebhooksApiTest, geminiWebhooksRedisApiTest },
		listSearch: { searchVeoModels, searchVideoModels },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const operation = this.getNodeParameter('operation', 0) as keyof typeof operations;
		return await operations[operation].call(this);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resume(this, videoOutcome);
	}
}

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
import { searchBatches, searchBatchModels } from './listSearch';
import { operations, properties } from './operations';
import { batchOutcome } from './outcome';
import { resultOutputs } from './resultFields';

/** Runs many prompts as one batch, at half the price. One file for each operation, in `operations/`. */
export class GeminiBatch implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Gemini Batch',
		name: 'geminiBatch',
		icon: {
			light: 'file:../shared/icons/gemini.svg',
			dark: 'file:../shared/icons/gemini.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle: subtitle('"batch"'),
		description: 'Runs many prompts as one Gemini batch and goes on when it is done',
		waitingNodeTooltip: waitingTooltip('the batch is running', 'batches are running'),
		defaults: { name: 'Gemini Batch' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: resultOutputs,
		credentials,
		webhooks: restartWebhooks,
		properties,
	};

	methods = {
		credentialTest: { geminiWebhooksApiTest, geminiWebhooksRedisApiTest },
		listSearch: { searchBatches, searchBatchModels },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const operation = this.getNodeParameter('operation', 0) as keyof typeof operations;
		return await operations[operation].call(this);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resume(this, batchOutcome);
	}
}

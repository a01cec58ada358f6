import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { GeminiClient } from '../../shared/gemini/client';
import { forEachItem } from '../../shared/forEachItem';
import { readJob } from '../../shared/jobs/read';
import { hideWebhookTokens } from '../../shared/gemini/redact';
import { batchField, batchName } from '../fields';
import { listResults } from '../results';

const properties: INodeProperties[] = [
	batchField,
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
	},
];

export const description = updateDisplayOptions({ show: { operation: ['get'] } }, properties);

/**
 * Reads one batch for each item: its state, counts, results and, if it failed, Google's reason. The raw answer comes
 * without the tokens of the webhook URL that Google keeps for the batch.
 */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const jobId = batchName(this, index);
		const { job, raw } = await readJob(client, { jobType: 'batch', jobId });
		if (!this.getNodeParameter('simplify', index, true))
			return hideWebhookTokens(raw) as IDataObject;
		const results = listResults(raw, jobId);
		return { ...job, ...(results ? { results } : {}) } as unknown as IDataObject;
	});
}

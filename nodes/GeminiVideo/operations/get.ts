import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { forEachItem } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import { hideWebhookTokens } from '../../shared/gemini/redact';
import { adviceFor } from '../../shared/jobs/advice';
import { readJob } from '../../shared/jobs/read';
import { jobField, jobIdOf, simplifyField } from '../fields';
import { filmFacts } from '../films';

const properties: INodeProperties[] = [jobField, simplifyField];

export const description = updateDisplayOptions({ show: { operation: ['get'] } }, properties);

/**
 * Reads one video job for each item: its state, where its films are and, if there are none, Google's reasons. The raw
 * answer comes without the tokens of the webhook URL that Google keeps for the job.
 */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const jobId = jobIdOf(this, index);
		const { job, raw } = await readJob(client, { jobType: 'video', jobId });
		if (!this.getNodeParameter('simplify', index, true))
			return hideWebhookTokens(raw) as IDataObject;
		const advice = adviceFor(job);
		const facts = { ...job, ...filmFacts(job.jobId, raw), ...(advice ? { advice } : {}) };
		return facts as unknown as IDataObject;
	});
}

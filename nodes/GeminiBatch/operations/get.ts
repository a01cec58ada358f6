import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { forEachItem } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import { hideWebhookTokens } from '../../shared/gemini/redact';
import { adviceFor } from '../../shared/jobs/advice';
import type { JobAnswer } from '../../shared/jobs/read';
import { readBatch } from '../batchCalls';
import { batchField, batchName, simplifyField } from '../fields';
import { inlinedEntries, keyOf } from '../results/entries';
import { readResult, type BatchResult } from '../results/result';

export const description = updateDisplayOptions({ show: { operation: ['get'] } }, [
	batchField,
	simplifyField,
]);

/** The results inside of the answer, in Google's order; an output file is for 'Get Results' to fetch. */
const resultsOf = ({ job: { jobId }, raw }: JobAnswer): BatchResult[] | undefined =>
	inlinedEntries(raw)?.map((entry) => {
		const key = keyOf(entry);
		const { result } = readResult(entry, key, jobId, 'guess');
		return { ...result, matchedBy: key === null ? 'none' : 'key' };
	});

/**
 * Reads one batch for each item: its state, counts, results and, if it failed, Google's reason. The raw answer comes
 * without the tokens of the webhook URL that Google keeps for the batch.
 */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const answer = await readBatch(client, batchName(this, index));
		if (!this.getNodeParameter('simplify', index, true)) {
			return hideWebhookTokens(answer.raw) as IDataObject;
		}
		const advice = adviceFor(answer.job);
		const results = resultsOf(answer);
		return {
			...answer.job,
			...(advice ? { advice } : {}),
			...(results ? { results } : {}),
		} as unknown as IDataObject;
	});
}

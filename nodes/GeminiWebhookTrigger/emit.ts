import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { GeminiClient } from '../shared/gemini/client';
import { rememberOnce } from '../shared/jobs/rememberOnce';
import { readJob } from '../shared/jobs/read';
import { identityOf, type TriggerItem } from './item';
import { triggerParameters } from './parameters';

async function withDetails(context: IExecuteFunctions, item: TriggerItem): Promise<TriggerItem> {
	const { jobType, jobId } = item;
	if (!jobType || !jobId) return item;
	const { job } = await readJob(await GeminiClient.for(context), { jobType, jobId });
	return {
		...item,
		outputFile: job.outputFile ?? item.outputFile,
		error: job.error ?? item.error,
		job,
	};
}

/**
 * The trigger's second half, inside the stored execution and after Google has its answer: drops what n8n's
 * database has seen before, and adds the job's details. The details come first: if they can't be had, nothing is
 * remembered, and a retry of the execution finds the delivery new.
 *
 * @throws GeminiApiError that names the job
 */
export async function emit(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const parameters = triggerParameters(this);
	const emitted: INodeExecutionData[] = [];
	for (const [index, { json }] of this.getInputData().entries()) {
		const received = json as unknown as TriggerItem;
		const item = parameters.withDetails ? await withDetails(this, received) : received;
		// A test event must not make the production delivery "seen".
		const isNew = this.getMode() === 'manual' || (await rememberOnce(this, identityOf(received)));
		if (isNew) {
			emitted.push({ json: item as unknown as IDataObject, pairedItem: { item: index } });
		}
	}
	return [emitted];
}

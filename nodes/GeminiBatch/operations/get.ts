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
import { batchField, batchName } from '../fields';

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

/** Reads one batch for each item: its state, counts, result file and, if it failed, Google's reason. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const jobId = batchName(this, index);
		const { job, raw } = await readJob(client, { jobType: 'batch', jobId });
		const simplify = this.getNodeParameter('simplify', index, true) as boolean;
		return simplify ? ({ ...job } as IDataObject) : (raw as IDataObject);
	});
}

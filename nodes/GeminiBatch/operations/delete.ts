import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { forEachItem } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import { isFinal } from '../../shared/jobs/types';
import { cancelBatch, deleteBatch, readBatch } from '../batchCalls';
import { batchField, batchName } from '../fields';

const properties: INodeProperties[] = [
	batchField,
	{
		displayName: 'Cancel First',
		name: 'cancelFirst',
		type: 'boolean',
		default: true,
		description:
			'Whether to cancel the batch if it is not finished. Deleting alone takes it off the list, and it may run on and be charged.',
	},
];

export const description = updateDisplayOptions({ show: { operation: ['delete'] } }, properties);

/** Deletes one batch for each item. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const jobId = batchName(this, index);
		if (this.getNodeParameter('cancelFirst', index, true) === true) {
			const { job } = await readBatch(client, jobId);
			if (!isFinal(job.status)) await cancelBatch(client, jobId);
		}
		await deleteBatch(client, jobId);
		return { deleted: true, jobId };
	});
}

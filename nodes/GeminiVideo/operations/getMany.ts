import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { modelField, returnAllFields, returnLimit, simplifyField } from '../../shared/fields';
import { forEachItem } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import { GeminiApiError } from '../../shared/gemini/errors';
import { describeOperation } from '../../shared/jobs/describe';
import { jsonList, type Json } from '../../shared/json';
import { pagesOf } from '../../shared/pages';
import { modelOf } from '../fields';
import { filmFacts } from '../films';

/** Jobs on one page of the list. */
const PAGE_SIZE = 100;

const ONLY_VEO =
	"Google can list the jobs of Veo models only. The jobs of Gemini Omni models are interactions, which its API does not list: keep their 'jobId' when you start them.";

const properties: INodeProperties[] = [
	{ displayName: ONLY_VEO, name: 'onlyVeoNotice', type: 'notice', default: '' },
	modelField('searchVeoModels', 'veo-3.1-generate-preview', {
		description: 'The model whose jobs to list; the list shows those that can be asked',
	}),
	...returnAllFields,
	simplifyField,
];

export const description = updateDisplayOptions({ show: { operation: ['getMany'] } }, properties);

async function listOperations(client: GeminiClient, model: string, limit: number): Promise<Json[]> {
	const found: Json[] = [];
	const read = async (pageToken: string | undefined) => {
		const query = new URLSearchParams({
			pageSize: String(PAGE_SIZE),
			...(pageToken ? { pageToken } : {}),
		});
		return await client.read(
			{ action: 'list the videos of the model', subject: model },
			async (_, rest) => await rest('GET', `models/${model}/operations?${query.toString()}`),
		);
	};
	for await (const { raw } of pagesOf(read)) {
		found.push(...jsonList(raw.operations));
		if (found.length >= limit) break;
	}
	return found.slice(0, limit);
}

/** Lists the jobs of a Veo model, for each item. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const model = modelOf(this, index);
		const limit = returnLimit(this, index);
		try {
			const operations = await listOperations(client, model, limit);
			if (!this.getNodeParameter('simplify', index, true)) return operations as IDataObject[];
			return operations.map((operation) => {
				const job = describeOperation(operation);
				return { ...job, ...filmFacts(job.jobId, operation) } as unknown as IDataObject;
			});
		} catch (error) {
			const cannot =
				error instanceof GeminiApiError && [404, 501].includes(error.gemini.status ?? 0);
			if (!cannot) throw error as Error;
			throw new NodeOperationError(
				this.getNode(),
				`Google does not list the videos of the model ${model}`,
				{ itemIndex: index, description: `"${error.gemini.message}". ${ONLY_VEO}` },
			);
		}
	});
}

import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { forEachItem } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import { GeminiApiError } from '../../shared/gemini/errors';
import { describeOperation } from '../../shared/jobs/describe';
import { jsonList, text, type Json } from '../../shared/json';
import { modelField, modelOf, simplifyField } from '../fields';
import { filmFacts } from '../films';

/** The most that one page may hold, and a bound in case the API never stops handing out page tokens. */
const PAGE_SIZE = 100;
const MAX_PAGES = 200;

const ONLY_VEO =
	"Google can list the jobs of Veo models only. The jobs of Gemini Omni models are interactions, which its API does not list: keep their 'jobId' when you start them.";

const properties: INodeProperties[] = [
	{ displayName: ONLY_VEO, name: 'onlyVeoNotice', type: 'notice', default: '' },
	modelField(
		'searchVeoModels',
		'The model whose jobs to list; the list shows those that can be asked',
	),
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		default: 50,
		typeOptions: { minValue: 1 },
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
	simplifyField,
];

export const description = updateDisplayOptions({ show: { operation: ['getMany'] } }, properties);

async function listOperations(client: GeminiClient, model: string, limit: number): Promise<Json[]> {
	const found: Json[] = [];
	let pageToken: string | null = null;
	for (let page = 0; page < MAX_PAGES && found.length < limit; page++) {
		const query = new URLSearchParams({ pageSize: String(PAGE_SIZE) });
		if (pageToken) query.set('pageToken', pageToken);
		const { raw } = await client.read(
			{ action: 'list the videos of the model', subject: model },
			async (_, rest) => await rest('GET', `models/${model}/operations?${query.toString()}`),
		);
		found.push(...jsonList(raw.operations));
		pageToken = text(raw.nextPageToken);
		if (!pageToken) break;
	}
	return found.slice(0, limit);
}

/** Lists the jobs of a Veo model, for each item. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const model = modelOf(this, index);
		const isAll = this.getNodeParameter('returnAll', index, false) as boolean;
		const limit = isAll ? Infinity : Number(this.getNodeParameter('limit', index, 50));
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

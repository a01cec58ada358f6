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
import { hideWebhookTokens } from '../../shared/gemini/redact';
import { hint } from '../../shared/hints';
import { describeOperation } from '../../shared/jobs/describe';
import { jsonList, type Json } from '../../shared/json';
import { pagesOf } from '../../shared/pages';
import { modelOf } from '../fields';
import { filmFacts } from '../films';

/** Jobs on one page of the list. */
const PAGE_SIZE = 100;

const ONLY_VEO =
	"Google can list the jobs of Veo models only. The jobs of Gemini Omni models are interactions, which its API does not list: keep their 'jobId' when you start them.";

const CUT_OFF = "Google's list has more pages than were read: there are more videos.";

const properties: INodeProperties[] = [
	{ displayName: ONLY_VEO, name: 'onlyVeoNotice', type: 'notice', default: '' },
	modelField('searchVeoModels', 'veo-3.1-generate-preview', {
		description: 'The model whose jobs to list; the list shows those that can be asked',
	}),
	...returnAllFields,
	simplifyField,
];

export const description = updateDisplayOptions({ show: { operation: ['getMany'] } }, properties);

/** @returns `isCutOff` when there are more than pages are read */
async function listOperations(
	client: GeminiClient,
	model: string,
	limit: number,
): Promise<{ operations: Json[]; isCutOff: boolean }> {
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
	let isCutOff = false;
	for await (const { raw, next } of pagesOf(read)) {
		found.push(...jsonList(raw.operations));
		isCutOff = found.length < limit && next !== undefined;
		if (found.length >= limit) break;
	}
	return { operations: found.slice(0, limit), isCutOff };
}

/** Lists the jobs of a Veo model, for each item. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const model = modelOf(this, index);
		const limit = returnLimit(this, index);
		try {
			const { operations, isCutOff } = await listOperations(client, model, limit);
			if (isCutOff) hint(this, 'warning', CUT_OFF);
			if (operations.length === 0) hint(this, 'info', `Google lists no videos of ${model}.`);
			if (!this.getNodeParameter('simplify', index, true)) {
				return operations.map((one) => hideWebhookTokens(one) as IDataObject);
			}
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

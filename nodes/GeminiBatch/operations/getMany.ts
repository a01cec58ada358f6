import {
	NodeOperationError,
	tryToParseDateTime,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import { forEachItem } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import { hideWebhookTokens } from '../../shared/gemini/redact';
import { describeBatch, type JobDescription } from '../../shared/jobs/describe';
import { readBatchPage } from '../batchCalls';
import { simplifyField } from '../fields';

/** A bound in case the API never stops handing out page tokens: 20,000 batches. */
const MAX_PAGES = 200;

const properties: INodeProperties[] = [
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
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: [
			{
				displayName: 'Created Since',
				name: 'since',
				type: 'dateTime',
				default: '',
				description: 'Only batches that were created at this time or later',
			},
			{
				displayName: 'Model Contains',
				name: 'model',
				type: 'string',
				default: '',
				placeholder: 'e.g. flash',
				description: "Only batches with this text in their model's name, in any case",
			},
			{
				displayName: 'States',
				name: 'states',
				type: 'multiOptions',
				default: [],
				description: 'Only batches in one of these states; all if none is chosen',
				options: [
					{ name: 'Cancelled', value: 'cancelled' },
					{ name: 'Expired', value: 'expired' },
					{ name: 'Failed', value: 'failed' },
					{ name: 'Partly Failed', value: 'partlyFailed' },
					{ name: 'Pending', value: 'pending' },
					{ name: 'Running', value: 'running' },
					{ name: 'Succeeded', value: 'succeeded' },
				],
			},
		],
	},
	simplifyField,
];

export const description = updateDisplayOptions({ show: { operation: ['getMany'] } }, properties);

/** Milliseconds since 1970; a time without a zone is in the workflow's. */
function sinceOf(context: IExecuteFunctions, value: unknown, itemIndex: number): number {
	if (value === undefined || value === null || value === '') return -Infinity;
	try {
		return tryToParseDateTime(value, context.getTimezone()).toMillis();
	} catch {
		throw new NodeOperationError(context.getNode(), "'Created Since' is not a time", {
			itemIndex,
			description: `It is: ${fieldText(value)}. A time looks like 2026-11-25T08:00:00Z.`,
		});
	}
}

type Filter = (job: JobDescription) => boolean;

function filterOf(context: IExecuteFunctions, index: number): Filter {
	const filters = context.getNodeParameter('filters', index, {}) as IDataObject;
	const states = Array.isArray(filters.states) ? filters.states : [];
	const model = fieldText(filters.model).trim().toLowerCase();
	const since = sinceOf(context, filters.since, index);
	return (job) =>
		(states.length === 0 || states.includes(job.status)) &&
		(job.model ?? '').toLowerCase().includes(model) &&
		// Google tells nanoseconds, which are more than a date can hold and no trouble to read.
		(since === -Infinity || Date.parse(job.createdAt ?? '') >= since);
}

/** Lists the project's batches for each item, in Google's order. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const all = this.getNodeParameter('returnAll', index, false) === true;
		const limit = all ? Infinity : Number(this.getNodeParameter('limit', index, 50));
		const fits = filterOf(this, index);
		const simplify = this.getNodeParameter('simplify', index, true) === true;
		const found: IDataObject[] = [];
		let pageToken: string | undefined;
		for (let page = 0; page < MAX_PAGES; page++) {
			const { batches, nextPageToken } = await readBatchPage(client, pageToken);
			for (const raw of batches) {
				const job = describeBatch(raw);
				if (found.length >= limit || !fits(job)) continue;
				found.push((simplify ? { ...job } : hideWebhookTokens(raw)) as unknown as IDataObject);
			}
			pageToken = nextPageToken;
			if (!pageToken || found.length >= limit) return found;
		}
		this.addExecutionHints({
			message: `Only the first ${MAX_PAGES} pages of Google's list were searched; there are more batches.`,
			type: 'warning',
			location: 'outputPane',
		});
		return found;
	});
}

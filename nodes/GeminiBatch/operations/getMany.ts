import {
	NodeOperationError,
	tryToParseDateTime,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { returnAllFields, returnLimit, simplifyField } from '../../shared/fields';
import { fieldText } from '../../shared/fieldText';
import { forEachItem } from '../../shared/forEachItem';
import { GeminiClient } from '../../shared/gemini/client';
import { hint } from '../../shared/hints';
import { hideWebhookTokens } from '../../shared/gemini/redact';
import { batchPages } from '../../shared/jobs/batchPages';
import { describeBatch, type JobDescription } from '../../shared/jobs/describe';

/** A bound in case the API never stops handing out page tokens: 20,000 batches. */
const MAX_PAGES = 200;

const properties: INodeProperties[] = [
	...returnAllFields,
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
		const limit = returnLimit(this, index);
		const fits = filterOf(this, index);
		const simplify = this.getNodeParameter('simplify', index, true) === true;
		const found: IDataObject[] = [];
		let isCutOff = false;
		for await (const { batches, next } of batchPages(client, { most: MAX_PAGES })) {
			for (const raw of batches) {
				const job = describeBatch(raw);
				if (found.length >= limit || !fits(job)) continue;
				found.push((simplify ? { ...job } : hideWebhookTokens(raw)) as unknown as IDataObject);
			}
			if (found.length >= limit) return found;
			isCutOff = next !== undefined;
		}
		if (isCutOff) {
			const more = `Only the first ${MAX_PAGES} pages of Google's list were searched; there are more batches.`;
			hint(this, 'warning', more);
		} else if (found.length === 0) hint(this, 'info', "Google's list has no batch that fits.");
		return found;
	});
}

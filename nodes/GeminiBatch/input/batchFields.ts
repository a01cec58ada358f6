import type { IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import { json, merged, type Json } from '../../shared/json';
import { FieldValues } from './fieldValues';

/** What the node finds a batch by and hears of its end through; nothing else may be put there. */
const OURS = [
	'displayName',
	'display_name',
	'inputConfig',
	'input_config',
	'webhookConfig',
	'webhook_config',
];

const INT64 = 2n ** 63n;

function priorityOf(values: FieldValues, value: unknown): string | undefined {
	const given = fieldText(value).trim();
	if (given === '') return undefined;
	const isInt64 = /^-?\d{1,19}$/.test(given) && BigInt(given) < INT64 && BigInt(given) >= -INT64;
	if (isInt64) return String(BigInt(given));
	return values.refuse(
		"'Priority' is not a whole number",
		`It is: ${given}. Higher ones come first; 0 is the usual one, and negative ones are allowed.`,
	);
}

/**
 * What a batch gets besides its name, requests and webhook: `priority` (int64, as text) and the user's own fields.
 *
 * @see https://ai.google.dev/api/batch-api
 * @throws NodeOperationError that names the field
 */
export function batchFields(context: IExecuteFunctions, itemIndex: number): Json {
	const values = new FieldValues(context, itemIndex);
	const options = json(context.getNodeParameter('options', itemIndex, {}));
	const extra = values.object('Additional Batch Fields (JSON)', options.batchFields) ?? {};
	const taken = OURS.find((name) => Object.hasOwn(extra, name));
	if (taken) {
		values.refuse(
			`'Additional Batch Fields (JSON)' may not contain ${taken}`,
			'The node sets it itself, from its other fields.',
		);
	}
	const priority = priorityOf(values, options.priority);
	return merged(extra, priority === undefined ? {} : { priority });
}

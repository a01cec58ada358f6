import { isJson, json, text, type Json } from '../shared/json';
import type { FunctionCall } from '../shared/jobs/functionCalls';
import type { Objection } from '../shared/objection';

/** The result of one function call, as an item brings it. */
export interface FunctionResult {
	itemIndex: number;
	callId: string;
	/** Whatever the field 'Result' holds. */
	result: unknown;
	isError: boolean;
}

const CONTENT = ['audio', 'document', 'image', 'text', 'video'];

/**
 * A result in a form that the API takes: text, an object, or a list of contents; anything else is put into an
 * object. See `FunctionResultStep` of @google/genai.
 */
export function resultValue(value: unknown): unknown {
	if (typeof value === 'string') {
		try {
			const parsed: unknown = JSON.parse(value);
			return isJson(parsed) || Array.isArray(parsed) ? resultValue(parsed) : value;
		} catch {
			return value;
		}
	}
	if (isJson(value)) return value;
	const isContent =
		Array.isArray(value) &&
		value.length > 0 &&
		value.every((part) => CONTENT.includes(text(json(part).type) ?? ''));
	return isContent ? value : { result: value };
}

const step = ({ callId, name }: FunctionCall, result: unknown, isError: boolean): Json => ({
	type: 'function_result',
	call_id: callId,
	name,
	result,
	...(isError ? { is_error: true } : {}),
});

export const NO_RESULT = 'The function was not run: there is no result.';

const named = ({ name, callId }: FunctionCall): string => `${name} (${callId})`;

/** What is wrong with one result, by itself or next to the others. */
function objectionToResult(
	jobId: string,
	open: FunctionCall[],
	{ itemIndex, callId, result }: FunctionResult,
	earlier: FunctionResult[],
): Objection | undefined {
	if (callId === '') {
		return {
			message: `The 'Call ID' of item ${itemIndex} is empty`,
			description:
				"Take it from the item that brought the function call: {{ $('Node Name').item.json.functionCall.callId }}",
		};
	}
	if (!open.some((call) => call.callId === callId)) {
		const calls = open.map(named).join(', ');
		return {
			message: `The interaction ${jobId} has no open function call '${callId}', which item ${itemIndex} answers`,
			description: `Open calls: ${calls}. Check the 'Call ID' and the 'Interaction ID' of the item.`,
		};
	}
	const same = earlier.find((one) => one.callId === callId);
	if (same) {
		return {
			message: `Items ${same.itemIndex} and ${itemIndex} answer the same function call '${callId}'`,
			description: 'Every function call takes one result. Remove one of the items.',
		};
	}
	if (result === undefined || result === null || result === '') {
		return {
			message: `The 'Result' of item ${itemIndex} is empty`,
			description:
				"Fill the field with what the function gave back. If it gives nothing back, write 'done'.",
		};
	}
	return undefined;
}

/**
 * Joins results to the open function calls of one interaction, in the order of the calls. The API wants all of them
 * at once.
 *
 * @param sendMissing whether calls without a result are answered with an error, which the model can deal with
 */
export function joinResults(
	jobId: string,
	open: FunctionCall[],
	results: FunctionResult[],
	sendMissing: boolean,
): { steps: Json[]; objection?: Objection } {
	for (const [index, result] of results.entries()) {
		const objection = objectionToResult(jobId, open, result, results.slice(0, index));
		if (objection) return { steps: [], objection };
	}
	const missing = open.filter(({ callId }) => !results.some((one) => one.callId === callId));
	if (missing.length > 0 && !sendMissing) {
		return {
			steps: [],
			objection: {
				message: `No item has the result of ${missing.map(named).join(', ')}, which the interaction ${jobId} waits for`,
				description:
					"Google takes the results of all open calls at once. Bring the items of all branches together, for example with a Merge node, or set 'Missing Results' to 'Send as Error'.",
			},
		};
	}
	const steps = open.map((call) => {
		const given = results.find(({ callId }) => callId === call.callId);
		return given
			? step(call, resultValue(given.result), given.isError)
			: step(call, NO_RESULT, true);
	});
	return { steps };
}

/** Groups by interaction, in the order in which they first come. */
export function byInteraction<T extends { jobId: string }>(items: T[]): T[][] {
	const groups = new Map<string, T[]>();
	for (const item of items) groups.set(item.jobId, [...(groups.get(item.jobId) ?? []), item]);
	return [...groups.values()];
}

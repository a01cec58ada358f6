import { ApiError, invalidRequest } from './errors.mts';
import type { Interaction } from './interactions.mts';
import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';

/** The steps of an input that are of one type. */
export const stepsOf = (input: unknown, type: string): Json[] =>
	[input]
		.flat()
		.filter(isObject)
		.filter((step) => step.type === type);

/**
 * Checks the function results of an input: every call that is open has exactly one. Open are the calls of the
 * previous interaction, or those in the input itself, for callers that send the whole history.
 * @param previous the interaction that this one continues
 * @throws ApiError 400
 */
export function checkContinuation(previous: Interaction | undefined, input: unknown): void {
	if (previous && ['in_progress', 'queued'].includes(previous.status)) {
		const message = `Interaction ${previous.id} is still ${previous.status}.`;
		throw new ApiError(400, message, 'failed_precondition');
	}
	const waiting = previous?.status === 'requires_action';
	const calls = [
		...stepsOf(waiting ? previous.steps : [], 'function_call'),
		...stepsOf(input, 'function_call'),
	];
	const results = stepsOf(input, 'function_result');
	if (results.length > 0 && calls.length === 0)
		throw invalidRequest(
			previous
				? `Interaction ${previous.id} does not require an action.`
				: 'A function_result needs the previous_interaction_id of the interaction that called the function.',
		);
	const answered = new Set<unknown>();
	for (const { call_id, name, result } of results) {
		const call = calls.find(({ id }) => id === call_id);
		if (!call) throw invalidRequest(`No function call has the id ${JSON.stringify(call_id)}.`);
		if (name !== undefined && name !== call.name)
			throw invalidRequest(
				`The function call ${String(call_id)} is of ${String(call.name)}, not ${String(name)}.`,
			);
		if (result === undefined)
			throw invalidRequest(`The function_result of ${String(call_id)} has no result.`);
		if (answered.has(call_id))
			throw invalidRequest(`The function call ${String(call_id)} is answered twice.`);
		answered.add(call_id);
	}
	const missing = calls.map(({ id }) => id).filter((id) => !answered.has(id));
	if (missing.length > 0)
		throw invalidRequest(`Missing function_result for the function calls: ${missing.join(', ')}.`);
}

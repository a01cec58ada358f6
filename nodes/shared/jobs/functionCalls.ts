import { json, jsonList, text, type Json } from '../json';

/** A function that a model wants to have called. */
export interface FunctionCall {
	/** The result has to name it. */
	callId: string;
	name: string;
	/** Google's `arguments`, under its older name: n8n's expressions refuse to read a field called `arguments`. */
	args: Json;
}

/**
 * The function calls of an interaction that have no result yet, in the order of the API. A call that is repeated in
 * the timeline counts once.
 *
 * @param raw the answer of `GET interactions/x`, see https://ai.google.dev/api/interactions
 */
export function openFunctionCalls(raw: Json): FunctionCall[] {
	const steps = jsonList(raw.steps);
	const ofType = (type: string) => steps.filter((step) => step.type === type);
	const answered = new Set(ofType('function_result').map((step) => text(step.call_id)));
	const calls = ofType('function_call').flatMap((step): FunctionCall[] => {
		const callId = text(step.id);
		const name = text(step.name);
		if (!callId || !name || answered.has(callId)) return [];
		return [{ callId, name, args: json(step.arguments) }];
	});
	return [...new Map(calls.map((call) => [call.callId, call])).values()];
}

/**
 * What an interaction that goes on after function calls has to repeat, as nothing is inherited but the conversation;
 * empty where the API doesn't tell. Headers of MCP servers, which hold their tokens, are left out.
 */
export function repeatedSettings(raw: Json): { model?: string; tools?: Json[] } {
	const model = text(raw.model);
	const tools = jsonList(raw.tools).map((tool) =>
		Object.fromEntries(Object.entries(tool).filter(([name]) => name !== 'headers')),
	);
	return { ...(model ? { model } : {}), ...(tools.length > 0 ? { tools } : {}) };
}

/**
 * The fields that an item about an interaction that requires an action has more than others: one set for each open
 * call, or a single one without a call when there is nothing to answer.
 */
export function functionCallFields(
	raw: Json,
): Array<{ openCalls: number; functionCall?: FunctionCall; model?: string; tools?: Json[] }> {
	const calls = openFunctionCalls(raw);
	const common = { openCalls: calls.length, ...repeatedSettings(raw) };
	return calls.length === 0 ? [common] : calls.map((functionCall) => ({ ...common, functionCall }));
}

import { repeatedSettings } from '../shared/jobs/functionCalls';
import { isJson, json, jsonList, text, type Json } from '../shared/json';

/**
 * What an interaction that answers function calls has to repeat, as Google hands on the conversation and nothing
 * else. Travels with the items from 'Start' to 'Respond'.
 */
export interface Continuation {
	/** How many times the calls of this conversation were answered. */
	round: number;
	model?: string;
	agent?: string;
	systemInstruction?: string;
	tools: Json[];
	/** All other fields of the request, in Google's spelling: `generation_config`, `response_format`, ... */
	settings: Json;
	/** The user's notes on the job. */
	metadata?: Json;
}

/** Fields that belong to one request, are told apart above, or (`environment`) may hold secrets. */
const NOT_SETTINGS = [
	'agent',
	'background',
	'environment',
	'input',
	'model',
	'previous_interaction_id',
	'store',
	'system_instruction',
	'tools',
	'webhook_config',
];

const settingsOf = (body: Json): Json =>
	Object.fromEntries(Object.entries(body).filter(([name]) => !NOT_SETTINGS.includes(name)));

/**
 * What to carry from a request to its answer to function calls.
 *
 * @returns undefined when there is nothing that could call for an answer
 */
export function continuationOf(
	body: Json,
	round: number,
	metadata: Record<string, string>,
): Continuation | undefined {
	const { model, tools } = repeatedSettings(body);
	if (!tools) return undefined;
	const agent = text(body.agent);
	const systemInstruction = text(body.system_instruction);
	return {
		round,
		...(model ? { model } : {}),
		...(agent ? { agent } : {}),
		...(systemInstruction ? { systemInstruction } : {}),
		tools,
		settings: settingsOf(body),
		...(Object.keys(metadata).length > 0 ? { metadata } : {}),
	};
}

/**
 * Reads what an item carries: the field `continuation`, or the fields that the Gemini Webhook Trigger puts out.
 *
 * @param value the continuation itself, or undefined
 * @param item the item that has `model` and `tools`, for want of a continuation
 */
export function readContinuation(value: unknown, item: Json = {}): Partial<Continuation> {
	const source = isJson(value) ? value : item;
	const model = text(source.model);
	const agent = text(source.agent);
	const systemInstruction = text(source.systemInstruction);
	const tools = jsonList(source.tools);
	return {
		...(isJson(value) && typeof value.round === 'number' && value.round >= 0
			? { round: value.round }
			: {}),
		...(model ? { model } : {}),
		...(agent ? { agent } : {}),
		...(systemInstruction ? { systemInstruction } : {}),
		...(tools.length > 0 ? { tools } : {}),
		...(isJson(source.settings) ? { settings: settingsOf(source.settings) } : {}),
		...(isJson(source.metadata) ? { metadata: source.metadata } : {}),
	};
}

/** What an item hands on: its continuation, as the field `continuation`. */
export const carriedBy = (item: Json): Json | undefined =>
	isJson(item.continuation) ? { continuation: item.continuation } : undefined;

/**
 * The request that answers function calls: https://ai.google.dev/gemini-api/docs/function-calling
 *
 * @param raw the interaction that waits, as the API shows it
 * @param results `function_result` steps, one for each open call
 * @param functions from the node's own field, for want of anything else
 * @returns undefined when nobody tells which tools the interaction has
 */
export function respondBody(
	raw: Json,
	carried: Partial<Continuation>,
	results: Json[],
	functions: Json[],
): Json | undefined {
	const tools = [carried.tools ?? [], jsonList(raw.tools), functions].find(
		(candidates) => candidates.length > 0,
	);
	if (!tools) return undefined;
	const agent = carried.agent ?? text(raw.agent);
	const model = carried.model ?? text(raw.model);
	const systemInstruction = carried.systemInstruction ?? text(raw.system_instruction);
	return {
		...(agent ? { agent } : { model }),
		...inherited(raw),
		...carried.settings,
		...(systemInstruction ? { system_instruction: systemInstruction } : {}),
		tools,
		input: results,
		background: true,
		store: true,
		previous_interaction_id: text(raw.id),
	};
}

/** Settings of the interaction, where the API shows them. */
function inherited(raw: Json): Json {
	const names = ['agent_config', 'generation_config', 'response_format', 'safety_settings'];
	return Object.fromEntries(
		names.flatMap((name) =>
			Object.keys(json(raw[name])).length > 0 || Array.isArray(raw[name])
				? [[name, raw[name]] as const]
				: [],
		),
	);
}

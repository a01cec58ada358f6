import { isJson, json, jsonList, text, type Json } from '../shared/json';
import type { Objection } from '../shared/objection';
import { agentConfig, objectionToAgent, type AgentOptions } from './agents';

/** A function that the model may ask to have called. */
export interface FunctionTool {
	name: string;
	description: string;
	/** JSON Schema of its arguments. */
	parameters?: Json;
}

/** What one item asks for, as read from the node's fields. */
export interface InteractionFields {
	run: 'agent' | 'model';
	/** The model or agent. */
	name: string;
	prompt: string;
	systemInstruction: string;
	/** Google's own tools by their type: `google_search`, ... */
	tools: string[];
	/** Names of file search stores. */
	stores: string[];
	functions: FunctionTool[];
	/** JSON Schema of the wanted answer. */
	schema?: Json;
	previousInteraction?: string;
	temperature?: number;
	maxOutputTokens?: number;
	thinkingLevel?: string;
	serviceTier?: string;
	/** `thinkingSummaries` is for models, too. */
	options: AgentOptions;
	/** Merged into the request. */
	more: Json;
}

const without = (fields: Json): Json =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const functionTool = ({ name, description, parameters }: FunctionTool): Json =>
	without({ type: 'function', name, description: description || undefined, parameters });

/** The functions as the API takes them, see https://ai.google.dev/api/interactions */
export const functionTools = (functions: FunctionTool[]): Json[] => functions.map(functionTool);

function toolsOf({ tools, stores, functions }: InteractionFields): Json[] {
	return [
		...tools.map((type) => ({ type })),
		...(stores.length > 0 ? [{ type: 'file_search', file_search_store_names: stores }] : []),
		...functionTools(functions),
	];
}

/** Adds fields to a request: lists of tools are joined, objects merged, all else replaced. */
export function withMore(body: Json, more: Json): Json {
	const merged = Object.entries(more).map(([name, value]): [string, unknown] => {
		const known = body[name];
		if (name === 'tools') return [name, [...jsonList(known), ...jsonList(value)]];
		return [name, isJson(known) && isJson(value) ? { ...known, ...value } : value];
	});
	return { ...body, ...Object.fromEntries(merged) };
}

/**
 * The request of `POST interactions` without the input of files and the webhook, see
 * https://ai.google.dev/api/interactions
 */
export function requestBody(fields: InteractionFields): Json {
	const { run, name, prompt, systemInstruction, schema, options } = fields;
	const tools = toolsOf(fields);
	const generation = without({
		max_output_tokens: fields.maxOutputTokens,
		temperature: fields.temperature,
		thinking_level: fields.thinkingLevel,
		thinking_summaries: options.thinkingSummaries,
	});
	const ofModel = {
		model: name,
		generation_config: Object.keys(generation).length > 0 ? generation : undefined,
	};
	const ofAgent = { agent: name, agent_config: agentConfig(name, options) };
	const body = without({
		...(run === 'agent' ? ofAgent : ofModel),
		input: prompt,
		background: true,
		store: true,
		system_instruction: systemInstruction || undefined,
		tools: tools.length > 0 ? tools : undefined,
		response_format: schema && { type: 'text', mime_type: 'application/json', schema },
		previous_interaction_id: fields.previousInteraction,
		service_tier: fields.serviceTier,
	});
	return withMore(body, fields.more);
}

/** Fields that the node sets itself, each with the way to set it. */
const OWN_FIELDS: Record<string, string> = {
	agent: "Use the field 'Agent'.",
	api_version: "Choose the 'API Version' in the credential.",
	automatic_continuation: 'Google continues interactions in the background by itself.',
	background: 'The node starts every interaction in the background.',
	input: "Use the fields 'Prompt' and 'Files'.",
	model: "Use the field 'Model'.",
	previous_interaction_id: "Use the option 'Previous Interaction'.",
	store: 'Google only runs interactions in the background that it stores.',
	stream: 'An interaction in the background cannot be streamed.',
	webhook_config: "Use the field 'When the Job Finishes'.",
};

/** @returns an objection when 'Additional Request Fields' sets what the node sets itself */
export function objectionToMore(more: Json): Objection | undefined {
	const name = Object.keys(more).find((field) => Object.hasOwn(OWN_FIELDS, field));
	if (name === undefined) return undefined;
	return {
		message: `'Additional Request Fields' cannot set '${name}'`,
		description: OWN_FIELDS[name],
	};
}

/** @returns an objection when functions have no names, or the same one */
export function objectionToFunctions(functions: FunctionTool[]): Objection | undefined {
	const names = functions.map(({ name }) => name);
	if (names.includes('')) {
		return {
			message: "A function of 'Functions' has no 'Name'",
			description: 'The model calls it by its name. Enter one, for example get_weather.',
		};
	}
	const twice = names.find((name, index) => names.indexOf(name) < index);
	if (twice === undefined) return undefined;
	return {
		message: `Two functions of 'Functions' are called '${twice}'`,
		description: 'Every function needs a name of its own.',
	};
}

/** What the request of an agent must not have: https://ai.google.dev/gemini-api/docs/deep-research */
function objectionToAgentBody(agent: string, body: Json): Objection | undefined {
	const own = jsonList(body.tools).find(({ type }) => type === 'function');
	if (own) {
		return {
			message: `The agent ${agent} cannot call functions of yours, such as '${text(own.name) ?? ''}'`,
			description: "Remove 'Functions', or run a model.",
		};
	}
	if (body.response_format !== undefined) {
		return {
			message: `The agent ${agent} cannot answer by a 'JSON Schema'`,
			description:
				"Remove the option 'JSON Schema'. To get fields, let a model read the agent's report in a second step, with 'Previous Interaction' or the text in its prompt.",
		};
	}
	if (body.generation_config !== undefined) {
		return {
			message: `The agent ${agent} does not take 'generation_config'`,
			description: "Remove it from 'Additional Request Fields'. Agents take 'agent_config'.",
		};
	}
	return undefined;
}

/** @returns the first thing that is wrong with an item's request, undefined when it can be sent */
export function objectionTo(fields: InteractionFields): Objection | undefined {
	const { run, name, prompt } = fields;
	const field = run === 'agent' ? 'Agent' : 'Model';
	if (name === '') {
		return {
			message: `No '${field}' is chosen`,
			description: 'Choose one from the list.',
		};
	}
	if (prompt.trim() === '') {
		return {
			message: "The 'Prompt' is empty",
			description: 'Fill the field, or filter such items out before this node.',
		};
	}
	const common = objectionToMore(fields.more) ?? objectionToFunctions(fields.functions);
	if (common || run === 'model') return common;
	return objectionToAgent(name, fields.options) ?? objectionToAgentBody(name, requestBody(fields));
}

const KINDS = ['image', 'audio', 'video'];

/** A file as part of the input, by the kind of its MIME type; all that isn't a picture, a sound or a film is a document. */
export function mediaPart({ uri, mimeType }: { uri: string; mimeType: string }): Json {
	const [kind] = mimeType.split('/');
	return { type: KINDS.includes(kind) ? kind : 'document', mime_type: mimeType, uri };
}

/** The request with files next to the prompt. */
export const withFiles = (body: Json, parts: Json[]): Json =>
	parts.length === 0
		? body
		: { ...body, input: [{ type: 'text', text: text(body.input) ?? '' }, ...parts] };

/** Whether an answer in JSON was asked for. */
export const asksForJson = ({ response_format: format }: Json): boolean =>
	[format].flat().some((one) => {
		const { mime_type, schema } = json(one);
		return mime_type === 'application/json' || schema !== undefined;
	});

import { ApiError, invalidRequest, parameterUnknown } from './errors.mts';
import { knownFields, oneOf } from './interaction-checks.mts';
import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';

// `AgentOption` of @google/genai 3.1.0. Agents are no models: they are not listed anywhere.
const AGENTS = [
	'deep-research-preview-04-2026',
	'deep-research-max-preview-04-2026',
	'antigravity-preview-05-2026',
	'antigravity-preview-09-2026',
];
/** Shut down on 2026-10-23 (ai.google.dev/gemini-api/docs/changelog). */
const GONE = ['deep-research-pro-preview-12-2025'];
const CONFIG: Record<string, string[]> = {
	'deep-research': [
		'type',
		'collaborative_planning',
		'enable_bigquery_tool',
		'thinking_summaries',
		'visualization',
	],
	antigravity: ['type', 'max_total_tokens', 'model'],
};

export const isDeepResearch = (agent: unknown): boolean =>
	String(agent).startsWith('deep-research-');

/**
 * Checks what holds for agents alone: which there are, their configuration, and what deep research cannot do.
 * @param body the whole request
 * @param tools its tools
 * @param formats its response formats
 * @returns `agent_config`, `{}` when absent
 * @throws ApiError with a string code
 */
export function checkAgent(body: Json, tools: Json[], formats: Json[], strict: boolean): Json {
	const agent = String(body.agent);
	if (GONE.includes(agent))
		throw new ApiError(404, `Agent ${agent} is no longer available.`, 'not_found');
	if (!AGENTS.includes(agent)) throw new ApiError(404, `Agent ${agent} not found.`, 'not_found');
	for (const name of ['generation_config', 'cached_content'])
		if (body[name] !== undefined) throw parameterUnknown(name);
	if (isDeepResearch(agent)) {
		if (tools.some(({ type }) => type === 'function'))
			throw invalidRequest(`Function tools are not supported by the agent ${agent}.`);
		const json = formats.some(
			({ schema, mime_type }) => schema !== undefined || mime_type === 'application/json',
		);
		if (json || body.response_mime_type !== undefined)
			throw invalidRequest(`Structured output is not supported by the agent ${agent}.`);
	}
	return readConfig(body.agent_config, agent, strict);
}

function readConfig(value: unknown, agent: string, strict: boolean): Json {
	if (value === undefined) return {};
	if (!isObject(value)) throw invalidRequest('agent_config must be an object.');
	if (value.type === 'dynamic') return value;
	const type = isDeepResearch(agent) ? 'deep-research' : 'antigravity';
	oneOf(value.type ?? null, [type], 'agent_config.type');
	if (strict) knownFields(value, CONFIG[type] as string[], 'agent_config');
	oneOf(value.thinking_summaries, ['auto', 'none'], 'agent_config.thinking_summaries');
	oneOf(value.visualization, ['auto', 'off'], 'agent_config.visualization');
	for (const name of ['collaborative_planning', 'enable_bigquery_tool'])
		if (value[name] !== undefined && typeof value[name] !== 'boolean')
			throw invalidRequest(`agent_config.${name} must be true or false.`);
	return value;
}

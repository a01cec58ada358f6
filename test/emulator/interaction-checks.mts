import { invalidRequest, parameterUnknown } from './errors.mts';
import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';

// The field names are those of the types in @google/genai 3.1.0 (dist/genai.d.ts).
const GENERATION = [
	'image_config',
	'max_output_tokens',
	'seed',
	'speech_config',
	'stop_sequences',
	'temperature',
	'thinking_level',
	'thinking_summaries',
	'tool_choice',
	'top_p',
	'transcription_config',
	'video_config',
];
const FORMATS: Record<string, string[]> = {
	text: ['type', 'mime_type', 'schema'],
	image: ['type', 'aspect_ratio', 'delivery', 'image_size', 'mime_type'],
	audio: ['type', 'bit_rate', 'delivery', 'mime_type', 'sample_rate'],
	video: ['type', 'aspect_ratio', 'delivery', 'duration', 'gcs_uri', 'resolution'],
};
const TOOLS = [
	'function',
	'google_search',
	'url_context',
	'code_execution',
	'file_search',
	'google_maps',
	'computer_use',
	'mcp_server',
	'retrieval',
];
export const TASKS = [
	'text_to_video',
	'image_to_video',
	'reference_to_video',
	'edit',
	'extend',
	'upscale',
];

/** Refuses names that are not in `fields`. */
export function knownFields(value: Json, fields: string[], path = ''): void {
	const wrong = Object.keys(value).find((name) => !fields.includes(name));
	if (wrong !== undefined) throw parameterUnknown(path ? `${path}.${wrong}` : wrong);
}

/** Absent, or one of these words. */
export function oneOf(value: unknown, allowed: string[], path: string): void {
	if (value === undefined || allowed.includes(value as string)) return;
	const shown = JSON.stringify(value);
	throw invalidRequest(
		`Invalid value for ${path}: ${shown}. Supported values: ${allowed.join(', ')}.`,
	);
}

/**
 * Checks `generation_config`.
 * @returns it, `{}` when absent
 */
export function checkGeneration(value: unknown, strict: boolean): Json {
	if (value === undefined) return {};
	if (!isObject(value)) throw invalidRequest('generation_config must be an object.');
	if (strict) knownFields(value, GENERATION, 'generation_config');
	oneOf(
		value.thinking_level,
		['minimal', 'low', 'medium', 'high'],
		'generation_config.thinking_level',
	);
	oneOf(value.thinking_summaries, ['auto', 'none'], 'generation_config.thinking_summaries');
	const video = value.video_config;
	if (video === undefined) return value;
	if (!isObject(video)) throw invalidRequest('generation_config.video_config must be an object.');
	if (strict) knownFields(video, ['task'], 'generation_config.video_config');
	oneOf(video.task, TASKS, 'generation_config.video_config.task');
	return value;
}

/**
 * Checks `response_format`, one or a list. A bare JSON schema is the older form, together with `response_mime_type`.
 * @returns the formats; a bare schema as a text format
 */
export function checkFormats(value: unknown, mimeType: unknown, strict: boolean): Json[] {
	if (value === undefined) return [];
	return [value].flat().map((one: unknown): Json => {
		if (!isObject(one)) throw invalidRequest('response_format must be an object.');
		if (!(String(one.type) in FORMATS) && mimeType === 'application/json')
			return { type: 'text', mime_type: mimeType, schema: one };
		oneOf(one.type ?? null, Object.keys(FORMATS), 'response_format.type');
		if (strict) knownFields(one, FORMATS[one.type as string] as string[], 'response_format');
		if (one.type === 'video') checkVideoFormat(one);
		else oneOf(one.delivery, ['inline', 'uri'], 'response_format.delivery');
		return one;
	});
}

function checkVideoFormat({ aspect_ratio, resolution, delivery, duration, gcs_uri }: Json): void {
	oneOf(aspect_ratio, ['16:9', '9:16'], 'response_format.aspect_ratio');
	oneOf(resolution, ['360p', '720p', '1080p', '4k'], 'response_format.resolution');
	oneOf(delivery, ['inline', 'uri'], 'response_format.delivery');
	if (gcs_uri !== undefined)
		throw invalidRequest('response_format.gcs_uri is only supported on Vertex AI.');
	if (duration === undefined) return;
	const seconds = typeof duration === 'string' ? /^(\d+)s$/.exec(duration)?.[1] : undefined;
	if (seconds !== undefined && Number(seconds) >= 3 && Number(seconds) <= 10) return;
	const shown = JSON.stringify(duration);
	throw invalidRequest(`Invalid value for response_format.duration: ${shown}. Use "3s" to "10s".`);
}

/**
 * Checks `tools`: every one has a type, functions have a name of their own.
 * @returns them, `[]` when absent
 */
export function checkTools(value: unknown, strict: boolean): Json[] {
	if (value === undefined) return [];
	if (!Array.isArray(value) || !value.every(isObject))
		throw invalidRequest('tools must be a list of objects.');
	const names = new Set<unknown>();
	for (const tool of value) {
		oneOf(tool.type ?? null, TOOLS, 'tools.type');
		if (tool.type !== 'function') continue;
		if (strict) knownFields(tool, ['type', 'name', 'description', 'parameters'], 'tools');
		if (typeof tool.name !== 'string' || tool.name === '')
			throw invalidRequest('A function tool needs a name.');
		if (names.has(tool.name)) throw invalidRequest(`Duplicate function name: ${tool.name}.`);
		names.add(tool.name);
	}
	return value;
}

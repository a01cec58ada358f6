import { list } from './answers.mts';
import { badRequest } from './errors.mts';
import { isBase64 } from './media-input.mts';
import { isObject, message, snake } from './proto-json.mts';
import type { Json } from './proto-json.mts';

// Field names: the types of @google/genai 3.1.0 without those that say "not supported in Gemini API".
const GENERATE = [
	'model',
	'contents',
	'systemInstruction',
	'tools',
	'toolConfig',
	'safetySettings',
	'generationConfig',
	'cachedContent',
	'serviceTier',
	'store',
	'labels',
];
const EMBED = [
	'model',
	'content',
	'taskType',
	'title',
	'outputDimensionality',
	'embedContentConfig',
];
const CONFIG = [
	'audioTranscriptionConfig',
	'candidateCount',
	'enableAffectiveDialog',
	'enableEnhancedCivicAnswers',
	'frequencyPenalty',
	'imageConfig',
	'logprobs',
	'maxOutputTokens',
	'mediaResolution',
	'modelSelectionConfig',
	'presencePenalty',
	'responseFormat',
	'responseJsonSchema',
	'responseLogprobs',
	'responseMimeType',
	'responseModalities',
	'responseSchema',
	'seed',
	'speechConfig',
	'stopSequences',
	'temperature',
	'thinkingConfig',
	'topK',
	'topP',
	'translationConfig',
];
const NUMBERS = [
	'candidateCount',
	'frequencyPenalty',
	'maxOutputTokens',
	'presencePenalty',
	'seed',
	'temperature',
	'topK',
	'topP',
];
const PART = [
	'text',
	'inlineData',
	'fileData',
	'functionCall',
	'functionResponse',
	'executableCode',
	'codeExecutionResult',
	'thought',
	'thoughtSignature',
	'videoMetadata',
	'mediaResolution',
	'partMetadata',
	'toolCall',
	'toolResponse',
];
const TOOL = [
	'functionDeclarations',
	'googleSearch',
	'googleSearchRetrieval',
	'googleMaps',
	'codeExecution',
	'urlContext',
	'fileSearch',
	'computerUse',
	'mcpServers',
];
const SCHEMA = [
	'anyOf',
	'default',
	'description',
	'enum',
	'example',
	'format',
	'items',
	'maxItems',
	'maxLength',
	'maxProperties',
	'maximum',
	'minItems',
	'minLength',
	'minProperties',
	'minimum',
	'nullable',
	'pattern',
	'properties',
	'propertyOrdering',
	'required',
	'title',
	'type',
];
const LEVELS = ['THINKING_LEVEL_UNSPECIFIED', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH'];
const MODALITIES = ['MODALITY_UNSPECIFIED', 'TEXT', 'IMAGE', 'AUDIO'];
const THRESHOLD = /^(HARM_BLOCK_THRESHOLD_UNSPECIFIED|BLOCK_\w+|OFF)$/;

/**
 * Reads a GenerateContentRequest the way Google's JSON parser does: names and types, not sense.
 * @param path where it sits, `''` for a line of a file
 * @returns the request under camelCase names
 * @throws ApiError 400
 */
export function readGenerate(value: unknown, path: string, strict: boolean): Json {
	const at = (name: string): string => (path ? `${path}.${name}` : name);
	const request = message(value, path, GENERATE, strict);
	list(request.contents).forEach((one, index) =>
		readContent(one, at(`contents[${index}]`), strict),
	);
	if (request.systemInstruction !== undefined)
		readContent(request.systemInstruction, at('system_instruction'), strict);
	list(request.tools).forEach((tool, index) => message(tool, at(`tools[${index}]`), TOOL, strict));
	list(request.safetySettings).forEach((one, index) => {
		const where = at(`safety_settings[${index}]`);
		const { category, threshold } = message(one, where, ['category', 'threshold'], strict);
		enumValue(category, /^HARM_CATEGORY_\w+$/, `${where}.category`);
		enumValue(threshold, THRESHOLD, `${where}.threshold`);
	});
	if (request.generationConfig !== undefined)
		request.generationConfig = readConfig(
			request.generationConfig,
			at('generation_config'),
			strict,
		);
	return request;
}

/** The same for an EmbedContentRequest. */
export function readEmbed(value: unknown, path: string, strict: boolean): Json {
	const request = message(value, path, EMBED, strict);
	if (request.content !== undefined)
		readContent(request.content, path ? `${path}.content` : 'content', strict);
	return request;
}

function readContent(value: unknown, path: string, strict: boolean): void {
	const { parts } = message(value, path, ['parts', 'role'], strict);
	list(parts).forEach((one, index) => {
		const where = `${path}.parts[${index}]`;
		const part = message(one, where, PART, strict);
		if (part.inlineData !== undefined) {
			const blob = message(part.inlineData, `${where}.inline_data`, ['data', 'mimeType'], strict);
			if (!isBase64(blob.data))
				throw badRequest(
					`Invalid value at '${where}.inline_data.data' (TYPE_BYTES), Base64 decoding failed`,
				);
		}
		if (part.fileData !== undefined)
			message(part.fileData, `${where}.file_data`, ['fileUri', 'mimeType'], strict);
	});
}

function readConfig(value: unknown, path: string, strict: boolean): Json {
	const config = message(value, path, CONFIG, strict);
	for (const name of NUMBERS) {
		const number = config[name];
		if (number !== undefined && (number === '' || Number.isNaN(Number(number))))
			throw badRequest(
				`Invalid value at '${path}.${snake(name)}' (TYPE_FLOAT), ${JSON.stringify(number)}`,
			);
	}
	list(config.responseModalities).forEach((one, index) =>
		enumValue(one, MODALITIES, `${path}.response_modalities[${index}]`),
	);
	if (config.responseSchema !== undefined)
		readSchema(config.responseSchema, `${path}.response_schema`, strict);
	if (config.thinkingConfig !== undefined) {
		const where = `${path}.thinking_config`;
		const fields = ['includeThoughts', 'thinkingBudget', 'thinkingLevel'];
		const thinking = message(config.thinkingConfig, where, fields, strict);
		enumValue(thinking.thinkingLevel, LEVELS, `${where}.thinking_level`);
	}
	if (config.imageConfig !== undefined)
		message(
			config.imageConfig,
			`${path}.image_config`,
			['aspectRatio', 'imageSize', 'personGeneration'],
			strict,
		);
	return config;
}

/** `responseSchema` is a message of its own; everything else of JSON Schema belongs into `responseJsonSchema`. */
function readSchema(value: unknown, path: string, strict: boolean): void {
	const schema = message(value, path, SCHEMA, strict);
	if (schema.items !== undefined) readSchema(schema.items, `${path}.items`, strict);
	list(schema.anyOf).forEach((one, index) => readSchema(one, `${path}.any_of[${index}]`, strict));
	if (!isObject(schema.properties)) return;
	for (const [name, one] of Object.entries(schema.properties))
		readSchema(one, `${path}.properties[${name}]`, strict);
}

function enumValue(value: unknown, allowed: string[] | RegExp, path: string): void {
	if (value === undefined) return;
	const text = String(value);
	const known =
		allowed instanceof RegExp ? allowed.test(text) : allowed.includes(text.toUpperCase());
	if (!known) throw badRequest(`Invalid value at '${path}' (TYPE_ENUM), ${JSON.stringify(value)}`);
}

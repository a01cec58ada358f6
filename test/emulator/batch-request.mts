import { linesOf } from './content.mts';
import { badRequest, unknownField } from './errors.mts';
import type { WebhookConfig } from './events.mts';
import { fileState, findFile } from './files.mts';
import { field } from './answers.mts';
import { isObject, message, optionalString, parseObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import { checkUri } from './webhooks.mts';
import type { Call, World } from './world.mts';
import type { Project } from './world.mts';

/** One request of a batch. `problem` is set when its JSONL line could not be read. */
export interface BatchRequest {
	request: unknown;
	key?: unknown;
	metadata?: unknown;
	problem?: string;
}

/** What a create call asks for. */
export interface BatchOrder {
	displayName: string | undefined;
	priority: string | undefined;
	fileName: string | undefined;
	requests: BatchRequest[];
	webhookConfig: WebhookConfig | undefined;
}

const BATCH = [
	'name',
	'model',
	'displayName',
	'inputConfig',
	'output',
	'createTime',
	'endTime',
	'updateTime',
	'batchStats',
	'state',
	'priority',
	'webhookConfig',
];
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
const MOST_INLINE_BYTES = 20 * 1024 * 1024;

/**
 * Reads the body of a create call: field names are checked down to the single requests.
 * @throws ApiError 400 for unknown fields, missing input or a missing file
 */
export function readOrder(call: Call, kind: 'generate' | 'embed'): BatchOrder {
	const { world, project } = call;
	const strict = world.settings.strictJson;
	if (call.body.length > MOST_INLINE_BYTES) {
		throw badRequest(`Request payload size exceeds the limit: ${MOST_INLINE_BYTES} bytes.`);
	}
	const root = message(parseObject(call.body), '', ['batch', 'model'], strict);
	const batch = message(root.batch, 'batch', BATCH, strict);
	const input = message(batch.inputConfig, 'batch.input_config', ['fileName', 'requests'], strict);
	const fileName = optionalString(input.fileName, 'batch.input_config.file_name');
	const order = {
		displayName: optionalString(batch.displayName, 'batch.display_name'),
		priority: batch.priority === undefined ? undefined : readPriority(batch.priority),
		fileName,
		webhookConfig: readWebhookConfig(world, batch.webhookConfig, 'batch.webhook_config', true),
	};
	const requests = fileName
		? readFile(world, project, fileName)
		: readInline(input.requests, kind === 'generate' ? GENERATE : EMBED, strict);
	if (requests.length === 0) throw badRequest('The batch has no requests.');
	return { ...order, requests };
}

/** An int64, which may come as a number or as text. */
export function readPriority(value: unknown): string {
	if (!/^-?\d+$/.test(String(value))) {
		throw badRequest(`Invalid value at 'batch.priority' (TYPE_INT64), ${JSON.stringify(value)}`);
	}
	return String(value);
}

/**
 * Reads `webhookConfig`/`webhook_config`. In batches the live API refused `userMetadata` (googleapis/go-genai#779).
 * @returns undefined when there is none
 */
export function readWebhookConfig(
	world: World,
	value: unknown,
	path: string,
	ofBatch: boolean,
): WebhookConfig | undefined {
	if (value === undefined || value === null) return undefined;
	const { strictJson, rejectUserMetadata } = world.settings;
	const { uris, userMetadata } = message(value, path, ['uris', 'userMetadata'], strictJson);
	if (userMetadata !== undefined && ofBatch && rejectUserMetadata) {
		const asWritten = isObject(value) && 'userMetadata' in value ? 'userMetadata' : 'user_metadata';
		throw unknownField(asWritten, path);
	}
	if (!Array.isArray(uris) || uris.length === 0)
		throw badRequest(`${path}.uris must not be empty.`);
	return {
		uris: uris.map((uri) => checkUri(uri, `${path}.uris`, world.settings)),
		...(userMetadata !== undefined && { userMetadata }),
	};
}

function readInline(value: unknown, fields: string[], strict: boolean): BatchRequest[] {
	if (value === undefined) throw badRequest('batch.input_config needs file_name or requests.');
	const { requests } = message(value, 'batch.input_config.requests', ['requests'], strict);
	if (!Array.isArray(requests))
		throw badRequest('batch.input_config.requests.requests must be a list.');
	return requests.map((one: unknown, index) => {
		const path = `batch.input_config.requests.requests[${index}]`;
		const { request, metadata } = message(one, path, ['request', 'metadata'], strict);
		const read = message(request, `${path}.request`, fields, strict);
		const contents = Array.isArray(read.contents) ? (read.contents as unknown[]) : [];
		contents.forEach((content, at) =>
			message(content, `${path}.request.contents[${at}]`, ['parts', 'role'], strict),
		);
		return { request: read, ...(metadata !== undefined && { metadata }) };
	});
}

/** The requests of an uploaded JSONL file, one object a line. A line that cannot be read becomes an error of its own. */
function readFile(world: World, project: Project, name: string): BatchRequest[] {
	const file = findFile(world, project, name);
	if (!file) throw badRequest(`Input file ${name} not found or not accessible.`);
	if (fileState(file) !== 'ACTIVE') {
		throw badRequest(
			`The File ${name} is not in an ACTIVE state and usage is not allowed.`,
			'FAILED_PRECONDITION',
		);
	}
	return [...linesOf(file.content)].filter((line) => line.trim() !== '').map(readLine);
}

function readLine(line: string): BatchRequest {
	try {
		const value = JSON.parse(line) as Json;
		if (!isObject(value)) return { request: undefined, problem: 'Invalid JSON: not an object.' };
		const request = field(value, 'request');
		const key = value.key;
		return {
			request,
			...(key !== undefined && { key }),
			...(value.metadata !== undefined && { metadata: value.metadata }),
		};
	} catch (error) {
		return { request: undefined, problem: `Invalid JSON: ${(error as Error).message}` };
	}
}

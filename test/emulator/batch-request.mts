import { linesOf } from './content.mts';
import { ApiError, badRequest, unknownField } from './errors.mts';
import type { WebhookConfig } from './events.mts';
import { findFile } from './files.mts';
import { readEmbed, readGenerate } from './generate-checks.mts';
import { requireActive } from './media-input.mts';
import { isObject, message, optionalString, parseObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import { checkUri } from './webhooks.mts';
import type { Call, World } from './world.mts';
import type { Project } from './world.mts';

/** One request of a batch. `problem` is set when its JSONL line could not be read. */
export interface BatchRequest {
	/** Under camelCase names. */
	request: Json;
	key?: unknown;
	metadata?: unknown;
	problem?: string;
}

/** The requests of a batch. Those of a file are read line by line, so that 100,000 of them are never held at once. */
export interface BatchInput {
	count: number;
	read: () => Iterable<BatchRequest>;
}

/** What a create call asks for. */
export interface BatchOrder {
	displayName: string | undefined;
	priority: string | undefined;
	fileName: string | undefined;
	requests: BatchInput;
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
		? readFile(world, project, fileName, kind)
		: readInline(input.requests, kind, strict);
	if (requests.count === 0) throw badRequest('The batch has no requests.');
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

type Kind = 'generate' | 'embed';

function readInline(value: unknown, kind: Kind, strict: boolean): BatchInput {
	if (value === undefined) throw badRequest('batch.input_config needs file_name or requests.');
	const { requests } = message(value, 'batch.input_config.requests', ['requests'], strict);
	if (!Array.isArray(requests))
		throw badRequest('batch.input_config.requests.requests must be a list.');
	const read = requests.map((one: unknown, index): BatchRequest => {
		const path = `batch.input_config.requests.requests[${index}]`;
		const { request, metadata } = message(one, path, ['request', 'metadata'], strict);
		return {
			request: readRequest(request, `${path}.request`, kind, strict),
			...(metadata !== undefined && { metadata }),
		};
	});
	return { count: read.length, read: () => read };
}

const readRequest = (value: unknown, path: string, kind: Kind, strict: boolean): Json =>
	(kind === 'generate' ? readGenerate : readEmbed)(value, path, strict);

/** The requests of an uploaded JSONL file, one object a line. A line that cannot be read becomes an error of its own. */
function readFile(world: World, project: Project, name: string, kind: Kind): BatchInput {
	const file = findFile(world, project, name);
	if (!file) throw badRequest(`Input file ${name} not found or not accessible.`);
	requireActive(world, project, name);
	const { content } = file;
	const lines = function* (): Generator<string> {
		for (const line of linesOf(content)) if (line.trim() !== '') yield line;
	};
	let count = 0;
	for (const _ of lines()) count += 1;
	const { strictJson } = world.settings;
	return {
		count,
		read: function* () {
			for (const line of lines()) yield readLine(line, kind, strictJson);
		},
	};
}

function readLine(line: string, kind: Kind, strict: boolean): BatchRequest {
	let key: unknown;
	let metadata: unknown;
	try {
		const value = JSON.parse(line) as unknown;
		if (!isObject(value)) throw new TypeError('not an object.');
		({ key, metadata } = value);
		const request = readRequest(value.request ?? {}, '', kind, strict);
		return { request, ...mark(key, metadata) };
	} catch (error) {
		const text = (error as Error).message;
		const problem = error instanceof ApiError ? text : `Invalid JSON: ${text}`;
		return { request: {}, problem, ...mark(key, metadata) };
	}
}

const mark = (key: unknown, metadata: unknown): Pick<BatchRequest, 'key' | 'metadata'> => ({
	...(key !== undefined && { key }),
	...(metadata !== undefined && { metadata }),
});

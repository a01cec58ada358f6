import { timestamp } from './clock.mts';
import { readOrder, readPriority } from './batch-request.mts';
import type { BatchOrder } from './batch-request.mts';
import { cancelBatch, startBatch } from './batch-run.mts';
import type { BatchResult } from './batch-output.mts';
import { badRequest, notFound } from './errors.mts';
import { batchId } from './ids.mts';
import { requireModel } from './models.mts';
import { message, optionalString, page, parseObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import type { Call, Route, World } from './world.mts';

/** A batch job. */
export interface Batch extends BatchOrder {
	id: string;
	/** `batches/<id>` */
	name: string;
	kind: 'generate' | 'embed';
	/** `models/<id>` */
	model: string;
	/** `BATCH_STATE_...` */
	state: string;
	/** Emulator milliseconds. */
	createdAt: number;
	updatedAt: number;
	endedAt: number | undefined;
	/** Deleted jobs run on unseen (ai.google.dev/api/batch-api: delete "doesn't cancel the operation"). */
	deleted: boolean;
	/** How many requests have ended, and how many of them in an error. */
	counts: { done: number; failed: number };
	/** Of jobs without an input file. */
	results: BatchResult[] | undefined;
	/** `files/batch-<id>`, for jobs with an input file. */
	outputFile: string | undefined;
	error: { code: number; message: string } | undefined;
}

const TYPES = 'type.googleapis.com/google.ai.generativelanguage.v1main';
const OVER = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'].map((word) => `BATCH_STATE_${word}`);

/** Whether the job can no longer change. */
export const isOver = (batch: Batch): boolean => OVER.includes(batch.state);

function create(call: Call, kind: Batch['kind']): Json {
	const { world, project, params } = call;
	const method = kind === 'generate' ? 'batchGenerateContent' : 'asyncBatchEmbedContent';
	requireModel(world, params[0] as string, call.version, method);
	const order = readOrder(call, kind);
	const id = batchId();
	const now = world.clock.now();
	const batch: Batch = {
		...order,
		id,
		name: `batches/${id}`,
		kind,
		model: `models/${params[0]}`,
		state: 'BATCH_STATE_PENDING',
		createdAt: now,
		updatedAt: now,
		endedAt: undefined,
		deleted: false,
		counts: { done: 0, failed: 0 },
		results: undefined,
		outputFile: undefined,
		error: undefined,
	};
	project.batches.set(id, batch);
	startBatch(world, project, batch);
	return showBatch(world, batch, true);
}

/** Counters are int64, so text; zeroes are left out, as protobuf's JSON does. */
function stats(batch: Batch): Json {
	const { done, failed } = batch.counts;
	const all = batch.requests.count;
	const counts = {
		requestCount: all,
		successfulRequestCount: done - failed,
		failedRequestCount: batch.state === 'BATCH_STATE_FAILED' ? all : failed,
		pendingRequestCount: isOver(batch) ? 0 : all - done,
	};
	return Object.fromEntries(
		Object.entries(counts)
			.filter(([, count]) => count > 0)
			.map(([name, count]) => [name, String(count)]),
	);
}

function output(world: World, batch: Batch, withInline: boolean): Json | undefined {
	if (batch.state !== 'BATCH_STATE_SUCCEEDED') return undefined;
	if (batch.outputFile) return { responsesFile: batch.outputFile };
	if (!withInline || !batch.results) return undefined;
	const results = world.settings.shuffleOutput ? [...batch.results].reverse() : batch.results;
	const shown = results.map(({ metadata, ...result }) =>
		metadata === undefined || world.settings.omitInlineMetadata ? result : { ...result, metadata },
	);
	return { inlinedResponses: { inlinedResponses: shown } };
}

/** The `metadata` of the operation: a GenerateContentBatch or EmbedContentBatch. */
function showMetadata(world: World, batch: Batch, withInline: boolean): Json {
	const type = batch.kind === 'generate' ? 'GenerateContentBatch' : 'EmbedContentBatch';
	const result = output(world, batch, withInline);
	return {
		'@type': `${TYPES}.${type}`,
		model: batch.model,
		...(batch.displayName !== undefined && { displayName: batch.displayName }),
		...(batch.fileName && { inputConfig: { fileName: batch.fileName } }),
		...(result && world.settings.batchOutputIn !== 'response' && { output: result }),
		createTime: timestamp(batch.createdAt),
		...(batch.endedAt !== undefined && { endTime: timestamp(batch.endedAt) }),
		updateTime: timestamp(batch.updatedAt),
		batchStats: stats(batch),
		state: batch.state,
		...(batch.priority !== undefined && batch.priority !== '0' && { priority: batch.priority }),
		...(batch.webhookConfig && { webhookConfig: batch.webhookConfig }),
		name: batch.name,
	};
}

/** A batch as the API shows it: a long-running operation. Lists leave inlined results out. */
export function showBatch(world: World, batch: Batch, withInline: boolean): Json {
	const type = batch.kind === 'generate' ? 'GenerateContentBatchOutput' : 'EmbedContentBatchOutput';
	const result = output(world, batch, withInline);
	return {
		name: batch.name,
		metadata: showMetadata(world, batch, withInline),
		...(isOver(batch) && { done: true }),
		...(batch.error && { error: batch.error }),
		...(result &&
			world.settings.batchOutputIn !== 'metadata' && {
				response: { '@type': `${TYPES}.${type}`, ...result },
			}),
	};
}

function find({ project, params }: Call): Batch {
	const batch = project.batches.get(params[0] as string);
	if (!batch || batch.deleted) throw notFound(`Batch batches/${params[0]} not found.`);
	return batch;
}

function list({ world, project, query }: Call): Json {
	const batches = [...project.batches.values()].filter(({ deleted }) => !deleted).reverse();
	const limits = { usual: 50, most: 1000 };
	const { items, next } = page(batches, query.get('pageSize'), query.get('pageToken'), limits);
	return {
		operations: items.map((batch) => showBatch(world, batch, false)),
		...(next && { nextPageToken: next }),
	};
}

function update(call: Call): Json {
	const { world, query } = call;
	const batch = find(call);
	const strict = world.settings.strictJson;
	const fields = message(parseObject(call.body), '', ['name', 'displayName', 'priority'], strict);
	const mask = query.get('updateMask')?.replace('display_name', 'displayName').split(',');
	const wanted = (name: string): boolean => (mask ? mask.includes(name) : name in fields);
	const wrong = mask?.find((name) => !['displayName', 'priority'].includes(name));
	if (wrong !== undefined) throw badRequest(`Invalid update_mask: "${wrong}" cannot be updated.`);
	if (wanted('displayName')) batch.displayName = optionalString(fields.displayName, 'display_name');
	if (wanted('priority')) batch.priority = readPriority(fields.priority ?? 0);
	batch.updatedAt = world.clock.now();
	return showMetadata(world, batch, false);
}

function cancel(call: Call): Json {
	const batch = find(call);
	if (!isOver(batch)) cancelBatch(call.world, call.project, batch);
	return {};
}

function remove(call: Call): Json {
	find(call).deleted = true;
	return {};
}

const one = 'batches/([^/:]+)';

export const batchRoutes: Route[] = [
	{
		method: 'POST',
		path: /^models\/([^/:]+):batchGenerateContent$/,
		handle: (call) => ({ json: create(call, 'generate') }),
	},
	{
		method: 'POST',
		path: /^models\/([^/:]+):asyncBatchEmbedContent$/,
		handle: (call) => ({ json: create(call, 'embed') }),
	},
	{ method: 'GET', path: /^batches$/, handle: (call) => ({ json: list(call) }) },
	{
		method: 'GET',
		path: new RegExp(`^${one}$`),
		handle: (call) => ({ json: showBatch(call.world, find(call), true) }),
	},
	{
		method: 'POST',
		path: new RegExp(`^${one}:cancel$`),
		handle: (call) => ({ json: cancel(call) }),
	},
	{ method: 'DELETE', path: new RegExp(`^${one}$`), handle: (call) => ({ json: remove(call) }) },
	{
		method: 'PATCH',
		path: new RegExp(`^${one}:updateGenerateContentBatch$`),
		handle: (call) => ({ json: update(call) }),
	},
];

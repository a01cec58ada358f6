import { ERROR_MARK } from './answers.mts';
import { readWebhookConfig } from './batch-request.mts';
import { notFound } from './errors.mts';
import { announce, outputFileUri } from './events.mts';
import type { WebhookConfig } from './events.mts';
import { operationId } from './ids.mts';
import { requireModel } from './models.mts';
import { message, page, parseObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import { readVideoOrder } from './video-request.mts';
import type { VideoOrder } from './video-request.mts';
import { makeFilms, storeFilm } from './video.mts';
import type { Call, Project, Route, World } from './world.mts';

/** A Veo operation. Google shut these models down; they remain for clients of an older API. */
export interface VideoOperation extends VideoOrder {
	/** `models/<model>/operations/<id>` */
	name: string;
	webhookConfig: WebhookConfig | undefined;
	done: boolean;
	response: Json | undefined;
	error: { code: number; message: string } | undefined;
}

const TYPE = 'type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse';

function create(call: Call): Json {
	const { world, project, params } = call;
	const model = params[0] as string;
	requireVeo(world, model);
	requireModel(world, model, call.version, 'predictLongRunning');
	const fields = ['instances', 'parameters', 'webhookConfig'];
	const body = message(parseObject(call.body), '', fields, world.settings.strictJson);
	const operation: VideoOperation = {
		...readVideoOrder(call, body),
		name: `models/${model}/operations/${operationId()}`,
		webhookConfig: readWebhookConfig(world, body.webhookConfig, 'webhook_config', false),
		done: false,
		response: undefined,
		error: undefined,
	};
	project.operations.set(operation.name, operation);
	const { videoDurationMs } = world.settings;
	if (videoDurationMs !== null) {
		world.clock.after(videoDurationMs, () => {
			if (!operation.done) finishOperation(world, project, operation);
		});
	}
	return { name: operation.name };
}

function requireVeo({ settings }: World, model: string): void {
	if (settings.veoAvailable) return;
	throw notFound(
		`models/${model} is no longer available. Please update your code to use a newer model.`,
	);
}

/** Ends as the prompt says: a film, an error (`[[error]]`) or nothing but filtered films (`[[blocked]]`). */
export function finishOperation(world: World, project: Project, operation: VideoOperation): void {
	if (operation.prompt.includes(ERROR_MARK)) failOperation(world, operation);
	else completeOperation(world, project, operation);
}

/** Done, with films and with the safety filters' reasons for those that are missing. */
export function completeOperation(world: World, project: Project, operation: VideoOperation): void {
	operation.done = true;
	world.log(`${operation.name} done`);
	const { films, filtered, reasons } = makeFilms(world, operation.prompt, operation.samples);
	const stored = films.map((film) => storeFilm(world, project, film));
	operation.response = {
		'@type': TYPE,
		generateVideoResponse: {
			...(stored.length > 0 && {
				generatedSamples: stored.map(({ uri }) => ({ video: { uri } })),
			}),
			...(filtered > 0 && { raiMediaFilteredCount: filtered, raiMediaFilteredReasons: reasons }),
		},
	};
	const name = stored[0]?.file.name;
	const data = name && { output_file_uri: outputFileUri(name, world.settings), file_name: name };
	announce(world, project, {
		type: 'video.generated',
		job: operation.name,
		data: { id: operation.name, ...data },
		config: operation.webhookConfig,
	});
}

/** Done, with an error; no event exists for that. */
export function failOperation(
	world: World,
	operation: VideoOperation,
	error = { code: 13, message: 'Internal error encountered.' },
): void {
	operation.done = true;
	operation.error = error;
	world.log(`${operation.name} failed`);
}

/** An operation as the API shows it. */
export function showOperation({ name, done, response, error }: VideoOperation): Json {
	return { name, ...(done && { done }), ...(error && { error }), ...(response && { response }) };
}

/** The operations of a model, newest first (operations.list of the v1 REST reference). */
function list({ world, project, params, query }: Call): Json {
	const model = params[0] as string;
	requireVeo(world, model);
	const operations = [...project.operations.values()]
		.filter(({ name }) => name.startsWith(`models/${model}/`))
		.reverse();
	const limits = { usual: 50, most: 1000 };
	const { items, next } = page(operations, query.get('pageSize'), query.get('pageToken'), limits);
	return { operations: items.map(showOperation), ...(next && { nextPageToken: next }) };
}

export const operationRoutes: Route[] = [
	{
		method: 'POST',
		path: /^models\/([^/:]+):predictLongRunning$/,
		handle: (call) => ({ json: create(call) }),
	},
	{
		method: 'GET',
		path: /^models\/([^/:]+)\/operations$/,
		handle: (call) => ({ json: list(call) }),
	},
	{
		method: 'GET',
		path: /^(models\/[^/:]+\/operations\/[^/:]+)$/,
		handle: ({ project, params }) => {
			const operation = project.operations.get(params[0] as string);
			if (!operation) throw notFound(`Operation ${params[0]} not found.`);
			return { json: showOperation(operation) };
		},
	},
];

import { BLOCKED_MARK, ERROR_MARK } from './answers.mts';
import { readWebhookConfig } from './batch-request.mts';
import { badRequest, notFound } from './errors.mts';
import { announce, outputFileUri } from './events.mts';
import type { WebhookConfig } from './events.mts';
import { operationId } from './ids.mts';
import { requireModel } from './models.mts';
import { isObject, message, parseObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import { makeFilm } from './video.mts';
import type { Call, Project, Route, World } from './world.mts';

/** A Veo operation. Google shut these models down; they remain for clients of an older API. */
export interface VideoOperation {
	/** `models/<model>/operations/<id>` */
	name: string;
	prompt: string;
	webhookConfig: WebhookConfig | undefined;
	done: boolean;
	response: Json | undefined;
	error: { code: number; message: string } | undefined;
}

const TYPE = 'type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse';

function create(call: Call): Json {
	const { world, project, params } = call;
	const model = params[0] as string;
	if (!world.settings.veoAvailable) {
		throw notFound(
			`models/${model} is no longer available. Please update your code to use a newer model.`,
		);
	}
	requireModel(world, model, call.version, 'predictLongRunning');
	const fields = ['instances', 'parameters', 'webhookConfig'];
	const body = message(parseObject(call.body), '', fields, world.settings.strictJson);
	const first: unknown = Array.isArray(body.instances) ? body.instances[0] : undefined;
	if (!isObject(first)) throw badRequest('instances must hold one instance.');
	const operation: VideoOperation = {
		name: `models/${model}/operations/${operationId()}`,
		prompt: String(first.prompt ?? ''),
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

/** Ends as the prompt says: a film, an error (`[[error]]`) or nothing but filtered films (`[[blocked]]`). */
export function finishOperation(world: World, project: Project, operation: VideoOperation): void {
	if (operation.prompt.includes(ERROR_MARK)) failOperation(world, operation);
	else completeOperation(world, project, operation);
}

/** Done, with a film or with the safety filter's reasons. */
export function completeOperation(world: World, project: Project, operation: VideoOperation): void {
	operation.done = true;
	world.log(`${operation.name} done`);
	const blocked = operation.prompt.includes(BLOCKED_MARK);
	const film = blocked ? undefined : makeFilm(world, project, operation.prompt);
	operation.response = {
		'@type': TYPE,
		generateVideoResponse: film
			? { generatedSamples: [{ video: { uri: film.uri } }] }
			: {
					raiMediaFilteredCount: 1,
					raiMediaFilteredReasons: ['The prompt was blocked by the safety filters.'],
				},
	};
	const name = film?.file.name;
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

export const operationRoutes: Route[] = [
	{
		method: 'POST',
		path: /^models\/([^/:]+):predictLongRunning$/,
		handle: (call) => ({ json: create(call) }),
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

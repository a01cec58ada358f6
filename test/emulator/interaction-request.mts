import { readWebhookConfig } from './batch-request.mts';
import { ApiError, badRequest } from './errors.mts';
import type { WebhookConfig } from './events.mts';
import { isObject, parseObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import type { Call } from './world.mts';

/** What a create call asks for, fields as sent. */
export interface InteractionOrder {
	model: string | undefined;
	agent: string | undefined;
	input: unknown;
	background: boolean;
	store: boolean;
	tools: Json[];
	/** The text, image or video formats asked for. */
	formats: Json[];
	previousId: string | undefined;
	webhookConfig: WebhookConfig | undefined;
	/** `webhook_config` as sent, which the answer repeats (as seen in google-gemini/cookbook#1297). */
	webhookEcho: unknown;
}

const FIELDS = [
	'model',
	'agent',
	'agent_config',
	'input',
	'background',
	'store',
	'stream',
	'system_instruction',
	'tools',
	'generation_config',
	'response_format',
	'response_modalities',
	'response_mime_type',
	'previous_interaction_id',
	'webhook_config',
	'service_tier',
	'labels',
	'safety_settings',
	'cached_content',
	'continuation_token',
	'environment',
];

const invalid = (message: string): ApiError => badRequest(message, 'invalid_request');

/**
 * Reads and checks the body of a create call (the rules of ai.google.dev/api/interactions).
 * @throws ApiError with a string code
 */
export function readInteraction(call: Call): InteractionOrder {
	const { world, project, version } = call;
	const body = parseInteraction(call.body);
	const unknown = Object.keys(body).find((name) => !FIELDS.includes(name));
	if (unknown !== undefined && world.settings.strictJson) throw parameterUnknown(unknown);
	const generation = isObject(body.generation_config) ? body.generation_config : {};
	if (version === 'v1' && world.settings.strictV1Interactions) {
		if ('webhook_config' in body) throw parameterUnknown('webhook_config');
		if ('video_config' in generation) throw parameterUnknown('generation_config.video_config');
	}
	if (body.stream === true)
		throw new ApiError(501, 'The emulator does not stream.', 'not_implemented');
	const { model, agent, input } = body;
	if ((typeof model === 'string') === (typeof agent === 'string')) {
		throw invalid('Exactly one of model and agent is required.');
	}
	if (input === undefined || input === null || input === '') throw invalid('input is required.');
	const background = body.background === true;
	const store = body.store !== false;
	if (background && !store) throw invalid('background=true requires store=true.');
	if (agent !== undefined && !background) throw invalid('Agents require background=true.');
	const hasWebhook = body.webhook_config !== undefined && body.webhook_config !== null;
	if (hasWebhook && !background) throw invalid('webhook_config requires background=true.');
	const formats = [body.response_format].flat().filter(isObject);
	checkVideo(formats, isObject(generation.video_config) ? generation.video_config : {}, body);
	const previousId = body.previous_interaction_id;
	if (previousId !== undefined && !project.interactions.has(String(previousId))) {
		throw invalid(`Invalid interaction name: ${String(previousId)}`);
	}
	return {
		model: model as string | undefined,
		agent: agent as string | undefined,
		input,
		background,
		store,
		tools: Array.isArray(body.tools) ? body.tools.filter(isObject) : [],
		formats,
		previousId: previousId as string | undefined,
		webhookConfig: readWebhookConfig(world, body.webhook_config, 'webhook_config', false),
		webhookEcho: hasWebhook ? body.webhook_config : undefined,
	};
}

function parseInteraction(bytes: Buffer): Json {
	try {
		return parseObject(bytes);
	} catch (error) {
		throw invalid((error as Error).message);
	}
}

const parameterUnknown = (name: string): ApiError =>
	badRequest(`Unknown parameter: '${name}'.`, 'parameter_unknown');

/** Durations are text with a unit; an edit continues an earlier interaction and names no task. */
function checkVideo(formats: Json[], config: Json, body: Json): void {
	for (const { type, duration } of formats) {
		if (type !== 'video' || duration === undefined) continue;
		const seconds = typeof duration === 'string' ? /^(\d+)s$/.exec(duration)?.[1] : undefined;
		if (seconds === undefined || Number(seconds) < 3 || Number(seconds) > 10) {
			throw invalid(
				`Invalid value for response_format.duration: ${JSON.stringify(duration)}. Use "3s" to "10s".`,
			);
		}
	}
	if (config.task !== undefined && body.previous_interaction_id !== undefined) {
		throw invalid('video_config.task and previous_interaction_id cannot be combined.');
	}
}

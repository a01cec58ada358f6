import { checkAgent } from './agents.mts';
import { readWebhookConfig } from './batch-request.mts';
import { checkContinuation } from './continuation.mts';
import { ApiError, invalidRequest, parameterUnknown } from './errors.mts';
import type { WebhookConfig } from './events.mts';
import { checkFormats, checkGeneration, checkTools, knownFields } from './interaction-checks.mts';
import { findInteraction } from './interaction-find.mts';
import { requireInteractionModel } from './models.mts';
import { checkMedia, checkOmni, isOmni } from './omni-checks.mts';
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
	/** `generation_config`, `{}` when absent. */
	config: Json;
	/** `agent_config`, `{}` when absent. */
	agentConfig: Json;
	/** Fields that an answer repeats when the setting `echoRequest` says so. */
	echo: Json;
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

const ECHOED = [
	'tools',
	'system_instruction',
	'response_format',
	'generation_config',
	'agent_config',
	'labels',
];

/**
 * Reads and checks the body of a create call (the rules of ai.google.dev/api/interactions).
 * @throws ApiError with a string code
 */
export function readInteraction(call: Call): InteractionOrder {
	const { world, project } = call;
	const strict = world.settings.strictJson;
	const body = parseInteraction(call.body);
	if (strict) knownFields(body, FIELDS);
	checkVersion(call, body);
	checkMode(body);
	const { model, agent, input, previous_interaction_id: previousId } = body;
	if (model !== undefined) requireInteractionModel(world, String(model), call.version);
	const formats = checkFormats(body.response_format, body.response_mime_type, strict);
	const tools = checkTools(body.tools, strict);
	const agentConfig = agent === undefined ? {} : checkAgent(body, tools, formats, strict);
	const config = checkGeneration(body.generation_config, strict);
	if (isOmni(model)) checkOmni(body, formats, config);
	checkMedia(world, project, input, model);
	const previous =
		previousId === undefined ? undefined : findInteraction(world, project, String(previousId));
	checkContinuation(previous, input);
	return {
		model: model as string | undefined,
		agent: agent as string | undefined,
		input,
		background: body.background === true,
		store: body.store !== false,
		tools,
		formats,
		config,
		agentConfig,
		echo: Object.fromEntries(Object.entries(body).filter(([name]) => ECHOED.includes(name))),
		previousId: previousId as string | undefined,
		webhookConfig: readWebhookConfig(world, body.webhook_config, 'webhook_config', false),
		webhookEcho: body.webhook_config ?? undefined,
	};
}

/** What `/v1` may lack, and what the emulator lacks. */
function checkVersion({ world, version }: Call, body: Json): void {
	if (body.stream === true)
		throw new ApiError(501, 'The emulator does not stream.', 'not_implemented');
	if (version !== 'v1' || !world.settings.strictV1Interactions) return;
	if ('webhook_config' in body) throw parameterUnknown('webhook_config');
	if (isObject(body.generation_config) && 'video_config' in body.generation_config)
		throw parameterUnknown('generation_config.video_config');
}

/** Model or agent, and what runs in the background. */
function checkMode({ model, agent, input, background, store, webhook_config }: Json): void {
	if ((typeof model === 'string') === (typeof agent === 'string')) {
		throw invalidRequest('Exactly one of model and agent is required.');
	}
	if (input === undefined || input === null || input === '')
		throw invalidRequest('input is required.');
	if (background === true && store === false)
		throw invalidRequest('background=true requires store=true.');
	if (background === true) return;
	if (agent !== undefined) throw invalidRequest('Agents require background=true.');
	if (webhook_config !== undefined && webhook_config !== null)
		throw invalidRequest('webhook_config requires background=true.');
}

function parseInteraction(bytes: Buffer): Json {
	try {
		return parseObject(bytes);
	} catch (error) {
		throw invalidRequest((error as Error).message);
	}
}

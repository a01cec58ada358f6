import { BLOCKED_MARK, ERROR_MARK, tokens } from './answers.mts';
import { bytesOf } from './content.mts';
import { announce, errorData, outputFileUri } from './events.mts';
import { anyId } from './ids.mts';
import type { Interaction } from './interactions.mts';
import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import { instanceOf } from './schema-instance.mts';
import { makeFilms, storeFilm } from './video.mts';
import type { Project, World } from './world.mts';

/** With this text in the prompt, an interaction that has function tools asks for a call of each of them. */
export const ACTION_MARK = '[[action]]';

/** How a control call ends an interaction. */
export interface InteractionOutcome {
	/** `completed` when left out; also `incomplete` or `budget_exceeded`. */
	status?: string;
	/** The model's steps, instead of the emulator's own. */
	steps?: Json[];
}

/** A function call that an interaction asks for. */
export interface FunctionCall {
	id?: string;
	name: string;
	arguments?: Json;
}

/** Whether the interaction can no longer change. */
export const isFinal = ({ status }: Interaction): boolean =>
	['completed', 'failed', 'cancelled', 'incomplete', 'budget_exceeded'].includes(status);

/** Sets the timer of a background interaction. */
export function startInteraction(world: World, project: Project, interaction: Interaction): void {
	const { interactionDurationMs } = world.settings;
	if (interactionDurationMs === null) return;
	world.clock.after(interactionDurationMs, () => {
		if (interaction.status === 'in_progress' || interaction.status === 'queued') {
			finishInteraction(world, project, interaction);
		}
	});
}

/** Ends as the prompt says: an answer, a failure (`[[error]]`) or function calls (`[[action]]`). */
export function finishInteraction(world: World, project: Project, interaction: Interaction): void {
	const prompt = promptOf(interaction.input);
	const functions = interaction.tools.filter(({ type }) => type === 'function');
	if (prompt.includes(ERROR_MARK)) {
		failInteraction(world, project, interaction);
	} else if (prompt.includes(ACTION_MARK) && functions.length > 0) {
		const calls = functions.map(({ name, parameters }) => ({
			name: String(name),
			arguments: instanceOf(parameters ?? { type: 'object' }, prompt) as Json,
		}));
		requireAction(world, project, interaction, calls);
	} else {
		completeInteraction(world, project, interaction);
	}
}

/** `completed`, with an answer. */
export function completeInteraction(
	world: World,
	project: Project,
	interaction: Interaction,
	{ status = 'completed', steps }: InteractionOutcome = {},
): void {
	const prompt = promptOf(interaction.input);
	const film = isVideo(interaction) && !steps && filmParts(world, project, interaction, prompt);
	const text = { type: 'text', text: answerText(interaction, prompt) };
	const content = film && film.parts.length > 0 ? film.parts : [text];
	interaction.steps = steps ?? [{ type: 'model_output', content }];
	interaction.usage = usage(prompt, JSON.stringify(interaction.steps));
	setStatus(world, interaction, status);
	if (status !== 'completed') return; // no event exists for the others
	const { omniEvents } = world.settings;
	if (!isVideo(interaction) || omniEvents !== 'video.generated') {
		tell(world, project, interaction, 'interaction.completed', {});
	}
	if (isVideo(interaction) && omniEvents !== 'interaction.completed') {
		const name = film ? film.fileName : undefined;
		const data = name && { output_file_uri: outputFileUri(name, world.settings), file_name: name };
		tell(world, project, interaction, 'video.generated', { ...data });
	}
}

/** `failed`, with a reason. */
export function failInteraction(
	world: World,
	project: Project,
	interaction: Interaction,
	error = { code: 'api_error', message: 'Internal error encountered.' },
): void {
	interaction.errors = [error];
	setStatus(world, interaction, 'failed');
	const data = errorData(error.code, error.message, world.settings);
	tell(world, project, interaction, 'interaction.failed', data);
}

/** `requires_action`: the caller has to run functions and start a new interaction with their results. */
export function requireAction(
	world: World,
	project: Project,
	interaction: Interaction,
	calls: FunctionCall[],
): void {
	interaction.steps = calls.map((call) => ({
		type: 'function_call',
		id: call.id ?? `call_${anyId()}`,
		name: call.name,
		arguments: call.arguments ?? {},
	}));
	setStatus(world, interaction, 'requires_action');
	tell(world, project, interaction, 'interaction.requires_action', {});
}

/** `cancelled`. */
export function cancelInteraction(world: World, project: Project, interaction: Interaction): void {
	setStatus(world, interaction, 'cancelled');
	tell(world, project, interaction, 'interaction.cancelled', {});
}

/** Any status, known or not; nothing is announced. */
export function setStatus(world: World, interaction: Interaction, status: string): void {
	interaction.status = status;
	interaction.updatedAt = world.clock.now();
	world.log(`${interaction.name} ${status}`);
}

/** The input as steps of the timeline. */
export function inputSteps(input: unknown): Json[] {
	if (typeof input === 'string')
		return [{ type: 'user_input', content: [{ type: 'text', text: input }] }];
	const items = [input].flat().filter(isObject);
	const isStep = ({ type }: Json): boolean => /_(input|output|call|result)$/.test(String(type));
	if (items.length > 0 && items.every(isStep)) return items;
	return [{ type: 'user_input', content: items }];
}

/** Only background interactions announce anything (`webhook_config` requires `background`). */
function tell(world: World, project: Project, one: Interaction, type: string, data: Json): void {
	if (!one.background) return;
	const config = one.webhookConfig;
	announce(world, project, { type, job: one.name, data: { id: one.id, ...data }, config });
}

/** The text of the input; function results count as their JSON. */
function promptOf(input: unknown): string {
	const pieces = inputSteps(input).flatMap((step) => {
		if (step.type === 'function_result') {
			return [typeof step.result === 'string' ? step.result : JSON.stringify(step.result)];
		}
		const content = [step.content].flat();
		return content
			.map((part) => (isObject(part) ? part.text : part))
			.filter((text) => typeof text === 'string');
	});
	return pieces.join('\n');
}

const isVideo = ({ model, formats }: Interaction): boolean =>
	/omni|veo/.test(model ?? '') || formats.some(({ type }) => type === 'video');

function answerText({ formats }: Interaction, prompt: string): string {
	if (prompt.includes(BLOCKED_MARK)) return 'I cannot help with that.';
	const format = formats.find(
		({ schema, mime_type }) => schema !== undefined || mime_type === 'application/json',
	);
	if (!format) return `Echo: ${prompt}`;
	return JSON.stringify(
		format.schema === undefined ? { echo: prompt } : instanceOf(format.schema, prompt),
	);
}

/** The films of a video interaction; none for a refusal, which is an answer in words. */
function filmParts(
	world: World,
	project: Project,
	interaction: Interaction,
	prompt: string,
): { parts: Json[]; fileName: string | undefined } {
	const { videoResult, filmsPerJob } = world.settings;
	if (videoResult === 'refusal') return { parts: [], fileName: undefined };
	const { films } = makeFilms(world, prompt, filmsPerJob);
	const asked = interaction.formats.find(({ type }) => type === 'video')?.delivery;
	const common = { type: 'video', mime_type: 'video/mp4' };
	if (videoResult === 'inline' || asked !== 'uri') {
		const parts = films.map((film) => ({ ...common, data: bytesOf(film).toString('base64') }));
		return { parts, fileName: undefined };
	}
	const stored = films.map((film) => storeFilm(world, project, film));
	const parts = stored.map(({ uri }) => ({ ...common, uri }));
	return { parts, fileName: stored[0]?.file.name };
}

function usage(prompt: string, answer: string): Json {
	const [total_input_tokens, total_output_tokens] = [tokens(prompt), tokens(answer)];
	return {
		total_tokens: total_input_tokens + total_output_tokens,
		total_input_tokens,
		total_output_tokens,
		total_thought_tokens: 0,
		total_cached_tokens: 0,
		total_tool_use_tokens: 0,
	};
}

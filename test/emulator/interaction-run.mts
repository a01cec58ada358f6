import { ACTION_MARK, ERROR_MARK, tokens } from './answers.mts';
import { bytesOf } from './content.mts';
import { announce, errorData, outputFileUri } from './events.mts';
import { anyId } from './ids.mts';
import { answerSteps, answerText, promptOf, usageOf } from './interaction-steps.mts';
import type { Interaction } from './interactions.mts';
import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import { instanceOf } from './schema-instance.mts';
import { makeFilms, storeFilm } from './video.mts';
import type { Project, World } from './world.mts';

/** With one of these texts in the prompt, an interaction ends in this status. */
const STATUS_MARKS: Record<string, string> = {
	'[[incomplete]]': 'incomplete',
	'[[budget]]': 'budget_exceeded',
};

const REFUSAL = 'I cannot make this video: it would go against the usage guidelines.';

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

/** Sets the timers of a background interaction. */
export function startInteraction(world: World, project: Project, interaction: Interaction): void {
	const { interactionDurationMs, interactionQueuedMs } = world.settings;
	if (interaction.status === 'queued') {
		world.clock.after(interactionQueuedMs, () => {
			if (interaction.status === 'queued') setStatus(world, interaction, 'in_progress');
		});
	}
	if (interactionDurationMs === null) return;
	world.clock.after(Math.max(interactionDurationMs, interactionQueuedMs), () => {
		if (interaction.status === 'in_progress' || interaction.status === 'queued') {
			finishInteraction(world, project, interaction);
		}
	});
}

/** Ends as the prompt says: an answer, a failure (`[[error]]`), function calls (`[[action]]`), half an answer. */
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
		const mark = Object.entries(STATUS_MARKS).find(([text]) => prompt.includes(text));
		completeInteraction(world, project, interaction, mark && { status: mark[1] });
	}
}

/** Ends with an answer, `completed` unless `outcome` or a limit of tokens says otherwise. */
export function completeInteraction(
	world: World,
	project: Project,
	interaction: Interaction,
	outcome: InteractionOutcome = {},
): void {
	const video = isVideo(interaction) && !outcome.steps;
	const film = video ? filmParts(world, project, interaction) : undefined;
	const whole = film ? REFUSAL : answerText(interaction);
	const most = Number(interaction.config.max_output_tokens ?? Infinity);
	const cut = !film?.parts.length && tokens(whole) > most;
	const text = cut ? whole.slice(0, most * 4) : whole;
	const own = film?.parts.length
		? [{ type: 'model_output', content: film.parts }]
		: answerSteps(world, project, interaction, text);
	interaction.steps = outcome.steps ?? own;
	interaction.usage = usageOf(interaction);
	const status = outcome.status ?? (cut ? 'incomplete' : 'completed');
	setStatus(world, interaction, status);
	if (status !== 'completed') return; // no event exists for the others
	const { omniEvents } = world.settings;
	if (!isVideo(interaction) || omniEvents !== 'video.generated') {
		tell(world, project, interaction, 'interaction.completed', {});
	}
	if (isVideo(interaction) && omniEvents !== 'interaction.completed') {
		const name = film?.fileName;
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

const isVideo = ({ model, formats }: Interaction): boolean =>
	/omni|veo/.test(model ?? '') || formats.some(({ type }) => type === 'video');

/** The films of a video interaction; none for a refusal, which is an answer in words. */
function filmParts(
	world: World,
	project: Project,
	interaction: Interaction,
): { parts: Json[]; fileName: string | undefined } {
	const { videoResult, filmsPerJob } = world.settings;
	if (videoResult === 'refusal') return { parts: [], fileName: undefined };
	const { films } = makeFilms(world, promptOf(interaction.input), filmsPerJob);
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

import { ApiError, invalidRequest } from './errors.mts';
import { interactionId } from './ids.mts';
import { findInteraction } from './interaction-find.mts';
import { readInteraction } from './interaction-request.mts';
import type { InteractionOrder } from './interaction-request.mts';
import {
	cancelInteraction,
	finishInteraction,
	inputSteps,
	startInteraction,
} from './interaction-run.mts';
import type { Json } from './proto-json.mts';
import type { Call, Route, World } from './world.mts';

/** An interaction. */
export interface Interaction extends InteractionOrder {
	id: string;
	/** `interactions/<id>`, the name in the emulator's records. */
	name: string;
	/** `in_progress`, `completed`, ... */
	status: string;
	/** Emulator milliseconds. */
	createdAt: number;
	updatedAt: number;
	/** What the model did, without the input. */
	steps: Json[];
	errors: Array<{ code: string; message: string }>;
	usage: Json | undefined;
	/** Reads that still answer 404. */
	readsMissing: number;
	/** Reads that still answer 400 while it runs. */
	readsInvalid: number;
}

const seconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** An interaction as the API shows it; `timeline` puts the user's input before the model's steps. */
export function showInteraction(
	world: World,
	one: Interaction,
	timeline: boolean,
	withInput = false,
): Json {
	return {
		id: one.id,
		object: 'interaction',
		...(one.model !== undefined && { model: one.model }),
		...(one.agent !== undefined && { agent: one.agent }),
		status: one.status,
		created: seconds(one.createdAt),
		updated: seconds(one.updatedAt),
		service_tier: 'standard',
		...(one.previousId !== undefined && { previous_interaction_id: one.previousId }),
		...(one.webhookEcho !== undefined && { webhook_config: one.webhookEcho }),
		...(world.settings.echoRequest && one.echo),
		...(withInput && { input: one.input }),
		...(one.errors.length > 0 && { errors: one.errors }),
		...(one.usage && { usage: one.usage }),
		steps: timeline ? [...inputSteps(one.input), ...one.steps] : one.steps,
	};
}

function create(call: Call): Json {
	const { world, project } = call;
	const order = readInteraction(call);
	const id = interactionId();
	const now = world.clock.now();
	const interaction: Interaction = {
		...order,
		id,
		name: `interactions/${id}`,
		status: world.settings.interactionQueuedMs > 0 && order.background ? 'queued' : 'in_progress',
		readsMissing: world.settings.interactionReadsMissing,
		readsInvalid: world.settings.interactionReadsInvalid,
		createdAt: now,
		updatedAt: now,
		steps: [],
		errors: [],
		usage: undefined,
	};
	if (order.store) project.interactions.set(id, interaction);
	if (order.background) startInteraction(world, project, interaction);
	else finishInteraction(world, project, interaction);
	return showInteraction(world, interaction, false);
}

const find = ({ world, project, params }: Call): Interaction =>
	findInteraction(world, project, params[0] as string);

/** Troubles seen live: a new interaction that is not there yet, and reads of a running one that are refused. */
function get(call: Call): Json {
	const interaction = find(call);
	if (interaction.readsMissing > 0) {
		interaction.readsMissing -= 1;
		throw new ApiError(404, `Interaction ${interaction.id} not found.`, 'not_found');
	}
	if (interaction.readsInvalid > 0 && ['in_progress', 'queued'].includes(interaction.status)) {
		interaction.readsInvalid -= 1;
		throw invalidRequest('Request contains an invalid argument.');
	}
	return showInteraction(call.world, interaction, true, call.query.get('include_input') === 'true');
}

function cancel(call: Call): Json {
	const interaction = find(call);
	const running = ['in_progress', 'queued', 'requires_action'].includes(interaction.status);
	if (!interaction.background || !running) {
		throw new ApiError(
			400,
			'Only running background interactions can be cancelled.',
			'failed_precondition',
		);
	}
	cancelInteraction(call.world, call.project, interaction);
	return showInteraction(call.world, interaction, true);
}

function remove(call: Call): Json {
	if (call.world.settings.interactionDeleteUnimplemented) {
		throw new ApiError(501, 'Not implemented.', 'not_implemented');
	}
	call.project.interactions.delete(find(call).id);
	return {};
}

const style = 'interactions';
const one = 'interactions/([^/:]+)';

export const interactionRoutes: Route[] = [
	{ method: 'POST', path: /^interactions$/, style, handle: (call) => ({ json: create(call) }) },
	{ method: 'GET', path: new RegExp(`^${one}$`), style, handle: (call) => ({ json: get(call) }) },
	{
		method: 'POST',
		path: new RegExp(`^${one}/cancel$`),
		style,
		handle: (call) => ({ json: cancel(call) }),
	},
	{
		method: 'DELETE',
		path: new RegExp(`^${one}$`),
		style,
		handle: (call) => ({ json: remove(call) }),
	},
];

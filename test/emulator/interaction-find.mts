import { ApiError } from './errors.mts';
import type { Interaction } from './interactions.mts';
import type { Project, World } from './world.mts';

/**
 * The interaction, unless it never was, belongs to someone else, or is too old; unknown and foreign ones get the same answer.
 * @throws ApiError 400 or 404
 */
export function findInteraction(world: World, project: Project, id: string): Interaction {
	const { interactionLifeMs, unknownInteractionStatus } = world.settings;
	const interaction = project.interactions.get(id);
	if (interaction && interaction.createdAt + interactionLifeMs > world.clock.now())
		return interaction;
	project.interactions.delete(id);
	if (unknownInteractionStatus === 404)
		throw new ApiError(404, `Interaction ${id} not found.`, 'not_found');
	throw new ApiError(400, 'Invalid interaction name', 'invalid_request');
}

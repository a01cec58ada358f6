import type { IExecuteFunctions, IHookFunctions } from 'n8n-workflow';

import { EVENT_TYPES, type EventType } from '../delivery/envelope';
import { GeminiApiError } from './errors';

const EVENT_LABELS: Record<EventType, { name: string; description: string }> = {
	'batch.cancelled': { name: 'Batch Cancelled', description: 'A batch was cancelled' },
	'batch.expired': { name: 'Batch Expired', description: 'A batch was not processed in time' },
	'batch.failed': { name: 'Batch Failed', description: 'A batch ended without results' },
	'batch.succeeded': { name: 'Batch Succeeded', description: 'The results of a batch are ready' },
	'interaction.cancelled': {
		name: 'Interaction Cancelled',
		description: 'A background interaction was cancelled',
	},
	'interaction.completed': {
		name: 'Interaction Completed',
		description: 'A background interaction or agent has its result ready',
	},
	'interaction.failed': {
		name: 'Interaction Failed',
		description: 'A background interaction or agent ended without a result',
	},
	'interaction.requires_action': {
		name: 'Interaction Requires Action',
		description: 'An interaction waits for the result of a function call',
	},
	'video.generated': { name: 'Video Generated', description: 'A video is ready' },
};

/** The choices of a field for events, in alphabetical order. */
export const EVENT_OPTIONS = EVENT_TYPES.map((value) => ({ value, ...EVENT_LABELS[value] }));

/** Events that Google's reference no longer lists; a registration that is refused is tried without them. */
export const RETIRED_EVENTS: string[] = ['batch.cancelled', 'interaction.cancelled'];

/** The events that Google's reference lists: https://ai.google.dev/api/webhooks */
export const CURRENT_EVENTS: string[] = EVENT_TYPES.filter(
	(event) => !RETIRED_EVENTS.includes(event),
);

const isRefusal = (error: unknown): boolean =>
	error instanceof GeminiApiError && error.gemini.status === 400;

/**
 * Runs a registration call; when Google refuses the request, once more without the retired events. A refusal means
 * that nothing was registered, so the second call can't make a second webhook.
 *
 * @throws what the call throws
 */
export async function withKnownEvents<T>(
	{ logger }: Pick<IHookFunctions | IExecuteFunctions, 'logger'>,
	events: string[],
	call: (events: string[]) => Promise<T>,
): Promise<T> {
	const current = events.filter((event) => !RETIRED_EVENTS.includes(event));
	try {
		return await call(events);
	} catch (error) {
		if (!isRefusal(error) || current.length === 0 || current.length === events.length) {
			throw error as GeminiApiError;
		}
		logger.warn('Google refused the list of events; trying without the retired ones', {
			retired: events.filter((event) => RETIRED_EVENTS.includes(event)),
		});
		return await call(current);
	}
}

import { offers } from '../shared/gemini/models';
import { text, type Json } from '../shared/json';

/**
 * How a model makes videos: Omni through the Interactions API, Veo through long-running operations. Google shut the
 * Veo models down on the Gemini API on 2026-10-22, but a project or gateway may still list them.
 */
export type Family = 'omni' | 'veo';

/**
 * Tells a model's family from the API's own JSON.
 *
 * @returns undefined when the model makes no videos
 */
export function familyOf(model: Json): Family | undefined {
	// The methods that the API lists for Omni are no help: it has named `generateContent`, which these models refuse
	// (https://github.com/TanStack/ai/issues/871), and nothing at all.
	if (/omni/.test(text(model.name) ?? '')) return 'omni';
	return offers(model, 'predictLongRunning') ? 'veo' : undefined;
}

/** Whether a job's name is that of an operation (Veo), not of an interaction (Omni). */
export const isOperation = (jobId: string): boolean => jobId.includes('/operations/');

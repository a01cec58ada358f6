import { sleep } from 'n8n-workflow';

import { GeminiApiError } from './gemini/errors';

/** Milliseconds before each look, as Google's lists may not show at once what was made. */
const LOOKS = [0, 1000, 2000];

/**
 * Looks several times for something whose creation got no answer.
 *
 * @returns undefined when there is no trace of it
 * @throws GeminiApiError when the last look failed, so that nobody knows
 */
export async function patiently<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
	let failure: GeminiApiError | undefined;
	for (const pause of LOOKS) {
		await sleep(pause);
		try {
			const found = await look();
			if (found) return found;
			failure = undefined;
		} catch (error) {
			if (!(error instanceof GeminiApiError)) throw error as Error;
			failure = error;
		}
	}
	if (failure) throw failure;
	return undefined;
}

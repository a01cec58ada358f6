import { GeminiApiError } from '../../../shared/gemini/errors';
import { isOutcomeUnknown } from '../../../shared/gemini/failure';

/** Whether the answer to a change was lost, so that the change may have been made. */
export const isAnswerLost = (error: unknown): error is GeminiApiError =>
	error instanceof GeminiApiError && isOutcomeUnknown(error.gemini);

/**
 * Makes a change that can be seen afterwards. When its answer is lost, looks whether it was made.
 *
 * @param readBack gives what the change would have given, undefined or false when it was not made
 * @throws what the change throws
 */
export async function orReadBack<T>(
	change: () => Promise<T>,
	readBack: () => Promise<T | undefined>,
): Promise<T> {
	try {
		return await change();
	} catch (error) {
		if (!isAnswerLost(error)) throw error as GeminiApiError;
		const made = await readBack().catch(() => undefined);
		if (made) return made;
		throw error as GeminiApiError;
	}
}

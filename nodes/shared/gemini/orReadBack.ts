import { GeminiApiError } from './errors';
import { isOutcomeUnknown, type GeminiFailure } from './failure';

/** Whether the answer to a change was lost, so that the change may have been made. */
export const isAnswerLost = (error: unknown): error is GeminiApiError =>
	error instanceof GeminiApiError && isOutcomeUnknown(error.gemini);

/**
 * Whether Google says that there is no such thing, by an attempt to read it.
 *
 * @param saysSo how Google says so
 * @throws what the attempt throws for any other reason
 */
export async function isGone(
	read: () => Promise<unknown>,
	saysSo: (failure: GeminiFailure) => boolean = ({ status }) => status === 404,
): Promise<boolean> {
	try {
		await read();
		return false;
	} catch (error) {
		if (error instanceof GeminiApiError && saysSo(error.gemini)) return true;
		throw error as Error;
	}
}

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

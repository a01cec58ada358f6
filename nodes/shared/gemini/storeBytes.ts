import type { IBinaryData, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

import { GeminiApiError } from './errors';
import type { Attempt } from './explain';
import { failureFromError, isOutOfRoom } from './failure';

type Context = IExecuteFunctions | IWebhookFunctions;

/** Bytes, at hand or on their way: what n8n's store takes. */
type Bytes = Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0];

function toldOf(context: Context, attempt: Attempt, error: unknown): Error {
	const failure = failureFromError(error, []);
	return isOutOfRoom(failure)
		? new GeminiApiError(context.getNode(), failure, attempt)
		: (error as Error);
}

/**
 * Keeps bytes as n8n's binary data.
 *
 * @param attempt what they are kept for, should there be no room for them
 * @throws GeminiApiError that names what it was about when there is no room; otherwise what n8n throws
 */
export async function storeBytes(
	context: Context,
	attempt: Attempt,
	bytes: Bytes,
	fileName: string,
	mimeType?: string,
): Promise<IBinaryData> {
	try {
		return await context.helpers.prepareBinaryData(bytes, fileName, mimeType);
	} catch (error) {
		throw toldOf(context, attempt, error);
	}
}

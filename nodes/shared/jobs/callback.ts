import { mintCallbackToken, TOKEN_PARAMETER } from '../delivery/callbackToken';
import type { Metadata } from '../delivery/metadata';

/** The answers to 'When the Job Finishes'. */
export type WhenDone = 'continueHere' | 'startWorkflow' | 'projectWebhooks' | 'nothing';

/** Bytes. The metadata travels inside the webhook URL, and URLs shouldn't grow beyond a few kilobytes. */
export const MAX_METADATA_BYTES = 2000;

/**
 * Makes the per-request webhook URL for one start of jobs: the target's URL with a signed token.
 *
 * @param nonce random; recognises the callbacks of this start among those of earlier ones
 * @param now milliseconds since 1970
 * @returns a secret: whoever has the URL can pose as this start
 */
export function createCallback(
	target: string,
	nonce: string,
	metadata: Metadata,
	apiKey: string,
	now: number,
): string {
	const url = new URL(target);
	const token = mintCallbackToken({ nonce, path: url.pathname, metadata }, apiKey, now);
	url.searchParams.set(TOKEN_PARAMETER, token);
	return url.toString();
}

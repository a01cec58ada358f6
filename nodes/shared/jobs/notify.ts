import { randomUUID } from 'node:crypto';

import { mintCallbackToken, TOKEN_PARAMETER } from '../delivery/callbackToken';
import type { Metadata } from '../delivery/metadata';

/** The answers to 'When the Job Finishes'. */
export type WhenDone = 'continueHere' | 'startWorkflow' | 'projectWebhooks' | 'nothing';

/** Bytes. The metadata travels inside the webhook URL, and URLs shouldn't grow beyond a few kilobytes. */
export const MAX_METADATA_BYTES = 2000;

export interface Callback {
	/** The per-request webhook URL to give to Google. A secret: it carries a token. */
	url: string;
	/** Random; recognises the callbacks of this start among those of earlier ones. */
	nonce: string;
}

/** Makes the per-request webhook URL for one start of jobs: the target's URL with a signed token. */
export function createCallback(target: string, metadata: Metadata, apiKey: string): Callback {
	const url = new URL(target);
	const nonce = randomUUID();
	const token = mintCallbackToken({ nonce, path: url.pathname, metadata }, apiKey);
	url.searchParams.set(TOKEN_PARAMETER, token);
	return { url: url.toString(), nonce };
}

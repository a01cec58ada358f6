import type { KeyObject } from 'node:crypto';

import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

import { authenticate } from '../delivery/authenticate';
import { KeySetCache } from '../delivery/keySetCache';
import { DEFAULT_TOLERANCE_SECONDS } from '../delivery/signedContent';
import type { Verdict } from '../delivery/types';
import { keySetUrl, type Connection } from '../gemini/connection';

/** Milliseconds: Google waits only a few seconds for the answer to a delivery. */
const KEY_FETCH_TIMEOUT = 5000;

/** One cache for each address of keys, shared by all nodes of the process. */
const caches = new Map<string, KeySetCache>();

function cacheFor(url: string): KeySetCache {
	const cache = caches.get(url) ?? new KeySetCache();
	caches.set(url, cache);
	return cache;
}

type Context = IExecuteFunctions | IWebhookFunctions;

async function fetchKeySet(context: Context, url: string): Promise<unknown> {
	return await context.helpers.httpRequest({ url, json: true, timeout: KEY_FETCH_TIMEOUT });
}

interface ProofOptions {
	/** Keys of a static webhook's signing secrets. */
	secrets: KeyObject[];
	toleranceSeconds?: number;
	allowJwt: boolean;
}

/** Judges the request that a webhook node just received, with Google's keys fetched through n8n when needed. */
export async function proveDelivery(
	context: IWebhookFunctions,
	body: Buffer,
	connection: Connection,
	{ secrets, allowJwt, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS }: ProofOptions,
): Promise<Verdict> {
	const url = keySetUrl(connection);
	return await authenticate(context.getHeaderData(), body, {
		secrets,
		allowJwt,
		toleranceSeconds,
		now: Date.now(),
		cache: cacheFor(url),
		fetchKeySet: async () => await fetchKeySet(context, url),
	});
}

/** Whether Google's public keys are at hand, or can be had now: without them no per-request webhook is believed. */
export async function canVerify(context: Context, connection: Connection): Promise<boolean> {
	const url = keySetUrl(connection);
	const fetch = async () => await fetchKeySet(context, url);
	return (await cacheFor(url).current(fetch, Date.now())) !== undefined;
}

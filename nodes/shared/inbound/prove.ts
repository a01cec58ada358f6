import type { KeyObject } from 'node:crypto';

import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

import { authenticate } from '../delivery/authenticate';
import { KeySetCache } from '../delivery/keySetCache';
import {
	DEFAULT_TOLERANCE_SECONDS,
	MAX_BODY_BYTES,
	readSignedHeaders,
	withBody,
	type SignedContent,
} from '../delivery/signedContent';
import { rejected, type Rejected, type Verdict } from '../delivery/types';
import { keySetUrl, type Connection } from '../gemini/connection';
import { Recently } from './recently';
import { announcedBytes, rawBody } from './request';

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

/**
 * Reads the request that a webhook node just received: its headers, then its body, if it isn't too large. Nothing is
 * decrypted and nobody asked for it, so that a flood of what can't be a delivery costs next to nothing.
 */
export async function readDelivery(
	context: IWebhookFunctions,
	toleranceSeconds?: number,
): Promise<SignedContent | Rejected> {
	const headers = readSignedHeaders(context.getHeaderData(), Date.now(), toleranceSeconds);
	if (!headers.ok) return headers;
	if (announcedBytes(context) > MAX_BODY_BYTES) return rejected('body-too-large');
	return withBody(headers, await rawBody(context));
}

/** What the deliveries to one node are verified with. */
interface Verification {
	/** Keys of a static webhook's signing secrets. */
	secrets: KeyObject[];
	/** Where Google's public keys are. */
	publicKeysAt: string;
	allowJwt: boolean;
}

interface ProofOptions {
	toleranceSeconds?: number;
	/** Tells the node's verification from all others, and from its own after a change that the node notices. */
	name: string[];
	/** Gets it: from the credential, say, which n8n reads from its database and decrypts. */
	prepare: () => Promise<Verification>;
}

/**
 * What did not verify a delivery a moment ago. For that long it is good enough to turn away the next: under a flood
 * n8n's database is asked once a second. A delivery that it does verify is judged again, by what is valid now.
 */
const recently = new Recently<Verification>(1000);

/** Judges a delivery, with Google's keys fetched through n8n when needed. */
export async function proveDelivery(
	context: IWebhookFunctions,
	content: SignedContent,
	{ name, prepare, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS }: ProofOptions,
): Promise<Verdict> {
	const now = Date.now();
	const judge = async ({ publicKeysAt, ...verification }: Verification) =>
		await authenticate(content, {
			...verification,
			toleranceSeconds,
			now,
			cache: cacheFor(publicKeysAt),
			fetchKeySet: async () => await fetchKeySet(context, publicKeysAt),
		});
	const key = JSON.stringify(name);
	const recent = recently.get(key, now);
	const early = recent && (await judge(recent));
	if (early && !early.ok) return early;
	const verification = await prepare();
	const verdict = await judge(verification);
	if (!verdict.ok) recently.note(key, verification, now);
	return verdict;
}

/** Whether Google's public keys are at hand, or can be had now: without them no per-request webhook is believed. */
export async function canVerify(context: Context, connection: Connection): Promise<boolean> {
	const url = keySetUrl(connection);
	const fetch = async () => await fetchKeySet(context, url);
	return (await cacheFor(url).current(fetch, Date.now())) !== undefined;
}

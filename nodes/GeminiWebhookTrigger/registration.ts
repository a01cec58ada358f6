import type { KeyObject } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { signingKey } from '../shared/delivery/hmac';
import { ReadyKeys } from '../shared/delivery/readyKeys';
import { openSecret, sealSecret } from '../shared/delivery/sealedSecret';

/** How long Google keeps a secret valid after its rotation: https://ai.google.dev/api/webhooks. Milliseconds. */
const OVERLAP = 24 * 3_600_000;

/**
 * What the trigger remembers about its static webhook, in n8n's static data. Static data is stored in clear, so
 * the secret rests encrypted; and n8n may lose writes made while deliveries arrive, so only facts of the
 * registration are kept here, never what was received.
 */
export interface Registration {
	webhookId: string;
	/** The signing secret, encrypted under a key derived from the API key. */
	sealedSecret: string;
	/** The one before it, and until when Google may sign with it: milliseconds since 1970. */
	previous?: { sealedSecret: string; until: number };
}

/** @returns undefined when nothing usable is stored */
export function readRegistration(staticData: IDataObject): Registration | undefined {
	const { webhookId, sealedSecret, previousSealedSecret, previousUntil } = staticData;
	if (typeof webhookId !== 'string' || typeof sealedSecret !== 'string') return undefined;
	const hasPrevious = typeof previousSealedSecret === 'string' && typeof previousUntil === 'number';
	const previous = hasPrevious
		? { sealedSecret: previousSealedSecret, until: previousUntil }
		: undefined;
	return { webhookId, sealedSecret, ...(previous ? { previous } : {}) };
}

/**
 * Remembers a webhook's new secret. Deliveries that are on their way may be signed with the one before, which stays
 * good for as long as Google may use it.
 *
 * @param now milliseconds since 1970
 */
export function storeRegistration(
	staticData: IDataObject,
	{ webhookId, secret }: { webhookId: string; secret: string },
	apiKey: string,
	now: number,
): void {
	const before = readRegistration(staticData);
	forgetRegistration(staticData);
	Object.assign(staticData, { webhookId, sealedSecret: sealSecret(secret, apiKey) });
	if (before?.webhookId !== webhookId) return;
	Object.assign(staticData, {
		previousSealedSecret: before.sealedSecret,
		previousUntil: now + OVERLAP,
	});
}

export function forgetRegistration(staticData: IDataObject): void {
	for (const name of ['webhookId', 'sealedSecret', 'previousSealedSecret', 'previousUntil']) {
		delete staticData[name];
	}
}

/** What is sealed and may sign now. */
const sealedSecrets = ({ sealedSecret, previous }: Registration, now: number): string[] =>
	previous && previous.until > now ? [sealedSecret, previous.sealedSecret] : [sealedSecret];

/** @returns the secrets that may sign now, without those that this API key doesn't open */
export const registeredSecrets = (
	registration: Registration,
	apiKey: string,
	now: number,
): string[] =>
	sealedSecrets(registration, now).flatMap((sealed) => openSecret(sealed, apiKey) ?? []);

const readyKeys = new ReadyKeys();

/**
 * The keys to verify deliveries with.
 *
 * @param now milliseconds since 1970
 * @returns none when the stored signing secret can't be opened with this API key
 */
export const registeredKeys = (
	registration: Registration,
	apiKey: string,
	now: number,
): KeyObject[] =>
	sealedSecrets(registration, now).flatMap(
		(sealed) =>
			readyKeys.get(JSON.stringify([sealed, apiKey]), () =>
				signingKey(openSecret(sealed, apiKey) ?? ''),
			) ?? [],
	);

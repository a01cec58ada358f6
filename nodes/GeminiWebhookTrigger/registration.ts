import type { KeyObject } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { signingKey } from '../shared/delivery/hmac';
import { ReadyKeys } from '../shared/delivery/readyKeys';
import { openSecret } from '../shared/delivery/sealedSecret';
import { secretEnd } from '../shared/gemini/shownSecrets';

/**
 * What the trigger remembers about its static webhook, in n8n's static data. Static data is stored in clear, so
 * the secret rests encrypted; and n8n may lose writes made while deliveries arrive, so only facts of the
 * registration are kept here, never what was received.
 */
export interface Registration {
	webhookId: string;
	/** The signing secret, encrypted under a key derived from the API key. */
	sealedSecret: string;
	/** The n8n that registered the webhook; static data may be taken along to another one. */
	instanceId?: string;
}

/**
 * For how long the secret before stays accepted, in milliseconds. Google signs with it for a day after a rotation
 * (https://ai.google.dev/api/webhooks), and repeats a delivery for as long. Nobody but Google and this node ever had it.
 */
export const PREVIOUS_VALID_FOR = 86_400_000;

/** The names of all that is remembered. */
export const REGISTRATION_FIELDS = [
	'webhookId',
	'sealedSecret',
	'instanceId',
	'previousSealedSecret',
	'previousUntil',
];

/** The former signing secret, for deliveries that were under way when it was replaced. */
interface Previous {
	sealedSecret: string;
	/** Milliseconds since 1970. */
	until: number;
}

/** @returns undefined when nothing usable is stored */
export function readRegistration(staticData: IDataObject): Registration | undefined {
	const { webhookId, sealedSecret, instanceId } = staticData;
	if (typeof webhookId !== 'string' || typeof sealedSecret !== 'string') return undefined;
	return { webhookId, sealedSecret, ...(typeof instanceId === 'string' ? { instanceId } : {}) };
}

/** @param now milliseconds since 1970 */
function readPrevious(staticData: IDataObject, now: number): Previous | undefined {
	const { previousSealedSecret: sealedSecret, previousUntil: until } = staticData;
	const isValid = typeof sealedSecret === 'string' && typeof until === 'number' && until > now;
	return isValid ? { sealedSecret, until } : undefined;
}

export function storeRegistration(staticData: IDataObject, registration: Registration): void {
	Object.assign(staticData, registration);
}

/**
 * Forgets the webhook, but not yet its secret: what Google signed before is still accepted for a day.
 *
 * @param now milliseconds since 1970
 */
export function retireRegistration(staticData: IDataObject, now: number): void {
	const { sealedSecret, previousSealedSecret, previousUntil } = staticData;
	forgetRegistration(staticData);
	const previous =
		typeof sealedSecret === 'string'
			? { previousSealedSecret: sealedSecret, previousUntil: now + PREVIOUS_VALID_FOR }
			: { previousSealedSecret, previousUntil };
	if (previous.previousSealedSecret) Object.assign(staticData, previous);
}

/** Forgets all of it. */
export function forgetRegistration(staticData: IDataObject): void {
	for (const name of REGISTRATION_FIELDS) delete staticData[name];
}

const readyKeys = new ReadyKeys();

const keyOf = (sealedSecret: string, apiKey: string): KeyObject | undefined =>
	readyKeys.get(JSON.stringify([sealedSecret, apiKey]), () =>
		signingKey(openSecret(sealedSecret, apiKey) ?? ''),
	);

/** @returns the key of the stored signing secret, undefined when it can't be opened with this API key */
export const registeredKey = (
	{ sealedSecret }: Registration,
	apiKey: string,
): KeyObject | undefined => keyOf(sealedSecret, apiKey);

/** @returns how the stored secret ends, as Google shows it; undefined when it can't be opened with this API key */
export function registeredEnd({ sealedSecret }: Registration, apiKey: string): string | undefined {
	const secret = openSecret(sealedSecret, apiKey);
	return secret === undefined ? undefined : secretEnd(secret);
}

/**
 * The keys that deliveries may be signed with: the current one and, for a day, the one before.
 *
 * @param now milliseconds since 1970
 */
export function registeredKeys(staticData: IDataObject, apiKey: string, now: number): KeyObject[] {
	return [readRegistration(staticData), readPrevious(staticData, now)].flatMap((stored) => {
		const key = stored && keyOf(stored.sealedSecret, apiKey);
		return key ? [key] : [];
	});
}

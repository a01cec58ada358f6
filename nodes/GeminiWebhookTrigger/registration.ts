import type { KeyObject } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { signingKey } from '../shared/delivery/hmac';
import { ReadyKeys } from '../shared/delivery/readyKeys';
import { openSecret } from '../shared/delivery/sealedSecret';

/**
 * What the trigger remembers about its static webhook, in n8n's static data. Static data is stored in clear, so
 * the secret rests encrypted; and n8n may lose writes made while deliveries arrive, so only facts of the
 * registration are kept here, never what was received.
 */
interface Registration {
	webhookId: string;
	/** The signing secret, encrypted under a key derived from the API key. */
	sealedSecret: string;
}

/** @returns undefined when nothing usable is stored */
export function readRegistration(staticData: IDataObject): Registration | undefined {
	const { webhookId, sealedSecret } = staticData;
	return typeof webhookId === 'string' && typeof sealedSecret === 'string'
		? { webhookId, sealedSecret }
		: undefined;
}

export function storeRegistration(staticData: IDataObject, registration: Registration): void {
	Object.assign(staticData, registration);
}

export function forgetRegistration(staticData: IDataObject): void {
	delete staticData.webhookId;
	delete staticData.sealedSecret;
}

const readyKeys = new ReadyKeys();

/** @returns the key of the stored signing secret, undefined when it can't be opened with this API key */
export function registeredKey(
	{ sealedSecret }: Registration,
	apiKey: string,
): KeyObject | undefined {
	return readyKeys.get(JSON.stringify([sealedSecret, apiKey]), () =>
		signingKey(openSecret(sealedSecret, apiKey) ?? ''),
	);
}

import type { KeyObject } from 'node:crypto';

import type { IWebhookFunctions } from 'n8n-workflow';

import type { TriggerParameters } from './parameters';
import { registeredKeys } from './registration';
import { remembered } from './remembered';
import { keysOf, readSigningSecrets } from './signingSecrets';

/**
 * The keys that the deliveries of the trigger's static webhook may be signed with, none where there is no such webhook.
 *
 * @param now milliseconds since 1970
 * @throws what n8n throws when the credential is gone or can't be decrypted
 */
export async function signingKeys(
	context: IWebhookFunctions,
	{ listenTo }: Pick<TriggerParameters, 'listenTo'>,
	apiKey: string,
	now: number,
): Promise<KeyObject[]> {
	if (listenTo === 'existing') return keysOf(await readSigningSecrets(context));
	if (listenTo === 'requests') return [];
	return registeredKeys(remembered(context), apiKey, now);
}

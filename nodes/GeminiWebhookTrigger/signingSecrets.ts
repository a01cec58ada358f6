import type { KeyObject } from 'node:crypto';

import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IDataObject,
	IHookFunctions,
	INodeCredentialTestResult,
	IWebhookFunctions,
} from 'n8n-workflow';

import { signingKey } from '../shared/delivery/hmac';
import { ReadyKeys } from '../shared/delivery/readyKeys';
import { text } from '../shared/json';

/** The credential that holds the secrets of a webhook that this package didn't register. */
export const SECRET_CREDENTIAL = 'geminiWebhookSecretApi';

/** Both secrets, empty where there is none. */
export interface SigningSecrets {
	current: string;
	previous: string;
}

const readyKeys = new ReadyKeys();

/** The credential's fields; what was pasted may have blanks around it. */
export function signingSecretsFrom(credentials: IDataObject): SigningSecrets {
	const field = (name: string) => (text(credentials[name]) ?? '').trim();
	return { current: field('currentSecret'), previous: field('previousSecret') };
}

/**
 * Reads the node's secrets.
 *
 * @returns empty ones when the node has no such credential: nothing verifies against them
 * @throws what n8n throws when the credential is gone or can't be decrypted
 */
export async function readSigningSecrets(
	context: IHookFunctions | IWebhookFunctions,
): Promise<SigningSecrets> {
	if (!context.getNode().credentials?.[SECRET_CREDENTIAL]) return { current: '', previous: '' };
	return signingSecretsFrom(await context.getCredentials(SECRET_CREDENTIAL));
}

/** The keys of the secrets that are usable; during a rotation Google may sign with either of the two. */
export function keysOf({ current, previous }: SigningSecrets): KeyObject[] {
	return [current, previous].flatMap((secret) => {
		const key = readyKeys.get(secret, () => signingKey(secret));
		return key ? [key] : [];
	});
}

/** @returns which field is wrong and why, in words; undefined when both are fine */
export function secretsFault({ current, previous }: SigningSecrets): string | undefined {
	const shape =
		"It is no signing secret: those begin with 'whsec_', and Google shows each only once";
	if (!current) return "'Current Signing Secret' is empty";
	if (!signingKey(current)) return `'Current Signing Secret' is not usable. ${shape}`;
	if (previous && !signingKey(previous)) return `'Previous Signing Secret' is not usable. ${shape}`;
	return undefined;
}

/** Tries the credential without asking Google, which doesn't tell whether a secret is right. */
export async function geminiWebhookSecretApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const fault = secretsFault(signingSecretsFrom((credential.data ?? {}) as IDataObject));
	return fault
		? { status: 'Error', message: fault }
		: { status: 'OK', message: 'The secrets have the right form' };
}

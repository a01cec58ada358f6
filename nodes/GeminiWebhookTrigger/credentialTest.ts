import { geminiWebhooksRedisApiTest } from '../shared/dedupe/credentialTest';
import { geminiWebhooksApiTest } from '../shared/gemini/credentialTest';
import { geminiWebhookSecretApiTest } from './signingSecrets';

/** The tests of the trigger's credentials. */
export const credentialTest = {
	geminiWebhooksApiTest,
	geminiWebhookSecretApiTest,
	geminiWebhooksRedisApiTest,
};

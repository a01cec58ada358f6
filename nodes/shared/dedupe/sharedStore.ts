import type { IExecuteFunctions, IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import { refuse } from '../objection';
import { redisScripts } from './client';
import { RedisClaims } from './redisClaims';
import { REDIS_CREDENTIAL, redisSettings } from './settings';

type Context = IExecuteFunctions | IHookFunctions | IWebhookFunctions;

/**
 * The Redis of the node's credential; not yet asked whether it is there.
 *
 * @throws UserError where this n8n has no client for it; what n8n throws when the credential is gone
 */
export async function sharedStore(context: Context): Promise<RedisClaims> {
	const settings = redisSettings(await context.getCredentials(REDIS_CREDENTIAL));
	return new RedisClaims(redisScripts(settings), settings.keyPrefix);
}

/**
 * Refuses a Redis that can't be used, before a webhook is registered or a job is paid for.
 *
 * @throws NodeOperationError
 */
export async function checkSharedStore(context: Context): Promise<void> {
	try {
		await (await sharedStore(context)).check();
	} catch (error) {
		refuse(context, {
			message: `The 'Deduplication Store' cannot be used: ${(error as Error).message}`,
			description:
				"Correct the credential 'Gemini Webhooks Redis API', start that Redis, or set 'Deduplication Store' to Built-In.",
		});
	}
}

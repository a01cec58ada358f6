import {
	type ICredentialsDecrypted,
	type ICredentialTestFunctions,
	type INodeCredentialTestResult,
} from 'n8n-workflow';

import { redisScripts } from './client';
import { RedisClaims } from './redisClaims';
import { redisSettings } from './settings';

/** Tries the credential by writing, reading and removing one entry. */
export async function geminiWebhooksRedisApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const settings = redisSettings(credential.data ?? {});
	try {
		await new RedisClaims(redisScripts(settings), settings.keyPrefix).check();
		return { status: 'OK', message: 'Redis takes entries' };
	} catch (error) {
		return { status: 'Error', message: (error as Error).message };
	}
}

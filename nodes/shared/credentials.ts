import type { INodeCredentialDescription } from 'n8n-workflow';

import { withRedis } from './dedupe/option';

/** The credentials of every node: the API, and the Redis that is only shown, and asked for, where it is chosen. */
export const credentials: INodeCredentialDescription[] = [
	{ name: 'geminiWebhooksApi', required: true, testedBy: 'geminiWebhooksApiTest' },
	{ name: 'geminiWebhooksRedisApi', testedBy: 'geminiWebhooksRedisApiTest', ...withRedis },
];

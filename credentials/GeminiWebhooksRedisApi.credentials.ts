import type { ICredentialType, INodeProperties } from 'n8n-workflow';

/** The Redis in which several processes of n8n note together what they have received. The nodes test it. */
export class GeminiWebhooksRedisApi implements ICredentialType {
	name = 'geminiWebhooksRedisApi';

	displayName = 'Gemini Webhooks Redis API';

	documentationUrl =
		'https://github.com/n8n-nodes-gemini-webhooks/n8n-nodes-gemini-webhooks#queue-mode';

	icon = {
		light: 'file:../nodes/shared/icons/gemini.svg',
		dark: 'file:../nodes/shared/icons/gemini.dark.svg',
	} as const;

	properties: INodeProperties[] = [
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			required: true,
			default: 'localhost',
			description: "The Redis of n8n's own queue will do",
		},
		{ displayName: 'Port', name: 'port', type: 'number', default: 6379 },
		{
			displayName: 'User',
			name: 'username',
			type: 'string',
			default: '',
			description: 'Leave it empty for a Redis without users',
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
		},
		{
			displayName: 'Database Number',
			name: 'database',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
		},
		{ displayName: 'TLS', name: 'tls', type: 'boolean', default: false },
		{
			displayName: 'Key Prefix',
			name: 'keyPrefix',
			type: 'string',
			default: 'gemini-webhooks',
			description:
				'What the names of all entries begin with. All processes of one n8n need the same.',
		},
	];
}

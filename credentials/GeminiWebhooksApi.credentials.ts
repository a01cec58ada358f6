import type { IAuthenticateGeneric, ICredentialType, INodeProperties } from 'n8n-workflow';

/** Access to the Gemini API. The nodes test it themselves, to say in words which field is wrong. */
export class GeminiWebhooksApi implements ICredentialType {
	name = 'geminiWebhooksApi';

	displayName = 'Gemini Webhooks API';

	documentationUrl =
		'https://github.com/n8n-nodes-gemini-webhooks/n8n-nodes-gemini-webhooks#credential';

	icon = {
		light: 'file:../nodes/shared/icons/gemini.svg',
		dark: 'file:../nodes/shared/icons/gemini.dark.svg',
	} as const;

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				'Create one at <a href="https://aistudio.google.com/apikey">Google AI Studio</a>. The key decides the Google project that jobs and webhooks belong to. After replacing it, unpublish and publish workflows with a Gemini Webhook Trigger.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://generativelanguage.googleapis.com',
			description: "Change it only for a proxy, or for the package's emulator",
		},
		{
			displayName: 'API Version',
			name: 'apiVersion',
			type: 'options',
			options: [
				{ name: 'V1', value: 'v1' },
				{ name: 'V1beta', value: 'v1beta' },
			],
			default: 'v1beta',
			description: 'Webhooks of interactions and some models only work with v1beta',
		},
	];

	// In a header, so that the key never shows up in a URL, a log or an error.
	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { 'x-goog-api-key': '={{$credentials.apiKey}}' } },
	};
}

import type { ICredentialType, INodeProperties } from 'n8n-workflow';

/** The secrets of a webhook that the trigger receives but did not register. The node tests their form. */
export class GeminiWebhookSecretApi implements ICredentialType {
	name = 'geminiWebhookSecretApi';

	displayName = 'Gemini Webhook Signing Secret API';

	documentationUrl =
		'https://github.com/n8n-nodes-gemini-webhooks/n8n-nodes-gemini-webhooks#signing-secret';

	icon = {
		light: 'file:../nodes/shared/icons/gemini.svg',
		dark: 'file:../nodes/shared/icons/gemini.dark.svg',
	} as const;

	properties: INodeProperties[] = [
		{
			displayName: 'Current Signing Secret',
			name: 'currentSecret',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			placeholder: 'e.g. whsec_…',
			description:
				'Google shows it once, when the webhook is created or its secret is rotated: the Gemini Webhook node hands it out',
		},
		{
			displayName: 'Previous Signing Secret',
			name: 'previousSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. whsec_…',
			description:
				'The secret before the last rotation. Google may go on signing with it for 24 hours; empty it afterwards.',
		},
	];
}

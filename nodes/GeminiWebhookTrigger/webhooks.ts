import type { IWebhookDescription } from 'n8n-workflow';

/** Where and how the trigger is called. */
export const webhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		// n8n takes a number only, whatever its type says; an expression would slow down every call.
		responseCode: 202 as unknown as string,
		responseData: '',
		path: 'webhook',
	},
];

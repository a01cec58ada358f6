import type { INodeTypeDescription } from 'n8n-workflow';

/**
 * Where these nodes wait, below the address of the execution. n8n's Wait node waits at that address itself: without a
 * path of its own, Google's late delivery for a wait that is over would continue an approval that came after it. The
 * nodes share one path, not one for each, as a job that one has started may be waited for in another ('Wait').
 */
export const WAITING_PATH = 'gemini-job';

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
		path: WAITING_PATH,
		restartWebhook: true,
		isFullPath: true,
	},
];

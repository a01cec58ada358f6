import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { redact } from '../gemini/redact';
import { tryLater } from './reply';

/** Says in n8n's log why a delivery went no further; never with a secret, and never to the sender. */
export function logRejection(
	context: IWebhookFunctions,
	what: string,
	reason: string,
	hint?: string,
): void {
	context.logger.warn(`${what}: ${reason}`, {
		reason,
		hint,
		node: context.getNode().name,
		workflowId: context.getWorkflow().id,
		executionId: context.getExecutionId(),
	});
}

/**
 * Runs a webhook's judgement so that it never throws: n8n would answer 500 and start an execution that ends in an
 * error, or end the one that waits. The sender is asked to deliver again.
 */
export async function guarded(
	context: IWebhookFunctions,
	what: string,
	judge: () => Promise<IWebhookResponseData>,
): Promise<IWebhookResponseData> {
	try {
		return await judge();
	} catch (error) {
		logRejection(context, what, `unexpected: ${redact(String(error))}`);
		return tryLater(context);
	}
}

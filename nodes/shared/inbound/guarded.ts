import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { redact } from '../gemini/redact';
import { FewLines } from './fewLines';
import { tryLater } from './reply';

/** Which lines this process has written lately. */
const lines = new FewLines();

/**
 * Says in n8n's log why a delivery went no further; never with a secret, and never to the sender. Of a flood only the
 * first lines of a minute are written, and after that minute how many there were.
 *
 * @param reason a word or two; what follows a colon are details of this one case
 */
export function logRejection(
	context: IWebhookFunctions,
	what: string,
	reason: string,
	hint?: string,
): void {
	const { name: node, id } = context.getNode();
	const workflowId = context.getWorkflow().id;
	const [kind] = reason.split(':');
	const { isWritten, leftOut } = lines.next(`${workflowId}:${id}:${what}:${kind}`, Date.now());
	if (!isWritten) return;
	const more = leftOut > 0 ? ` (${leftOut} more since the last line that says so)` : '';
	context.logger.warn(`${what}: ${reason}${more}`, {
		reason,
		hint,
		node,
		workflowId,
		executionId: context.getExecutionId(),
		...(leftOut > 0 ? { leftOut } : {}),
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

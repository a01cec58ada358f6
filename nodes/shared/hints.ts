import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

/** Says something above a node's output. The webhook that ends a wait has no place for it. */
export function hint(
	context: IExecuteFunctions | IWebhookFunctions,
	type: 'info' | 'warning',
	message: string,
): void {
	if (!('addExecutionHints' in context)) return;
	context.addExecutionHints({ message, type, location: 'outputPane' });
}

import type { IExecuteFunctions, INode } from 'n8n-workflow';

/**
 * The nodes of the running workflow by their names. n8n's public functions tell the names and types of other nodes,
 * but not their ids and webhook ids; the workflow that its contexts carry does. n8n's types don't promise it, so ask
 * for it here alone and go on without.
 *
 * @returns undefined where n8n doesn't show the workflow
 * @see https://github.com/n8n-io/n8n/blob/master/packages/core/src/execution-engine/node-execution-context/node-execution-context.ts
 */
export function nodesOfWorkflow(context: IExecuteFunctions): Record<string, INode> | undefined {
	const { workflow } = context as { workflow?: { nodes?: Record<string, INode> } };
	return workflow?.nodes;
}

/**
 * What Production URLs of this n8n begin with, without a slash at the end; the same way.
 *
 * @param address this n8n's own, with a slash at the end; for what n8n's default adds to it
 */
export function webhookBase(context: IExecuteFunctions, address: string): string {
	const { additionalData } = context as { additionalData?: { webhookBaseUrl?: string } };
	// Another word than 'webhook' if N8N_ENDPOINT_WEBHOOK says so.
	return additionalData?.webhookBaseUrl ?? `${address}webhook`;
}

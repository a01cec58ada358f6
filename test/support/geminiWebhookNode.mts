import { randomUUID } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { CREDENTIAL_TYPE } from './examples.mts';
import { itemsOf } from './n8nApi.mts';
import type { Execution, WorkflowNode } from './n8nTypes.mts';
import type { Stage } from './stage.mts';
import { chain } from './workflowParts.mts';

export const TRIGGER_TYPE = 'n8n-nodes-gemini-webhooks.geminiWebhookTrigger';
const WEBHOOK_TYPE = 'n8n-nodes-gemini-webhooks.geminiWebhook';

/** A node of any type; those of this package with the stage's credential. */
export function nodeOf(
	name: string,
	type: string,
	typeVersion: number,
	parameters: WorkflowNode['parameters'],
): WorkflowNode {
	const credentials = { [CREDENTIAL_TYPE]: { id: '', name: '' } };
	const own = type.includes('gemini') ? { credentials } : {};
	return { id: randomUUID(), name, type, typeVersion, position: [0, 0], parameters, ...own };
}

/** A trigger that listens to the whole Google project. */
export const projectTrigger = (name: string, events: string[]): WorkflowNode => ({
	...nodeOf(name, TRIGGER_TYPE, 2, { listenTo: 'project', events }),
	webhookId: randomUUID(),
});

/** Runs a Gemini Webhook node named 'Webhook' by hand, between 'Start' and 'After'. */
export async function runWebhookNode(
	{ api, save }: Pick<Stage, 'api' | 'save'>,
	operation: string,
	parameters: WorkflowNode['parameters'] = {},
): Promise<Execution> {
	const all = { resource: 'webhook', operation, ...parameters };
	const workflowId = await save(
		chain('Reviews', [
			nodeOf('Start', 'n8n-nodes-base.manualTrigger', 1, {}),
			nodeOf('Webhook', WEBHOOK_TYPE, 1, all),
			nodeOf('After', 'n8n-nodes-base.noOp', 1, {}),
		]),
	);
	await api.runManually(workflowId, { startNode: 'Start' });
	return await api.waitForExecution({ workflowId, timeoutMs: 30_000 });
}

/** What a node put out, without what n8n adds. */
export const jsonOf = (execution: Execution, name = 'Webhook'): IDataObject[] =>
	itemsOf(execution, name).map(({ json }) => json as IDataObject);

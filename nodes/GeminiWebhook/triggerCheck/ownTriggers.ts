import type { IExecuteFunctions } from 'n8n-workflow';

import { refuse } from '../../shared/objection';
import { nodesOfWorkflow, webhookBase } from '../../shared/workflowNodes';

export interface NamedTrigger {
	/** Of the node; null where only its URL is known. */
	name: string | null;
	/** The Production URL. */
	url: string;
}

/**
 * The Gemini Webhook Triggers of this workflow that are switched on.
 *
 * @param address this n8n's own, with a slash at the end
 * @throws NodeOperationError when there is none
 */
export function ownTriggers(context: IExecuteFunctions, address: string): NamedTrigger[] {
	const triggers = Object.values(nodesOfWorkflow(context) ?? {}).filter(
		({ type, disabled, webhookId }) =>
			type.endsWith('.geminiWebhookTrigger') && !disabled && webhookId,
	);
	if (triggers.length === 0) {
		refuse(context, {
			message: 'This workflow has no Gemini Webhook Trigger that is switched on',
			description:
				"Put this node into the trigger's workflow, or choose 'By Production URL' under 'Triggers'.",
		});
	}
	const base = webhookBase(context, address);
	return triggers.map(({ name, webhookId }) => ({
		name,
		// n8n's own way, with the path that the trigger asks for: n8n-workflow, node-helpers, getNodeWebhookUrl.
		url: `${base}/${String(webhookId)}/webhook`,
	}));
}

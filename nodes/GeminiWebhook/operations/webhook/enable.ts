import {
	NodeOperationError,
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { forEachItem } from '../../../shared/forEachItem';
import { GeminiClient } from '../../../shared/gemini/client';
import { changeWebhook, readWebhook } from '../../../shared/gemini/webhooks';
import { webhookField, webhookId } from '../../fields';
import { nameAndId, webhookItem } from '../../item';
import { orReadBack } from '../../../shared/gemini/orReadBack';

export const description = updateDisplayOptions({ show: { operation: ['enable'] } }, [
	webhookField,
]);

/** Switches one webhook on for each item. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const id = webhookId(this, index);
		const webhook = await orReadBack(
			async () => await changeWebhook(client, id, { state: 'enabled' }),
			async () => {
				const now = await readWebhook(client, id);
				return now.state === 'enabled' ? now : undefined;
			},
		);
		if (webhook.state !== 'enabled') {
			throw new NodeOperationError(
				this.getNode(),
				`Google left the webhook ${nameAndId(webhook)} in the state '${webhook.state}'`,
				{
					itemIndex: index,
					description: `See whether ${webhook.uri} can be called, then try again.`,
				},
			);
		}
		return webhookItem(webhook);
	});
}

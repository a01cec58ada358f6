import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { forEachItem } from '../../../shared/forEachItem';
import { GeminiClient } from '../../../shared/gemini/client';
import { getWebhook, removeWebhook } from '../../../shared/gemini/webhooks';
import { webhookField, webhookId } from '../../fields';
import { orReadBack } from '../../../shared/gemini/orReadBack';

export const description = updateDisplayOptions({ show: { operation: ['delete'] } }, [
	webhookField,
]);

/** Deletes one webhook for each item; one that is gone already is an error that names it. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const id = webhookId(this, index);
		await orReadBack(
			async () => {
				await removeWebhook(client, id);
				return true;
			},
			async () => (await getWebhook(client, id)) === undefined,
		);
		return { deleted: true, webhookId: id };
	});
}

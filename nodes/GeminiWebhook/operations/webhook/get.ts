import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { forEachItem } from '../../../shared/forEachItem';
import { GeminiClient } from '../../../shared/gemini/client';
import { readWebhook } from '../../../shared/gemini/webhooks';
import { simplifyField, webhookField, webhookId } from '../../fields';
import { webhookItem } from '../../item';

export const description = updateDisplayOptions({ show: { operation: ['get'] } }, [
	webhookField,
	simplifyField,
]);

/** Reads one webhook for each item: where it leads, what it reports, whether it is on. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const webhook = await readWebhook(client, webhookId(this, index));
		const simplify = this.getNodeParameter('simplify', index, true) === true;
		return simplify ? webhookItem(webhook) : (webhook.raw as IDataObject);
	});
}

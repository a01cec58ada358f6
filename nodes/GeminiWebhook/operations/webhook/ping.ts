import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { forEachItem } from '../../../shared/forEachItem';
import { GeminiClient } from '../../../shared/gemini/client';
import { pingWebhook, readWebhook, type ProjectWebhook } from '../../../shared/gemini/webhooks';
import { webhookField, webhookId } from '../../fields';

const WHAT_HAPPENS =
	"Google sends a signed test event to the webhook's URL and does not tell how that went. A Gemini Webhook Trigger accepts it, and starts its workflow only if 'Any Other Event' is among its events.";

const properties: INodeProperties[] = [
	webhookField,
	{ displayName: WHAT_HAPPENS, name: 'pingNotice', type: 'notice', default: '' },
];

export const description = updateDisplayOptions({ show: { operation: ['ping'] } }, properties);

const whatToExpect = ({ state, uri }: ProjectWebhook): string =>
	state === 'enabled'
		? `Google sends a test event to ${uri}. Look there whether it arrived.`
		: `The webhook is off ('${state}'), so the test event may never be sent. Switch it on with 'Enable'.`;

/** Has Google send one test event for each item. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const webhook = await readWebhook(client, webhookId(this, index));
		await pingWebhook(client, webhook.id);
		const { id, name, uri, state } = webhook;
		return { pinged: true, webhookId: id, name, url: uri, state, message: whatToExpect(webhook) };
	});
}

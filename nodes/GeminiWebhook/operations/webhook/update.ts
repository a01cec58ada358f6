import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { forEachItem } from '../../../shared/forEachItem';
import { GeminiClient } from '../../../shared/gemini/client';
import { withKnownEvents } from '../../../shared/gemini/webhookEvents';
import {
	changeWebhook,
	readWebhook,
	type ProjectWebhook,
	type WebhookChanges,
} from '../../../shared/gemini/webhooks';
import { refuse } from '../../../shared/objection';
import { webhookField, webhookId } from '../../fields';
import { webhookItem } from '../../item';
import { orReadBack } from '../../../shared/gemini/orReadBack';
import {
	checkedEvents,
	checkedName,
	checkedUrl,
	eventsField,
	hintAtMissingEvents,
	nameField,
	urlField,
} from './settings';

const properties: INodeProperties[] = [
	webhookField,
	{
		displayName: 'Update Fields',
		name: 'updateFields',
		type: 'collection',
		placeholder: 'Add field',
		default: {},
		options: [
			eventsField,
			nameField,
			{
				displayName: 'State',
				name: 'state',
				type: 'options',
				default: 'enabled',
				description:
					'Whether Google calls the webhook; a disabled one misses what happens meanwhile',
				options: [
					{ name: 'Disabled', value: 'disabled' },
					{ name: 'Enabled', value: 'enabled' },
				],
			},
			urlField,
		],
	},
];

export const description = updateDisplayOptions({ show: { operation: ['update'] } }, properties);

/** The fields that were added to 'Update Fields', found good. */
function changesOf(context: IExecuteFunctions, index: number, baseUrl: string): WebhookChanges {
	const place = { context, index };
	const fields = context.getNodeParameter('updateFields', index, {}) as IDataObject;
	const { events, name, state, url } = fields;
	if (Object.keys(fields).length === 0) {
		refuse(
			place.context,
			{ message: 'Nothing to change is given', description: "Add a field under 'Update Fields'." },
			place.index,
		);
	}
	if (state !== undefined && state !== 'enabled' && state !== 'disabled') {
		refuse(
			place.context,
			{ message: "'State' is neither enabled nor disabled", description: 'Choose one of the two.' },
			place.index,
		);
	}
	return {
		...(events === undefined ? {} : { events: checkedEvents(place, events) }),
		...(name === undefined ? {} : { name: checkedName(place, name) }),
		...(state === undefined ? {} : { state }),
		...(url === undefined ? {} : { url: checkedUrl(place, url, baseUrl) }),
	};
}

const isAsAsked = (
	webhook: ProjectWebhook,
	{ events, name, state, url }: WebhookChanges,
): boolean =>
	(events === undefined || [...events].sort().join() === [...webhook.events].sort().join()) &&
	(name === undefined || name === webhook.name) &&
	(state === undefined || state === webhook.state) &&
	(url === undefined || url === webhook.uri);

/** Changes one webhook for each item, in place: its signing secrets stay valid. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	return await forEachItem(this, async (index) => {
		const id = webhookId(this, index);
		const asked = changesOf(this, index, client.connection.baseUrl);
		const change = async (changes: WebhookChanges) =>
			await orReadBack(
				async () => await changeWebhook(client, id, changes),
				async () => {
					const now = await readWebhook(client, id);
					return isAsAsked(now, changes) ? now : undefined;
				},
			);
		if (!asked.events) return webhookItem(await change(asked));
		const webhook = await withKnownEvents(
			this,
			asked.events,
			async (events) => await change({ ...asked, events }),
		);
		hintAtMissingEvents(this, asked.events, webhook);
		return webhookItem(webhook);
	});
}

import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { GeminiClient } from '../../../shared/gemini/client';
import { withKnownEvents } from '../../../shared/gemini/webhookEvents';
import { createWebhook, listWebhooks, type WebhookSettings } from '../../../shared/gemini/webhooks';
import { refuse } from '../../../shared/objection';
import { nameAndId, webhookItem } from '../../item';
import { explainLostCreation, isTwin, refuseIfLost } from './lostCreation';
import { forEachNewSecret, howToRecover, secretNotice } from './newSecrets';
import { isAnswerLost } from '../../../shared/gemini/orReadBack';
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
	{ ...nameField, required: true },
	{ ...urlField, required: true },
	{ ...eventsField, required: true },
	secretNotice,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Allow Duplicates',
				name: 'allowDuplicates',
				type: 'boolean',
				default: false,
				description:
					'Whether to create the webhook even if there is one with the same name and URL; each of them then reports every event',
			},
		],
	},
];

export const description = updateDisplayOptions({ show: { operation: ['create'] } }, properties);

function settingsOf(context: IExecuteFunctions, index: number, baseUrl: string): WebhookSettings {
	const place = { context, index };
	const field = (name: string) => context.getNodeParameter(name, index, '');
	return {
		name: checkedName(place, field('name')),
		url: checkedUrl(place, field('url'), baseUrl),
		events: checkedEvents(place, field('events')),
	};
}

/** Registers one webhook. Never a second one like it: not for another item, and not when n8n tries again. */
async function create(context: IExecuteFunctions, client: GeminiClient, index: number) {
	const settings = settingsOf(context, index, client.connection.baseUrl);
	const present = await listWebhooks(client);
	const twin = present.find((webhook) => isTwin(webhook, settings));
	const allowed = context.getNodeParameter('options.allowDuplicates', index, false) === true;
	if (twin && !allowed) {
		refuse(
			context,
			{
				message: `There is a webhook with this name and URL already: ${nameAndId(twin)}`,
				description: `${howToRecover(twin)} For other events use 'Update'. For a second webhook choose another name, or switch on 'Allow Duplicates'.`,
			},
			index,
		);
	}
	refuseIfLost(context, settings, index);
	try {
		const { webhook, secret } = await withKnownEvents(
			context,
			settings.events,
			async (events) => await createWebhook(client, { ...settings, events }),
		);
		hintAtMissingEvents(context, settings.events, webhook);
		return { webhook, secret, item: webhookItem(webhook) };
	} catch (error) {
		if (!isAnswerLost(error)) throw error as Error;
		const known = present.map(({ id }) => id);
		const lost = { intended: settings, known, failure: error, index };
		throw await explainLostCreation(context, client, lost);
	}
}

/** Registers one webhook for each item. All items are checked before the first one is sent. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	if (!this.continueOnFail()) {
		for (const index of this.getInputData().keys()) {
			settingsOf(this, index, client.connection.baseUrl);
		}
	}
	return await forEachNewSecret(this, 'Create', async (index) => await create(this, client, index));
}

import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { fieldText } from '../../../shared/fieldText';
import { redact } from '../../../shared/gemini/redact';
import { CURRENT_EVENTS, EVENT_OPTIONS } from '../../../shared/gemini/webhookEvents';
import type { ProjectWebhook } from '../../../shared/gemini/webhooks';
import { hint } from '../../../shared/hints';
import { refuse } from '../../../shared/objection';
import { HOW_TO_BE_CALLABLE, whyNotCallable } from '../../../shared/publicUrl';

/** What a webhook should look like, as 'Create' and 'Update' ask for it. */
export const eventsField: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'multiOptions',
	default: [...CURRENT_EVENTS],
	description:
		'Which events Google reports to the URL. Its reference no longer lists the two about cancelled jobs; if it refuses them, they are left out.',
	options: EVENT_OPTIONS,
};

export const nameField: INodeProperties = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
	placeholder: 'e.g. Finished jobs to n8n',
	description:
		"What the webhook is called at Google. Names that begin with 'n8n: ' are for the webhooks of Gemini Webhook Triggers.",
};

export const urlField: INodeProperties = {
	displayName: 'Webhook URL',
	name: 'url',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://n8n.example.com/webhook/…/webhook',
	description:
		"Where Google sends the events: a public https address, such as the Production URL of a workflow's Gemini Webhook Trigger",
};

/** A value of the node's fields that can't be sent. */
interface Place {
	context: IExecuteFunctions;
	index: number;
}

/** @throws NodeOperationError when there is none */
export function checkedName(place: Place, value: unknown): string {
	const name = fieldText(value).trim();
	if (name === '')
		refuse(
			place.context,
			{ message: "'Name' is empty", description: 'Give the webhook a name to find it by.' },
			place.index,
		);
	return name;
}

/** A URL for an error's text, without what may be secret in it. */
const shown = (url: string): string =>
	redact(url.replace(/\/\/[^/]*@/, '//[hidden]@')) || 'The field is empty';

/** @throws NodeOperationError when Google can't call it, or when nobody will listen there */
export function checkedUrl(place: Place, value: unknown, baseUrl: string): string {
	const url = fieldText(value).trim();
	const obstacle = whyNotCallable(url, baseUrl);
	if (obstacle) {
		refuse(
			place.context,
			{
				message: `The 'Webhook URL' ${obstacle}`,
				description: `${shown(url)}. Use a public https:// address. If it comes from a Gemini Webhook Trigger of this n8n: ${HOW_TO_BE_CALLABLE}`,
			},
			place.index,
		);
	}
	if (/\/webhook-test\//.test(url) && place.context.getMode() !== 'manual') {
		refuse(
			place.context,
			{
				message: "The 'Webhook URL' is a Test URL, where nobody listens when a job ends",
				description: 'Use the Production URL of the trigger, and publish its workflow.',
			},
			place.index,
		);
	}
	return url;
}

/** @throws NodeOperationError when none is chosen */
export function checkedEvents(place: Place, value: unknown): string[] {
	const events = Array.isArray(value) ? value.map(String) : [];
	if (events.length === 0) {
		refuse(
			place.context,
			{ message: "No event is chosen in 'Events'", description: 'Choose at least one event.' },
			place.index,
		);
	}
	return events;
}

/** Says in the output pane which events Google did not take over. */
export function hintAtMissingEvents(
	context: IExecuteFunctions,
	asked: string[],
	{ id, events }: ProjectWebhook,
): void {
	const missing = asked.filter((event) => !events.includes(event));
	if (events.length === 0 || missing.length === 0) return;
	hint(
		context,
		'warning',
		`Google does not take these events any more, and the webhook ${id} goes without them: ${missing.join(', ')}`,
	);
}

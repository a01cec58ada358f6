import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import { fieldText } from '../shared/fieldText';
import { GeminiClient } from '../shared/gemini/client';
import { secretEnd, standing } from '../shared/gemini/shownSecrets';
import { RETIRED_EVENTS } from '../shared/gemini/webhookEvents';
import { bareId, changeWebhook, getWebhook, type ProjectWebhook } from '../shared/gemini/webhooks';
import { refuse } from '../shared/objection';
import { OTHER_EVENTS, triggerParameters } from './parameters';
import { readSigningSecrets, secretsFault, type SigningSecrets } from './signingSecrets';

type Context = IHookFunctions | IWebhookFunctions;

/** @returns the bare id of the webhook in the field 'Webhook', whichever way it was given; empty when there is none */
export function chosenWebhookId(context: Context): string {
	const value = context.getNodeParameter('webhook', '', { extractValue: true });
	return bareId(fieldText(value).trim());
}

/** Everything that can be known to be wrong before Google is asked. */
async function checkSettings(context: Context): Promise<SigningSecrets> {
	if (context.getMode() === 'manual') {
		refuse(context, {
			message: 'An existing webhook sends no test events: it calls the Production URL',
			description:
				"Publish the workflow and look at its executions. To listen for a test event, choose 'All Jobs of the Google Project' under 'Listen To' meanwhile: it registers a webhook for the test.",
		});
	}
	if (!/^[\w-]+$/.test(chosenWebhookId(context))) {
		refuse(context, {
			message: "'Webhook' is not the id of a webhook",
			description:
				"Choose one from the list. The Gemini Webhook node's 'Create' makes one, and its 'Get Many' shows the ids.",
		});
	}
	if (triggerParameters(context).events.length === 0) {
		refuse(context, {
			message: "No event is chosen in 'Events'",
			description: 'Choose at least one event.',
		});
	}
	const secrets = await readSigningSecrets(context);
	const fault = secretsFault(secrets);
	if (fault) {
		refuse(context, {
			message: `The credential 'Gemini Webhook Signing Secret API' can't be used: ${fault}`,
			description:
				"Without the webhook's secret no delivery can be verified. If nobody has it any more, rotate it with the Gemini Webhook node and put the new one into the credential.",
		});
	}
	return secrets;
}

/**
 * Events that are chosen here and that Google won't send to the webhook. The two retired ones don't count: Google may
 * not offer them any more.
 */
function missingEvents({ events }: ProjectWebhook, chosen: string[]): string[] {
	const notAsked = [OTHER_EVENTS, ...RETIRED_EVENTS, ...events];
	return chosen.filter((event) => !notAsked.includes(event));
}

function checkWebhook(context: Context, webhook: ProjectWebhook, secrets: SigningSecrets): void {
	const { id, uri } = webhook;
	const url = context.getNodeWebhookUrl('default') ?? '';
	if (uri !== url) {
		refuse(context, {
			message: `The webhook ${id} calls another address than this trigger's`,
			description: `It calls ${uri}, and this trigger listens at ${url}. Change the webhook's URL with the Gemini Webhook node's operation 'Update', or choose another webhook.`,
		});
	}
	// Not added here: the webhook is the user's, and may be looked after by another program that would remove them again.
	const missing = missingEvents(webhook, triggerParameters(context).events);
	if (missing.length > 0) {
		refuse(context, {
			message: `Google does not send these chosen events to the webhook ${id}: ${missing.join(', ')}`,
			description:
				"Add them to the webhook with the Gemini Webhook node's operation 'Update', or take them out of 'Events'.",
		});
	}
	const held = [secrets.current, secrets.previous].filter(Boolean).map(secretEnd);
	// Then nothing would ever be accepted.
	if (standing(webhook, held) === 'foreign') {
		refuse(context, {
			message: `The signing secret in the credential is not that of the webhook ${id}`,
			description:
				"Put the webhook's own secret into the credential 'Gemini Webhook Signing Secret API'. If nobody has it any more, rotate it with the Gemini Webhook node.",
		});
	}
}

/**
 * Makes sure that the webhook the user chose can start this trigger. It is the user's: nothing of it is changed, but
 * that it is enabled again when Google, or somebody, has disabled it.
 *
 * @throws NodeOperationError that says what to change; GeminiApiError
 */
export async function checkExistingWebhook(context: Context): Promise<void> {
	const secrets = await checkSettings(context);
	const client = await GeminiClient.for(context);
	const id = chosenWebhookId(context);
	const webhook = await getWebhook(client, id);
	if (!webhook) {
		refuse(context, {
			message: `There is no webhook ${id} in the Google project`,
			description:
				'Choose another one from the list. Check that the API key belongs to the project that the webhook was created in.',
		});
	}
	checkWebhook(context, webhook, secrets);
	if (webhook.state === 'enabled') return;
	await changeWebhook(client, id, { state: 'enabled' });
	context.logger.warn('Gemini Webhook Trigger enabled the existing webhook again', {
		webhook: id,
		state: webhook.state,
		node: context.getNode().name,
		workflowId: context.getWorkflow().id,
	});
}

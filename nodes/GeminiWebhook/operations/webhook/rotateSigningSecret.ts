import {
	NodeOperationError,
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { GeminiClient } from '../../../shared/gemini/client';
import {
	getWebhook,
	NAME_PREFIX,
	readWebhook,
	rotateSecret,
	type ProjectWebhook,
	type Revocation,
} from '../../../shared/gemini/webhooks';
import { hint } from '../../../shared/hints';
import { refuse } from '../../../shared/objection';
import { webhookField, webhookId } from '../../fields';
import { nameAndId } from '../../item';
import { forEachNewSecret, secretNotice } from './newSecrets';
import { isAnswerLost } from '../../../shared/gemini/orReadBack';

const AFTER_A_DAY: Revocation = 'revoke_previous_secrets_after_h24';
const AT_ONCE: Revocation = 'revoke_previous_secrets_immediately';

const properties: INodeProperties[] = [
	webhookField,
	{
		displayName: 'Previous Secrets',
		name: 'previousSecrets',
		type: 'options',
		noDataExpression: true,
		default: AFTER_A_DAY,
		description: 'What becomes of the signing secrets that the webhook has now',
		options: [
			{
				name: 'Keep Valid for 24 Hours',
				value: AFTER_A_DAY,
				description:
					'Google signs with the previous and the new secret meanwhile: time to change over',
			},
			{
				name: 'Revoke Immediately',
				value: AT_ONCE,
				description:
					'When a secret leaked: deliveries are turned away until the receiver has the new one',
			},
		],
	},
	secretNotice,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Allow Webhooks of Triggers',
				name: 'allowTriggers',
				type: 'boolean',
				default: false,
				description:
					'Whether to rotate even the secret of a webhook that a Gemini Webhook Trigger registered by itself. The trigger does not get the new one: have it take a new secret with Check Trigger and Repair, or unpublish its workflow and publish it again.',
			},
		],
	},
];

export const description = updateDisplayOptions(
	{ show: { operation: ['rotateSigningSecret'] } },
	properties,
);

/** What is known about a rotation whose answer was lost: whether it happened shows in the secrets' last characters. */
async function explainLostRotation(
	context: IExecuteFunctions,
	client: GeminiClient,
	before: ProjectWebhook,
	{ revocation, reason, index }: { revocation: Revocation; reason: string; index: number },
): Promise<NodeOperationError> {
	const now = await getWebhook(client, before.id).catch(() => undefined);
	const isNew = now?.secrets.some(({ truncated }) =>
		before.secrets.every((secret) => secret.truncated !== truncated),
	);
	const which = nameAndId(before);
	const end = revocation === AT_ONCE ? 'have ended' : 'end 24 hours after it';
	return new NodeOperationError(
		context.getNode(),
		isNew
			? `The webhook ${which} has a new signing secret, but it got lost on the way`
			: `It is not known whether the webhook ${which} has a new signing secret`,
		{
			itemIndex: index,
			description: `${reason}. ${isNew ? 'The previous secrets' : 'If it has, the previous secrets'} ${end}, and nobody knows the new one. Rotate once more to get a signing secret that you know.`,
		},
	);
}

/** The trigger that registered the webhook doesn't get the secret; its node can't be told, so the user is. */
function warnOfTrigger(
	context: IExecuteFunctions,
	webhook: ProjectWebhook,
	revocation: Revocation,
): void {
	const until =
		revocation === AT_ONCE
			? 'turns all deliveries away from now on'
			: 'turns all deliveries away in 24 hours';
	const message = `The Gemini Webhook Trigger that registered ${nameAndId(webhook)} does not have the new secret, and ${until}. 'Check Trigger' with 'Repair' gives it a secret of its own; so does unpublishing its workflow and publishing it again.`;
	hint(context, 'warning', message);
	context.logger.warn('The signing secret of a Gemini Webhook Trigger was renewed', {
		webhook: webhook.id,
		hint: message,
		node: context.getNode().name,
		workflowId: context.getWorkflow().id,
	});
}

/** Renews the secret of one webhook. */
async function rotate(context: IExecuteFunctions, client: GeminiClient, index: number) {
	const id = webhookId(context, index);
	const chosen = context.getNodeParameter('previousSecrets', index, AFTER_A_DAY);
	const revocation = chosen === AT_ONCE ? AT_ONCE : AFTER_A_DAY;
	// Asking first makes sure that the webhook is there, and gives every error its name.
	const webhook = await readWebhook(client, id);
	const allowed = context.getNodeParameter('options.allowTriggers', index, false) === true;
	if (webhook.name.startsWith(NAME_PREFIX) && !allowed) {
		refuse(
			context,
			{
				message: `The webhook ${nameAndId(webhook)} belongs to a Gemini Webhook Trigger, which would not get the new secret`,
				description:
					"To renew its secret, unpublish and publish the trigger's workflow: it then gets the new one itself. If the webhook is not a trigger's, switch on 'Allow Webhooks of Triggers'.",
			},
			index,
		);
	}
	try {
		const secret = await rotateSecret(client, id, revocation);
		if (webhook.name.startsWith(NAME_PREFIX)) warnOfTrigger(context, webhook, revocation);
		const item = {
			webhookId: id,
			name: webhook.name,
			url: webhook.uri,
			state: webhook.state,
			previousSecrets: revocation === AT_ONCE ? 'revoked' : 'validFor24Hours',
		};
		return { webhook, secret, item };
	} catch (error) {
		if (!isAnswerLost(error)) throw error as Error;
		const lost = { revocation, reason: error.message, index };
		throw await explainLostRotation(context, client, webhook, lost);
	}
}

/** Renews the signing secret of one webhook for each item. All items are checked before the first one is sent. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GeminiClient.for(this);
	if (!this.continueOnFail()) {
		for (const index of this.getInputData().keys()) webhookId(this, index);
	}
	return await forEachNewSecret(
		this,
		'Rotate Signing Secret',
		async (index) => await rotate(this, client, index),
	);
}

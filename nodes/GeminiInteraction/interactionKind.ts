import { ONCE, type GeminiClient } from '../shared/gemini/client';
import { describeInteraction } from '../shared/jobs/describe';
import type { JobKind, PerRequestWebhook } from '../shared/jobs/kind';
import type { Json } from '../shared/json';
import type { Objection } from '../shared/objection';

/** What an interaction is started with. */
export interface InteractionOrder {
	/** The request without its webhook, see `requestBody`. */
	body: Json;
	/** What it is about, for messages: it has no name before it has its id. */
	about: string;
}

const webhookConfig = ({ url, userMetadata }: PerRequestWebhook): Json => ({
	uris: [url],
	...(userMetadata ? { user_metadata: userMetadata } : {}),
});

/** How interactions are started. They have no names and no list: one whose answer was lost can't be found again. */
export const interactionKind: JobKind<InteractionOrder> = {
	jobType: 'interaction',
	endEvents: ['interaction.completed', 'interaction.failed', 'interaction.requires_action'],
	create: async (client, { body, about }, _displayName, webhook) => {
		const request = { ...body, ...(webhook ? { webhook_config: webhookConfig(webhook) } : {}) };
		const { raw } = await client.change(
			{ action: 'start the interaction of', subject: about, isNew: true },
			async (ai) =>
				await ai.interactions.create(
					request as unknown as Parameters<typeof ai.interactions.create>[0],
					ONCE,
				),
		);
		return raw;
	},
	describe: describeInteraction,
};

/**
 * The API's version v1 has no webhooks for interactions (digest of https://ai.google.dev/api/interactions, October
 * 2026).
 *
 * @param hasWebhook whether the jobs get a webhook of their own
 */
export function objectionToVersion(
	{ connection }: GeminiClient,
	hasWebhook: boolean,
): Objection | undefined {
	if (!hasWebhook || connection.apiVersion !== 'v1') return undefined;
	return {
		message: "The API's version v1 has no webhooks for interactions",
		description:
			"Set the 'API Version' of the credential to v1beta, or choose 'Do Nothing' under 'When the Job Finishes' and look at the interaction later.",
	};
}

import { ONCE, type GeminiClient } from '../gemini/client';
import type { Attempt } from '../gemini/explain';
import type { Json } from '../json';
import type { PerRequestWebhook } from './kind';

/** The field of a batch or a Veo job that asks for a webhook of its own; none without one. */
export const webhookConfig = (webhook: PerRequestWebhook | undefined): Json => {
	if (!webhook) return {};
	const { url, userMetadata } = webhook;
	return { webhookConfig: { uris: [url], ...(userMetadata ? { userMetadata } : {}) } };
};

/**
 * Sends the one request that starts an interaction, an Omni video as well, with a webhook of its own if it is to have
 * one: https://ai.google.dev/api/interactions
 *
 * @returns the API's answer
 * @throws GeminiApiError
 */
export async function createInteraction(
	client: GeminiClient,
	attempt: Attempt,
	body: Json,
	webhook: PerRequestWebhook | undefined,
): Promise<Json> {
	const request = { ...body };
	if (webhook) {
		const { url, userMetadata } = webhook;
		const user_metadata = userMetadata;
		request.webhook_config = { uris: [url], ...(user_metadata ? { user_metadata } : {}) };
	}
	const { raw } = await client.change(attempt, async (ai) => {
		type Request = Parameters<typeof ai.interactions.create>[0];
		return await ai.interactions.create(request as unknown as Request, ONCE);
	});
	return raw;
}

import type { IDataObject } from 'n8n-workflow';

import type { ProjectWebhook } from '../shared/gemini/webhooks';

/** A webhook as the node puts it out; secrets only by their last characters. */
export function webhookItem(webhook: ProjectWebhook): IDataObject {
	return {
		webhookId: webhook.id,
		name: webhook.name,
		url: webhook.uri,
		state: webhook.state,
		events: webhook.events,
		signingSecrets: webhook.secrets.map(({ truncated, expiresAt }) => ({
			truncatedSecret: truncated,
			expiresAt,
		})),
		createdAt: webhook.createdAt,
		updatedAt: webhook.updatedAt,
	};
}

/** What is needed to find a webhook again, for a sentence: its name, if it has one, and its id. */
export const nameAndId = ({ name, id }: Pick<ProjectWebhook, 'name' | 'id'>): string =>
	name ? `'${name}' (${id})` : id;

/** Which webhooks to find; what is left out doesn't narrow. */
export interface WebhookFilters {
	states?: string[];
	/** The webhook reports at least one of them. */
	events?: string[];
	/** In any case of letters. */
	urlContains?: string;
}

/** Whether a webhook is one of those that are looked for. */
export function matches(
	{ state, events, uri }: ProjectWebhook,
	{ states = [], events: wanted = [], urlContains = '' }: WebhookFilters,
): boolean {
	return (
		(states.length === 0 || states.includes(state)) &&
		(wanted.length === 0 || events.some((event) => wanted.includes(event))) &&
		uri.toLowerCase().includes(urlContains.trim().toLowerCase())
	);
}

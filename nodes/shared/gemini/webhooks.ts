import { jsonList, text, type Json } from '../json';
import { ONCE, type GeminiClient } from './client';
import { GeminiApiError } from './errors';

/** A static webhook of the Google project, see https://ai.google.dev/api/webhooks */
export interface ProjectWebhook {
	/** The bare id, without `webhooks/`. */
	id: string;
	name: string;
	uri: string;
	events: string[];
	/** `enabled`, `disabled` or `disabled_due_to_failed_deliveries`. */
	state: string;
	/** The last four characters of each secret that is valid now: all that Google shows of it later. */
	secretEnds: string[];
}

/** What a webhook should look like. */
export interface WebhookSettings {
	name: string;
	url: string;
	events: string[];
}

/** The most that one page of the list may hold. */
const PAGE_SIZE = 1000;
/** A bound in case the API never stops handing out page tokens. */
const MAX_PAGES = 20;

function webhookFrom(raw: Json): ProjectWebhook {
	const events = Array.isArray(raw.subscribed_events) ? raw.subscribed_events : [];
	return {
		// The SDK would encode the slash of a full resource name.
		id: (text(raw.id) ?? text(raw.name) ?? '').replace(/^webhooks\//, ''),
		name: text(raw.name) ?? '',
		uri: text(raw.uri) ?? '',
		events: events.map(String),
		state: text(raw.state) ?? 'enabled',
		secretEnds: jsonList(raw.signing_secrets).flatMap(
			({ truncated_secret: shown }) => text(shown)?.match(/\.\.\.(\S{4})$/)?.[1] ?? [],
		),
	};
}

const isGone = (error: unknown): boolean =>
	error instanceof GeminiApiError && error.gemini.status === 404;

/** @returns all static webhooks of the project; secrets are never part of it */
export async function listWebhooks(client: GeminiClient): Promise<ProjectWebhook[]> {
	const found: ProjectWebhook[] = [];
	let pageToken: string | undefined;
	for (let page = 0; page < MAX_PAGES; page++) {
		const { raw } = await client.read(
			{ action: "list the project's webhooks" },
			async (ai) => await ai.webhooks.list({ page_size: PAGE_SIZE, page_token: pageToken }, ONCE),
		);
		found.push(...jsonList(raw.webhooks).map(webhookFrom));
		pageToken = text(raw.next_page_token) ?? undefined;
		if (!pageToken) break;
	}
	return found;
}

/** @returns undefined when the webhook is gone */
export async function getWebhook(
	client: GeminiClient,
	id: string,
): Promise<ProjectWebhook | undefined> {
	try {
		const { raw } = await client.read(
			{ action: 'read the webhook', subject: id },
			async (ai) => await ai.webhooks.get(id, {}, ONCE),
		);
		return webhookFrom(raw);
	} catch (error) {
		if (isGone(error)) return undefined;
		throw error as GeminiApiError;
	}
}

/** @returns the id and the signing secret, which Google tells only this once */
export async function createWebhook(
	client: GeminiClient,
	{ name, url, events }: WebhookSettings,
): Promise<{ id: string; secret: string }> {
	const { raw } = await client.change(
		{ action: 'register the webhook', subject: url, isNew: true },
		async (ai) => ai.webhooks.create({ name, uri: url, subscribed_events: events }, ONCE),
	);
	return { id: webhookFrom(raw).id, secret: text(raw.new_signing_secret) ?? '' };
}

/** Changes what is given of a webhook, in place, and enables it; its secrets stay valid. */
export async function updateWebhook(
	client: GeminiClient,
	id: string,
	{ name, url, events }: Partial<WebhookSettings>,
): Promise<void> {
	const changes = {
		...(name === undefined ? {} : { name }),
		...(url === undefined ? {} : { uri: url }),
		...(events === undefined ? {} : { subscribed_events: events }),
		state: 'enabled' as const,
	};
	const update_mask = Object.keys(changes).join();
	await client.change({ action: 'update the webhook', subject: id }, async (ai) =>
		ai.webhooks.update(id, { ...changes, update_mask }, ONCE),
	);
}

/** @returns the new signing secret; the previous ones end at once */
export async function rotateSecret(client: GeminiClient, id: string): Promise<string> {
	const { raw } = await client.change(
		{ action: 'renew the signing secret of the webhook', subject: id },
		async (ai) =>
			await ai.webhooks.rotateSigningSecret(
				id,
				{ revocation_behavior: 'revoke_previous_secrets_immediately' },
				ONCE,
			),
	);
	return text(raw.secret) ?? '';
}

/** Deletes a webhook; one that is gone already is fine. */
export async function deleteWebhook(client: GeminiClient, id: string): Promise<void> {
	try {
		await client.change({ action: 'delete the webhook', subject: id }, async (ai) =>
			ai.webhooks.delete(id, {}, ONCE),
		);
	} catch (error) {
		if (!isGone(error)) throw error as GeminiApiError;
	}
}

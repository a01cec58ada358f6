import { jsonList, text, texts, type Json } from '../json';
import { pagesOf } from '../pages';
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
	/** The secrets that sign now, by their last four characters; the ones of a past rotation have an end. */
	secrets: Array<{ truncated: string; expiresAt: string | null }>;
	/** RFC 3339; Google often leaves these two out. */
	createdAt: string | null;
	updatedAt: string | null;
	/** Google's answer, without a signing secret. */
	raw: Json;
}

/** What to change about a webhook; what is left out stays as it is. */
export interface WebhookChanges {
	name?: string;
	url?: string;
	events?: string[];
	state?: 'enabled' | 'disabled';
}

/** What a new signing secret does to the ones before: see https://ai.google.dev/api/webhooks */
export type Revocation =
	| 'revoke_previous_secrets_after_h24'
	| 'revoke_previous_secrets_immediately';

/** What a webhook should look like. */
export interface WebhookSettings {
	name: string;
	url: string;
	events: string[];
}

/** How the names of the webhooks begin that a Gemini Webhook Trigger registers. */
export const NAME_PREFIX = 'n8n: ';

/** The most that one page of the list may hold. */
const PAGE_SIZE = 1000;
/** A bound in case the API never stops handing out page tokens. */
const MAX_PAGES = 20;

/** The id alone: the SDK would encode the slash of a full resource name. */
export const bareId = (id: string): string => id.replace(/^webhooks\//, '');

/** The part of a webhook URL that is random and the node's own; the address in front of it may change. */
export const ownPath = (url: string): string => url.split('?')[0].split('/').slice(-2).join('/');

/** Reads Google's answer: the SDK's objects leave fields out, and a creation's answer holds the secret. */
function webhookFrom(answer: Json): ProjectWebhook {
	const raw = { ...answer };
	delete raw.new_signing_secret;
	return {
		id: bareId(text(raw.id) ?? text(raw.name) ?? ''),
		name: text(raw.name) ?? '',
		uri: text(raw.uri) ?? '',
		events: texts(raw.subscribed_events),
		state: text(raw.state) ?? 'enabled',
		secrets: jsonList(raw.signing_secrets).map((secret) => ({
			truncated: text(secret.truncated_secret) ?? '',
			expiresAt: text(secret.expire_time),
		})),
		createdAt: text(raw.create_time),
		updatedAt: text(raw.update_time),
		raw,
	};
}

const isGone = (error: unknown): boolean =>
	error instanceof GeminiApiError && error.gemini.status === 404;

/** @returns all static webhooks of the project; secrets are never part of it */
export async function listWebhooks(client: GeminiClient): Promise<ProjectWebhook[]> {
	const found: ProjectWebhook[] = [];
	const read = async (page_token: string | undefined) =>
		await client.read(
			{ action: "list the project's webhooks" },
			async (ai) => await ai.webhooks.list({ page_size: PAGE_SIZE, page_token }, ONCE),
		);
	for await (const { raw } of pagesOf(read, { most: MAX_PAGES }))
		found.push(...jsonList(raw.webhooks).map(webhookFrom));
	return found;
}

/** @throws GeminiApiError that names the webhook, also when it is gone */
export async function readWebhook(client: GeminiClient, id: string): Promise<ProjectWebhook> {
	const { raw } = await client.read(
		{ action: 'read the webhook', subject: id },
		async (ai) => await ai.webhooks.get(id, {}, ONCE),
	);
	return webhookFrom(raw);
}

/** @returns undefined when the webhook is gone */
export async function getWebhook(
	client: GeminiClient,
	id: string,
): Promise<ProjectWebhook | undefined> {
	try {
		return await readWebhook(client, id);
	} catch (error) {
		if (isGone(error)) return undefined;
		throw error as GeminiApiError;
	}
}

/** @returns the webhook and its signing secret, which Google tells only this once; empty if it didn't */
export async function createWebhook(
	client: GeminiClient,
	{ name, url, events }: WebhookSettings,
): Promise<{ id: string; secret: string; webhook: ProjectWebhook }> {
	const { raw } = await client.change(
		{ action: 'register the webhook', subject: url, isNew: true },
		async (ai) => ai.webhooks.create({ name, uri: url, subscribed_events: events }, ONCE),
	);
	const webhook = webhookFrom(raw);
	return { id: webhook.id, secret: text(raw.new_signing_secret) ?? '', webhook };
}

/** Changes a webhook in place; its secrets stay valid. */
export async function changeWebhook(
	client: GeminiClient,
	id: string,
	{ name, url, events, state }: WebhookChanges,
): Promise<ProjectWebhook> {
	const given = Object.entries({ name, uri: url, subscribed_events: events, state }).filter(
		([, value]) => value !== undefined,
	);
	const update_mask = given.map(([field]) => field).join();
	const { raw } = await client.change({ action: 'update the webhook', subject: id }, async (ai) =>
		ai.webhooks.update(id, { ...Object.fromEntries(given), update_mask }, ONCE),
	);
	return webhookFrom(raw);
}

/** Makes a webhook what it should look like, in place and enabled; its secrets stay valid. */
export async function updateWebhook(
	client: GeminiClient,
	id: string,
	{ name, url, events }: WebhookSettings,
): Promise<void> {
	await changeWebhook(client, id, { name, url, events, state: 'enabled' });
}

/** @returns the new signing secret, which Google tells only this once; empty if it didn't */
export async function rotateSecret(
	client: GeminiClient,
	id: string,
	revocation_behavior: Revocation = 'revoke_previous_secrets_immediately',
): Promise<string> {
	const { raw } = await client.change(
		{ action: 'renew the signing secret of the webhook', subject: id },
		async (ai) => await ai.webhooks.rotateSigningSecret(id, { revocation_behavior }, ONCE),
	);
	return text(raw.secret) ?? '';
}

/** Has Google send a test event to the webhook's URL. */
export async function pingWebhook(client: GeminiClient, id: string): Promise<void> {
	await client.change(
		{ action: 'ping the webhook', subject: id },
		async (ai) => await ai.webhooks.ping(id, {}, ONCE),
	);
}

/** @throws GeminiApiError that names the webhook, also when it is gone already */
export async function removeWebhook(client: GeminiClient, id: string): Promise<void> {
	await client.change({ action: 'delete the webhook', subject: id }, async (ai) =>
		ai.webhooks.delete(id, {}, ONCE),
	);
}

/** Deletes a webhook; one that is gone already is fine. */
export async function deleteWebhook(client: GeminiClient, id: string): Promise<void> {
	try {
		await removeWebhook(client, id);
	} catch (error) {
		if (!isGone(error)) throw error as GeminiApiError;
	}
}

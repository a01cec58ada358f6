import { badRequest, notFound } from './errors.mts';
import { signingSecret, webhookId } from './ids.mts';
import { isObject, message, optionalString, page, parseObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import type { Settings } from './settings.mts';
import { timestamp } from './clock.mts';
import type { Call, Project, Route, World } from './world.mts';

type State = 'enabled' | 'disabled' | 'disabled_due_to_failed_deliveries';

/** A static webhook of a project (ai.google.dev/api/webhooks). */
export interface Webhook {
	id: string;
	name: string | undefined;
	uri: string;
	subscribedEvents: string[];
	state: State;
	/** Newest first. `expiresAt` is null for the current one. */
	secrets: Array<{ secret: string; expiresAt: number | null }>;
	/** The secret before the last rotation, even when revoked; only to sign wrongly on purpose. */
	previousSecret: string | undefined;
	/** Deliveries given up in a row. */
	failures: number;
}

/** The events of the current reference (ai.google.dev/api/webhooks). */
const EVENTS = [
	'batch.succeeded',
	'batch.failed',
	'batch.expired',
	'interaction.completed',
	'interaction.failed',
	'interaction.requires_action',
	'video.generated',
];

/** Named by the guide and older SDKs, but not by the reference. */
const CANCELLED_EVENTS = ['batch.cancelled', 'interaction.cancelled'];

const WRITABLE = ['name', 'uri', 'subscribedEvents', 'state'];
const OUTPUT_ONLY = ['id', 'createTime', 'updateTime', 'newSigningSecret', 'signingSecrets'];
const DAY = 24 * 3_600_000;

/** The secrets that sign at `now` (emulator milliseconds), newest first. */
export function liveSecrets(webhook: Webhook, now: number): string[] {
	return webhook.secrets
		.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
		.map(({ secret }) => secret);
}

/** What happens when deliveries keep failing. */
export function disableWebhook(world: World, webhook: Webhook): void {
	webhook.state = 'disabled_due_to_failed_deliveries';
	world.log(`webhook ${webhook.id} disabled after failed deliveries`);
}

/** A webhook as the API shows it: snake_case, secrets only by their last four characters. */
export function showWebhook(webhook: Webhook, now: number): Json {
	const live = webhook.secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
	return {
		id: webhook.id,
		...(webhook.name !== undefined && { name: webhook.name }),
		uri: webhook.uri,
		subscribed_events: webhook.subscribedEvents,
		state: webhook.state,
		signing_secrets: live.map(({ secret, expiresAt }) => ({
			truncated_secret: `whsec_...${secret.slice(-4)}`,
			...(expiresAt !== null && { expire_time: timestamp(expiresAt) }),
		})),
	};
}

/** Checks a delivery URL. Which schemes Google takes is unknown: https, or http to this machine. */
export function checkUri(value: unknown, field: string, settings: Settings): string {
	const text = optionalString(value, field);
	if (!text) throw badRequest(`${field} is required.`);
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const local = /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\]|host\.docker\.internal)$/;
	const plain = url?.protocol === 'http:' && (!settings.requireHttps || local.test(url.hostname));
	if (!url || !(plain || url.protocol === 'https:')) {
		throw badRequest(`${field} must be a valid HTTPS URL: ${text}`);
	}
	return text;
}

function checkEvents(value: unknown, settings: Settings): string[] {
	if (!Array.isArray(value) || value.length === 0) {
		throw badRequest('subscribed_events must name at least one event.');
	}
	const known = settings.acceptCancelledEvents ? [...EVENTS, ...CANCELLED_EVENTS] : EVENTS;
	for (const event of value as unknown[]) {
		if (!known.includes(event as string)) {
			throw badRequest(`Invalid value at 'subscribed_events': ${JSON.stringify(event)}`);
		}
	}
	return [...new Set(value as string[])];
}

function checkState(value: unknown): State {
	if (value === 'enabled' || value === 'disabled') return value;
	throw badRequest(`Invalid value at 'state': ${JSON.stringify(value)}`);
}

function find({ project, params }: Call): Webhook {
	const webhook = project.webhooks.get(params[0] as string);
	if (!webhook) throw notFound(`Webhook ${params[0]} not found.`);
	return webhook;
}

/** Makes a webhook in a project. Returns it together with its secret, which the API shows only this once. */
export function addWebhook(
	world: World,
	project: Project,
	fields: { name?: string; uri: string; subscribed_events: string[] },
): { webhook: Webhook; secret: string } {
	const secret = signingSecret();
	const webhook: Webhook = {
		id: webhookId(),
		name: fields.name,
		uri: checkUri(fields.uri, 'uri', world.settings),
		subscribedEvents: checkEvents(fields.subscribed_events, world.settings),
		state: 'enabled',
		secrets: [{ secret, expiresAt: null }],
		previousSecret: undefined,
		failures: 0,
	};
	project.webhooks.set(webhook.id, webhook);
	return { webhook, secret };
}

function body(call: Call, fields: string[]): Json {
	return message(parseObject(call.body), '', fields, call.world.settings.strictJson);
}

function create(call: Call): Json {
	const { name, uri, subscribedEvents } = body(call, [...WRITABLE, ...OUTPUT_ONLY]);
	const { webhook, secret } = addWebhook(call.world, call.project, {
		name: optionalString(name, 'name'),
		uri: uri as string,
		subscribed_events: subscribedEvents as string[],
	});
	return { ...showWebhook(webhook, call.world.clock.now()), new_signing_secret: secret };
}

function list({ project, query, world }: Call): Json {
	const size = query.get('page_size') ?? query.get('pageSize');
	const token = query.get('page_token') ?? query.get('pageToken');
	const limits = { usual: 50, most: 1000 };
	const { items, next } = page([...project.webhooks.values()], size, token, limits);
	const now = world.clock.now();
	return {
		webhooks: items.map((webhook) => showWebhook(webhook, now)),
		...(next && { next_page_token: next }),
	};
}

/** Without a mask every writable field that is present changes (Google does not say; its samples send no mask). */
function update(call: Call): Json {
	const webhook = find(call);
	const fields = body(call, [...WRITABLE, ...OUTPUT_ONLY]);
	const mask = call.query.get('update_mask') ?? call.query.get('updateMask');
	const names = mask
		? mask.split(',').map((name) => name.trim().replace('subscribed_events', 'subscribedEvents'))
		: WRITABLE.filter((name) => name in fields);
	const wrong = names.find((name) => !WRITABLE.includes(name));
	if (wrong !== undefined) throw badRequest(`Invalid update_mask: "${wrong}" cannot be updated.`);
	const { settings, clock } = call.world;
	const changes: Partial<Webhook> = {};
	if (names.includes('name')) changes.name = optionalString(fields.name, 'name');
	if (names.includes('uri')) changes.uri = checkUri(fields.uri, 'uri', settings);
	if (names.includes('subscribedEvents'))
		changes.subscribedEvents = checkEvents(fields.subscribedEvents, settings);
	if (names.includes('state')) changes.state = checkState(fields.state);
	if (changes.state === 'enabled') changes.failures = 0;
	Object.assign(webhook, changes);
	return showWebhook(webhook, clock.now());
}

/** The default keeps the old secrets valid for 24 hours (ai.google.dev/api/webhooks). Upper case is taken too, as in the guide. */
function rotate(call: Call): Json {
	const webhook = find(call);
	const asked = body(call, ['revocationBehavior']).revocationBehavior;
	const behavior = String(asked ?? 'revoke_previous_secrets_after_h24').toLowerCase();
	const now = call.world.clock.now();
	const previous = webhook.secrets[0]?.secret;
	if (behavior === 'revoke_previous_secrets_immediately') webhook.secrets = [];
	else if (behavior !== 'revoke_previous_secrets_after_h24') {
		throw badRequest(`Invalid value at 'revocation_behavior': ${JSON.stringify(asked)}`);
	}
	const secret = signingSecret();
	const old = webhook.secrets.map((one) => ({ ...one, expiresAt: one.expiresAt ?? now + DAY }));
	webhook.secrets = [{ secret, expiresAt: null }, ...old];
	webhook.previousSecret = previous;
	return { secret };
}

function ping(call: Call): Json {
	const { world, project } = call;
	const webhook = find(call);
	body(call, []);
	const at = new Date(world.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
	const invented = { type: 'ping', version: 'v1', timestamp: at, data: { id: webhook.id } };
	const { pingBody } = world.settings;
	const text =
		typeof pingBody === 'string'
			? pingBody
			: JSON.stringify(isObject(pingBody) ? pingBody : invented);
	world.deliveries.ping(project, webhook, text);
	return {};
}

function remove(call: Call): Json {
	call.project.webhooks.delete(find(call).id);
	return {};
}

const one = 'webhooks/([^/:]+)';

export const webhookRoutes: Route[] = [
	{ method: 'POST', path: /^webhooks$/, handle: (call) => ({ json: create(call) }) },
	{ method: 'GET', path: /^webhooks$/, handle: (call) => ({ json: list(call) }) },
	{
		method: 'GET',
		path: new RegExp(`^${one}$`),
		handle: (call) => ({ json: showWebhook(find(call), call.world.clock.now()) }),
	},
	{ method: 'PATCH', path: new RegExp(`^${one}$`), handle: (call) => ({ json: update(call) }) },
	{ method: 'DELETE', path: new RegExp(`^${one}$`), handle: (call) => ({ json: remove(call) }) },
	{ method: 'POST', path: new RegExp(`^${one}:ping$`), handle: (call) => ({ json: ping(call) }) },
	{
		method: 'POST',
		path: new RegExp(`^${one}:rotateSigningSecret$`),
		handle: (call) => ({ json: rotate(call) }),
	},
];

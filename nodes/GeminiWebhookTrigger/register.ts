import { NodeOperationError, type IHookFunctions, type IWebhookFunctions } from 'n8n-workflow';

import { signingKey } from '../shared/delivery/hmac';
import { sealSecret } from '../shared/delivery/sealedSecret';
import { GeminiClient } from '../shared/gemini/client';
import { standing } from '../shared/gemini/shownSecrets';
import { RETIRED_EVENTS, withKnownEvents } from '../shared/gemini/webhookEvents';
import {
	createWebhook,
	deleteWebhook,
	getWebhook,
	listWebhooks,
	NAME_PREFIX,
	ownPath,
	rotateSecret,
	updateWebhook,
	type ProjectWebhook,
	type Revocation,
} from '../shared/gemini/webhooks';
import { HOW_TO_BE_CALLABLE, whyNotCallable } from '../shared/publicUrl';
import { OTHER_EVENTS, triggerParameters } from './parameters';
import {
	forgetRegistration,
	readRegistration,
	registeredEnd,
	registeredKey,
	retireRegistration,
	storeRegistration,
	type Registration,
} from './registration';
import { changeRemembered, remembered } from './remembered';

/** n8n's functions while a workflow is published, and while the trigger is called. */
export type RegistrationContext = IHookFunctions | IWebhookFunctions;

interface Wanted {
	url: string;
	name: string;
	events: string[];
}

/** The static webhook as it should be at Google. */
export function wanted(context: RegistrationContext): Wanted {
	const { events } = triggerParameters(context);
	const workflow = context.getWorkflow().name ?? 'workflow';
	const test = context.getMode() === 'manual' ? ' (test)' : '';
	return {
		url: context.getNodeWebhookUrl('default') ?? '',
		name: `${NAME_PREFIX}${workflow} / ${context.getNode().name}`.slice(0, 100) + test,
		events: events.filter((event) => event !== OTHER_EVENTS),
	};
}

/** Everything that can be known to be wrong before Google is asked. */
function refuseImpossible(
	context: RegistrationContext,
	{ url, events }: Wanted,
	baseUrl: string,
): void {
	const obstacle = whyNotCallable(url, baseUrl);
	if (obstacle) {
		throw new NodeOperationError(context.getNode(), `The webhook URL ${obstacle}`, {
			description: `${url}: ${HOW_TO_BE_CALLABLE}`,
		});
	}
	if (events.length === 0) {
		throw new NodeOperationError(context.getNode(), "No event is chosen in 'Events'", {
			description: "Choose at least one event besides 'Any Other Event'.",
		});
	}
}

/** The same events in any order; retired ones don't count, as Google may have dropped them. */
function sameEvents(actual: string[], expected: string[]): boolean {
	const kept = (events: string[]) =>
		[...new Set(events)].filter((event) => !RETIRED_EVENTS.includes(event)).sort();
	return kept(actual).join() === kept(expected).join();
}

const isAsWanted = (webhook: ProjectWebhook, { url, events }: Wanted): boolean =>
	webhook.state === 'enabled' && webhook.uri === url && sameEvents(webhook.events, events);

/** Whether the webhook that is remembered leads to this very node, and not to the one that this is a copy of. */
export const isOwn = (webhook: ProjectWebhook, { url }: Wanted): boolean =>
	ownPath(webhook.uri) === ownPath(url);

/**
 * What is remembered of the webhook. A copy of the workflow may have been imported into another n8n with what the
 * original remembers; it must leave the original's webhook alone, although its own path is the same.
 */
export function ownRegistration(context: RegistrationContext): Registration | undefined {
	const registration = readRegistration(remembered(context));
	if (!registration) return undefined;
	const { instanceId = context.getInstanceId() } = registration;
	if (instanceId === context.getInstanceId()) return registration;
	changeRemembered(context, forgetRegistration);
	return undefined;
}

/**
 * Compares the static webhook at Google with what this trigger needs, and mends it in place: a changed URL or
 * event list, or a webhook that Google disabled. In place, because a new webhook would mean a new secret.
 *
 * @returns false when a webhook, or a new secret, must be had by `register`
 */
export async function isRegistered(context: RegistrationContext): Promise<boolean> {
	const registration = ownRegistration(context);
	if (!registration) return false;
	const client = await GeminiClient.for(context);
	const { apiKey, baseUrl } = client.connection;
	if (!registeredKey(registration, apiKey)) return false;
	const webhook = await getWebhook(client, registration.webhookId);
	const target = wanted(context);
	if (!webhook) {
		changeRemembered(context, (staticData) => retireRegistration(staticData, Date.now()));
		return false;
	}
	if (!isOwn(webhook, target)) {
		changeRemembered(context, forgetRegistration);
		return false;
	}
	// Somebody else renewed the secret: with the one that is stored here, nothing is, or will soon be, accepted.
	if (secretOf(registration, webhook, apiKey) !== 'lasting') return false;
	if (isAsWanted(webhook, target)) return true;
	refuseImpossible(context, target, baseUrl);
	await withKnownEvents(context, target.events, async (events) => {
		await updateWebhook(client, webhook.id, { ...target, events });
	});
	return true;
}

/**
 * Whether Google signs the deliveries of a webhook with the secret that is stored here: `lasting`, for a while only
 * (`ending`), or not at all (`dead`).
 */
function secretOf(
	registration: Registration | undefined,
	webhook: ProjectWebhook,
	apiKey: string,
): 'lasting' | 'ending' | 'dead' {
	const end =
		registration?.webhookId === webhook.id ? registeredEnd(registration, apiKey) : undefined;
	if (end === undefined) return 'dead';
	const found = standing(webhook, [end]);
	if (found === 'foreign') return 'dead';
	return found === 'expiring' ? 'ending' : 'lasting';
}

/**
 * Registers the static webhook. n8n repeats this up to five times, and an attempt may have worked although its
 * answer got lost: webhooks with exactly this URL, and the one that is remembered, are ours, so the first is taken
 * over (with a new secret, since Google tells a secret only once) and further ones are removed.
 *
 * @throws NodeOperationError, GeminiApiError
 */
export async function register(context: RegistrationContext): Promise<void> {
	const client = await GeminiClient.for(context);
	const { apiKey, baseUrl } = client.connection;
	const target = wanted(context);
	refuseImpossible(context, target, baseUrl);

	// The remembered one is still there when its secret can't be opened any more; its URL may be an older one.
	const registration = ownRegistration(context);
	const [stray, ...more] = (await listWebhooks(client)).filter(
		(webhook) =>
			webhook.uri === target.url ||
			(webhook.id === registration?.webhookId && isOwn(webhook, target)),
	);
	for (const { id } of more) await deleteWebhook(client, id);
	const { id, secret } = await withKnownEvents(context, target.events, async (events) => {
		if (!stray) return await createWebhook(client, { ...target, events });
		await updateWebhook(client, stray.id, { ...target, events });
		// A secret that nobody here knows is of no use; one that is known is for the deliveries that are under way.
		const isKnown = secretOf(registration, stray, apiKey) !== 'dead';
		const former: Revocation = isKnown
			? 'revoke_previous_secrets_after_h24'
			: 'revoke_previous_secrets_immediately';
		return { id: stray.id, secret: await rotateSecret(client, stray.id, former) };
	});
	if (!signingKey(secret)) {
		throw new NodeOperationError(context.getNode(), 'Google returned no usable signing secret', {
			description: `Without it no delivery of the webhook ${id} can be verified. Publish the workflow again.`,
		});
	}
	changeRemembered(context, (staticData) => {
		retireRegistration(staticData, Date.now());
		storeRegistration(staticData, {
			webhookId: id,
			sealedSecret: sealSecret(secret, apiKey),
			instanceId: context.getInstanceId(),
		});
	});
}

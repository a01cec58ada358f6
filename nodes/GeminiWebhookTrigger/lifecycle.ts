import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';

import { checkSharedStore } from '../shared/dedupe/sharedStore';
import { signingKey } from '../shared/delivery/hmac';
import { sealSecret } from '../shared/delivery/sealedSecret';
import { GeminiClient } from '../shared/gemini/client';
import { RETIRED_EVENTS, withKnownEvents } from '../shared/gemini/webhookEvents';
import {
	createWebhook,
	deleteWebhook,
	getWebhook,
	listWebhooks,
	NAME_PREFIX,
	rotateSecret,
	updateWebhook,
	type ProjectWebhook,
} from '../shared/gemini/webhooks';
import { HOW_TO_BE_CALLABLE, whyNotCallable } from '../shared/publicUrl';
import { chosenWebhookId, checkExistingWebhook } from './existing';
import { OTHER_EVENTS, triggerParameters } from './parameters';
import {
	forgetRegistration,
	readRegistration,
	registeredKey,
	storeRegistration,
} from './registration';

interface Wanted {
	url: string;
	name: string;
	events: string[];
}

/** The static webhook as it should be at Google. */
function wanted(context: IHookFunctions): Wanted {
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
function refuseImpossible(context: IHookFunctions, { url, events }: Wanted, baseUrl: string): void {
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

/** The part of a webhook URL that is random and the node's own; the address in front of it may change. */
const ownPath = (url: string): string => url.split('?')[0].split('/').slice(-2).join('/');

/**
 * Whether the webhook that is remembered was registered for this very node. A copy of the workflow may have been
 * imported with what the original remembers; it must leave the original's webhook alone.
 */
const isOwn = (webhook: ProjectWebhook, { url }: Wanted): boolean =>
	ownPath(webhook.uri) === ownPath(url);

/**
 * Compares the static webhook at Google with what this trigger needs, and mends it in place: a changed URL or
 * event list, or a webhook that Google disabled. In place, because a new webhook would mean a new secret. Also checks
 * a webhook that the user chose, and notices one that is left over.
 *
 * @returns false when a webhook must be registered
 */
async function checkExists(this: IHookFunctions): Promise<boolean> {
	const staticData = this.getWorkflowStaticData('node');
	const registration = readRegistration(staticData);
	const { listenTo, sharesClaims } = triggerParameters(this);
	if (sharesClaims) await checkSharedStore(this);
	if (listenTo !== 'project') {
		if (registration) return false;
		if (listenTo === 'existing') await checkExistingWebhook(this);
		return true;
	}
	if (!registration) return false;

	const client = await GeminiClient.for(this);
	if (!registeredKey(registration, client.connection.apiKey)) return false;
	const webhook = await getWebhook(client, registration.webhookId);
	const target = wanted(this);
	if (!webhook || !isOwn(webhook, target)) {
		forgetRegistration(staticData);
		return false;
	}
	if (isAsWanted(webhook, target)) return true;
	refuseImpossible(this, target, client.connection.baseUrl);
	await withKnownEvents(this, target.events, async (events) => {
		await updateWebhook(client, webhook.id, { ...target, events });
	});
	return true;
}

/**
 * Registers the static webhook. n8n repeats this up to five times, and an attempt may have worked although its
 * answer got lost: webhooks with exactly this URL, and the one that is remembered, are ours, so the first is taken
 * over (with a new secret, since Google tells a secret only once) and further ones are removed.
 *
 * @throws NodeOperationError, GeminiApiError
 */
async function create(this: IHookFunctions): Promise<boolean> {
	const staticData = this.getWorkflowStaticData('node');
	const { listenTo, sharesClaims } = triggerParameters(this);
	if (sharesClaims) await checkSharedStore(this);
	if (listenTo !== 'project') {
		if (listenTo === 'existing') await checkExistingWebhook(this);
		// Left over from a time when this node listened to the whole project.
		return await remove.call(this);
	}
	const client = await GeminiClient.for(this);
	const target = wanted(this);
	refuseImpossible(this, target, client.connection.baseUrl);

	// The remembered one is still there when its secret can't be opened any more; its URL may be an older one.
	const remembered = readRegistration(staticData)?.webhookId;
	const [stray, ...more] = (await listWebhooks(client)).filter(
		(webhook) =>
			webhook.uri === target.url || (webhook.id === remembered && isOwn(webhook, target)),
	);
	for (const { id } of more) await deleteWebhook(client, id);
	const { id, secret } = await withKnownEvents(this, target.events, async (events) => {
		if (!stray) return await createWebhook(client, { ...target, events });
		await updateWebhook(client, stray.id, { ...target, events });
		return { id: stray.id, secret: await rotateSecret(client, stray.id) };
	});
	if (!signingKey(secret)) {
		throw new NodeOperationError(this.getNode(), 'Google returned no usable signing secret', {
			description: `Without it no delivery of the webhook ${id} can be verified. Publish the workflow again.`,
		});
	}
	storeRegistration(staticData, {
		webhookId: id,
		sealedSecret: sealSecret(secret, client.connection.apiKey),
	});
	return true;
}

/**
 * Removes the static webhook, also one whose creation got no answer. A webhook that is gone already is fine;
 * anything else throws, so that n8n tries again and no webhook is left behind unnoticed.
 */
async function remove(this: IHookFunctions): Promise<boolean> {
	const staticData = this.getWorkflowStaticData('node');
	const registration = readRegistration(staticData);
	const { listenTo } = triggerParameters(this);
	if (!registration && listenTo !== 'project') return true;
	const client = await GeminiClient.for(this);
	const target = wanted(this);
	// An address that was refused was never registered; n8n asks all the same after a failed publication.
	if (!registration && whyNotCallable(target.url, client.connection.baseUrl)) return true;
	const own = registration
		? [await getWebhook(client, registration.webhookId)]
		: (await listWebhooks(client)).filter(({ uri }) => uri === target.url);
	// A webhook that this node registered once and that the user chose since is the user's.
	const kept = listenTo === 'existing' ? chosenWebhookId(this) : undefined;
	for (const webhook of own) {
		if (webhook && webhook.id !== kept && isOwn(webhook, target)) {
			await deleteWebhook(client, webhook.id);
		}
	}
	forgetRegistration(staticData);
	return true;
}

/** n8n calls these when the workflow is published, changed or unpublished, and around a test event. */
export const lifecycle = { checkExists, create, delete: remove };

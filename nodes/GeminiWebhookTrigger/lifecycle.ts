import type { IHookFunctions } from 'n8n-workflow';

import { checkSharedStore } from '../shared/dedupe/sharedStore';
import { GeminiClient } from '../shared/gemini/client';
import {
	deleteWebhook,
	getWebhook,
	listWebhooks,
	type ProjectWebhook,
} from '../shared/gemini/webhooks';
import { whyNotCallable } from '../shared/publicUrl';
import { chosenWebhookId, checkExistingWebhook } from './existing';
import { triggerParameters } from './parameters';
import { isOwn, isRegistered, ownRegistration, register, wanted } from './register';
import { forgetRegistration, readRegistration, retireRegistration } from './registration';
import { changeRemembered, remembered } from './remembered';

/**
 * Whether nothing is to be registered. Also checks a webhook that the user chose, and notices one that is left over.
 *
 * @returns false when a webhook must be registered
 */
async function checkExists(this: IHookFunctions): Promise<boolean> {
	const { listenTo, sharesClaims } = triggerParameters(this);
	if (sharesClaims) await checkSharedStore(this);
	if (listenTo === 'project') return await isRegistered(this);
	if (readRegistration(remembered(this))) return false;
	if (listenTo === 'existing') await checkExistingWebhook(this);
	return true;
}

/** @throws NodeOperationError, GeminiApiError */
async function create(this: IHookFunctions): Promise<boolean> {
	const { listenTo, sharesClaims } = triggerParameters(this);
	if (sharesClaims) await checkSharedStore(this);
	if (listenTo === 'project') {
		await register(this);
		return true;
	}
	if (listenTo === 'existing') await checkExistingWebhook(this);
	// Left over from a time when this node listened to the whole project.
	return await remove.call(this);
}

/**
 * Removes the static webhook, also one whose creation got no answer. A webhook that is gone already is fine;
 * anything else throws, so that n8n tries again and no webhook is left behind unnoticed. The secret stays accepted for a
 * day: n8n removes a webhook also to register it anew, when the trigger was changed.
 */
async function remove(this: IHookFunctions): Promise<boolean> {
	const registration = ownRegistration(this);
	const { listenTo } = triggerParameters(this);
	if (!registration && listenTo !== 'project') return true;
	const client = await GeminiClient.for(this);
	const target = wanted(this);
	// An address that was refused was never registered; n8n asks all the same after a failed publication.
	if (!registration && whyNotCallable(target.url, client.connection.baseUrl)) return true;
	const isRemembered = ({ id }: ProjectWebhook) => id === registration?.webhookId;
	const candidates =
		listenTo === 'project'
			? (await listWebhooks(client)).filter((one) => one.uri === target.url || isRemembered(one))
			: [await getWebhook(client, String(registration?.webhookId))];
	// A webhook that this node registered once and that the user chose since is the user's.
	const kept = listenTo === 'existing' ? chosenWebhookId(this) : undefined;
	const own = candidates.filter((webhook) => webhook && isOwn(webhook, target));
	for (const webhook of own) {
		if (webhook && webhook.id !== kept) await deleteWebhook(client, webhook.id);
	}
	const isForGood = listenTo !== 'project' || own.length < candidates.length;
	changeRemembered(this, (staticData) => {
		if (isForGood) forgetRegistration(staticData);
		else retireRegistration(staticData, Date.now());
	});
	return true;
}

/** n8n calls these when the workflow is published, changed or unpublished, and around a test event. */
export const lifecycle = { checkExists, create, delete: remove };

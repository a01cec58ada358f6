import type { IWebhookFunctions } from 'n8n-workflow';

import { signingKey } from '../shared/delivery/hmac';
import type { GeminiClient } from '../shared/gemini/client';
import { secretEnd } from '../shared/gemini/shownSecrets';
import { canVerify } from '../shared/inbound/prove';
import { arrivalsAt, PROCESS } from './arrivals';
import { chosenWebhookId } from './existing';
import type { ListenTo, TriggerParameters } from './parameters';
import { readRegistration, registeredEnd, registeredKey } from './registration';
import { remembered } from './remembered';
import { readSigningSecrets } from './signingSecrets';

/**
 * What a published trigger knows of itself. Goes to the Gemini Webhook node, so it holds no secret: of signing secrets
 * only the ends that Google shows, too.
 */
export interface OwnView {
	node: string;
	workflowId: string;
	workflowName: string;
	listenTo: ListenTo;
	events: string[];
	/** The static webhook that it registered, or that the user chose; null where there is none. */
	webhookId: string | null;
	/** Whether deliveries can be verified: `unreadable` is a stored secret that was sealed under another API key. */
	secret: 'usable' | 'missing' | 'unreadable' | 'notNeeded';
	secretEnds: string[];
	/** Whether Google's public keys can be had; null where they aren't needed. */
	publicKeys: boolean | null;
	/** Which process answers, and what arrived at it: ages in milliseconds, as clocks may differ. */
	process: string;
	countedFor: number;
	proven: number;
	provenAgo: number | null;
	rejected: number;
	rejectedAgo: number | null;
	rejectedReason: string | null;
}

type Secret = Pick<OwnView, 'webhookId' | 'secret' | 'secretEnds'>;

async function existingSecret(context: IWebhookFunctions): Promise<Secret> {
	const webhookId = chosenWebhookId(context) || null;
	try {
		const { current, previous } = await readSigningSecrets(context);
		const usable = [current, previous].filter((one) => signingKey(one));
		const secret = usable.length > 0 ? 'usable' : 'missing';
		return { webhookId, secret, secretEnds: usable.map(secretEnd) };
	} catch {
		// The credential is gone, or can't be decrypted.
		return { webhookId, secret: 'missing', secretEnds: [] };
	}
}

function registeredSecret(context: IWebhookFunctions, apiKey: string): Secret {
	const registration = readRegistration(remembered(context));
	if (!registration) return { webhookId: null, secret: 'missing', secretEnds: [] };
	const { webhookId } = registration;
	const end = registeredEnd(registration, apiKey);
	return registeredKey(registration, apiKey) && end !== undefined
		? { webhookId, secret: 'usable', secretEnds: [end] }
		: { webhookId, secret: 'unreadable', secretEnds: [] };
}

async function secretOf(
	context: IWebhookFunctions,
	listenTo: ListenTo,
	apiKey: string,
): Promise<Secret> {
	if (listenTo === 'existing') return await existingSecret(context);
	if (listenTo === 'project') return registeredSecret(context, apiKey);
	return { webhookId: null, secret: 'notNeeded', secretEnds: [] };
}

/** @param now milliseconds since 1970 */
export async function ownView(
	context: IWebhookFunctions,
	{ connection }: GeminiClient,
	{ listenTo, events }: Pick<TriggerParameters, 'events' | 'listenTo'>,
	now: number,
): Promise<OwnView> {
	const { id, name } = context.getWorkflow();
	const { proven, lastProven, rejected, lastRejected } = arrivalsAt(context);
	return {
		node: context.getNode().name,
		workflowId: String(id),
		workflowName: name ?? '',
		listenTo,
		events,
		...(await secretOf(context, listenTo, connection.apiKey)),
		publicKeys: listenTo === 'requests' ? await canVerify(context, connection) : null,
		process: PROCESS.id,
		countedFor: now - PROCESS.since,
		proven,
		provenAgo: lastProven ? now - lastProven.at : null,
		rejected,
		rejectedAgo: lastRejected ? now - lastRejected.at : null,
		rejectedReason: lastRejected?.reason ?? null,
	};
}

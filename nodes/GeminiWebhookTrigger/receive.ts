import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { claimUntilAnswered } from '../shared/dedupe/claimUntilAnswered';
import { sharedStore } from '../shared/dedupe/sharedStore';
import { TOKEN_PARAMETER } from '../shared/delivery/callbackToken';
import { DeliveryClaims } from '../shared/delivery/claims';
import { parseEnvelope, type GeminiEvent } from '../shared/delivery/envelope';
import type { SignedContent } from '../shared/delivery/signedContent';
import type { RejectionReason, Verdict } from '../shared/delivery/types';
import { GeminiClient } from '../shared/gemini/client';
import { keySetUrl } from '../shared/gemini/connection';
import { guarded, logRejection } from '../shared/inbound/guarded';
import { proveDelivery, readDelivery } from '../shared/inbound/prove';
import { acknowledged, tryLater, unauthorized } from '../shared/inbound/reply';
import { calledPath } from '../shared/inbound/request';
import { lazily } from '../shared/lazily';
import { answerCheck } from './answerCheck';
import { noteProven, noteRejected } from './arrivals';
import { identityOf, triggerItem, type TriggerItem } from './item';
import { ownership } from './ownJob';
import {
	OTHER_EVENTS,
	triggerParameters,
	type ListenTo,
	type TriggerParameters,
} from './parameters';
import { remembered } from './remembered';
import { signingKeys } from './signingKeys';
import { passesFilter } from './wantedJob';

/** What this process has taken, unless Redis is chosen; n8n's database remembers beyond it (see emit.ts). */
const claims = new DeliveryClaims();

const WHAT = 'Gemini Webhook Trigger did not accept a delivery';

/** Judges the signature; the client is asked for when the keys in memory don't settle it. */
async function prove(
	context: IWebhookFunctions,
	content: SignedContent,
	parameters: TriggerParameters,
	getClient: () => Promise<GeminiClient>,
): Promise<Verdict> {
	const { listenTo, allowJwt, toleranceSeconds } = parameters;
	const { id, credentials } = context.getNode();
	return await proveDelivery(context, content, {
		toleranceSeconds,
		name: [
			`${context.getWorkflow().id}:${id}:${listenTo}:${allowJwt}`,
			JSON.stringify(credentials),
			JSON.stringify(remembered(context)),
		],
		prepare: async () => {
			const { connection } = await getClient();
			const secrets = await signingKeys(context, parameters, connection.apiKey, Date.now());
			return { secrets, publicKeysAt: keySetUrl(connection), allowJwt };
		},
	});
}

const JWT_HINT = "Google sent a JWT signature. To accept these, switch on 'Allow JWT Signatures'.";

/** What the user can do, for the log. */
const HINTS: Record<ListenTo, Partial<Record<RejectionReason, string>>> = {
	existing: {
		'jwt-not-allowed': JWT_HINT,
		'secret-missing':
			"The trigger's credential 'Gemini Webhook Signing Secret API' holds no usable secret. Put the webhook's secret into it; the Gemini Webhook node can rotate a secret that nobody has any more.",
		'signature-mismatch':
			"If this delivery came from Google, the webhook's secret was rotated: put the new one into 'Current Signing Secret' of the trigger's credential, and the former into 'Previous Signing Secret'.",
	},
	project: {
		'jwt-not-allowed': JWT_HINT,
		'secret-missing':
			"No usable signing secret is stored for this trigger: there is none, or the API key in the credential was replaced. Unpublish the workflow and publish it again; the Gemini Webhook node's 'Check Trigger' can do it for you.",
		'signature-mismatch':
			"If this delivery came from Google, the webhook's secret was renewed elsewhere, or something in front of n8n changes the message. In the first case unpublish the workflow and publish it again; the Gemini Webhook node's 'Check Trigger' tells, and can do it for you.",
	},
	requests: { 'jwt-not-allowed': JWT_HINT },
};

function isWanted({ event, known }: GeminiEvent, { events }: TriggerParameters): boolean {
	return events.includes(known ? event : OTHER_EVENTS);
}

/** Claims the delivery until n8n has answered: only a stored execution makes it "done". */
async function claim(
	context: IWebhookFunctions,
	item: TriggerItem,
	{ sharesClaims }: TriggerParameters,
) {
	const scope = `${context.getWorkflow().id}:${context.getNode().id}:${context.getMode()}`;
	const keys = identityOf(item).map((key) => `${scope}:${key}`);
	const store = sharesClaims ? await sharedStore(context) : claims;
	return await claimUntilAnswered(context, store, keys);
}

/** One delivery, from raw bytes to an item. The order of the checks is the order of their cost and trust. */
async function judge(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const receivedAt = Date.now();
	const parameters = triggerParameters(context);
	const turnAway = (reason: RejectionReason) => {
		noteRejected(context, reason, receivedAt);
		logRejection(context, WHAT, reason, HINTS[parameters.listenTo][reason]);
		return reason === 'keys-unavailable' ? tryLater(context) : unauthorized(context);
	};
	const getClient = lazily(async () => await GeminiClient.for(context));
	const checked = await answerCheck(context, getClient, parameters, receivedAt);
	if (checked) return checked;
	const content = await readDelivery(context, parameters.toleranceSeconds);
	if (!content.ok) return turnAway(content.reason);
	const proof = await prove(context, content, parameters, getClient);
	if (!proof.ok) return turnAway(proof.reason);

	// Only Google and this trigger know the secret: what it signs is this trigger's own, a test ping as well.
	if (proof.scheme === 'v1') noteProven(context, proof, receivedAt);
	const client = await getClient();
	const event = parseEnvelope(content.rawBody);
	if (!event) return acknowledged(context, 'not an event');
	if (!event.known && !isWanted(event, parameters)) return acknowledged(context, 'event not known');

	const token = (context.getQueryData() as IDataObject)[TOKEN_PARAMETER];
	const path = calledPath(context);
	const owner = await ownership({
		client,
		event,
		proof,
		token,
		path,
		now: receivedAt,
		tokenRequired: parameters.onlyStartedFromN8n,
	});
	if (owner.verdict !== 'ours') {
		logRejection(context, WHAT, owner.why);
		return owner.verdict === 'undecided' ? tryLater(context) : unauthorized(context);
	}

	if (proof.scheme !== 'v1') noteProven(context, proof, receivedAt);
	// Before the claim: an event that isn't wanted must not make the wanted one for the same job a duplicate.
	if (!isWanted(event, parameters)) return acknowledged(context, 'event not chosen');
	const item = triggerItem(event, {
		deliveryId: proof.deliveryId,
		scheme: proof.scheme,
		bodyProven: proof.bodyProven,
		receivedAt,
		metadata: owner.claims?.metadata ?? {},
		job: owner.job,
		includeRawEvent: parameters.includeRawEvent,
	});
	const startedWith = { token, path, claims: owner.claims, bodyProven: proof.bodyProven };
	if (!passesFilter(context, parameters.filter, item, startedWith)) {
		return acknowledged(context, 'job not chosen');
	}
	const state = await claim(context, item, parameters);
	if (state === 'in-flight') return tryLater(context);
	if (state === 'done') return acknowledged(context, 'duplicate');
	return {
		workflowData: [[{ json: item as unknown as IDataObject }]],
		webhookResponse: { received: true },
	};
}

/**
 * Receives deliveries. Answers 401 to what isn't proven, 503 to what can't be decided now, 200 to what starts
 * nothing, and leaves the 202 to n8n, which sends it once the execution is stored. Never throws: n8n would start
 * an execution that ends in an error.
 */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	return await guarded(this, WHAT, async () => await judge(this));
}

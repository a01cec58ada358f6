import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { TOKEN_PARAMETER } from '../shared/delivery/callbackToken';
import { DeliveryClaims } from '../shared/delivery/claims';
import { parseEnvelope, type GeminiEvent } from '../shared/delivery/envelope';
import type { RejectionReason } from '../shared/delivery/types';
import { GeminiClient } from '../shared/gemini/client';
import { guarded, logRejection } from '../shared/inbound/guarded';
import { proveDelivery } from '../shared/inbound/prove';
import { acknowledged, tryLater, unauthorized } from '../shared/inbound/reply';
import { calledPath, rawBody } from '../shared/inbound/request';
import { identityOf, triggerItem, type TriggerItem } from './item';
import { ownership } from './ownJob';
import { OTHER_EVENTS, triggerParameters, type TriggerParameters } from './parameters';
import { readRegistration, registeredKey } from './registration';

/** What this process has taken; n8n's database remembers beyond it (see emit.ts). */
const claims = new DeliveryClaims();

const WHAT = 'Gemini Webhook Trigger did not accept a delivery';

function signingKeys(context: IWebhookFunctions, apiKey: string) {
	const registration = readRegistration(context.getWorkflowStaticData('node'));
	const key = registration && registeredKey(registration, apiKey);
	return key ? [key] : [];
}

function hintFor(reason: RejectionReason, { listenTo }: TriggerParameters): string | undefined {
	if (reason === 'secret-missing' && listenTo === 'project') {
		return 'No signing secret is stored for this trigger. Unpublish the workflow and publish it again.';
	}
	return reason === 'jwt-not-allowed'
		? "Google sent a JWT signature. To accept these, switch on 'Allow JWT Signatures'."
		: undefined;
}

function isWanted({ event, known }: GeminiEvent, { events }: TriggerParameters): boolean {
	return events.includes(known ? event : OTHER_EVENTS);
}

/** Claims the delivery for this process until n8n has answered: only a stored execution makes it "done". */
function claim(context: IWebhookFunctions, item: TriggerItem, now: number) {
	const response = context.getResponseObject();
	// The sender has hung up already: it will deliver again, and nothing would ever end the claim.
	if (response.closed) return 'in-flight';
	const scope = `${context.getWorkflow().id}:${context.getNode().id}:${context.getMode()}`;
	const keys = identityOf(item).map((key) => `${scope}:${key}`);
	const state = claims.claim(keys, now);
	if (state === 'claimed') {
		response.once('close', () => {
			const taken = response.writableFinished && response.statusCode < 300;
			claims.settle(keys, taken, Date.now());
		});
	}
	return state;
}

/** One delivery, from raw bytes to an item. The order of the checks is the order of their cost and trust. */
async function judge(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const receivedAt = Date.now();
	const parameters = triggerParameters(context);
	const client = await GeminiClient.for(context);
	const body = await rawBody(context);
	const proof = await proveDelivery(context, body, client.connection, {
		secrets: signingKeys(context, client.connection.apiKey),
		allowJwt: parameters.allowJwt,
		toleranceSeconds: parameters.toleranceSeconds,
	});
	if (!proof.ok) {
		logRejection(context, WHAT, proof.reason, hintFor(proof.reason, parameters));
		return proof.reason === 'keys-unavailable' ? tryLater(context) : unauthorized(context);
	}

	const event = parseEnvelope(body);
	if (!event) return acknowledged(context, 'not an event');
	if (!event.known && !isWanted(event, parameters)) return acknowledged(context, 'event not known');

	const token = (context.getQueryData() as IDataObject)[TOKEN_PARAMETER];
	const owner = await ownership({
		client,
		event,
		proof,
		token,
		path: calledPath(context),
		now: receivedAt,
		tokenRequired: parameters.onlyStartedFromN8n,
	});
	if (owner.verdict !== 'ours') {
		logRejection(context, WHAT, owner.why);
		return owner.verdict === 'undecided' ? tryLater(context) : unauthorized(context);
	}

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
	const state = claim(context, item, receivedAt);
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

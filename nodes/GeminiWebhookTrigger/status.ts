import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { derivedKey } from '../shared/delivery/derivedKey';
import { GeminiClient } from '../shared/gemini/client';
import { Recently } from '../shared/inbound/recently';
import { unauthorized } from '../shared/inbound/reply';
import { calledPath } from '../shared/inbound/request';
import { mayAnswer, QUESTION_HEADER, type TriggerStatus } from '../shared/inbound/statusQuestion';
import { chosenWebhookId } from './existing';
import { triggerParameters } from './parameters';
import { readRegistration, registeredSecrets } from './registration';
import { endOf } from './secretEnds';
import { keysOf, readSigningSecrets } from './signingSecrets';

/** When each trigger of this process last received a proven delivery: RFC 3339. */
const lastProven = new Map<string, string>();
const MAX_TRIGGERS = 1000;

const nameOf = (context: IWebhookFunctions): string =>
	`${context.getWorkflow().id}:${context.getNode().id}`;

/** Remembers that a proven delivery arrived, whatever becomes of it. `now`: milliseconds since 1970. */
export function noteProven(context: IWebhookFunctions, now: number): void {
	if (lastProven.size >= MAX_TRIGGERS) lastProven.clear();
	lastProven.set(nameOf(context), new Date(now).toISOString());
}

/** Whether this is no delivery but the question of a Gemini Webhook node. */
export const isQuestion = (context: IWebhookFunctions): boolean =>
	QUESTION_HEADER in context.getHeaderData();

/** So that a flood of such questions reads and decrypts the credential once a second. */
const recently = new Recently<Uint8Array>(1000);

async function questionKey(context: IWebhookFunctions, now: number): Promise<Uint8Array> {
	const name = `${nameOf(context)}:${JSON.stringify(context.getNode().credentials)}`;
	const known = recently.get(name, now);
	if (known) return known;
	const { connection } = await GeminiClient.for(context);
	const key = derivedKey(connection.apiKey, 'status-question');
	recently.note(name, key, now);
	return key;
}

async function heldSecrets(context: IWebhookFunctions, now: number): Promise<string[]> {
	const { listenTo } = triggerParameters(context);
	if (listenTo === 'existing') {
		const { current, previous } = await readSigningSecrets(context);
		return [current, previous].filter((secret) => keysOf({ current: secret, previous: '' })[0]);
	}
	const registration = readRegistration(context.getWorkflowStaticData('node'));
	if (listenTo === 'requests' || !registration) return [];
	const { connection } = await GeminiClient.for(context);
	return registeredSecrets(registration, connection.apiKey, now);
}

/**
 * Answers how this trigger is to whoever holds its API key; to all others as to a forged delivery. Starts nothing.
 */
export async function answerStatus(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const now = Date.now();
	const question = context.getHeaderData()[QUESTION_HEADER];
	const key = await questionKey(context, now);
	if (!mayAnswer(question, calledPath(context), key, now)) return unauthorized(context);
	const { listenTo, events } = triggerParameters(context);
	const registration = readRegistration(context.getWorkflowStaticData('node'));
	const remembered = listenTo === 'project' ? registration?.webhookId : undefined;
	const status: TriggerStatus = {
		answeredBy: 'geminiWebhookTrigger',
		node: context.getNode().name,
		listenTo,
		events,
		webhookId: (listenTo === 'existing' ? chosenWebhookId(context) : remembered) ?? null,
		secretEnds: (await heldSecrets(context, now)).map(endOf),
		lastProvenAt: lastProven.get(nameOf(context)) ?? null,
	};
	context.getResponseObject().status(200).json(status);
	return { noWebhookResponse: true };
}

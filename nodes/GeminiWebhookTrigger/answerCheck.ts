import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { derivedKey } from '../shared/delivery/derivedKey';
import {
	mintAnswer,
	QUESTION_HEADER,
	readQuestion,
	type Question,
} from '../shared/delivery/triggerCheck';
import type { GeminiClient } from '../shared/gemini/client';
import type { GeminiApiError } from '../shared/gemini/errors';
import { redact } from '../shared/gemini/redact';
import { deleteWebhook, listWebhooks } from '../shared/gemini/webhooks';
import { Recently } from '../shared/inbound/recently';
import { calledPath } from '../shared/inbound/request';
import { inTurn } from '../shared/inTurn';
import type { Json } from '../shared/json';
import { checkExistingWebhook } from './existing';
import { ownView } from './ownView';
import type { TriggerParameters } from './parameters';
import { isRegistered, register } from './register';
import { readRegistration } from './registration';
import { remembered } from './remembered';

/** Whether a call has the header of a question; what it says is yet to be proven. */
const isQuestion = (context: IWebhookFunctions): boolean =>
	context.getHeaderData()[QUESTION_HEADER] !== undefined;

/** Several webhooks with this URL would report each job several times; those that this node doesn't remember are void. */
async function removeOthers(context: IWebhookFunctions, client: GeminiClient): Promise<void> {
	const own = readRegistration(remembered(context))?.webhookId;
	const url = context.getNodeWebhookUrl('default');
	for (const { id, uri } of await listWebhooks(client)) {
		if (own !== undefined && uri === url && id !== own) await deleteWebhook(client, id);
	}
}

/**
 * Does what publishing does, for a webhook that isn't as it should be.
 *
 * @returns why it couldn't be mended, undefined when it is as it should be
 */
async function repair(
	context: IWebhookFunctions,
	client: GeminiClient,
	{ listenTo }: TriggerParameters,
): Promise<string | undefined> {
	try {
		if (listenTo === 'existing') await checkExistingWebhook(context);
		if (listenTo === 'project') {
			if (!(await isRegistered(context))) await register(context);
			await removeOthers(context, client);
		}
		return undefined;
	} catch (error) {
		const { message, description } = error as GeminiApiError;
		return redact(description ? `${message}. ${description}` : message);
	}
}

/** Keys that did not prove a question a moment ago: a flood of such questions has the credential read once a second. */
const recently = new Recently<Uint8Array>(1000);

/**
 * Proves and reads a question.
 *
 * @param now milliseconds since 1970
 */
async function provenQuestion(
	context: IWebhookFunctions,
	getClient: () => Promise<GeminiClient>,
	now: number,
): Promise<Question | undefined> {
	const { id, credentials } = context.getNode();
	const name = JSON.stringify([context.getWorkflow().id, id, credentials]);
	const read = (key: Uint8Array) =>
		readQuestion(context.getHeaderData()[QUESTION_HEADER], calledPath(context), key, now);
	const recent = recently.get(name, now);
	if (recent && !read(recent)) return undefined;
	const { apiKey } = (await getClient()).connection;
	if (apiKey === '') return undefined;
	const key = derivedKey(apiKey, 'trigger-question');
	const question = read(key);
	if (!question) recently.note(name, key, now);
	return question;
}

/**
 * Answers the Gemini Webhook node's question whether this trigger would receive. Costs anybody else's call next to
 * nothing, and tells nothing apart: a question that isn't proven is judged as the delivery it isn't.
 *
 * @param getClient asked only when a question may be proven
 * @param now milliseconds since 1970
 * @returns undefined when it isn't a proven question
 */
export async function answerCheck(
	context: IWebhookFunctions,
	getClient: () => Promise<GeminiClient>,
	parameters: TriggerParameters,
	now: number,
): Promise<IWebhookResponseData | undefined> {
	if (!isQuestion(context) || context.getMode() === 'manual') return undefined;
	const question = await provenQuestion(context, getClient, now);
	if (!question) return undefined;
	const client = await getClient();
	const work = async () => await repair(context, client, parameters);
	const trigger = `repair of ${String(context.getWorkflow().id)}:${context.getNode().id}`;
	const problem = question.repair ? await inTurn(trigger, work) : undefined;
	const view = await ownView(context, client, parameters, Date.now());
	const answer = mintAnswer(
		question.nonce,
		{ ...view, problem: problem ?? null } as unknown as Json,
		client.connection.apiKey,
	);
	context.getResponseObject().status(200).json({ answer });
	return { noWebhookResponse: true };
}

import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import { derivedKey } from '../../shared/delivery/derivedKey';
import { failureFromError } from '../../shared/gemini/failure';
import {
	askStatus,
	QUESTION_HEADER,
	type TriggerStatus,
} from '../../shared/inbound/statusQuestion';
import { json, text } from '../../shared/json';
import { isNotRegistered } from '../ownAddress';

/** Milliseconds for one answer. */
const TIMEOUT = 5000;

/** What a trigger's URL says. */
export type TriggerAnswer =
	| { kind: 'status'; status: TriggerStatus }
	| { kind: 'notPublished' | 'refused' }
	| { kind: 'unknown'; why: string };

/** Reads an answer; what another program might answer is not taken for a trigger's. */
export function readAnswer(status: number, body: string): TriggerAnswer {
	if (isNotRegistered({ status, headers: {}, body })) return { kind: 'notPublished' };
	if (status === 401) return { kind: 'refused' };
	const answer = statusIn(body);
	return status === 200 && answer
		? { kind: 'status', status: answer }
		: {
				kind: 'unknown',
				why: `HTTP ${status} came back, which is no answer of a Gemini Webhook Trigger`,
			};
}

const isList = (value: unknown): value is string[] =>
	Array.isArray(value) && value.every((one) => typeof one === 'string');

function statusIn(body: string): TriggerStatus | undefined {
	let parsed: unknown;
	try {
		parsed = JSON.parse(body);
	} catch {
		return undefined;
	}
	const { answeredBy, node, listenTo, events, webhookId, secretEnds, lastProvenAt } = json(parsed);
	if (answeredBy !== 'geminiWebhookTrigger' || !isList(events) || !isList(secretEnds))
		return undefined;
	if (listenTo !== 'existing' && listenTo !== 'project' && listenTo !== 'requests')
		return undefined;
	return {
		...{ answeredBy, listenTo, events, secretEnds },
		node: text(node) ?? '',
		webhookId: text(webhookId),
		lastProvenAt: text(lastProvenAt),
	};
}

/**
 * Asks a trigger of this n8n how it is, under the API key that both have in common. Starts no workflow.
 *
 * @param url the trigger's Production URL; of this n8n, which the caller has made sure of
 */
export async function askTrigger(
	context: IExecuteFunctions,
	url: string,
	apiKey: string,
): Promise<TriggerAnswer> {
	const { origin, pathname } = new URL(url);
	const question = askStatus(pathname, derivedKey(apiKey, 'status-question'), Date.now());
	try {
		const { statusCode, body } = (await context.helpers.httpRequest({
			method: 'POST',
			url: origin + pathname,
			headers: { [QUESTION_HEADER]: question, 'content-type': 'application/json' },
			body: '{}',
			timeout: TIMEOUT,
			encoding: 'text',
			json: false,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			// Whatever answers, no other host is ever asked.
			disableFollowRedirect: true,
		})) as IN8nHttpFullResponse;
		return readAnswer(statusCode, typeof body === 'string' ? body : JSON.stringify(body ?? ''));
	} catch (error) {
		const { message } = failureFromError(error, []);
		return { kind: 'unknown', why: `This n8n cannot reach its own address: ${message}` };
	}
}

import { randomUUID } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

import type { OwnView } from '../../GeminiWebhookTrigger/ownView';
import { mintQuestion, QUESTION_HEADER, readAnswer } from '../../shared/delivery/triggerCheck';
import { failureFromError } from '../../shared/gemini/failure';
import { TRY_LATER } from '../../shared/inbound/reply';
import { json, type Json } from '../../shared/json';
import { isNotRegistered, isOwnUrl, isTriggerUrl, type Answer } from '../ownAddress';
import { ask } from '../probe';

/** Milliseconds for an answer, and for one that comes after a repair: that asks Google several times. */
const TIMEOUT = 10_000;
const REPAIR_TIMEOUT = 120_000;

/** What a trigger says of itself. */
export interface TriggerView extends OwnView {
	/** Why it could not be repaired. */
	problem: string | null;
}

/** What came back from a trigger's Production URL. */
export type Asked =
	| { kind: 'answered'; view: TriggerView }
	| { kind: 'notPublished' | 'noTrigger' | 'otherAddress' | 'undecided' }
	| { kind: 'refused' | 'unclear'; status: number }
	| { kind: 'unreachable'; message: string };

/** All fields; another process may run another version of this package. */
const NOTHING: TriggerView = {
	node: '',
	workflowId: '',
	workflowName: '',
	listenTo: 'project',
	events: [],
	webhookId: null,
	secret: 'missing',
	secretEnds: [],
	publicKeys: null,
	process: '',
	countedFor: 0,
	proven: 0,
	provenAgo: null,
	rejected: 0,
	rejectedAgo: null,
	rejectedReason: null,
	problem: null,
};

function fieldIn(body: string, name: 'answer' | 'error'): unknown {
	try {
		return json(JSON.parse(body))[name];
	} catch {
		return undefined;
	}
}

/** What a trigger answers that can't decide: without its API key it can't prove that it is one. */
const isUndecided = ({ status, body }: Answer): boolean =>
	status === 503 && fieldIn(body, 'error') === TRY_LATER;

interface Question {
	/** The trigger's Production URL. */
	url: string;
	/** See `ownAddress`: no other one is asked. */
	address: string;
	apiKey: string;
	repair: boolean;
}

/**
 * Asks a trigger, through n8n's public address as Google would call it, what it says of itself. Starts no workflow.
 * What answers proves itself by the API key: no proxy, and no other workflow, passes for the trigger.
 */
export async function askTrigger(
	context: IExecuteFunctions,
	{ url, address, apiKey, repair }: Question,
): Promise<Asked> {
	if (!isOwnUrl(url, address)) return { kind: 'otherAddress' };
	if (!isTriggerUrl(url)) return { kind: 'noTrigger' };
	const { origin, pathname } = new URL(url);
	const nonce = randomUUID();
	const question = mintQuestion({ nonce, repair }, pathname, apiKey, Date.now());
	try {
		const timeout = repair ? REPAIR_TIMEOUT : TIMEOUT;
		const headers = { [QUESTION_HEADER]: question };
		const answer = await ask(context, 'POST', origin + pathname, headers, timeout);
		if (isNotRegistered(answer)) return { kind: 'notPublished' };
		if (isUndecided(answer)) return { kind: 'undecided' };
		const view = readAnswer(fieldIn(answer.body, 'answer'), nonce, apiKey);
		if (view) return { kind: 'answered', view: { ...NOTHING, ...(view as Json & TriggerView) } };
		const { status } = answer;
		return { kind: status === 401 ? 'refused' : 'unclear', status };
	} catch (error) {
		return { kind: 'unreachable', message: failureFromError(error, [apiKey]).message };
	}
}

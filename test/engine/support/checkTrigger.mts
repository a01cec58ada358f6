import type { IDataObject, INode } from 'n8n-workflow';
import { callWebhooks as callByOthers } from '../../support/callWebhooks.mts';
import { everythingIn } from './errors.mts';
import { API_KEY, type Stage, type TriggerWorkflow } from './stage.mts';
import { runWebhookNode } from './webhookNode.mts';

interface Check {
	check: string;
	ok: boolean | null;
	detail: string;
}

/** What 'Check Trigger' puts out for one trigger. */
export interface Checked extends IDataObject {
	receives: boolean;
	reason: string;
	advice: string | null;
	repaired: boolean;
	repairedProblem: string | null;
}

/** See `callWebhooks` of the end-to-end tests; with this stage's API key unless told otherwise. */
export const callWebhooks = async (
	stage: Stage,
	method: string,
	path: string,
	body?: object,
	apiKey = API_KEY,
): Promise<Record<string, unknown>> => await callByOthers(stage, apiKey, method, path, body);

/** Runs 'Check Trigger' for one URL. What comes out, and the log, hold no API key. */
export async function checkTrigger(
	stage: Stage,
	url: string,
	parameters: INode['parameters'] = {},
): Promise<Checked> {
	const one = { triggers: 'url', triggerUrl: url, ...parameters };
	const execution = await runWebhookNode(stage, 'checkTrigger', one);
	expect(execution.error).toBeUndefined();
	const [item, ...more] = execution.json('Webhook');
	expect(more).toEqual([]);
	expect(everythingIn(item) + stage.log).not.toContain(API_KEY);
	return item as Checked;
}

export const checksOf = ({ checks }: IDataObject) =>
	Object.fromEntries((checks as Check[]).map((one) => [one.check, one.ok]));

/** The checks that found something wrong. */
export const wrongIn = ({ checks }: IDataObject) =>
	(checks as Check[]).filter(({ ok }) => ok === false).map(({ check }) => check);

export const detailOf = ({ checks }: IDataObject, name: string) =>
	(checks as Check[]).find(({ check }) => check === name)?.detail;

/** What the trigger answers to a delivery that Google signs now, for the first webhook with its URL. */
export async function answerToPing(stage: Stage, trigger: TriggerWorkflow): Promise<number | null> {
	const { apiKey } = stage.credential;
	const webhook = stage.emulator.webhooks.list(apiKey).find(({ uri }) => uri === trigger.url);
	await callWebhooks(stage, 'POST', `${String(webhook?.id)}:ping`, {}, apiKey);
	await stage.emulator.clock.advance(10);
	return stage.emulator.deliveries.at(-1)!.attempts[0].status;
}

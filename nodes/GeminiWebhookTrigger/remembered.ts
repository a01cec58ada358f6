import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

import { REGISTRATION_FIELDS } from './registration';

type Context = IExecuteFunctions | IHookFunctions | IWebhookFunctions;

/** A bound for an n8n with very many triggers. */
const MAX_TRIGGERS = 1000;

/**
 * What each trigger remembered last, as far as this process knows. n8n keeps the static data of all triggers of a
 * workflow in one piece, and a polling trigger, or a schedule of every few hours, writes back all of it as it was when
 * that one was started, over a secret that was replaced since (`trigger-execution-context.factory` and
 * `WorkflowStaticDataService` of n8n 2.41; seen).
 */
const latest = new Map<string, IDataObject>();

const keyOf = (context: Context): string =>
	`${String(context.getWorkflow().id)}:${context.getNode().id}`;

/** Milliseconds since 1970; 0 for what was never changed. */
const changedAt = (remembered: IDataObject): number => Number(remembered.changedAt ?? 0);

const fieldsOf = (staticData: IDataObject): IDataObject =>
	Object.fromEntries(
		[...REGISTRATION_FIELDS, 'changedAt']
			.filter((name) => staticData[name] !== undefined)
			.map((name) => [name, staticData[name]]),
	);

function note(context: Context, staticData: IDataObject): void {
	const key = keyOf(context);
	if (latest.size >= MAX_TRIGGERS && !latest.has(key)) latest.clear();
	latest.set(key, fieldsOf(staticData));
}

/**
 * A test webhook is gone after its one event, and must leave the published one's memory alone. n8n keeps its static data
 * apart; when it removes the webhook, nothing but that tells that it was one.
 */
const isTest = (context: Context, staticData: IDataObject): boolean =>
	context.getMode() === 'manual' || staticData.isTest === true;

/**
 * The trigger's static data. Older than what this process has seen of it, it was written over by another trigger of
 * the workflow, and what was there is put back. n8n stores that after the execution, or after a call that starts none.
 */
export function remembered(context: Context): IDataObject {
	const staticData = context.getWorkflowStaticData('node');
	if (isTest(context, staticData)) return staticData;
	const known = latest.get(keyOf(context));
	if (known && changedAt(known) > changedAt(staticData)) {
		for (const name of REGISTRATION_FIELDS) delete staticData[name];
		Object.assign(staticData, known);
	} else if (changedAt(staticData) > 0) {
		note(context, staticData);
	}
	return staticData;
}

/** Changes what the trigger remembers, in n8n's static data and in this process. */
export function changeRemembered(
	context: Context,
	change: (staticData: IDataObject) => void,
): void {
	const staticData = remembered(context);
	change(staticData);
	if (isTest(context, staticData)) {
		staticData.isTest = true;
		return;
	}
	staticData.changedAt = Math.max(Date.now(), changedAt(staticData) + 1);
	note(context, staticData);
}

/** Forgets what this process has seen, as its end would. */
export const forgetProcess = (): void => latest.clear();

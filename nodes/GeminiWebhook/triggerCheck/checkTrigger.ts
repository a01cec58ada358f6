import type { IExecuteFunctions } from 'n8n-workflow';

import type { ListenTo } from '../../GeminiWebhookTrigger/parameters';
import type { GeminiClient } from '../../shared/gemini/client';
import { GeminiApiError } from '../../shared/gemini/errors';
import { listWebhooks } from '../../shared/gemini/webhooks';
import { whyNotCallable } from '../../shared/publicUrl';
import { askTrigger, type Asked } from './askTrigger';
import type { Facts } from './facts';
import { bad, verdictOf, type Finding } from './findings';
import { judge } from './judge';
import type { NamedTrigger } from './ownTriggers';
import { testPing } from './testPing';

export interface CheckOptions {
	/** Whether to have the trigger put its webhook in order. */
	repair: boolean;
	/** Whether to have Google send a test event. */
	sendPing: boolean;
}

/** The item for one trigger. */
export interface CheckedTrigger {
	receives: boolean;
	reason: string;
	/** What to do; null when there is nothing. */
	advice: string | null;
	/** Whether something was put in order just now. */
	repaired: boolean;
	/** What was wrong before; null when nothing was put in order. */
	repairedProblem: string | null;
	/** The node's name; null when it isn't known. */
	trigger: string | null;
	workflowId: string | null;
	workflowName: string | null;
	url: string;
	listenTo: ListenTo | null;
	webhookId: string | null;
	checks: Array<Pick<Finding, 'check' | 'ok' | 'detail'>>;
}

const FINE: Record<ListenTo, string> = {
	existing: "Google reports the project's jobs to this trigger, and it accepts them",
	project: "Google reports the project's jobs to this trigger, and it accepts them",
	requests: "Jobs that are started with this trigger's URL are accepted when they end",
};
const NOT_PROVEN =
	'Nothing stands in the way, as far as this n8n can see; no delivery has proven it lately';

async function gather(client: GeminiClient, url: string, address: string, repair: boolean) {
	const context = client.context as IExecuteFunctions;
	const { apiKey, baseUrl } = client.connection;
	const asked = await askTrigger(context, { url, address, apiKey, repair });
	const webhooks = await listWebhooks(client).catch((error: unknown) => {
		if (error instanceof GeminiApiError) return error;
		throw error as Error;
	});
	return { url, address, obstacle: whyNotCallable(url, baseUrl), asked, webhooks };
}

const viewIn = (asked: Asked) => (asked.kind === 'answered' ? asked.view : undefined);

const wrongIn = (findings: Finding[]) => findings.filter(({ ok }) => ok === false);

/** Whether the trigger itself can do something about what was found. */
const isRepairable = (findings: Finding[], { asked }: Facts): boolean =>
	wrongIn(findings).length > 0 && asked.kind === 'answered' && asked.view.listenTo !== 'requests';

/**
 * What was wrong and isn't any more. Only what was looked at both times counts; whether Google can be asked is nothing
 * that was repaired.
 */
function mendedBy(before: Finding[], after: Finding[]): Finding[] {
	const good = new Set(after.filter(({ ok }) => ok).map(({ check }) => check));
	const left = new Set(wrongIn(after).map(({ check }) => check));
	// Of other webhooks nothing is said when there are none.
	const isGone = ({ check }: Finding) =>
		!left.has(check) && good.has(check === 'otherWebhooks' ? 'apiKey' : check);
	return wrongIn(before).filter((one) => one.check !== 'apiKey' && isGone(one));
}

/** Has the trigger put its webhook in order, and looks again. */
async function repaired(
	client: GeminiClient,
	{ url, address }: Facts,
): Promise<[Facts, Finding[]]> {
	const problem = viewIn((await gather(client, url, address, true)).asked)?.problem;
	// Asked again: only what n8n has stored for the next call counts.
	const after = await gather(client, url, address, false);
	const findings = judge(after);
	if (problem) findings.push(bad('repair', `It could not be repaired: ${problem}`, problem));
	return [after, findings];
}

async function pinged(client: GeminiClient, { url, address, asked }: Facts): Promise<Finding> {
	const context = client.context as IExecuteFunctions;
	const { apiKey } = client.connection;
	const webhookId = viewIn(asked)?.webhookId;
	if (!webhookId) {
		return {
			check: 'testPing',
			ok: null,
			detail: 'No test ping was sent: Google sends them to webhooks of the project only',
			isAside: true,
		};
	}
	const look = async () => await askTrigger(context, { url, address, apiKey, repair: false });
	return await testPing(client, webhookId, look);
}

/**
 * Finds out whether a trigger would receive.
 *
 * @param address see `ownAddress`
 */
export async function checkTrigger(
	client: GeminiClient,
	address: string,
	{ name, url }: NamedTrigger,
	{ repair, sendPing }: CheckOptions,
): Promise<CheckedTrigger> {
	let facts: Facts = await gather(client, url, address, false);
	let findings = judge(facts);
	const before = findings;
	if (repair && isRepairable(findings, facts)) [facts, findings] = await repaired(client, facts);
	const mended = mendedBy(before, findings);
	if (sendPing && verdictOf(findings, '').receives) findings.push(await pinged(client, facts));

	const view = viewIn(facts.asked);
	const isProven =
		view?.provenAgo !== null || findings.some(({ check, ok }) => check === 'testPing' && ok);
	const fine =
		view && (view.listenTo === 'requests' || isProven) ? FINE[view.listenTo] : NOT_PROVEN;
	const verdict = verdictOf(findings, fine);
	return {
		...verdict,
		repaired: mended.length > 0,
		repairedProblem: mended.map(({ detail }) => detail).join('; ') || null,
		trigger: view?.node ?? name,
		workflowId: view?.workflowId ?? null,
		workflowName: view?.workflowName ?? null,
		url,
		listenTo: view?.listenTo ?? null,
		webhookId: view?.webhookId ?? null,
		checks: findings.map(({ check, ok, detail }) => ({ check, ok, detail })),
	};
}

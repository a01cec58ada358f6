import { figures } from '../../support/figures.mts';
import { eventually } from '../../support/http.mts';
import { jobIn, ledgerOf } from './ledger.mts';
import type { Entry } from './ledger.mts';
import { retryAll } from './retry.mts';
import type { Traffic } from './traffic.mts';

/** What became of the reported jobs, by itself and after a person has pressed Retry on all that n8n shows as failed. */
export interface DeliveryAccount {
	reported: string[];
	attempts: number;
	executions: number;
	/** Executions that n8n shows as crashed or failed. */
	visible: Entry[];
	/** Of these, the ones that n8n has taken all data from. */
	wiped: Entry[];
	/** Jobs that went no further than the trigger, and that no execution in n8n names. */
	unshown: string[];
	/** Jobs that went on more than once. */
	doubles: string[];
	/** Jobs that went no further than the trigger. */
	missing: string[];
	/** The same after Retry. */
	missingAfterRetry: string[];
	/** The same after Reconcile has run, too. */
	missingAfterReconcile: string[];
	/** Jobs that Retry put through though they had gone on before, as far as was counted. */
	repeated: string[];
	/** Of these, the ones that n8n showed no failure of: nobody has pressed Retry on them, Reconcile has brought them. */
	doubledByRetry: string[];
}

/** Waits until every delivery is acknowledged, counts, presses Retry, and counts again. */
export async function accountForDeliveries(traffic: Traffic): Promise<DeliveryAccount> {
	const { place, reported, receiver } = traffic;
	const deliveries = () => place.emulator.deliveries.filter(({ job }) => reported.includes(job!));
	await eventually(() => deliveries().every(({ state }) => state === 'delivered'), {
		timeoutMs: 90_000,
	});
	const entries = await ledgerOf(place, receiver);
	const visible = entries.filter(({ status }) => status === 'crashed' || status === 'error');
	const shown = new Set(visible.map(({ text }) => jobIn(text)));
	const before = new Map(reported.map((job) => [job, traffic.effects(job)]));
	const missing = reported.filter((job) => before.get(job) === 0);

	await retryAll(place.api, visible);
	await ledgerOf(place, receiver);
	const missingAfterRetry = reported.filter((job) => traffic.effects(job) === 0);
	await traffic.reconcile();
	await ledgerOf(place, receiver);
	const repeated = reported.filter((job) => traffic.effects(job) > Math.max(1, before.get(job)!));
	return {
		reported,
		attempts: deliveries().reduce((sum, { attempts }) => sum + attempts.length, 0),
		executions: entries.length,
		visible,
		wiped: visible.filter(({ isWiped }) => isWiped),
		unshown: missing.filter((job) => !shown.has(job)),
		doubles: reported.filter((job) => before.get(job)! > 1),
		missing,
		missingAfterRetry,
		missingAfterReconcile: reported.filter((job) => traffic.effects(job) === 0),
		repeated,
		doubledByRetry: repeated.filter((job) => !shown.has(job)),
	};
}

/**
 * Prints the account, and insists that no job was lost and none came twice by itself. The job of an execution that n8n has
 * taken the data from may be missing: it is lost to n8n itself, and seen as an execution that failed.
 *
 * @param isExact whether what was seen is noted by one process, or in Redis. Where several workers write n8n's own record,
 * one may take another's note away, and Reconcile then brings that job once more (SECURITY.md)
 */
export function checkDeliveries(what: string, account: DeliveryAccount, isExact = true): void {
	const { reported, attempts, executions, visible, wiped, unshown, doubles, missing } = account;
	const lostToN8n = wiped.map(({ text }) => jobIn(text));
	// Some were emptied before anybody could look: each of these had one of the jobs that no other one names.
	const unseen = lostToN8n.filter((job) => job === undefined).length;
	const lost = Math.max(0, unshown.length - unseen);
	const isLostToN8n = (job: string) => lostToN8n.includes(job) || unshown.includes(job);
	const stillMissing = account.missingAfterRetry.filter((job) => !isLostToN8n(job));
	figures(what, {
		'jobs reported and acknowledged': reported.length,
		'attempts at delivery': attempts,
		executions,
		'lost unnoticed': lost,
		doubles: doubles.length,
		'visible as crashed in n8n': visible.length,
		...(wiped.length > 0 ? { 'of these without any data': wiped.length } : {}),
		'jobs that had not gone past the trigger': missing.length,
		'of these after Retry': account.missingAfterRetry.length,
		'of these after Reconcile': account.missingAfterReconcile.length,
		'jobs that Retry put through again, as they had gone past before the crash':
			account.repeated.length,
		...(isExact
			? {}
			: { 'jobs that Reconcile brought again without Redis': account.doubledByRetry.length }),
	});
	expect(lost).toBe(0);
	expect(doubles).toEqual([]);
	expect(stillMissing).toEqual([]);
	if (isExact) expect(account.doubledByRetry).toEqual([]);
}

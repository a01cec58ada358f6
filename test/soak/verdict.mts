import type { Emulator } from '../emulator/index.mts';
import type { Effect } from './effects.mts';
import { isComplete } from './ledger.mts';
import type { Ledger } from './ledger.mts';

/** What came of everything that was due. Lists hold what is wrong, in words. */
export interface Verdict {
	due: number;
	executed: number;
	duplicated: string[];
	lost: string[];
	/** Came through although nothing was due. */
	unasked: string[];
	/** Came through before the job was over, or with another state than Google's. */
	wrong: string[];
	/** Starts that failed, which the workflow was told. */
	told: number;
}

/** How the nodes call the states of Google's jobs. */
const STATES: Record<string, string[]> = {
	BATCH_STATE_SUCCEEDED: ['succeeded', 'partlyFailed'],
	BATCH_STATE_FAILED: ['failed'],
	BATCH_STATE_EXPIRED: ['expired'],
	completed: ['succeeded'],
	failed: ['failed'],
	requires_action: ['requiresAction'],
};

/**
 * Judges one call at the moment it comes.
 *
 * @returns what is wrong with it: the job isn't over, or is in another state
 */
export function objectionTo(
	{ label, job, status }: Effect,
	{ jobs }: Pick<Emulator, 'jobs'>,
): string | undefined {
	if (job === '') return undefined;
	try {
		const { state } = jobs.get(job);
		// A batch's results have states of their own.
		const fits = label === 'batch' ? state in STATES : STATES[state]?.includes(status);
		return fits ? undefined : `${label} ${job} came as "${status}" while it was ${state}`;
	} catch {
		return `${label} ${job} came, and there is no such job`;
	}
}

/** The final account. */
export function judge(ledger: Ledger, wrong: string[]): Verdict {
	const { expected, waitedFor, told, unasked } = ledger;
	const lost = expected
		.filter((one) => !isComplete(one))
		.map(({ what, least, seen }) => `${what}: ${seen} of ${least}`);
	const duplicated = expected
		.filter(({ most, seen }) => seen > most)
		.map(({ what, most, seen }) => `${what}: ${seen} times, not ${most}`);
	// A job whose start is not known to have worked is told of, and not waited for.
	const excuses = new Map([...told].map(([request, reasons]) => [request, reasons.length]));
	for (const [job, { request, seen }] of waitedFor) {
		if (seen > 1) duplicated.push(`job ${job} of ${request}: ${seen} times`);
		if (seen > 0) continue;
		const left = excuses.get(request) ?? 0;
		excuses.set(request, left - 1);
		if (left <= 0) lost.push(`job ${job} of ${request}`);
	}
	const count = (pick: (one: (typeof expected)[number]) => number) =>
		expected.reduce((sum, one) => sum + pick(one), 0);
	return {
		due: count(({ most }) => most),
		executed: count(({ seen }) => seen),
		duplicated,
		lost,
		unasked: unasked.map(({ label, request, job }) => `${label} ${request || job}`),
		wrong,
		told: [...told.values()].flat().length,
	};
}

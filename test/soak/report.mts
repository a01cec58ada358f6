import type { Attempt, Emulator } from '../emulator/index.mts';
import { figures } from '../support/figures.mts';
import { API_KEY } from '../support/stage.mts';
import type { Hostile } from './hostile.mts';
import { megabytes } from './memory.mts';
import type { Growth } from './memory.mts';
import type { Repetitions } from './repetitions.mts';
import type { Verdict } from './verdict.mts';

/** How much more memory may be in use at the end: a tenth. */
const ALLOWED_GROWTH = 0.1;

/** Something that must hold, and what speaks against it. */
export interface Check {
	name: string;
	problems: string[];
}

/** The part of the memory that came on top between the two stretches of time, 0.1 for a tenth. */
export const heapGrowth = ({ first, last }: Growth): number => last.heap / first.heap - 1;

/** Says what memory did, in words and as a check. */
export function memoryCheck(what: string, growth: Growth): Check {
	const { first, last } = growth;
	const part = heapGrowth(growth);
	const percent = (100 * part).toFixed(1);
	figures(`${what}, memory of n8n after the warm-up and at the end`, {
		'MB heap in use after the warm-up': megabytes(first.heap),
		'MB heap in use at the end': megabytes(last.heap),
		'% heap growth': percent,
		'MB resident after the warm-up': megabytes(first.rss),
		'MB resident at the end': megabytes(last.rss),
		'samples each': Math.min(first.samples, last.samples),
	});
	return {
		name: 'memory is flat: the heap in use, after a garbage collection, grew by less than 10 %',
		problems: part < ALLOWED_GROWTH ? [] : [`it grew by ${percent} %`],
	};
}

const isGood = ({ status }: Attempt): boolean => status !== null && status >= 200 && status < 300;

/** Deliveries as Google counts them. */
export function deliveryFigures(what: string, { deliveries }: Emulator, hostile: Hostile): void {
	const genuine = deliveries.filter(
		({ kind, project }) => kind !== 'manual' && project === API_KEY,
	);
	const attempts = genuine.flatMap((one) => one.attempts);
	figures(`${what}, deliveries`, {
		'of Google sent': genuine.length,
		'of them acknowledged': genuine.filter((one) => one.attempts.some(isGood)).length,
		'attempts in all': attempts.length,
		'hostile attempts': Object.values(hostile.tried).reduce((sum, count) => sum + count, 0),
		'hostile ones accepted': hostile.accepted.length,
	});
}

export function executionFigures(what: string, verdict: Verdict): void {
	figures(`${what}, executions`, {
		due: verdict.due,
		executed: verdict.executed,
		duplicated: verdict.duplicated.length,
		lost: verdict.lost.length,
		'unasked for': verdict.unasked.length,
		'failed starts that were told': verdict.told,
	});
}

export function repetitionFigures(what: string, { sent, answers }: Repetitions): void {
	figures(`${what}, repeated deliveries`, {
		'in the same moment': sent.simultaneous,
		'later on': sent.later,
		...Object.fromEntries(
			Object.entries(answers).map(([status, count]) => [`answered ${status}`, count]),
		),
	});
}

/** Prints every check with what speaks against it. */
export function printChecks(checks: Check[]): void {
	console.log('');
	for (const { name, problems } of checks) {
		console.log(`${problems.length === 0 ? 'ok    ' : 'failed'}  ${name}`);
		for (const problem of problems.slice(0, 20)) console.log(`          ${problem}`);
		if (problems.length > 20) console.log(`          … and ${problems.length - 20} more`);
	}
}

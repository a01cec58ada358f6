import type { Usage } from './answer';
import type { BatchResult } from './result';

/** How a batch's requests went, and what they cost together. */
export interface Tally {
	counts: { total: number } & Record<BatchResult['status'], number>;
	usage: Usage;
}

export const emptyTally = (): Tally => ({
	counts: { total: 0, succeeded: 0, failed: 0, blocked: 0, missing: 0 },
	usage: { promptTokens: 0, outputTokens: 0, totalTokens: 0 },
});

/** Adds numbers to those of the same name, in place. */
function addNumbers(sum: object, numbers: object): void {
	const total = sum as Record<string, number | undefined>;
	for (const [name, number] of Object.entries(numbers)) {
		total[name] = (total[name] ?? 0) + Number(number);
	}
}

/** Adds one result to a tally, in place: there may be very many. */
export function addTo(
	{ counts, usage }: Tally,
	{ status, usage: own }: Pick<BatchResult, 'status' | 'usage'>,
): void {
	counts.total += 1;
	counts[status] += 1;
	if (own) addNumbers(usage, own);
}

/** @returns all tallies in one */
export function sumOf(tallies: Tally[]): Tally {
	const sum = emptyTally();
	for (const { counts, usage } of tallies) {
		addNumbers(sum.counts, counts);
		addNumbers(sum.usage, usage);
	}
	return sum;
}

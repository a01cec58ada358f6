import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { hint } from '../hints';
import type { TrackedAnswer } from './tracked';
import { hasResults } from './types';

/** The statuses of jobs in words, with how many there are of each: `1 blocked, 2 failed`. */
const counted = (statuses: string[]): string =>
	[...new Set(statuses)]
		.map((status) => `${statuses.filter((one) => one === status).length} ${status}`)
		.join(', ');

/** Says above the output how many jobs came out without their results, which could not be fetched. */
export function hintAtLostResults(context: IExecuteFunctions, items: INodeExecutionData[]): void {
	const lost = items.filter(({ json }) => json.resultsError !== undefined).length;
	if (lost === 0) return;
	hint(
		context,
		'warning',
		`The results of ${lost} of ${items.length} items could not be fetched. The item's 'resultsError' says why.`,
	);
}

/** Says above the output how many of the jobs ended without results, and which wait for the user. */
export function hintAtOutcomes(context: IExecuteFunctions, answers: TrackedAnswer[]): void {
	const statuses = answers.map(({ job }) => job.status);
	const isWaiting = (status: string) => status === 'requiresAction';
	const without = statuses.filter((status) => !hasResults(status) && !isWaiting(status));
	const of = `of ${answers.length} ${answers.length === 1 ? 'job' : 'jobs'}`;
	if (without.length > 0) {
		hint(
			context,
			'warning',
			`${without.length} ${of} ended without results (${counted(without)}). The item's 'advice' says what to do.`,
		);
	}
	const waiting = statuses.filter(isWaiting).length;
	if (waiting === 0) return;
	hint(
		context,
		'info',
		`${waiting} ${of} wait for the results of function calls: each call has an item. Hand the results back with 'Respond'.`,
	);
}

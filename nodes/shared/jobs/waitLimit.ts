import type { INodeProperties } from 'n8n-workflow';

/** Milliseconds. */
const UNITS: Record<string, number> = {
	seconds: 1000,
	minutes: 60_000,
	hours: 3_600_000,
	days: 86_400_000,
};

/** Longer than Google keeps any job or its files; more is a typing error. Milliseconds. */
const LONGEST = 30 * UNITS.days;

/**
 * A stretch of time from a number and its unit, as fields hold them.
 *
 * @returns milliseconds; undefined when that makes no sense, or is longer than 30 days
 */
export function duration(amount: number, unit: string): number | undefined {
	const milliseconds = amount * (UNITS[unit] ?? NaN);
	return milliseconds > 0 && milliseconds <= LONGEST ? milliseconds : undefined;
}

/**
 * When to stop waiting.
 *
 * @param now milliseconds since 1970
 * @returns undefined when the limit makes no sense
 */
export function deadline(amount: number, unit: string, now: number): Date | undefined {
	const limit = duration(amount, unit);
	return limit === undefined ? undefined : new Date(now + limit);
}

/** When the fields are shown that ask for a limit: with the answer 'Continue This Workflow'. */
const WITH_CONTINUE = { show: { whenDone: ['continueHere'] } };

/**
 * The fields 'Limit Wait Time' and 'Unit of the Limit'.
 *
 * @param amount with `unit`, the default
 * @param displayOptions when to show them, if not with 'Continue This Workflow'
 */
export const waitLimitFields = (
	amount: number,
	unit: string,
	displayOptions: INodeProperties['displayOptions'] = WITH_CONTINUE,
): INodeProperties[] => [
	{
		displayName: 'Limit Wait Time',
		name: 'limitAmount',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: amount,
		description:
			"How long to wait for Google's webhook. When the time is over, the execution goes on with the job and 'waitStatus' set to 'timedOut'.",
		displayOptions,
	},
	{
		displayName: 'Unit of the Limit',
		name: 'limitUnit',
		type: 'options',
		options: [
			{ name: 'Days', value: 'days' },
			{ name: 'Hours', value: 'hours' },
			{ name: 'Minutes', value: 'minutes' },
			{ name: 'Seconds', value: 'seconds' },
		],
		default: unit,
		displayOptions,
	},
];

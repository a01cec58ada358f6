import { parseArgs } from 'node:util';

export interface SoakOptions {
	/** How long the traffic lasts, 2 at least, so that everything happens; starting and draining come on top. */
	minutes: number;
	/** Decides what happens; not when, as that depends on the machine. */
	seed: number;
	/** Genuine things begun per second. One of them is about two executions of n8n. */
	rate: number;
	/** n8n's own Webhook node gets the traffic, nothing of this package is in use: how n8n's memory behaves by itself. */
	control: boolean;
	/** Where the numbers of passed and failed checks are written, as JSON. */
	resultFile?: string;
	/** Where heap snapshots after the warm-up and at the end are written. */
	snapshots?: string;
}

/** @throws RangeError that says which argument is wrong */
export function readOptions(args: string[]): SoakOptions {
	const text = { type: 'string' } as const;
	const { values } = parseArgs({
		args,
		options: {
			minutes: text,
			seed: text,
			rate: text,
			control: { type: 'boolean', default: false },
			result: text,
			snapshots: text,
		},
	});
	return {
		minutes: positive('minutes', values.minutes ?? '10', 2),
		seed: positive('seed', values.seed ?? String(1 + Math.floor(Math.random() * 1e9))),
		rate: positive('rate', values.rate ?? '5'),
		control: values.control,
		resultFile: values.result,
		snapshots: values.snapshots,
	};
}

function positive(name: string, value: string, least = 0): number {
	const number = Number(value);
	if (Number.isFinite(number) && number > 0 && number >= least) return number;
	throw new RangeError(`--${name} must be a number from ${least || 'above 0'} on, not "${value}"`);
}

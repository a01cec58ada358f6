import { bareId } from './effects.mts';
import { growth } from './memory.mts';
import type { SoakOptions } from './options.mts';
import type { Parties } from './parties.mts';
import type { Place } from './place.mts';
import { deliveryFigures, executionFigures, memoryCheck, repetitionFigures } from './report.mts';
import type { Check } from './report.mts';
import { judge } from './verdict.mts';

/** How a run ended. */
export interface Outcome {
	checks: Check[];
	/** All that was counted, to find out how something went wrong. */
	evidence: object;
}

const everyOne = (counts: Record<string, number>): string[] =>
	Object.entries(counts)
		.filter(([, count]) => count === 0)
		.map(([name]) => `"${name}" did not happen`);

/** How Google tried to deliver what is lost, to find out why it is. */
const lostDeliveries = ({ emulator }: Place, lost: string[]): object[] =>
	emulator.deliveries
		.filter(({ job }) => job !== null && lost.some((what) => what.includes(bareId(job))))
		.map(({ job, url, state, attempts }) => ({
			job,
			url,
			state,
			attempts: attempts.map(({ time, status, error, responseBody }) => ({
				time: new Date(time).toISOString(),
				status,
				error,
				responseBody,
			})),
		}));

/** Prints the figures. */
export function account(place: Place, all: Parties, { minutes, seed }: SoakOptions): Outcome {
	const { ledger, wrong, traffic, hostile, repetitions, troubles, failures } = all;
	const verdict = judge(ledger, wrong);
	const what = `soak of ${minutes} minutes, seed ${seed}`;
	deliveryFigures(what, place.emulator, hostile);
	repetitionFigures(what, repetitions);
	executionFigures(what, verdict);
	const checks: Check[] = [
		{ name: 'nothing is lost', problems: verdict.lost },
		{ name: 'nothing comes twice', problems: verdict.duplicated },
		{ name: 'nothing comes that nobody asked for', problems: verdict.unasked },
		{ name: 'nothing comes early or in a wrong state', problems: verdict.wrong },
		{ name: 'nothing hostile is accepted', problems: hostile.accepted },
		{ name: 'no execution of n8n ends in an error', problems: failures.list },
		{
			name: 'all kinds of traffic, and all troubles, took place',
			problems: [...everyOne(traffic.done), ...everyOne(troubles.counts)],
		},
		memoryCheck(what, growth(place.memory.samples)),
	];
	const evidence = {
		verdict,
		expected: ledger.expected,
		lostDeliveries: lostDeliveries(place, verdict.lost),
		told: [...ledger.told],
		done: traffic.done,
		troubles: troubles.counts,
		hostile: { tried: hostile.tried, answers: hostile.answers, accepted: hostile.accepted },
		repetitions: { sent: repetitions.sent, answers: repetitions.answers },
		failures: failures.list,
		memory: place.memory.samples,
		effects: place.effects.list,
		log: place.n8n.logs.slice(-200_000),
	};
	return { checks, evidence };
}

import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../unit/support/random.mts';
import { drain } from './drain.mts';
import { Failures } from './failures.mts';
import { Hostile } from './hostile.mts';
import { Ledger } from './ledger.mts';
import { growth } from './memory.mts';
import type { SoakOptions } from './options.mts';
import { openPlace } from './place.mts';
import type { Place } from './place.mts';
import { Repetitions } from './repetitions.mts';
import {
	deliveryFigures,
	executionFigures,
	memoryCheck,
	repetitionFigures,
	type Check,
} from './report.mts';
import { Traffic } from './traffic.mts';
import { Troubles } from './troubles.mts';
import { judge, objectionTo } from './verdict.mts';

/** With so much due that has not come through, nothing new is begun: the rate is to be what this machine can do. */
const MOST_BACKLOG = 100;
/** Milliseconds between two lines that say how far it is. */
const PROGRESS_MS = 30_000;

interface Outcome {
	checks: Check[];
	evidence: object;
}

/** Everything that happens at the same time. */
function parties(place: Place, seed: number) {
	const ledger = new Ledger(place.triggers);
	const wrong: string[] = [];
	place.effects.onEffect((effect) => {
		ledger.readDeliveries(place.emulator.deliveries);
		ledger.note(effect);
		const objection = objectionTo(effect, place.emulator);
		if (objection) wrong.push(objection);
	});
	// A stream of its own for each, so that the seed decides what each one does whatever the others do.
	const random = (stream: number) => new Random(seed * 10 + stream);
	const traffic = new Traffic(place, random(0));
	traffic.onAsked = (asked) => ledger.ask(asked);
	return {
		ledger,
		wrong,
		traffic,
		hostile: new Hostile(place, random(1)),
		repetitions: new Repetitions(place, random(2)),
		troubles: new Troubles(place, random(3)),
		failures: new Failures(place.api),
	};
}

type Parties = ReturnType<typeof parties>;

/** Keeps the traffic going until the time is over. */
async function run(
	place: Place,
	all: Parties,
	{ minutes, rate, seed }: SoakOptions,
): Promise<void> {
	const { ledger, traffic, hostile, repetitions } = all;
	const random = new Random(seed * 10 + 4);
	const end = Date.now() + minutes * 60_000;
	let nextProgress = Date.now() + PROGRESS_MS;
	const running = new Set<Promise<void>>();
	const begin = (work: Promise<void>) => {
		const one = work.finally(() => running.delete(one));
		running.add(one);
	};
	while (Date.now() < end) {
		ledger.readDeliveries(place.emulator.deliveries);
		repetitions.act();
		if (ledger.backlog < MOST_BACKLOG) {
			begin(traffic.act());
			if (random.next() < 0.25) begin(hostile.act());
		}
		if (Date.now() > nextProgress) {
			nextProgress += PROGRESS_MS;
			const left = Math.max(0, (end - Date.now()) / 60_000).toFixed(1);
			console.log(
				`${left} minutes left; ${place.effects.list.length} came through, ${ledger.backlog} are due`,
			);
		}
		await sleep((random.next() * 2000) / rate);
	}
	await Promise.all(running);
}

/** Heap snapshots to compare, if they are asked for: after the warm-up, and at the end. */
function snapshots({ memory }: Place, { snapshots: folder, minutes }: SoakOptions) {
	if (folder === undefined) return { atEnd: async () => undefined };
	mkdirSync(folder, { recursive: true });
	const write = async (name: string) => await memory.snapshot(resolve(folder, name));
	const first = sleep(minutes * 20_000).then(async () => await write('warm.heapsnapshot'));
	return {
		atEnd: async () => {
			await first;
			await write('end.heapsnapshot');
		},
	};
}

/** The whole run, with n8n started before and ended after it. */
export async function soak(options: SoakOptions): Promise<Outcome> {
	console.log(`Seed ${options.seed}. Starting n8n …`);
	const place = await openPlace();
	try {
		const all = parties(place, options.seed);
		const { traffic, troubles, repetitions, failures, ledger } = all;
		place.memory.start();
		troubles.start();
		failures.start();
		const snapshot = snapshots(place, options);
		await run(place, all, options);
		await snapshot.atEnd();
		await place.api.unpublish(place.scheduleId);
		await troubles.stop();
		await repetitions.stop();
		await place.memory.stop();
		console.log('The traffic is over; letting through what is still due …');
		for (const asked of traffic.asked) if (!asked.isTaken) ledger.doubt(asked);
		await drain(place, ledger);
		await failures.stop();
		return account(place, all, options);
	} finally {
		await place.close();
	}
}

const everyOne = (counts: Record<string, number>): string[] =>
	Object.entries(counts)
		.filter(([, count]) => count === 0)
		.map(([name]) => `"${name}" did not happen`);

/** Prints the figures. */
function account(place: Place, all: Parties, { minutes, seed }: SoakOptions): Outcome {
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

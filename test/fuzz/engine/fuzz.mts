import { setImmediate as nextTurn } from 'node:timers/promises';
import { Random } from '../../unit/support/random.mts';
import { Coverage } from './instrument.mts';
import { mutate, shortened } from './mutate.mts';

/** Something that reads bytes from outside. */
export interface Target {
	name: string;
	/** Good inputs to begin with. */
	seeds: Buffer[];
	/** Texts that mean something to the code under test. */
	tokens: string[];
	/** Throws when the code does what it must never do. */
	run(input: Buffer): void | Promise<void>;
}

export interface Limits {
	/** Stop after so many runs, or so many seconds. */
	runs: number;
	seconds: number;
	seed: number;
	/** Told each input before it runs, in case it never ends. */
	announce?: (input: Buffer) => void;
}

export interface Report {
	runs: number;
	seconds: number;
	/** Inputs that each reached something new. */
	corpus: Buffer[];
	features: number;
	statements: { all: number; reached: number };
	failure?: { message: string; input: Buffer };
}

/** Bytes. Google's events and headers are shorter; what is longer takes time and reaches nothing new. */
const LONGEST = 4096;
/** Milliseconds that no input of that length may take, however busy the machine is. */
const SLOW = 500;

/** Runs an input. @returns what is wrong with the code, undefined if nothing is */
async function problem(target: Target, input: Buffer): Promise<string | undefined> {
	let fastest = Infinity;
	try {
		for (let attempt = 0; attempt < 3 && fastest > SLOW; attempt++) {
			const started = performance.now();
			await target.run(input);
			fastest = Math.min(fastest, performance.now() - started);
			if (fastest <= SLOW) return undefined;
		}
	} catch (error) {
		return error instanceof Error ? (error.stack ?? error.message) : String(error);
	}
	return `It took ${Math.round(fastest)} ms for ${input.length} bytes`;
}

const firstLine = (text: string): string => text.split('\n')[0];

/**
 * Looks for inputs that reach new code, starting from those it knows, until one fails or the limit is reached.
 *
 * @param known inputs of earlier runs
 */
export async function fuzz(target: Target, known: Buffer[], limits: Limits): Promise<Report> {
	const random = new Random(limits.seed);
	const coverage = new Coverage();
	const corpus: Buffer[] = [];
	const started = performance.now();
	const seconds = () => (performance.now() - started) / 1000;
	let runs = 0;
	let failure: Report['failure'];

	const attempt = async (input: Buffer): Promise<void> => {
		limits.announce?.(input);
		coverage.reset();
		const message = await problem(target, input);
		const isNew = coverage.note(coverage.take());
		runs += 1;
		if (message !== undefined) {
			const fails = async (shorter: Buffer) => {
				limits.announce?.(shorter);
				return firstLine((await problem(target, shorter)) ?? '') === firstLine(message);
			};
			failure = { message, input: await shortened(input, fails) };
		}
		if (isNew || corpus.length === 0) corpus.push(input);
		// Timers and sockets of the code under test get their turn, too.
		if (runs % 1000 === 0) await nextTurn();
	};

	for (const input of [...target.seeds, ...known]) if (!failure) await attempt(input);
	while (!failure && runs < limits.runs && seconds() < limits.seconds) {
		// Half of the time one of the latest: they are about code that few inputs have reached.
		const from = random.next() < 0.5 ? Math.max(0, corpus.length - 20) : 0;
		const input = corpus[random.integer(from, corpus.length - 1)];
		await attempt(mutate(input, random.pick(corpus), target.tokens, random, LONGEST));
	}
	const { features, statements } = coverage;
	return { runs, seconds: seconds(), corpus, features, statements, failure };
}

/** Those of the inputs that reach all that they reach together, the shortest first. */
export async function fewest(target: Target, inputs: Buffer[]): Promise<Buffer[]> {
	const coverage = new Coverage();
	for (const seed of target.seeds) {
		coverage.reset();
		await target.run(seed);
		coverage.note(coverage.take());
	}
	const kept: Buffer[] = [];
	for (const input of [...inputs].sort((a, b) => a.length - b.length)) {
		coverage.reset();
		await target.run(input);
		if (coverage.note(coverage.take())) kept.push(input);
	}
	return kept;
}

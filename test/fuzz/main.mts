/**
 * `npm run fuzz`: looks for bytes from outside that make the package do what it must never do. Coverage-guided: an
 * input that reaches new code is kept and changed further.
 *
 * `npm run fuzz -- --seconds 60 envelope` spends a minute on one target; `--keep` writes what was found to
 * `test/fuzz/corpus/`; `--runs` counts runs instead; `--seed` is another row of random numbers; `--list` names the
 * targets; `--stuck` says after how many seconds an input hangs.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { figures } from '../support/figures.mts';
import type { Report } from './engine/fuzz.mts';
import type { Task } from './engine/worker.mts';
import { TARGETS } from './targets/index.mts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		seconds: { type: 'string' },
		runs: { type: 'string' },
		seed: { type: 'string', default: '1' },
		/** Seconds without a new input, after which one must hang. */
		stuck: { type: 'string', default: '20' },
		keep: { type: 'boolean', default: false },
		list: { type: 'boolean', default: false },
	},
});
const names = positionals.length > 0 ? positionals : TARGETS;
/** Ten minutes for all, unless told. */
const seconds = Number(values.seconds ?? (values.runs ? Infinity : 600 / names.length));

/** Runs a target. @throws when it hangs, with the input that does it */
async function watch(task: Task): Promise<Report> {
	const [head, bytes] = [new Int32Array(task.current, 0, 2), new Uint8Array(task.current, 8)];
	const worker = new Worker(new URL('engine/worker.mts', import.meta.url), { workerData: task });
	let seen = -1;
	let timer: NodeJS.Timeout | undefined;
	try {
		return await new Promise<Report>((resolve, reject) => {
			worker.once('message', resolve).once('error', reject);
			timer = setInterval(
				() => {
					if (head[1] === seen) {
						const input = Buffer.from(bytes.slice(0, head[0]));
						reject(Object.assign(new Error('An input never ends'), { input }));
					}
					seen = head[1];
				},
				Number(values.stuck) * 1000,
			);
		});
	} finally {
		clearInterval(timer);
		await worker.terminate();
	}
}

/** Writes a failing input to a file, to be looked at. */
function kept(name: string, input: Uint8Array): string {
	const folder = join(import.meta.dirname, '..', '..', '.tmp', 'fuzz');
	mkdirSync(folder, { recursive: true });
	const file = join(
		folder,
		`${name}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`,
	);
	writeFileSync(file, input);
	return file;
}

function fail(name: string, message: string, input: Uint8Array): void {
	const shown = JSON.stringify(Buffer.from(input).toString('latin1'));
	console.error(`\n${name}: ${message}\nInput (latin1): ${shown}\nKept in ${kept(name, input)}\n`);
	process.exitCode = 1;
}

if (values.list) console.log(TARGETS.join('\n'));
for (const name of values.list ? [] : names) {
	const task: Task = {
		name,
		seconds,
		runs: Number(values.runs ?? Infinity),
		seed: Number(values.seed),
		keeps: values.keep,
		current: new SharedArrayBuffer(8 + 65_536),
	};
	try {
		const report = await watch(task);
		const { all, reached } = report.statements;
		figures(`fuzzing ${name}`, {
			runs: report.runs,
			'a second': Math.round(report.runs / report.seconds),
			'inputs in the corpus': report.corpus.length,
			features: report.features,
			[`of ${all} statements reached`]: reached,
		});
		if (report.failure) fail(name, report.failure.message, report.failure.input);
	} catch (error) {
		const { stack, message, input = new Uint8Array() } = error as Error & { input?: Uint8Array };
		fail(name, stack ?? message, input);
	}
}

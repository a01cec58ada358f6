/** One target, in a thread of its own: see main.mts, which watches over it. */
import { parentPort, workerData } from 'node:worker_threads';
import { targetNamed } from '../targets/index.mts';
import { readCorpus, writeCorpus } from './corpus.mts';
import { fewest, fuzz } from './fuzz.mts';
import { instrumentPackage } from './instrument.mts';

export interface Task {
	name: string;
	runs: number;
	seconds: number;
	seed: number;
	/** Whether to put what was found into the repository. */
	keeps: boolean;
	/** Where the input that runs at the moment is to be seen: its length, a counter, its bytes. */
	current: SharedArrayBuffer;
}

const { name, current, keeps, ...limits } = workerData as Task;
instrumentPackage();
const target = await targetNamed(name);
const [head, bytes] = [new Int32Array(current, 0, 2), new Uint8Array(current, 8)];

const report = await fuzz(target, readCorpus(name), {
	...limits,
	announce(input) {
		bytes.set(input.subarray(0, bytes.length));
		head[0] = Math.min(input.length, bytes.length);
		head[1] += 1;
	},
});
const kept = keeps && !report.failure ? await fewest(target, report.corpus) : undefined;
if (kept) writeCorpus(name, kept);
parentPort?.postMessage({ ...report, corpus: kept ?? report.corpus });

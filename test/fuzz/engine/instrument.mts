import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { resolve, sep } from 'node:path';

const require = createRequire(import.meta.filename);
const DIST = resolve(import.meta.dirname, '..', '..', '..', 'dist');
const PLANTED = resolve(import.meta.dirname, 'planted.cjs');

interface FileCounters {
	s: Record<string, number>;
	f: Record<string, number>;
	b: Record<string, number[]>;
}

interface Instrumenter {
	instrumentSync(code: string, filename: string): string;
}

interface Loader {
	_extensions: Record<string, (module: Compiled, file: string) => void>;
}

interface Compiled {
	_compile(code: string, file: string): void;
}

const VARIABLE = '__gemini_webhooks_fuzz__';

/** What the instrumented files write to: one entry for each, made when the file runs first. */
const written = (globalThis as Record<string, unknown>)[VARIABLE] as
	| Record<string, FileCounters>
	| undefined;

/** The package's own built code; the bundle of libraries is left as it is. */
const isOurs = (file: string): boolean =>
	file === PLANTED || (file.startsWith(DIST + sep) && !file.endsWith('vendor.bundle.js'));

/** From now on, the package's built files are loaded with a counter at every statement, function and branch. */
export function instrumentPackage(): void {
	const { createInstrumenter } = require('istanbul-lib-instrument') as {
		createInstrumenter(options: object): Instrumenter;
	};
	const instrumenter = createInstrumenter({ coverageVariable: VARIABLE, esModules: false });
	const { _extensions } = Module as unknown as Loader;
	const plain = _extensions['.js'];
	const load = (module: Compiled, file: string): void => {
		if (!isOurs(file)) plain(module, file);
		else module._compile(instrumenter.instrumentSync(readFileSync(file, 'utf8'), file), file);
	};
	_extensions['.js'] = load;
	_extensions['.cjs'] = load;
}

/**
 * A module of the built package, instrumented if `instrumentPackage` was called before.
 *
 * @param path below `dist/nodes`, without extension
 */
export const built = <T,>(path: string): T => require(resolve(DIST, 'nodes', path)) as T;

/** A file with a planted fault, for the fuzzer's own test. */
export const planted = <T,>(): T => require(PLANTED) as T;

/** How often is often: 1, 2, 3, 4-7, 8-15, 16-31, 32-127, more. As AFL tells them apart. */
function bucket(count: number): number {
	if (count < 4) return count - 1;
	if (count < 8) return 3;
	if (count < 16) return 4;
	if (count < 32) return 5;
	return count < 128 ? 6 : 7;
}

/** What an input made the instrumented code do: which counters it raised, and roughly how far. */
export class Coverage {
	#files = new Set<string>();
	#counters: Uint32Array[] = [];
	#statements: Array<[array: number, count: number]> = [];
	#seen = new Set<number>();

	/** Features ever seen: a counter and about how often it was raised by one input. */
	get features(): number {
		return this.#seen.size;
	}

	/** Statements of the loaded files, and how many of them any input has reached. */
	get statements(): { all: number; reached: number } {
		let all = 0;
		let reached = 0;
		for (const [array, count] of this.#statements) {
			all += count;
			for (let index = 0; index < count; index++) {
				for (let level = 0; level < 8; level++) {
					if (!this.#seen.has(featureId(array, index, level))) continue;
					reached += 1;
					break;
				}
			}
		}
		return { all, reached };
	}

	/** Forgets what was counted since the last call. */
	reset(): void {
		this.#adopt();
		for (const counters of this.#counters) counters.fill(0);
	}

	/** The features since the last reset. */
	take(): number[] {
		this.#adopt();
		const features: number[] = [];
		for (const [array, counters] of this.#counters.entries()) {
			for (let index = 0; index < counters.length; index++) {
				const count = counters[index];
				if (count > 0) features.push(featureId(array, index, bucket(count)));
			}
		}
		return features;
	}

	/** Notes features. @returns whether any of them is new */
	note(features: number[]): boolean {
		const before = this.#seen.size;
		for (const feature of features) this.#seen.add(feature);
		return this.#seen.size > before;
	}

	/** Puts the counters of files that were loaded meanwhile into arrays that can be read at once. */
	#adopt(): void {
		const all = (globalThis as Record<string, unknown>)[VARIABLE] as typeof written;
		for (const [file, counters] of Object.entries(all ?? {})) {
			if (this.#files.has(file)) continue;
			this.#files.add(file);
			const lengths = [counters.s, counters.f].map((one) => Object.keys(one).length);
			const branches = Object.values(counters.b);
			const total = branches.reduce((sum, one) => sum + one.length, lengths[0] + lengths[1]);
			const array = new Uint32Array(total);
			let from = 0;
			const view = (length: number) => array.subarray(from, (from += length));
			counters.s = view(lengths[0]) as unknown as FileCounters['s'];
			counters.f = view(lengths[1]) as unknown as FileCounters['f'];
			counters.b = branches.map(({ length }) => view(length)) as unknown as FileCounters['b'];
			this.#statements.push([this.#counters.length, lengths[0]]);
			this.#counters.push(array);
		}
	}
}

const featureId = (array: number, index: number, level: number): number =>
	(array * 65_536 + index) * 8 + level;

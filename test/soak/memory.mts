import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes of n8n's process. */
interface Sample {
	/** Milliseconds since 1970. */
	time: number;
	/** JavaScript objects in use, after a garbage collection. */
	heap: number;
	/** All memory of the process (resident set). It shrinks only when the system asks for it. */
	rss: number;
}

/** Milliseconds between two samples; collecting garbage takes n8n a few tenths of a second. */
const PAUSE_MS = 5_000;

/** What two stretches of time differ in. */
export interface Growth {
	/** Median bytes in each stretch, and how many samples there were. */
	first: { heap: number; rss: number; samples: number };
	last: { heap: number; rss: number; samples: number };
}

/** Looks at the memory of an n8n into which heapProbe.cjs is preloaded. */
export class MemoryWatch {
	readonly samples: Sample[] = [];
	readonly #url: string;
	#isOver = false;
	#watching: Promise<void> = Promise.resolve();

	constructor(port: number) {
		this.#url = `http://127.0.0.1:${port}`;
	}

	/** One sample, now. */
	async look(): Promise<Sample> {
		const response = await fetch(`${this.#url}/memory`);
		const { heapUsed, rss } = (await response.json()) as { heapUsed: number; rss: number };
		return { time: Date.now(), heap: heapUsed, rss };
	}

	/** Takes samples until `stop()`. */
	start(): void {
		this.#watching = (async () => {
			while (!this.#isOver) {
				await sleep(PAUSE_MS);
				// Too busy to answer, or gone: in that case, other checks tell.
				await this.look().then(
					(sample) => this.samples.push(sample),
					() => undefined,
				);
			}
		})();
	}

	async stop(): Promise<void> {
		this.#isOver = true;
		await this.#watching;
	}

	/** Writes a heap snapshot, which stops n8n for some seconds. */
	async snapshot(file: string): Promise<void> {
		await (await fetch(`${this.#url}/snapshot?file=${encodeURIComponent(file)}`)).text();
	}
}

/**
 * Compares the time right after the warm-up with the end: the first third of the samples is the warm-up, and of
 * the rest, the first and the last third are compared.
 */
export function growth(samples: Sample[]): Growth {
	const warm = samples.slice(Math.floor(samples.length / 3));
	const third = Math.max(1, Math.floor(warm.length / 3));
	return { first: medians(warm.slice(0, third)), last: medians(warm.slice(-third)) };
}

const medians = (samples: Sample[]) => ({
	heap: median(samples.map(({ heap }) => heap)),
	rss: median(samples.map(({ rss }) => rss)),
	samples: samples.length,
});

function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** As a person reads it. */
export const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Bytes of memory that a process holds at this moment (its resident set); Unix only. */
export async function memoryOf(pid: number): Promise<number> {
	const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
	return Number(stdout.trim()) * 1024;
}

/**
 * Watches a process while `work` runs.
 *
 * @returns what `work` returned, and the most bytes that the process held, looked at every 100 ms
 */
export async function watchMemory<T>(
	pid: number,
	work: () => Promise<T>,
): Promise<{ result: T; most: number }> {
	let most = await memoryOf(pid);
	let isOver = false;
	const watching = (async () => {
		while (!isOver) {
			most = Math.max(most, await memoryOf(pid));
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	})();
	try {
		return { result: await work(), most };
	} finally {
		isOver = true;
		await watching;
	}
}

import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Starts a process again as a service manager does: once more when the start itself ends in a crash. n8n takes webhooks
 * before it is ready, and now and then dies of that.
 *
 * @param attempts how many in all
 * @returns how many starts failed
 * @throws what the last one throws
 */
export async function restart(
	process: { restart(): Promise<void> },
	attempts = 3,
): Promise<number> {
	for (let failed = 0; ; failed++) {
		try {
			await process.restart();
			return failed;
		} catch (error) {
			if (failed + 1 >= attempts) throw error;
			await sleep(500);
		}
	}
}

/** Whether a process answers, and is ready, within seconds. */
export async function isReady({ url }: { url: string }, timeoutMs = 5000): Promise<boolean> {
	const deadline = Date.now() + timeoutMs;
	do {
		const answer = await fetch(`${url}/healthz/readiness`).catch(() => undefined);
		if (answer?.ok) return true;
		await sleep(200);
	} while (Date.now() < deadline);
	return false;
}

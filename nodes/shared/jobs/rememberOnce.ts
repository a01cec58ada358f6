import { sleep, type IExecuteFunctions } from 'n8n-workflow';

/** How many identities n8n keeps for a node. One delivery has two, so this is the last 5,000 jobs. */
const MAX_REMEMBERED = 10_000;
/** Attempts when two processes insert the first record of a node at the same time. */
const ATTEMPTS = 3;
/** Milliseconds. */
const PAUSE = 50;

/** n8n's helper reads, changes and writes one record; calls for the same node must take turns. */
const turns = new Map<string, Promise<unknown>>();

async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
	const turn = (turns.get(key) ?? Promise.resolve()).then(work, work);
	turns.set(key, turn);
	try {
		return await turn;
	} finally {
		if (turns.get(key) === turn) turns.delete(key);
	}
}

async function record(context: IExecuteFunctions, identities: string[]): Promise<boolean> {
	for (let attempt = 1; ; attempt++) {
		try {
			const { processed } = await context.helpers.checkProcessedAndRecord(identities, 'node', {
				mode: 'entries',
				maxEntries: MAX_REMEMBERED,
			});
			return processed.length === 0;
		} catch (error) {
			if (attempt >= ATTEMPTS) throw error as Error;
			await sleep(PAUSE * attempt);
		}
	}
}

/**
 * Notes `identities` in n8n's database, which outlives restarts and is shared by all workers.
 *
 * @returns true when none of them was noted before: the one time to go on
 */
export async function rememberOnce(
	context: IExecuteFunctions,
	identities: string[],
): Promise<boolean> {
	const key = `${context.getWorkflow().id}:${context.getNode().id}`;
	return await inTurn(key, async () => await record(context, identities));
}

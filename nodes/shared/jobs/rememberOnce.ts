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
 * Notes `identities` in n8n's database, which outlives restarts and is shared by all workers. What this very
 * execution noted stays its own: with 'Retry On Fail', n8n runs a node again whose first item has an 'error', and a
 * failed job's item has one.
 *
 * @returns true when none of them was noted before by another execution: the one time to go on
 */
export async function rememberOnce(
	context: IExecuteFunctions,
	identities: string[],
): Promise<boolean> {
	const memory = context.getContext('node');
	const own = Array.isArray(memory.noted) ? memory.noted : [];
	if (identities.every((identity) => own.includes(identity))) return true;
	const key = `${context.getWorkflow().id}:${context.getNode().id}`;
	const isNew = await inTurn(key, async () => await record(context, identities));
	if (isNew) memory.noted = [...own, ...identities];
	return isNew;
}

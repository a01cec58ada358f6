const turns = new Map<string, Promise<unknown>>();

/**
 * Does pieces of work of this process one after another that must not overlap.
 *
 * @param key work with the same key takes turns; begin it with words of one's own
 * @throws what the work throws; the next one has its turn all the same
 */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
	const turn = (turns.get(key) ?? Promise.resolve()).then(work, work);
	turns.set(key, turn);
	try {
		return await turn;
	} finally {
		if (turns.get(key) === turn) turns.delete(key);
	}
}

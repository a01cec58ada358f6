import { NodeOperationError, sleep, type IExecuteFunctions } from 'n8n-workflow';

/** Attempts when two processes insert the first record of a workflow at the same time. */
const ATTEMPTS = 3;
/** Milliseconds. */
const PAUSE = 50;

const turns = new Map<string, Promise<unknown>>();

/**
 * Does work on one of n8n's records of what was seen before: n8n's helper reads, changes and writes it, so those who
 * work on the same record must take turns.
 *
 * @param key names the record
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

/** What n8n says when a 'Remove Duplicates' node keeps the workflow's record in another form. */
const isOtherForm = (error: unknown): boolean => /incompatible setting/.test(String(error));

/**
 * Tries work on such a record several times.
 *
 * @throws NodeOperationError when the record is kept in another form; what n8n throws when it can't be reached
 */
export async function persistently<T>(
	context: IExecuteFunctions,
	work: () => Promise<T>,
): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await work();
		} catch (error) {
			if (isOtherForm(error)) {
				throw new NodeOperationError(
					context.getNode(),
					"A 'Remove Duplicates' node uses this workflow's record of what was seen before in another way",
					{
						description:
							"Set the 'Scope' of the 'Remove Duplicates' node to 'Node', and run its operation 'Clear Deduplication History' once with the scope 'Workflow'.",
					},
				);
			}
			if (attempt >= ATTEMPTS) throw error as Error;
			await sleep(PAUSE * attempt);
		}
	}
}

import { NodeOperationError, sleep, type IExecuteFunctions } from 'n8n-workflow';

/** Attempts when two processes insert the first record of a workflow at the same time. */
const ATTEMPTS = 3;
/** Milliseconds. */
const PAUSE = 50;

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

import { NodeOperationError, sleep, type IExecuteFunctions } from 'n8n-workflow';

/**
 * Before each further attempt, milliseconds: two processes insert the first record of a workflow at the same time, or
 * the database is away for the seconds that it takes to start.
 */
const PAUSES = [50, 150, 500, 1500, 3000];

/** What n8n says when a 'Remove Duplicates' node keeps the workflow's record in another form. */
const isOtherForm = (error: unknown): boolean => /incompatible setting/.test(String(error));

/**
 * Tries work on such a record several times.
 *
 * @param work is told which attempt it is: 0, or more when an earlier one failed, which may have had its effect all
 * the same
 * @throws NodeOperationError when the record is kept in another form; what n8n throws when it can't be reached
 */
export async function persistently<T>(
	context: IExecuteFunctions,
	work: (attempt: number) => Promise<T>,
): Promise<T> {
	for (let attempt = 0; ; attempt++) {
		try {
			return await work(attempt);
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
			if (attempt >= PAUSES.length) throw error as Error;
			await sleep(PAUSES[attempt]);
		}
	}
}

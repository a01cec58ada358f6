import type { Outcome } from '../shared/jobs/outcome';
import { outcomeItems, readBatchDetails } from './results';

/** The results of finished batches: one item for each request. */
export const batchOutcome: Outcome = {
	items: async (_context, _client, answers, details) =>
		await Promise.resolve([
			answers.flatMap((answer) => outcomeItems(answer, readBatchDetails(details))),
		]),
	isSlow: () => false,
};

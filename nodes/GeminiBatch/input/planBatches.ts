import type { IExecuteFunctions } from 'n8n-workflow';

import type { RequestKind } from '../requestKind';
import type { Failures } from './failures';
import { batchFromJsonl, batchFromRemote } from './fromFiles';
import { batchesFromItems } from './fromItems';
import { refuse } from './objection';
import type { PlannedBatch } from './plannedBatch';

/** Where a batch's requests come from; the values of the field 'Requests From'. */
export type RequestSource = 'items' | 'jsonl' | 'remote';

/**
 * The batches that the incoming items ask for: one of all items, or one for each item's file. Everything that can be
 * checked without asking Google is checked.
 *
 * @throws NodeOperationError that names the item
 */
export async function planBatches(
	context: IExecuteFunctions,
	source: RequestSource,
	kind: RequestKind,
	failures: Failures,
): Promise<PlannedBatch[]> {
	if (source === 'items') return await batchesFromItems(context, kind);
	if (context.getInputData().length === 0) {
		refuse(context, {
			message: 'There are no items to start batches from',
			description: 'Each incoming item brings one file, which becomes one batch.',
		});
	}
	return await failures.each(
		[...context.getInputData().keys()],
		(first) => ({ first, count: 1 }),
		async (index) =>
			source === 'jsonl'
				? await batchFromJsonl(context, kind, index)
				: await Promise.resolve(batchFromRemote(context, index)),
	);
}

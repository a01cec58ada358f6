import type { Json } from '../shared/json';
import type { Launched } from '../shared/jobs/launch';
import type { PlannedBatch } from './input/plannedBatch';
import type { RequestSource } from './input/planBatches';
import type { RequestKind } from './requestKind';

/** More keys than this are not stored with the execution: the results then come in Google's order. */
const MAX_STORED_KEYS = 100_000;

/**
 * What the results need to know of the requests, besides where errors go; stored with the parked execution and read
 * back by `readBatchDetails`.
 *
 * @returns `keys` (of all items, in their order; only for batches made from items), `fileKeys` (in a file's order, by
 * the batch's name), `asJson`, `kind` and `source`
 */
export function batchDetails(
	kind: RequestKind,
	source: RequestSource,
	planned: PlannedBatch[],
	launched: Launched[],
): Json {
	const asJson = planned.some((batch) => batch.asJson);
	const common = { kind, source, asJson };
	if (source === 'items') return { ...common, keys: planned.flatMap(({ keys = [] }) => keys) };
	let left = MAX_STORED_KEYS;
	const fileKeys = launched.flatMap(({ tracked: { first, jobId } }) => {
		const keys = planned.find((batch) => batch.first === first)?.keys;
		if (!keys || keys.length > left) return [];
		left -= keys.length;
		return [[jobId, keys] as const];
	});
	return { ...common, fileKeys: Object.fromEntries(fileKeys) };
}

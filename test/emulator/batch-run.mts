import { embed, failure, generate } from './answers.mts';
import { markedResults, outputFile } from './batch-output.mts';
import type { BatchResult } from './batch-output.mts';
import { isOver } from './batches.mts';
import type { Batch } from './batches.mts';
import { announce, errorData, outputFileUri } from './events.mts';
import { addFile } from './files.mts';
import { problemOf } from './request-problem.mts';
import type { Settings } from './settings.mts';
import type { Project, World } from './world.mts';

/** How a control call ends a batch. */
export interface BatchOutcome {
	/** The results as they are, instead of the emulator's own answers. */
	results?: BatchResult[];
	/** Every request ends in an error although the job SUCCEEDED. */
	allErrors?: boolean;
	/** Every second request ends in an error, the first one does not. */
	partial?: boolean;
}

/** Sets the timers of a new job: RUNNING half-way, SUCCEEDED after `batchDurationMs`, EXPIRED after 48 hours. */
export function startBatch(world: World, project: Project, batch: Batch): void {
	const { batchDurationMs, batchMaxAgeMs } = world.settings;
	const whileOpen = (waitMs: number, run: () => void): void => {
		world.clock.after(waitMs, () => {
			if (!isOver(batch) && batch.state !== 'BATCH_STATE_CANCELLING') run();
		});
	};
	if (batchDurationMs !== null) {
		whileOpen(batchDurationMs / 2, () => setState(world, batch, 'BATCH_STATE_RUNNING'));
		whileOpen(batchDurationMs, () => completeBatch(world, project, batch));
	}
	whileOpen(batchMaxAgeMs, () => expireBatch(world, project, batch));
}

/** SUCCEEDED, with results and an output file where the input was a file. */
export function completeBatch(
	world: World,
	project: Project,
	batch: Batch,
	outcome: BatchOutcome = {},
): void {
	const counts = { done: 0, failed: 0 };
	const results = counted(outcome.results ?? answers(world, project, batch, outcome), counts);
	if (batch.fileName) {
		const file = addFile(world, project, {
			// `batch-` and the job's id in every recorded case: 42 characters, over the Files API's own limit
			name: `files/batch-${batch.id}`,
			mimeType: 'application/jsonl',
			content: outputFile(results, world.settings),
			source: 'GENERATED',
		});
		file.pollsProcessing = 0;
		batch.outputFile = file.name;
	} else {
		batch.results = [...markedResults(results, world.settings)];
	}
	batch.counts = counts;
	end(world, project, batch, 'SUCCEEDED', {
		...(batch.outputFile && { output_file_uri: outputFileUri(batch.outputFile, world.settings) }),
	});
}

/** FAILED, with a reason unless `error` is null. */
export function failBatch(
	world: World,
	project: Project,
	batch: Batch,
	error: Batch['error'] | null = { code: 13, message: 'Internal error encountered.' },
): void {
	batch.error = error ?? undefined;
	const data = error ? errorData(error.code, error.message, world.settings) : {};
	end(world, project, batch, 'FAILED', data);
}

/** EXPIRED: no results, and none to come. */
export function expireBatch(world: World, project: Project, batch: Batch): void {
	batch.error = { code: 4, message: 'The batch expired before it was processed.' };
	end(world, project, batch, 'EXPIRED', {});
}

/** CANCELLED, after a while of CANCELLING when the setting says so. */
export function cancelBatch(world: World, project: Project, batch: Batch): void {
	const finish = (): void => {
		batch.error = { code: 1, message: 'The operation was cancelled.' };
		end(world, project, batch, 'CANCELLED', {});
	};
	const { cancellingMs } = world.settings;
	if (cancellingMs <= 0) {
		finish();
		return;
	}
	setState(world, batch, 'BATCH_STATE_CANCELLING');
	world.clock.after(cancellingMs, () => {
		if (!isOver(batch)) finish();
	});
}

/** Any state, known or not; nothing is announced. */
export function setState(world: World, batch: Batch, state: string): void {
	batch.state = state;
	batch.updatedAt = world.clock.now();
}

function end(
	world: World,
	project: Project,
	batch: Batch,
	word: 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'EXPIRED',
	data: Record<string, unknown>,
): void {
	setState(world, batch, `BATCH_STATE_${word}`);
	batch.endedAt = world.clock.now();
	world.log(`${batch.name} ${word}`);
	announce(world, project, {
		type: `batch.${word.toLowerCase()}`,
		job: batch.name,
		data: { id: eventId(batch, world.settings), ...data },
		config: batch.webhookConfig,
	});
}

function eventId(batch: Batch, { batchIdStyle }: Settings): string {
	if (batchIdStyle === 'name') return batch.name;
	return batchIdStyle === 'bare' ? batch.id : `batch_${batch.id}`;
}

function* counted(results: Iterable<BatchResult>, counts: Batch['counts']): Generator<BatchResult> {
	for (const result of results) {
		counts.done += 1;
		if ('error' in result) counts.failed += 1;
		yield result;
	}
}

/** What the model says to every request, one at a time. */
function* answers(
	world: World,
	project: Project,
	batch: Batch,
	{ allErrors, partial }: BatchOutcome,
): Generator<BatchResult> {
	let index = 0;
	for (const { request, problem, ...mark } of batch.requests.read()) {
		const broken = allErrors || (partial && index % 2 === 1);
		const wrong = problem ?? problemOf(world, project, request, batch.kind);
		if (broken) yield { ...failure(13, 'Internal error encountered.'), ...mark };
		else if (wrong !== undefined) yield { ...failure(3, wrong), ...mark };
		else if (batch.kind === 'embed') yield { ...embed(request), ...mark };
		else yield { ...generate(request, batch.model), ...mark };
		index += 1;
	}
}

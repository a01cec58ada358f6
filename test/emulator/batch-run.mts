import { embed, generate } from './answers.mts';
import type { Result } from './answers.mts';
import type { BatchRequest } from './batch-request.mts';
import { isOver } from './batches.mts';
import type { Batch } from './batches.mts';
import { announce, errorData, outputFileUri } from './events.mts';
import { addFile } from './files.mts';
import type { Settings } from './settings.mts';
import type { Project, World } from './world.mts';

/** The outcome of one request, together with what the user gave to recognise it. */
export type BatchResult = Result & { key?: unknown; metadata?: unknown };

/** How a control call ends a batch. */
export interface BatchOutcome {
	/** The results as they are, instead of the emulator's own answers. */
	results?: BatchResult[];
	/** Every request ends in an error although the job SUCCEEDED. */
	allErrors?: boolean;
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
	{ results, allErrors = false }: BatchOutcome = {},
): void {
	batch.results = results ?? batch.requests.map((request) => outcome(batch, request, allErrors));
	if (batch.fileName) {
		const file = addFile(world, project, {
			// `batch-` and the job's id in every recorded case: 42 characters, over the Files API's own limit
			name: `files/batch-${batch.id}`,
			mimeType: 'application/jsonl',
			bytes: outputFile(batch.results, world.settings),
			source: 'GENERATED',
		});
		file.pollsProcessing = 0;
		batch.outputFile = file.name;
	}
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

function outcome(batch: Batch, one: BatchRequest, allErrors: boolean): BatchResult {
	const { request, problem, ...mark } = one;
	if (problem) return { ...mark, error: { code: 3, message: problem } };
	if (allErrors) return { ...mark, error: { code: 13, message: 'Internal error encountered.' } };
	const result = batch.kind === 'embed' ? embed(request) : generate(request, batch.model);
	return { ...result, ...mark };
}

function outputFile(results: BatchResult[], settings: Settings): Buffer {
	const ordered = settings.shuffleOutput ? [...results].reverse() : results;
	const lines = ordered.map(({ key, ...rest }) =>
		JSON.stringify(settings.omitKeys || key === undefined ? rest : { ...rest, key }),
	);
	const text = lines.map((line) => `${line}\n${settings.blankLines ? '\n' : ''}`).join('');
	const kept = settings.truncateLastLine ? text.slice(0, -20) : text;
	return Buffer.from(kept, 'utf8');
}

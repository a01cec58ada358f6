import { randomUUID } from 'node:crypto';

import { sleep, type IExecuteFunctions } from 'n8n-workflow';

import { inTurn } from '../inTurn';
import { lineageNonce, runOf } from './lineage';
import { persistently } from './noted';
import { noteStart, type Start } from './startOnce';

/** Starts of a node that are noted at a time: few enough to be written back with each. */
export const REMEMBERED_STARTS = 1300;
/** Up to three for each start. */
const ENTRIES = { mode: 'entries', maxEntries: 3 * REMEMBERED_STARTS } as const;
/** How long n8n may take to read a record and to write it back, and more. Milliseconds. */
const REWRITE_TIME = 100;
/** How often a note is looked after; each time it was gone, it is made again. */
const LOOKS = 5;

/**
 * `own`: this run of the node is the one to make the start. `unnoted`: n8n's database can't be reached. `forgotten`, in
 * n8n's 'Retry' only: so many starts were noted since that the notes of the execution which is repeated may be gone.
 */
export type Claim = 'own' | 'taken' | 'unnoted' | 'forgotten';

/** Work on the node's notes, one after another in this process. */
async function withNotes<T>(context: IExecuteFunctions, work: () => Promise<T>): Promise<T> {
	const turn = `${context.getWorkflow().id}:${context.getNode().id}`;
	return await inTurn(turn, async () => await persistently(context, work));
}

/** Notes what is not noted yet. @returns what was */
const note = async (context: IExecuteFunctions, entries: string[]): Promise<unknown[]> =>
	await withNotes(context, async () => {
		const { helpers } = context;
		return (await helpers.checkProcessedAndRecord(entries, 'node', ENTRIES)).processed;
	});

/**
 * Makes sure that a note stays: n8n writes all notes of a node back together, so that of two processes that do it in
 * the same moment one takes the other's note away (`DeduplicationHelper.handleHashedItems` of n8n 2.41; seen in queue
 * mode).
 *
 * @returns false when another run has noted the same start in the same moment
 */
async function isKept(context: IExecuteFunctions, nonce: string, ticket: string): Promise<boolean> {
	for (let look = 0; look < LOOKS; look++) {
		await sleep(REWRITE_TIME);
		const found = await note(context, [nonce, ticket]);
		if (found.includes(nonce)) return found.includes(ticket);
	}
	context.logger.warn('The note that a paid job is being started was overwritten again and again', {
		node: context.getNode().name,
		executionId: context.getExecutionId(),
	});
	return true;
}

/** The mark that this run of the node, in this execution and in those that repeat it, makes before its first start. */
const beginning = (context: IExecuteFunctions): string =>
	`${lineageNonce(context, runOf(context), 'beginning')} began`;

/**
 * The mark, for the first claim of a run. n8n drops the oldest notes first: as long as the mark is there, all
 * notes that were made after it are, too. Made a second time, it would prove nothing; so only a 'Retry' asks for it again.
 */
function markOf(context: IExecuteFunctions): string[] {
	const memory = context.getContext('node');
	const run = `${context.getExecutionId()} ${String(context.getWorkflowDataProxy(0).$runIndex)}`;
	const hasBegun = memory.begun === run && context.getMode() !== 'retry';
	memory.begun = run;
	return hasBegun ? [] : [beginning(context)];
}

/**
 * Whether a note that isn't there may have been there.
 *
 * @param marks see `markOf`
 * @param found what was noted already
 */
async function isForgotten(
	context: IExecuteFunctions,
	marks: string[],
	found: unknown[],
): Promise<boolean> {
	if (context.getMode() !== 'retry' || marks.every((mark) => found.includes(mark))) return false;
	const { helpers } = context;
	const count = await helpers.getProcessedDataCount('node', ENTRIES);
	// By half, as notes that are taken back make it shorter again.
	if (count < ENTRIES.maxEntries / 2) return false;
	await withNotes(context, async () => await helpers.removeProcessed(marks, 'node', ENTRIES));
	return true;
}

/**
 * Notes in n8n's database that a start is about to be sent: should n8n crash before the execution is stored, this is
 * the only trace of a job that may have been paid for. What is noted is `taken` for another run of this execution, and
 * for one that repeats it and has none of its memory.
 */
export async function claimStart(context: IExecuteFunctions, start: Start): Promise<Claim> {
	// A workflow that isn't saved has no notes, and isn't repeated.
	if (start.isClaimed || !start.outlivesCrash || !context.getWorkflow().id) return 'own';
	const { nonce } = start;
	const ticket = `${nonce} ${randomUUID()}`;
	try {
		const marks = markOf(context);
		const found = await note(context, [...marks, nonce, ticket]);
		// With the ticket, the note is this very one: the database took it, and its answer was lost.
		if (found.includes(nonce) && !found.includes(ticket)) return 'taken';
		noteStart(context, start, { isClaimed: true });
		if (await isForgotten(context, marks, found)) return 'forgotten';
		if (await isKept(context, nonce, ticket)) return 'own';
		noteStart(context, start, { isClaimed: false });
		return 'taken';
	} catch (error) {
		context.logger.warn('Could not note in the database of n8n that a paid job is being started', {
			reason: String(error),
			node: context.getNode().name,
			executionId: context.getExecutionId(),
		});
		return 'unnoted';
	}
}

/** Takes the note back of a start that was not made after all. Never throws: what failed is told by its own error. */
export async function releaseStart(
	context: IExecuteFunctions,
	start: Pick<Start, 'key' | 'nonce'>,
): Promise<void> {
	noteStart(context, start, { isClaimed: false });
	try {
		const { helpers } = context;
		await withNotes(
			context,
			async () => await helpers.removeProcessed([start.nonce], 'node', ENTRIES),
		);
	} catch {
		// It stays noted: a later 'Retry' then asks before it starts the job.
	}
}

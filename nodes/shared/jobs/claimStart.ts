import { sleep, type IExecuteFunctions } from 'n8n-workflow';

import { inTurn } from '../inTurn';
import { persistently } from './noted';
import { noteStart, type Start } from './startOnce';

/** How many starts n8n keeps for a node: more than any one execution that may be repeated. */
const ENTRIES = { mode: 'entries', maxEntries: 1000 } as const;
/** How long n8n may take to read a record and to write it back, and more. Milliseconds. */
const REWRITE_TIME = 100;
/** How often a note is looked after; each time it was gone, it is made again. */
const LOOKS = 5;

/** Notes a start. @returns whether it was noted before */
async function note(context: IExecuteFunctions, { nonce }: Start): Promise<boolean> {
	const work = async () => await context.helpers.checkProcessedAndRecord([nonce], 'node', ENTRIES);
	const turn = `${context.getWorkflow().id}:${context.getNode().id}`;
	const { processed } = await inTurn(turn, async () => await persistently(context, work));
	return processed.length > 0;
}

/**
 * Makes sure that a note stays: n8n writes all notes of a node back together, so that of two processes that do it in
 * the same moment one takes the other's note away (`DeduplicationHelper.handleHashedItems` of n8n 2.41; seen in queue
 * mode).
 */
async function keepNote(context: IExecuteFunctions, start: Start): Promise<void> {
	for (let look = 0; look < LOOKS; look++) {
		await sleep(REWRITE_TIME);
		if (await note(context, start)) return;
	}
}

/**
 * Notes in n8n's database that a start is about to be sent: should n8n crash before the execution is stored, this is
 * the only trace of a job that may have been paid for. A database that can't be reached stops nothing: the start is
 * then as safe as n8n's memory.
 *
 * @returns false when another run of this execution, or an execution that this one repeats and that was lost with all
 *   it remembered, has noted it
 */
export async function claimStart(context: IExecuteFunctions, start: Start): Promise<boolean> {
	// What is run by hand is run anew by hand, and not repeated by n8n.
	if (start.isClaimed || !start.outlivesCrash || context.getMode() === 'manual') return true;
	try {
		if (await note(context, start)) return false;
		await keepNote(context, start);
		noteStart(context, start, { isClaimed: true });
	} catch (error) {
		context.logger.warn('Could not note in the database of n8n that a paid job is being started', {
			reason: String(error),
			node: context.getNode().name,
			executionId: context.getExecutionId(),
		});
	}
	return true;
}

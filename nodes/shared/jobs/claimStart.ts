import type { IExecuteFunctions } from 'n8n-workflow';

import { inTurn } from '../inTurn';
import { persistently } from './noted';
import { noteOthersStart, noteStart, type Start } from './startOnce';

/** How many starts n8n keeps for a node: more than any one execution that may be repeated. */
const ENTRIES = { mode: 'entries', maxEntries: 1000 } as const;

/**
 * Notes in n8n's database that a start is about to be sent, for kinds of jobs that Google has no list of: should n8n
 * crash before the execution is stored, this is the only trace of a job that may have been paid for. A database that
 * can't be reached stops nothing: the start is then as safe as n8n's memory.
 *
 * @returns false when an execution that this one repeats has noted it, and was lost with all it remembered
 */
export async function claimStart(context: IExecuteFunctions, start: Start): Promise<boolean> {
	// What is run by hand is run anew by hand, and not repeated by n8n.
	if (start.isClaimed || !start.outlivesCrash || context.getMode() === 'manual') return true;
	try {
		const { processed } = await inTurn(
			`${context.getWorkflow().id}:${context.getNode().id}`,
			async () =>
				await persistently(
					context,
					async () => await context.helpers.checkProcessedAndRecord([start.nonce], 'node', ENTRIES),
				),
		);
		const isOwn = processed.length === 0;
		if (isOwn) noteStart(context, start, { isClaimed: true });
		else noteOthersStart(context, start, { isUnknown: true });
		return isOwn;
	} catch (error) {
		context.logger.warn('Could not note in the database of n8n that a paid job is being started', {
			reason: String(error),
			node: context.getNode().name,
			executionId: context.getExecutionId(),
		});
		return true;
	}
}

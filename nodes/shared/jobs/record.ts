import type { IExecuteFunctions } from 'n8n-workflow';

import type { Noted } from '../dedupe/redisClaims';
import { inTurn } from '../inTurn';
import { persistently } from './noted';
import { lineageOf, runOf } from './lineage';
import { nodeKey } from './nodeKey';

/**
 * How many entries n8n keeps for a workflow. One delivery makes three, and each run of Reconcile one for a moment for
 * every job that it finds: these are the last 2,000 to 3,300 jobs of one trigger.
 */
const MAX_REMEMBERED = 10_000;

/**
 * One record for all nodes of a workflow, so that a node can note what another one is not to repeat. n8n's 'Remove
 * Duplicates' node shares this record when its 'Scope' is the workflow.
 */
const SCOPE = 'workflow';
const ENTRIES = { mode: 'entries', maxEntries: MAX_REMEMBERED } as const;

/** The node is part of what is noted, so that two triggers of one workflow don't take each other's jobs for seen. */
const entry = (node: string, identity: string): string => `${node}: ${identity}`;

/** What each thing is noted under: for the node itself, and for `others`. */
export function entriesOf(
	context: IExecuteFunctions,
	things: string[][],
	others: string[],
): Noted[] {
	const own = nodeKey(context, context.getNode().name);
	const keys = others.map((name) => nodeKey(context, name));
	return things.map((identities) => ({
		own: identities.map((identity) => entry(own, identity)),
		others: keys.flatMap((key) => identities.map((identity) => entry(key, identity))),
	}));
}

/**
 * Who puts a thing out: this run of the node, in this execution and in those that repeat it.
 *
 * @returns undefined when this n8n can't tell
 */
export function ownerOf(context: IExecuteFunctions): string | undefined {
	const lineage = lineageOf(context);
	return lineage && `${lineage} in run ${runOf(context)}`;
}

/** Never throws: what is new was noted a moment ago, and would be lost with an error. */
async function takeBack(context: IExecuteFunctions, entries: string[]): Promise<void> {
	try {
		await persistently(
			context,
			async () => await context.helpers.removeProcessed(entries, SCOPE, ENTRIES),
		);
	} catch {
		context.logger.warn("Could not take entries back from n8n's record of what was seen before", {
			entries,
			node: context.getNode().name,
		});
	}
}

/**
 * Notes things in n8n's database, each for the node itself and for `others`, and says which are new: noted for none of
 * them, or by this very owner in an attempt before: in an execution that n8n's 'Retry' repeats after a crash of n8n,
 * which leaves nothing of an execution but what came in; or in this one, when the answer of the database was lost. What isn't new is left unnoted for others, who are to judge
 * by themselves.
 *
 * @throws NodeOperationError; what n8n throws when its database can't be reached
 */
export async function record(
	context: IExecuteFunctions,
	things: string[][],
	others: string[],
): Promise<boolean[]> {
	if (things.length === 0) return [];
	const owner = ownerOf(context);
	const own = nodeKey(context, context.getNode().name);
	const entries = entriesOf(context, things, others).map((noted, index) => ({
		...noted,
		tickets: owner ? [entry(own, `${things[index].join(' ')} by ${owner}`)] : [],
	}));
	const all = [...new Set(entries.flatMap((one) => [...one.own, ...one.others, ...one.tickets]))];
	const work = async (attempt: number) => ({
		...(await context.helpers.checkProcessedAndRecord(all, SCOPE, ENTRIES)),
		attempt,
	});
	return await inTurn(String(context.getWorkflow().id), async () => {
		const { processed, attempt } = await persistently(context, work);
		const seen = new Set(processed);
		// An attempt that failed may have been written all the same: its answer was lost.
		const isRepeated = context.getMode() === 'retry' || attempt > 0;
		const isNew = entries.map(
			(one) =>
				![...one.own, ...one.others].some((key) => seen.has(key)) ||
				(isRepeated && one.tickets.some((key) => seen.has(key))),
		);
		const tooMuch = entries.flatMap((one, index) =>
			isNew[index] ? [] : [...one.others, ...one.tickets].filter((key) => !seen.has(key)),
		);
		if (tooMuch.length > 0) await takeBack(context, tooMuch);
		return isNew;
	});
}

import type { IExecuteFunctions } from 'n8n-workflow';

import { json } from '../json';
import { lineageOf, runOf } from './lineage';
import { inTurn, persistently } from './noted';

/** How many entries n8n keeps for a workflow. One delivery makes three, so this is the last 3,300 jobs of one trigger. */
const MAX_REMEMBERED = 10_000;
/**
 * One record for all nodes of a workflow, so that a node can note what another one is not to repeat. n8n's 'Remove
 * Duplicates' node shares this record when its 'Scope' is the workflow.
 */
const SCOPE = 'workflow';
const ENTRIES = { mode: 'entries', maxEntries: MAX_REMEMBERED } as const;

/** Names are part of what is noted, so that two triggers of one workflow don't take each other's jobs for seen. */
const entry = (nodeName: string, identity: string): string => `${nodeName}: ${identity}`;

/**
 * Who has put a thing out: noted along with it, so that this execution may do so again when n8n's 'Retry' repeats it.
 * That happens after a crash of n8n: nothing is left of the execution but what came in.
 */
function ticketsOf(context: IExecuteFunctions, identities: string[]): string[] {
	const lineage = lineageOf(context);
	if (lineage === undefined) return [];
	const ticket = `${identities.join(' ')} by ${lineage} in run ${runOf(context)}`;
	return [entry(context.getNode().name, ticket)];
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
 * Notes things in n8n's database, each under the node's own name and `others`, and says which are new: noted under
 * none of these names, or by the very execution that n8n repeats now. What isn't new is left unnoted under other names,
 * for those nodes to judge by themselves.
 */
async function record(
	context: IExecuteFunctions,
	things: string[][],
	others: string[],
): Promise<boolean[]> {
	const { helpers } = context;
	const own = context.getNode().name;
	const entries = things.map((identities) => ({
		own: identities.map((identity) => entry(own, identity)),
		others: others.flatMap((name) => identities.map((identity) => entry(name, identity))),
		tickets: ticketsOf(context, identities),
	}));
	const all = [...new Set(entries.flatMap((one) => [...one.own, ...one.others, ...one.tickets]))];
	const { processed } = await persistently(
		context,
		async () => await helpers.checkProcessedAndRecord(all, SCOPE, ENTRIES),
	);
	const seen = new Set(processed);
	const isRepeated = context.getMode() === 'retry';
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
}

/** What this run of the node has noted as new; to be added to. In a loop, the next run is one of its own. */
function notedInThisRun(context: IExecuteFunctions): string[] {
	const memory = context.getContext('node');
	const run = context.getWorkflowDataProxy(0).$runIndex as number;
	const known = json(memory.noted);
	const identities = known.run === run && Array.isArray(known.identities) ? known.identities : [];
	memory.noted = { run, identities };
	return identities as string[];
}

/**
 * Notes things in n8n's database, which outlives restarts and is shared by all workers. What this very run of the node
 * noted stays its own: with 'Retry On Fail', n8n runs a node again whose first item has an 'error', and a failed
 * job's item has one.
 *
 * @param things the identities of each; no two of them share one
 * @param others names of the nodes that are to take what is new here for seen; and what they have seen isn't new
 * @returns for each, whether none of its identities was noted before by another execution (those that n8n's 'Retry'
 *   repeats are one with it): the one time to go on
 * @throws NodeOperationError; what n8n throws when its database can't be reached
 */
export async function rememberEach(
	context: IExecuteFunctions,
	things: string[][],
	others: string[] = [],
): Promise<boolean[]> {
	const own = notedInThisRun(context);
	const known = new Set(own);
	const isOwn = things.map((identities) => identities.every((identity) => known.has(identity)));
	const rest = things.filter((_, index) => !isOwn[index]);
	if (rest.length === 0) return isOwn;
	const workflow = String(context.getWorkflow().id);
	const isNew = await inTurn(workflow, async () => await record(context, rest, others));
	own.push(...rest.filter((_, index) => isNew[index]).flat());
	const answers = isNew.values();
	return isOwn.map((one) => one || answers.next().value === true);
}

/** The same for one thing that only this node notices. */
export async function rememberOnce(
	context: IExecuteFunctions,
	identities: string[],
): Promise<boolean> {
	const [isNew] = await rememberEach(context, [identities]);
	return isNew;
}

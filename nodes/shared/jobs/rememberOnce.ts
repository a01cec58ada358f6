import { NodeOperationError, sleep, type IExecuteFunctions } from 'n8n-workflow';

import { inTurn } from '../inTurn';
import { nodeKey } from './nodeKey';

/** How many identities n8n keeps for a workflow. One delivery has two, so this is the last 5,000 jobs of one trigger. */
const MAX_REMEMBERED = 10_000;
/** Attempts when two processes insert the first record of a workflow at the same time. */
const ATTEMPTS = 3;
/** Milliseconds. */
const PAUSE = 50;

/**
 * One record for all nodes of a workflow, so that a node can note what another one is not to repeat. n8n's 'Remove
 * Duplicates' node shares this record when its 'Scope' is the workflow.
 */
const SCOPE = 'workflow';
const ENTRIES = { mode: 'entries', maxEntries: MAX_REMEMBERED } as const;

/** What n8n says when a 'Remove Duplicates' node keeps the workflow's record in another form. */
const isOtherForm = (error: unknown): boolean => /incompatible setting/.test(String(error));

async function persistently<T>(context: IExecuteFunctions, work: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await work();
		} catch (error) {
			if (isOtherForm(error)) {
				throw new NodeOperationError(
					context.getNode(),
					"A 'Remove Duplicates' node uses this workflow's record of what was seen before in another way",
					{
						description:
							"Set the 'Scope' of the 'Remove Duplicates' node to 'Node', and run its operation 'Clear Deduplication History' once with the scope 'Workflow'.",
					},
				);
			}
			if (attempt >= ATTEMPTS) throw error as Error;
			await sleep(PAUSE * attempt);
		}
	}
}

/** The node is part of what is noted, so that two triggers of one workflow don't take each other's jobs for seen. */
const entry = (node: string, identity: string): string => `${node}: ${identity}`;

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
 * them. What isn't new is left unnoted for others, who are to judge by themselves.
 */
async function record(
	context: IExecuteFunctions,
	things: string[][],
	others: string[],
): Promise<boolean[]> {
	const { helpers } = context;
	const own = nodeKey(context, context.getNode().name);
	const keys = others.map((name) => nodeKey(context, name));
	const entries = things.map((identities) => ({
		own: identities.map((identity) => entry(own, identity)),
		others: keys.flatMap((key) => identities.map((identity) => entry(key, identity))),
	}));
	const all = [...new Set(entries.flatMap((one) => [...one.own, ...one.others]))];
	const { processed } = await persistently(
		context,
		async () => await helpers.checkProcessedAndRecord(all, SCOPE, ENTRIES),
	);
	const seen = new Set(processed);
	const isNew = entries.map((one) => ![...one.own, ...one.others].some((key) => seen.has(key)));
	const tooMuch = entries.flatMap((one, index) =>
		isNew[index] ? [] : one.others.filter((key) => !seen.has(key)),
	);
	if (tooMuch.length > 0) await takeBack(context, tooMuch);
	return isNew;
}

/**
 * Notes things in n8n's database, which outlives restarts and is shared by all workers. What this very execution
 * noted stays its own: with 'Retry On Fail', n8n runs a node again whose first item has an 'error', and a failed
 * job's item has one.
 *
 * @param things the identities of each; no two of them share one
 * @param others names of the nodes that are to take what is new here for seen; and what they have seen isn't new
 * @returns for each, whether none of its identities was noted before by another execution: the one time to go on
 * @throws NodeOperationError; what n8n throws when its database can't be reached
 */
export async function rememberEach(
	context: IExecuteFunctions,
	things: string[][],
	others: string[] = [],
): Promise<boolean[]> {
	const memory = context.getContext('node');
	const own = new Set(Array.isArray(memory.noted) ? (memory.noted as string[]) : []);
	const isOwn = things.map((identities) => identities.every((identity) => own.has(identity)));
	const rest = things.filter((_, index) => !isOwn[index]);
	if (rest.length === 0) return isOwn;
	const workflow = String(context.getWorkflow().id);
	// n8n's helper reads, changes and writes one record; calls for the same workflow must take turns.
	const isNew = await inTurn(
		`record of ${workflow}`,
		async () => await record(context, rest, others),
	);
	memory.noted = [...own, ...rest.filter((_, index) => isNew[index]).flat()];
	const answers = isNew.values();
	return isOwn.map((known) => known || answers.next().value === true);
}

/** The same for one thing that only this node notices. */
export async function rememberOnce(
	context: IExecuteFunctions,
	identities: string[],
): Promise<boolean> {
	const [isNew] = await rememberEach(context, [identities]);
	return isNew;
}

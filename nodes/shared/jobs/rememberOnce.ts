import type { IExecuteFunctions } from 'n8n-workflow';

import { sharesClaims } from '../dedupe/option';
import type { Noted, RedisClaims } from '../dedupe/redisClaims';
import { sharedStore } from '../dedupe/sharedStore';
import { json } from '../json';
import { entriesOf, ownerOf, record } from './record';

interface InRedis {
	store: RedisClaims;
	named: Noted[];
	owner: string;
}

/** How things are called in the Redis that all processes of n8n share, if the user chose it. */
async function inRedis(
	context: IExecuteFunctions,
	things: string[][],
	others: string[],
): Promise<InRedis | undefined> {
	if (!sharesClaims(context)) return undefined;
	const workflow = String(context.getWorkflow().id);
	const named = entriesOf(context, things, others).map((noted) => ({
		own: noted.own.map((key) => `${workflow}:${key}`),
		others: noted.others.map((key) => `${workflow}:${key}`),
	}));
	const owner = ownerOf(context) ?? context.getExecutionId();
	return { store: await sharedStore(context), named, owner };
}

function warn(context: IExecuteFunctions, what: string, error: unknown): void {
	context.logger.warn(`${what}: ${String(error)}`, {
		node: context.getNode().name,
		workflowId: context.getWorkflow().id,
	});
}

/**
 * Asks Redis as well, where the user chose it: n8n's record isn't exact while several workers write it, Redis is. If
 * it can't be reached now, n8n's record alone must do: the delivery was taken already and must not get lost.
 */
async function firstOfAll(
	context: IExecuteFunctions,
	things: string[][],
	others: string[],
): Promise<boolean[]> {
	try {
		const redis = await inRedis(context, things, others);
		return redis ? await redis.store.first(redis.named, redis.owner) : things.map(() => true);
	} catch (error) {
		warn(context, 'Redis was not asked what was seen before', error);
		return things.map(() => true);
	}
}

/** Things that Redis knows as ours, and that don't come out after all, are to be new to the next who finds them. */
async function forget(
	context: IExecuteFunctions,
	things: string[][],
	others: string[],
): Promise<void> {
	try {
		const redis = await inRedis(context, things, others);
		await redis?.store.forget(redis.named, redis.owner);
	} catch (error) {
		warn(context, 'Redis still takes for seen what could not be put out', error);
	}
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
	const ownNames = new Set(own);
	const isOwn = (identities: string[]) => identities.every((identity) => ownNames.has(identity));
	const rest = things.filter((identities) => !isOwn(identities));
	if (rest.length === 0) return things.map(() => true);
	const isFirst = await firstOfAll(context, rest, others);
	// What another execution puts out is that one's to note: noted here first, neither of the two would put it out.
	const first = rest.filter((_, index) => isFirst[index]);
	const isNoted = await record(context, first, others).catch(async (error: Error) => {
		await forget(context, first, others);
		throw error;
	});
	const fresh = new Set(first.filter((_, index) => isNoted[index]));
	own.push(...[...fresh].flat());
	return things.map((identities) => isOwn(identities) || fresh.has(identities));
}

/** The same for one thing that only this node notices. */
export async function rememberOnce(
	context: IExecuteFunctions,
	identities: string[],
): Promise<boolean> {
	const [isNew] = await rememberEach(context, [identities]);
	return isNew;
}

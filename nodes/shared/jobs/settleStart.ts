import type { IExecuteFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../gemini/client';
import { GeminiApiError } from '../gemini/errors';
import { patiently } from '../patiently';
import { claimStart, REMEMBERED_STARTS, type Claim } from './claimStart';
import type { JobDescription } from './describe';
import type { JobKind } from './kind';
import { PaidForError } from './paidFor';
import { readJob } from './read';
import {
	currentStart,
	freshStart,
	noteOthersStart,
	noteStart,
	startMark,
	type Start,
} from './startOnce';
import { hasResults, isFinal } from './types';

type Kind = Pick<JobKind<never>, 'jobType' | 'find'>;

export function unknownOutcome(
	context: IExecuteFunctions,
	{ jobType, find }: Kind,
	{ displayName, key }: Start,
	why: string,
): PaidForError {
	const look = find
		? `Before starting it again, look for this name with 'Get Many', or in Google AI Studio.`
		: 'Google has no list to look it up in. Before starting it again, think of what it costs.';
	return new PaidForError(
		context.getNode(),
		`It is not known whether the ${jobType} '${displayName}' was started`,
		{ description: `${why} ${look}`, ...(find ? {} : { itemIndex: Number(key) }) },
	);
}

/**
 * Looks for the job of a start whose answer was lost, by the mark at the end of its name.
 *
 * @returns undefined when there is no trace of it
 * @throws PaidForError when the API's list can't be read, so that nobody knows
 */
export async function findPatiently(
	context: IExecuteFunctions,
	client: GeminiClient,
	kind: Kind,
	start: Start,
): Promise<JobDescription | undefined> {
	const { find } = kind;
	if (!find) return undefined;
	try {
		return await patiently(async () => await find(client, startMark(start.nonce)));
	} catch (error) {
		if (!(error instanceof GeminiApiError)) throw error as Error;
		throw unknownOutcome(context, kind, start, error.message);
	}
}

const unreadable = (
	context: IExecuteFunctions,
	{ jobType }: Kind,
	{ displayName, jobId }: Start,
	why: string,
) =>
	new PaidForError(
		context.getNode(),
		`The ${jobType} ${jobId} (${displayName}) was started, but cannot be read now`,
		{
			description: `${why} It is not started again. Look at it with 'Get'; if Google has it no more, or another project's API key was used for it, execute the workflow anew.`,
		},
	);

async function readEarlier(
	context: IExecuteFunctions,
	client: GeminiClient,
	kind: Kind,
	start: Start,
	jobId: string,
): Promise<JobDescription> {
	const outcome = await readJob(client, { jobType: kind.jobType, jobId }).catch(
		(error: Error) => error,
	);
	if (!(outcome instanceof Error)) return outcome.job;
	throw unreadable(context, kind, start, outcome.message);
}

export interface SettledStart {
	start: Start;
	/** The job that an earlier attempt at this start made. */
	earlier?: JobDescription;
}

/** An interaction that was broken off has been paid for, and has an answer as far as it came. */
const isWorthless = ({ status }: JobDescription): boolean =>
	isFinal(status) && !hasResults(status) && status !== 'incomplete';

/** Who made a start that this run of the node is to make, in words: n8n's 'Retry' repeats an execution. */
const otherOf = (context: IExecuteFunctions): string =>
	context.getMode() === 'retry'
		? 'The execution that is repeated'
		: 'Another run of this execution';

const startedAlready = (
	context: IExecuteFunctions,
	{ jobType }: Kind,
	{ displayName }: Start,
	job: JobDescription,
) =>
	new PaidForError(
		context.getNode(),
		`${otherOf(context)} has started the ${jobType} ${job.jobId} already`,
		{
			description: `It is called '${job.displayName ?? displayName}', its state is '${job.status}', and it is not started a second time. Look at its results with 'Get', or execute the workflow anew.`,
		},
	);

/** Why nobody knows of a job that the execution before, or another run of this one, may have started. */
const noAnswer = (context: IExecuteFunctions): string =>
	`${otherOf(context)} got no answer when it started it.`;

/**
 * What to say of a start that somebody else has noted: an execution that n8n repeats, or another run of this very
 * execution, which several processes of n8n may continue twice.
 *
 * @throws PaidForError always
 */
export async function failAsTaken(
	context: IExecuteFunctions,
	client: GeminiClient,
	kind: Kind,
	start: Start,
): Promise<never> {
	noteOthersStart(context, start, { isUnknown: true });
	const job = await findPatiently(context, client, kind, start);
	if (!job) throw unknownOutcome(context, kind, start, noAnswer(context));
	noteOthersStart(context, start, { jobId: job.jobId });
	throw startedAlready(context, kind, start, job);
}

/** Why n8n's database doesn't tell whether the execution that is repeated has made a start. */
const UNTOLD: Record<Exclude<Claim, 'own' | 'taken'>, string> = {
	unnoted:
		"n8n's database, which knows whether the execution that is repeated has started it, could not be reached.",
	forgotten: `n8n's database notes the last ${REMEMBERED_STARTS} starts of this node, and there were more since the execution that is repeated.`,
};

/**
 * Settles a start that nothing is remembered of. When n8n repeats an execution that ended with a crash of n8n, that one
 * may have made it all the same; so may another repetition, which is running.
 *
 * @param isCrashed whether it is the first attempt, which the execution that crashed has made, or not come to
 * @throws PaidForError
 */
async function settleFresh(
	context: IExecuteFunctions,
	client: GeminiClient,
	kind: Kind,
	name: string,
	start: Start,
	isCrashed: boolean,
): Promise<SettledStart> {
	if (!start.mayExist) return { start };
	const claim = await claimStart(context, start);
	const settled = { start: { ...start, isClaimed: claim === 'own' || claim === 'forgotten' } };
	if (!kind.find) {
		if (claim === 'own') return settled;
		if (claim === 'taken') return await failAsTaken(context, client, kind, start);
		throw unknownOutcome(context, kind, start, UNTOLD[claim]);
	}
	const earlier = await findPatiently(context, client, kind, start);
	if (earlier && !isWorthless(earlier)) {
		noteOthersStart(context, start, { jobId: earlier.jobId });
		throw startedAlready(context, kind, start, earlier);
	}
	if (!earlier && claim !== 'taken') return settled;
	// Noted, but not at Google: whoever is running may be about to send it.
	if (!earlier && !isCrashed) return await failAsTaken(context, client, kind, start);
	return await settleFresh(
		context,
		client,
		kind,
		name,
		freshStart(context, name, start.key),
		false,
	);
}

/**
 * Finds out, before anything else, whether this start was made before.
 *
 * In the same execution ('Retry On Fail') the job is taken over. When n8n repeats another execution ('Retry'), its
 * job calls that execution and may answer other prompts: it is named and not started again, unless it came to
 * nothing.
 *
 * @param name what the user wants the job to be called
 * @param key which of the node's starts
 * @throws PaidForError that names the job
 */
export async function settleStart(
	context: IExecuteFunctions,
	client: GeminiClient,
	kind: Kind,
	name: string,
	key: string,
): Promise<SettledStart> {
	const start = currentStart(context, name, key);
	const settleAnew = async () =>
		await settleFresh(context, client, kind, name, freshStart(context, name, key), false);
	if (!start.jobId && !start.isUnknown) {
		if (start.otherExecution) return await settleAnew();
		return await settleFresh(context, client, kind, name, start, true);
	}
	const earlier = start.jobId
		? await readEarlier(context, client, kind, start, start.jobId)
		: await findPatiently(context, client, kind, start);
	if (!start.otherExecution) {
		if (!earlier)
			throw unknownOutcome(context, kind, start, 'The answer to an earlier attempt was lost.');
		noteStart(context, start, { jobId: earlier.jobId });
		return { start, earlier };
	}
	// Of a kind that can't be listed, no trace proves nothing; nor does it while somebody else may be making it.
	if (!earlier && (!kind.find || start.isOthers)) {
		throw unknownOutcome(context, kind, start, noAnswer(context));
	}
	if (!earlier || isWorthless(earlier)) return await settleAnew();
	throw startedAlready(context, kind, start, earlier);
}

import type {
	IExecuteFunctions,
	INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';

import { asNodeError } from '../forEachItem';
import { releaseStart } from './claimStart';
import { failingAsItem } from './failingAsItem';
import { continuedWith } from './park';
import { PaidForError } from './paidFor';
import { startedJobs, unsentStarts, type StartedJob } from './startOnce';
import type { JobType } from './types';

/** An error, told together with the jobs that were started and that it does not name itself. */
function namingStarted(
	context: IExecuteFunctions,
	jobType: JobType,
	error: NodeApiError | NodeOperationError,
): NodeApiError | NodeOperationError {
	const { message, description } = error;
	const told = `${message} ${description ?? ''}`;
	const untold = startedJobs(context).filter(({ name }) => !told.includes(name));
	if (untold.length === 0) return error;
	const names = (isMeant: (job: StartedJob) => boolean) =>
		untold
			.filter(isMeant)
			.map(({ name }) => name)
			.join(', ');
	const own = names(({ isKnown, isOthers }) => isKnown && !isOthers);
	const others = names(({ isKnown, isOthers }) => isKnown && isOthers);
	const unknown = names(({ isKnown }) => !isKnown);
	const sentences = [
		description,
		own &&
			`Started before that, and running: ${jobType} ${own}. 'Retry On Fail' takes these over and starts none of them twice; or look at them with 'Get'.`,
		others && `Started by another run or execution: ${jobType} ${others}. Look at them with 'Get'.`,
		unknown && `It is not known whether this was started: ${unknown}.`,
	];
	return new PaidForError(context.getNode(), message, {
		description: sentences.filter(Boolean).join(' '),
		itemIndex: error.context.itemIndex as number | undefined,
	});
}

/**
 * Runs an operation that starts jobs, of all incoming items as one piece of work. Whatever goes wrong, at whichever
 * attempt: the error, or the item that 'On Error: Continue' makes of it, names all jobs that are there.
 *
 * @throws what `work` throws, or PaidForError in its place
 */
export async function startingJobs(
	context: IExecuteFunctions,
	jobType: JobType,
	work: () => Promise<INodeExecutionData[][]>,
): Promise<INodeExecutionData[][]> {
	const continued = continuedWith(context);
	if (continued) return continued;
	return await failingAsItem(context, async () => {
		try {
			return await work();
		} catch (thrown) {
			for (const start of unsentStarts(context)) await releaseStart(context, start);
			throw namingStarted(context, jobType, asNodeError(context, thrown, 0));
		}
	});
}

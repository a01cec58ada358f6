import type {
	IExecuteFunctions,
	INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';

import { asNodeError } from '../forEachItem';
import { namingTheStarted } from './launch';
import { PaidForError } from './paidFor';
import { startedJobs } from './startOnce';
import type { JobType } from './types';

function withStarted(
	context: IExecuteFunctions,
	jobType: JobType,
	error: NodeApiError | NodeOperationError,
): NodeApiError | NodeOperationError {
	const told = `${error.message} ${error.description ?? ''}`;
	const untold = startedJobs(context).filter(({ name }) => !told.includes(name));
	const names = (isKnown: boolean) =>
		untold.filter((start) => start.isKnown === isKnown).map(({ name }) => name);
	const named = namingTheStarted(context, jobType, names(true), error);
	const unknown = names(false).join(', ');
	if (unknown === '') return named;
	return new PaidForError(context.getNode(), named.message, {
		description: `${named.description ?? ''} It is not known whether this was started: ${unknown}.`,
		itemIndex: named.context.itemIndex as number | undefined,
	});
}

/**
 * Runs an operation that starts several jobs. Whatever goes wrong, at whichever attempt: the error names all jobs
 * that are there.
 *
 * @throws what `work` throws, or PaidForError in its place
 */
export async function namingStarted(
	context: IExecuteFunctions,
	jobType: JobType,
	work: () => Promise<INodeExecutionData[][]>,
): Promise<INodeExecutionData[][]> {
	try {
		return await work();
	} catch (thrown) {
		throw withStarted(context, jobType, asNodeError(context, thrown, 0));
	}
}

import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { asNodeError, failureItem } from '../forEachItem';
import { PaidForError } from './paidFor';
import { isToolCall } from './park';

/**
 * Runs an operation that takes all incoming items as one piece of work, and honours 'On Error: Continue': the failure
 * becomes one item that comes from all of them.
 */
export async function failingAsItem(
	context: IExecuteFunctions,
	work: () => Promise<INodeExecutionData[][]>,
): Promise<INodeExecutionData[][]> {
	try {
		return await work();
	} catch (error) {
		const nodeError = asNodeError(context, error, 0);
		// An agent's tool is tried again without any memory of the attempt before, so it must not fail here: the
		// model reads the name of the job instead.
		const goOn = context.continueOnFail() || (isToolCall(context) && error instanceof PaidForError);
		if (!goOn) throw nodeError;
		return [[failureItem(nodeError, [...context.getInputData().keys()])]];
	}
}

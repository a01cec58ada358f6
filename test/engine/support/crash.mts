import type { INodeExecutionData, IRunExecutionData, ITaskData } from 'n8n-workflow';
import type { Execution } from './execution.mts';
import type { Stage } from './stage.mts';

interface Crash {
	/** The nodes that had run by then. */
	after?: string[];
	/** The node that was running. */
	at?: string;
}

/** A node's run as n8n makes it up from its log of events (`ExecutionRecoveryService.amend`). */
function madeUp(name: string, isFinished: boolean): ITaskData {
	const items = [{ json: { isArtificialRecoveredEventItem: true } }] as INodeExecutionData[];
	return {
		startTime: 0,
		executionIndex: 0,
		executionTime: 0,
		source: [null],
		...(isFinished
			? { executionStatus: 'success', data: { main: [items] } }
			: { executionStatus: 'crashed', error: { message: `Execution stopped at ${name}` } }),
	} as ITaskData;
}

/**
 * What n8n's 'Retry' makes of an execution that n8n crashed in the middle of: another one, with what came into the first
 * one and nothing of what it remembered (`ExecutionService.retry`).
 *
 * @param lost it may have run to any point: all that is left of it is what it did outside
 */
export async function repeatedAfterCrash(
	stage: Stage,
	lost: Execution,
	{ after = [], at }: Crash = {},
): Promise<Execution> {
	const data = JSON.parse(lost.cameIn) as IRunExecutionData;
	for (const name of after) data.resultData.runData[name] ??= [madeUp(name, true)];
	// n8n takes the run of the node that failed away, but not if it stands before another one in the workflow's list.
	if (at !== undefined) data.resultData.runData[at] ??= [madeUp(at, false)];
	const again = stage.execution(lost.definition, 'retry');
	return await again.resume(data);
}

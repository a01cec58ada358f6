import type { Stage } from './stage.mts';
import type { WorkflowDefinition } from './n8nTypes.mts';

/** An execution that waits for its batch. */
export interface ParkedBatch {
	workflowId: string;
	executionId: string;
	jobId: string;
	/** Where Google is to call: n8n's address of the execution, with n8n's token and ours. */
	url: string;
}

/** Runs the example that waits for a batch up to where it waits; the batch must not end by itself. */
export async function parkedBatch(
	stage: Stage,
	change?: (workflow: WorkflowDefinition) => void,
): Promise<ParkedBatch> {
	const { api, emulator } = stage;
	const workflowId = await stage.saveExample('1-wait-for-a-batch.json', change);
	const executionId = await api.runManually(workflowId, { startNode: 'Run by Hand' });
	await api.waitForExecution({ workflowId, status: 'waiting' });
	const { body } = emulator.requests.findLast(({ path }) =>
		path.includes(':batchGenerateContent'),
	)!;
	const { batch } = JSON.parse(body) as { batch: { webhookConfig: { uris: string[] } } };
	const { name: jobId } = emulator.jobs.list().findLast(({ kind }) => kind === 'batch')!;
	return { workflowId, executionId, jobId, url: batch.webhookConfig.uris[0] };
}

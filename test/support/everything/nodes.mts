import { CREDENTIAL_TYPE } from '../examples.mts';
import { byId, geminiNode, START } from '../longJobs.mts';
import type { Credential, Execution, WorkflowNode } from '../n8nTypes.mts';
import type { Stage } from '../stage.mts';
import { chain, node } from '../workflowParts.mts';

const MODEL = byId('gemini-3.8-flash');

/** Runs one node in a workflow of its own, with the stage's credential unless another one is given. */
export async function runNode(
	{ api, save }: Stage,
	job: WorkflowNode,
	credential?: Credential,
): Promise<Execution> {
	const workflow = chain('Everything', [START, job, node('Done', 'noOp', 1)]);
	const workflowId = await save(workflow);
	if (credential) {
		const { id, name } = credential;
		for (const one of workflow.nodes) {
			if (one.credentials) one.credentials = { [CREDENTIAL_TYPE]: { id, name } };
		}
		await api.updateWorkflow(workflowId, { nodes: workflow.nodes });
	}
	await api.runManually(workflowId, { startNode: START.name });
	return await api.waitForExecution({ workflowId, timeoutMs: 60_000 });
}

export const webhookNode = (operation: string, parameters = {}): WorkflowNode =>
	geminiNode('Webhook', 'geminiWebhook', { resource: 'webhook', operation, ...parameters });

/**
 * Starts jobs of all kinds, and hears of their end in every way.
 *
 * @param mark goes the ways that a user's own data go
 * @param url of a trigger for jobs started from n8n
 */
export function startingNodes(mark: string, url: string): WorkflowNode[] {
	const common = { model: MODEL, prompt: `Say ${mark}` };
	const wait = { whenDone: 'continueHere', limitAmount: 10, limitUnit: 'minutes' };
	const options = { metadata: { entries: [{ name: 'note', value: mark }] } };
	const batch = { operation: 'start', ...common };
	return [
		geminiNode('Job', 'geminiBatch', { ...batch, ...wait, options }),
		geminiNode('Job', 'geminiInteraction', {
			operation: 'start',
			run: 'model',
			...common,
			...wait,
		}),
		geminiNode('Job', 'geminiVideo', {
			operation: 'generate',
			task: 'textToVideo',
			...common,
			model: byId('gemini-omni-1.2-flash'),
			...wait,
			download: true,
			outputField: 'video',
		}),
		geminiNode('Job', 'geminiBatch', {
			...batch,
			whenDone: 'startWorkflow',
			workflowUrl: url,
			options,
		}),
		geminiNode('Job', 'geminiBatch', { ...batch, whenDone: 'projectWebhooks' }),
	];
}

/** Asks for what isn't there, with each node; and starts a job, which may fail as well. */
export const askingNodes = (): WorkflowNode[] => [
	geminiNode('Job', 'geminiBatch', { operation: 'get', batch: byId('batches/none') }),
	geminiNode('Job', 'geminiInteraction', { operation: 'get', interaction: 'v1_none' }),
	geminiNode('Job', 'geminiVideo', {
		operation: 'download',
		video: 'files/none',
		outputField: 'video',
	}),
	geminiNode('Job', 'geminiBatch', {
		operation: 'start',
		model: MODEL,
		prompt: 'Hello',
		whenDone: 'nothing',
	}),
	webhookNode('get', { webhook: byId('none') }),
];

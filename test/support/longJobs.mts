import { CREDENTIAL_TYPE } from './examples.mts';
import type { WorkflowNode } from './n8nTypes.mts';
import { API_KEY } from './stage.mts';
import type { Stage } from './stage.mts';
import { node } from './workflowParts.mts';

/** The trigger of every example that is run by hand. */
export const START = node('Run by Hand', 'manualTrigger', 1);

/** One of this package's nodes; its id is its name. */
export const geminiNode = (name: string, type: string, parameters = {}): WorkflowNode => ({
	...node(name, type, 1, parameters),
	type: `n8n-nodes-gemini-webhooks.${type}`,
	credentials: { [CREDENTIAL_TYPE]: { id: 'replace-me', name: 'Gemini Webhooks API' } },
});

/** Chosen by its id. */
export const byId = (value: string) => ({ __rl: true, mode: 'id', value });

/** The ids of all interactions, oldest first. */
export const interactionIds = ({ emulator }: Stage): string[] =>
	emulator.jobs
		.list()
		.filter(({ kind }) => kind === 'interaction')
		.map(({ name }) => name.replace('interactions/', ''));

/** An execution that waits for jobs. */
export interface ParkedRun {
	executionId: string;
	/** The interactions it has started, in the order of their start. */
	jobIds: string[];
}

/** Presses "Execute workflow" and waits until the execution is parked. */
export async function runUntilParked(stage: Stage, workflowId: string): Promise<ParkedRun> {
	const before = interactionIds(stage);
	const executionId = await stage.api.runManually(workflowId, { startNode: START.name });
	await stage.api.waitForExecution({ workflowId, status: 'waiting' });
	return { executionId, jobIds: interactionIds(stage).slice(before.length) };
}

/** An interaction as the API shows it. */
export async function readInteraction(
	{ emulator }: Stage,
	id: string,
): Promise<Record<string, unknown>> {
	const response = await fetch(`${emulator.url}/v1beta/interactions/${id}`, {
		headers: { 'x-goog-api-key': API_KEY },
	});
	return (await response.json()) as Record<string, unknown>;
}

/** What was sent to start interactions, oldest first. */
export const startedWith = ({ emulator }: Stage): Array<Record<string, unknown>> =>
	emulator.requests
		.filter(({ method, path }) => method === 'POST' && /\/interactions(\?|$)/.test(path))
		.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

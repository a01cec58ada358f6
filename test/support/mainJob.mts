import { itemsOf } from './n8nApi.mts';
import type { N8nApi } from './n8nApi.mts';
import type { SavedWorkflow } from './n8nTypes.mts';

/** One way for a batch's end to reach a workflow, told by the example workflows. */
interface Story {
	/** Starts with this number: the workflow that starts the batch by hand. */
	starter: string;
	/** The workflow that hears of the end; the same one when it waits. */
	receiver: string;
	/** The nodes whose items tell the end of the story. */
	nodes: string[];
	what: string;
}

const STORIES: Story[] = [
	{
		starter: '1',
		receiver: '1',
		nodes: ['Result per Review'],
		what: 'the results of the waiting execution',
	},
	{
		starter: '2',
		receiver: '3',
		nodes: ['Gemini Webhook Trigger', 'Result per Review'],
		what: 'the item of the trigger that listens to jobs started from n8n, and the results',
	},
	{
		starter: '5',
		receiver: '4',
		nodes: ['Gemini Webhook Trigger'],
		what: "the item of the trigger that listens to the project's jobs",
	},
];

/** Whether an example belongs to the main job, by its file's name. */
export const isOfMainJob = (file: string): boolean =>
	STORIES.some(({ starter, receiver }) => [starter, receiver].includes(String(parseInt(file))));

export interface MainJobResult {
	/** Every item that arrived. */
	items: Array<Record<string, unknown>>;
	/** What should have arrived and didn't, with the reason. */
	missing: string[];
}

/** Runs the three stories at once, with the example workflows imported and published. Never throws. */
export async function runMainJob(
	api: N8nApi,
	workflows: SavedWorkflow[],
	timeoutMs: number,
): Promise<MainJobResult> {
	const idOf = (number: string) => workflows.find(({ name }) => name.startsWith(`${number} `))!.id;
	const result: MainJobResult = { items: [], missing: [] };
	const play = async ({ starter, receiver, nodes, what }: Story) => {
		try {
			await api.runManually(idOf(starter), { startNode: 'Run by Hand' });
			const execution = await api.waitForExecution({ workflowId: idOf(receiver), timeoutMs });
			const items = nodes.map((node) => itemsOf(execution, node).map(({ json }) => json));
			result.items.push(...items.flat());
			if (items.some(({ length }) => length === 0)) {
				result.missing.push(`${what} (${reasonOf(execution)})`);
			}
		} catch (error) {
			result.missing.push(`${what} (${(error as Error).message})`);
		}
	};
	await Promise.all(STORIES.map(play));
	return result;
}

function reasonOf(execution: Awaited<ReturnType<N8nApi['execution']>>): string {
	const message = execution.data.resultData.error?.message;
	return `execution ${execution.id} ended as "${execution.status}"${message ? `: ${message}` : ''}`;
}

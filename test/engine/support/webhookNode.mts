import type { INode } from 'n8n-workflow';
import type { Execution } from './execution.mts';
import type { RunOptions, Stage } from './stage.mts';
import { line, node, WEBHOOK } from './workflow.mts';

/** Runs 'Start' → a Gemini Webhook node named 'Webhook' → 'After'. Starts with one empty item, unless told otherwise. */
export async function runWebhookNode(
	stage: Stage,
	operation: string,
	parameters: INode['parameters'] = {},
	{ items = [{ json: {} }], mode, ...more }: RunOptions = {},
): Promise<Execution> {
	const webhook = { resource: 'webhook', operation, ...parameters };
	const workflow = line(
		node('Start', 'passThrough'),
		node('Webhook', WEBHOOK, webhook, more),
		node('After', 'passThrough'),
	);
	return await stage.execution(workflow, mode).start(items);
}

/** The field 'Webhook', filled in by id. */
export const byId = (value: string) => ({ webhook: { __rl: true, mode: 'id', value } });

/** The texts of the hints that the node shows in its output. */
export const hints = (execution: Execution): string[] =>
	(execution.runsOf('Webhook').at(-1)?.hints ?? []).map(({ message }) => message);

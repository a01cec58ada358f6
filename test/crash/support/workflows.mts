import type { Counter } from '../../support/counter.mts';
import { byId, geminiNode } from '../../support/longJobs.mts';
import type { WorkflowDefinition, WorkflowNode } from '../../support/n8nTypes.mts';
import { count, webhook } from '../../support/queueWorkflows.mts';
import { chain, node } from '../../support/workflowParts.mts';

/** The kinds of jobs that workflows start here. */
export const KINDS = ['batch', 'interaction', 'video'] as const;
export type Kind = (typeof KINDS)[number];

/** What is counted of each execution: that it went on behind the Gemini node. */
export const EFFECT = 'Effect';

const END = node('End', 'noOp', 1);

const asItIs = (gemini: WorkflowNode): WorkflowNode => gemini;

/** A Gemini Webhook Trigger with a URL of its own. */
export const requestsTrigger = (parameters = {}): WorkflowNode => ({
	...geminiNode('Trigger', 'geminiWebhookTrigger', {
		listenTo: 'requests',
		events: ['batch.succeeded'],
		options: {},
		...parameters,
	}),
	typeVersion: 2,
	webhookId: crypto.randomUUID(),
});

/** What happens to each finished job that is reported: one effect under the job's name. */
export const receiving = (counter: Counter, change = asItIs): WorkflowDefinition =>
	chain('Receiving', [change(requestsTrigger()), count(counter, EFFECT, '$json.jobId'), END]);

/** The same, and Reconcile beside the trigger: called at `/webhook/<path>` with the jobs that it may put out. */
export function reconciling(
	workflow: WorkflowDefinition,
	path: string,
	change = asItIs,
): WorkflowDefinition {
	const reconcile = geminiNode('Reconcile', 'geminiWebhook', {
		resource: 'job',
		operation: 'reconcile',
		options: { onlyJobs: '={{ $json.body.jobs }}' },
	});
	const to = (name: string) => ({ main: [[{ node: name, type: 'main', index: 0 }]] });
	return {
		...workflow,
		nodes: [...workflow.nodes, webhook(path), change(reconcile)],
		connections: {
			...workflow.connections,
			Webhook: to(reconcile.name),
			[reconcile.name]: to(EFFECT),
		},
	};
}

const NODES: Record<Kind, [type: string, parameters: object]> = {
	batch: [
		'geminiBatch',
		{ operation: 'start', model: byId('gemini-3.8-flash'), limitUnit: 'hours' },
	],
	interaction: [
		'geminiInteraction',
		{ operation: 'start', run: 'model', model: byId('gemini-3.8-flash'), limitUnit: 'hours' },
	],
	video: [
		'geminiVideo',
		{
			operation: 'generate',
			model: byId('gemini-omni-1.2-flash'),
			task: 'textToVideo',
			download: true,
			outputField: 'video',
			limitUnit: 'minutes',
		},
	],
};

/**
 * Called at `/webhook/<path>` with a label: starts a job, waits for it (a video for a minute, other jobs for an
 * hour at most), and has one effect under the label. The label is also the job's metadata, and so part of the URL that
 * Google calls.
 */
export function starting(
	kind: Kind,
	path: string,
	counter: Counter,
	change = asItIs,
): WorkflowDefinition {
	const label = '={{ $json.body.label }}';
	const [type, parameters] = NODES[kind];
	const job = geminiNode('Job', type, {
		...parameters,
		prompt: label,
		whenDone: 'continueHere',
		limitAmount: 1,
		options: { metadata: { entries: [{ name: 'label', value: label }] } },
	});
	return chain(`Starting ${kind}`, [
		webhook(path),
		{ ...change(job), webhookId: crypto.randomUUID() },
		count(counter, EFFECT, '$json.metadata.label'),
		END,
	]);
}

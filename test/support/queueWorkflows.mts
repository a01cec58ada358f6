import { randomUUID } from 'node:crypto';
import type { Counter } from './counter.mts';
import { byId, geminiNode } from './longJobs.mts';
import type { WorkflowDefinition, WorkflowNode } from './n8nTypes.mts';
import { REDIS_CREDENTIAL_TYPE } from './queueStage.mts';
import { chain, node } from './workflowParts.mts';

/** Where a node notes what it has seen. */
export type Store = 'n8n' | 'redis';

/** A node of this package that notes what it has seen in `store`. */
export function noting(store: Store, gemini: WorkflowNode): WorkflowNode {
	if (store === 'n8n') return gemini;
	const options = { ...(gemini.parameters.options as object), deduplication: 'redis' };
	const redis = { id: 'replace-me', name: 'Redis' };
	return {
		...gemini,
		parameters: { ...gemini.parameters, options },
		credentials: { ...gemini.credentials, [REDIS_CREDENTIAL_TYPE]: redis },
	};
}

/** Tells the counter that this place was reached, once for each item. `id` is an expression without its braces. */
export const count = (counter: Counter, name: string, id: string): WorkflowNode =>
	node(name, 'httpRequest', 4.2, {
		method: 'POST',
		url: `=${counter.url}/${encodeURIComponent(name)}/{{ encodeURIComponent(${id}) }}`,
		options: {},
	});

/**
 * The same for each item by its `jobId`, without an expression: n8n needs an isolate for one, which takes a worker
 * twice the time of all the rest.
 */
export const countJobs = (counter: Counter, name: string): WorkflowNode[] => [
	node('Item as File', 'convertToFile', 1.1, { operation: 'toJson', mode: 'each', options: {} }),
	node(name, 'httpRequest', 4.2, {
		method: 'POST',
		url: `${counter.url}/${encodeURIComponent(name)}`,
		sendBody: true,
		contentType: 'binaryData',
		inputDataFieldName: 'data',
		options: {},
	}),
];

/** The trigger for all jobs of the project. */
export const projectTrigger = (store: Store): WorkflowNode => ({
	...noting(
		store,
		geminiNode('Gemini Webhook Trigger', 'geminiWebhookTrigger', {
			listenTo: 'project',
			events: ['batch.succeeded'],
			options: {},
		}),
	),
	typeVersion: 2,
	webhookId: randomUUID(),
});

/** n8n's own Webhook node. */
export const webhook = (path: string): WorkflowNode =>
	node('Webhook', 'webhook', 2.1, { httpMethod: 'POST', path, options: {} }, path);

/** Starts an interaction for each item and waits for all of them. */
export const interaction = (store: Store, name = 'Gemini Interaction'): WorkflowNode => ({
	...noting(
		store,
		geminiNode(name, 'geminiInteraction', {
			operation: 'start',
			run: 'model',
			model: byId('gemini-3.8-flash'),
			prompt: 'Hello',
			whenDone: 'continueHere',
			limitAmount: 30,
			limitUnit: 'minutes',
			simplify: true,
			options: {},
		}),
	),
	webhookId: randomUUID(),
});

/** Starts a batch and waits for it. */
export const batch = (store: Store, name = 'Gemini Batch'): WorkflowNode => ({
	...noting(
		store,
		geminiNode(name, 'geminiBatch', {
			operation: 'start',
			model: byId('gemini-3.8-flash'),
			prompt: 'Hello',
			whenDone: 'continueHere',
			limitAmount: 30,
			limitUnit: 'minutes',
			options: {},
		}),
	),
	webhookId: randomUUID(),
});

/** Called at `/webhook/<path>`, it starts an interaction, waits, and counts itself as `name` under its own id. */
export const parkingWorkflow = (
	counter: Counter,
	{ store, path, name }: { store: Store; path: string; name: string },
): WorkflowDefinition =>
	chain(name, [webhook(path), interaction(store), count(counter, name, '$execution.id')]);

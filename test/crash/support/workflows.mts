import { CREDENTIAL_TYPE } from '../../support/examples.mts';
import { byId, geminiNode } from '../../support/longJobs.mts';
import type { WorkflowDefinition, WorkflowNode } from '../../support/n8nTypes.mts';
import { chain, node } from '../../support/workflowParts.mts';

/** The kinds of jobs that workflows start here. */
export const KINDS = ['batch', 'interaction', 'video'] as const;
export type Kind = (typeof KINDS)[number];

/** Calls the counter of effects under a name. */
const effect = (url: string, name: string): WorkflowNode =>
	node('Effect', 'httpRequest', 4.2, { url: `=${url}/${name}`, options: {} });

/** A Gemini Webhook Trigger with a URL of its own. */
export const triggerNode = (parameters = {}): WorkflowNode => ({
	...node('Trigger', 'geminiWebhookTrigger', 2, parameters, crypto.randomUUID()),
	type: 'n8n-nodes-gemini-webhooks.geminiWebhookTrigger',
	credentials: { [CREDENTIAL_TYPE]: { id: 'replace-me', name: 'Gemini Webhooks API' } },
});

/** What happens to each finished job that is reported: one effect under the job's name. */
export const receiving = (effectsUrl: string, parameters = {}): WorkflowDefinition =>
	chain('Receiving', [
		triggerNode({ listenTo: 'requests', events: ['batch.succeeded'], ...parameters }),
		effect(effectsUrl, '{{ $json.jobId }}'),
		node('End', 'noOp', 1),
	]);

const PARAMETERS: Record<Kind, object> = {
	batch: { operation: 'start', model: byId('gemini-3.8-flash'), limitUnit: 'hours' },
	interaction: {
		operation: 'start',
		run: 'model',
		model: byId('gemini-3.8-flash'),
		limitUnit: 'hours',
	},
	video: {
		operation: 'generate',
		model: byId('gemini-omni-1.2-flash'),
		task: 'textToVideo',
		download: true,
		outputField: 'video',
		limitUnit: 'minutes',
	},
};

const TYPES: Record<Kind, string> = {
	batch: 'geminiBatch',
	interaction: 'geminiInteraction',
	video: 'geminiVideo',
};

/**
 * Called at `/webhook/start-<kind>` with a label: starts a job, waits for it, and has one effect under the label. The
 * label is also the job's metadata, and so part of the URL that Google calls.
 */
export const starting = (kind: Kind, effectsUrl: string, parameters = {}): WorkflowDefinition =>
	chain(`Starting ${kind}`, [
		node('Call', 'webhook', 2.1, startsAt(kind), `start-${kind}`),
		geminiNode('Job', TYPES[kind], {
			...PARAMETERS[kind],
			prompt: '={{ $json.body.label }}',
			whenDone: 'continueHere',
			limitAmount: 1,
			options: {
				metadata: { entries: [{ name: 'label', value: '={{ $json.body.label }}' }] },
			},
			...parameters,
		}),
		effect(effectsUrl, '{{ $json.metadata.label }}'),
		node('End', 'noOp', 1),
	]);

const startsAt = (kind: Kind) => ({
	path: `start-${kind}`,
	httpMethod: 'POST',
	responseMode: 'onReceived',
	options: {},
});

import { randomUUID } from 'node:crypto';
import { geminiNode, byId } from '../support/longJobs.mts';
import type { WorkflowDefinition, WorkflowNode } from '../support/n8nTypes.mts';
import { chain, node } from '../support/workflowParts.mts';

const MODEL = byId('gemini-3.8-flash');

/** The events a trigger listens to unless told. */
export const ALL_EVENTS = [
	'batch.expired',
	'batch.failed',
	'batch.succeeded',
	'interaction.completed',
	'interaction.failed',
	'interaction.requires_action',
	'video.generated',
];
/** What the trigger with a webhook and a secret of the user's own listens to. */
export const BAD_ENDS = ['batch.expired', 'batch.failed', 'interaction.failed'];

/** Which request of the traffic an execution belongs to, where a Webhook node brought it. */
const REQUEST = "{{ $('Hook').first().json.body.request }}";

/** The node that leaves a trace outside of n8n: one call for each item, with the job's id. */
const count = (
	effectsUrl: string,
	label: string,
	request = '',
	name = 'Count',
	once = false,
): WorkflowNode => ({
	...node(name, 'httpRequest', 4.2, {
		url:
			`=${effectsUrl}/${label}?request=${request}&job={{ encodeURIComponent($json.jobId ?? '') }}` +
			"&status={{ $json.status ?? '' }}" +
			"&error={{ $json.jobId ? '' : encodeURIComponent(String($json.error ?? 'no reason').slice(0, 150)) }}",
		options: {},
	}),
	...(once ? { executeOnce: true } : {}),
});

/** A published trigger, and the call that says which job it let through. */
export function triggerWorkflow(
	effectsUrl: string,
	label: string,
	parameters: object,
	more: Partial<WorkflowNode> = {},
): WorkflowDefinition {
	const trigger = geminiNode('Trigger', 'geminiWebhookTrigger', {
		events: ALL_EVENTS,
		options: {},
		...parameters,
	});
	const credentials = { ...trigger.credentials, ...more.credentials };
	const own = { typeVersion: 2, webhookId: randomUUID() };
	return chain(`Soak: ${label}`, [
		{ ...trigger, ...own, ...more, credentials },
		count(effectsUrl, label),
	]);
}

/** A Webhook node that is called with `{request, questions: [{text}]}`, and one item for each question. */
const hook = (path: string): WorkflowNode[] => [
	node('Hook', 'webhook', 2.1, { httpMethod: 'POST', path, options: {} }, randomUUID()),
	node('Questions', 'splitOut', 1, { fieldToSplitOut: 'body.questions', options: {} }),
];

/** A failed start comes out as an item, so that it is counted like anything else. */
const starter = (name: string, type: string, parameters: object): WorkflowNode =>
	({
		...geminiNode(name, type, { limitAmount: 20, limitUnit: 'hours', ...parameters }),
		onError: 'continueRegularOutput',
	}) as WorkflowNode;

/** The job's notes, by which its webhook's URL tells the request. */
const noted = (request: string) => ({
	metadata: { entries: [{ name: 'request', value: `=${request}` }] },
});

const HERE = { whenDone: 'continueHere' };

const ask = (
	name = 'Ask',
	request = REQUEST,
	when: object = HERE,
	prompt = '={{ $json.text }}',
): WorkflowNode =>
	starter(name, 'geminiInteraction', {
		operation: 'start',
		run: 'model',
		model: MODEL,
		prompt,
		options: noted(request),
		...when,
	});

const batch = (when: object = HERE): WorkflowNode =>
	starter('Batch', 'geminiBatch', {
		operation: 'start',
		model: MODEL,
		prompt: '={{ $json.text }}',
		options: 'whenDone' in when && when.whenDone === 'projectWebhooks' ? {} : noted(REQUEST),
		...when,
	});

const film = (when: object = HERE): WorkflowNode =>
	starter('Film', 'geminiVideo', {
		operation: 'generate',
		model: byId('gemini-omni-1.2-flash'),
		task: 'textToVideo',
		prompt: '={{ $json.text }}',
		download: true,
		outputField: 'video',
		options: noted(REQUEST),
		...when,
	});

/** Workflows that park their execution, by label. Each is started by a Webhook node with its label as path. */
export function waitingWorkflows(effectsUrl: string): Record<string, WorkflowDefinition> {
	const counted = (label: string, name?: string, once?: boolean) =>
		count(effectsUrl, label, REQUEST, name, once);
	return {
		ask: chain('Soak: ask', [...hook('ask'), ask(), counted('ask')]),
		// Two waits of one execution, one after the other.
		twice: chain('Soak: ask twice', [
			...hook('twice'),
			ask(),
			counted('twice-first', 'Count First'),
			ask('Ask Again', REQUEST, HERE, '=And then?'),
			counted('twice-second'),
		]),
		batch: chain('Soak: batch', [...hook('batch'), batch(), counted('batch', 'Count', true)]),
		film: chain('Soak: film', [...hook('film'), film(), counted('film')]),
	};
}

/** The same, started by a schedule; the execution's id is the request. */
export function scheduledWorkflow(effectsUrl: string): WorkflowDefinition {
	const rule = { interval: [{ field: 'seconds', secondsInterval: 5 }] };
	return chain('Soak: schedule', [
		node('Schedule', 'scheduleTrigger', 1.2, { rule }),
		ask('Ask', '{{ $execution.id }}', HERE, '=What is new? {{ $execution.id }}'),
		count(effectsUrl, 'schedule', '{{ $execution.id }}'),
	]);
}

/** Workflows that start a job for a trigger and end, by the path of their Webhook node. */
export function startingWorkflows(urls: {
	requests: string;
	details: string;
}): Record<string, WorkflowDefinition> {
	const other = (workflowUrl: string) => ({ whenDone: 'startWorkflow', workflowUrl });
	return {
		'start-ask': chain('Soak: start ask', [
			...hook('start-ask'),
			ask('Ask', REQUEST, other(urls.requests)),
		]),
		'start-batch': chain('Soak: start batch', [...hook('start-batch'), batch(other(urls.details))]),
		'start-film': chain('Soak: start film', [...hook('start-film'), film(other(urls.details))]),
		'start-project': chain('Soak: start for the project', [
			...hook('start-project'),
			batch({ whenDone: 'projectWebhooks' }),
		]),
	};
}

/** n8n's own Webhook node with the same call behind it. */
export function controlWorkflow(effectsUrl: string): WorkflowDefinition {
	return chain('Soak: control', [
		node(
			'Hook',
			'webhook',
			2.1,
			{ httpMethod: 'POST', path: 'control', options: {} },
			randomUUID(),
		),
		node('Count', 'httpRequest', 4.2, {
			url: `=${effectsUrl}/control?job={{ encodeURIComponent($json.body.jobId) }}`,
			options: {},
		}),
	]);
}

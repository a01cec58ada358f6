import type { Execution } from '../../engine/support/execution.mts';
import {
	interactionWorkflow,
	ONE,
	run as ask,
	startByHand,
	startParameters,
} from '../../engine/support/interactions.mts';
import { startJob } from '../../engine/support/jobs.mts';
import { API_KEY, type RunOptions, type Stage } from '../../engine/support/stage.mts';
import { OMNI, runVideo, VEO } from '../../engine/support/video.mts';
import { byId, runWebhookNode } from '../../engine/support/webhookNode.mts';
import { chosen } from '../../engine/support/workflow.mts';

/** One operation that changes something at Google, and how to see from outside what it did. */
export interface Operation {
	what: string;
	/** The node that does it. */
	node: string;
	/** The call that makes the change. */
	method: string;
	path: RegExp;
	/** Gets ready what is changed, if there must be something; returns its name. */
	prepare?: (stage: Stage) => Promise<string>;
	run: (stage: Stage, options: RunOptions, name: string) => Promise<Execution>;
	/** How often it was done, or how many things there are. */
	made: (stage: Stage, name: string) => number | Promise<number>;
	/** Whether doing it again changes nothing, so that only its being done counts. */
	isRepeatable?: boolean;
}

const jobs = ({ emulator }: Stage) => emulator.jobs.list();
const started = (stage: Stage) => jobs(stage).length;
const inState = (state: RegExp) => (stage: Stage) =>
	jobs(stage).filter((job) => state.test(job.state)).length;
/** 1 when the API doesn't show it any more. */
const isGone = (what: string) => async (stage: Stage, name: string) => {
	const { url } = stage.emulator;
	const path = `${what}/${name.replace(/^batches\//, '')}`;
	const headers = { 'x-goog-api-key': API_KEY };
	return (await fetch(`${url}/v1beta/${path}`, { headers })).ok ? 0 : 1;
};
const once: RunOptions = { items: [{ json: {} }] };
const CREATE_BATCH = /:batchGenerateContent$/;
const INTERACTIONS = /\/interactions$/;
const hook = { name: 'Reviews', url: 'https://n8n.example.com/webhook/x/webhook' };
const events = ['batch.succeeded'];
const addHook = async ({ emulator }: Stage) =>
	await Promise.resolve(
		emulator.webhooks.add({ name: hook.name, uri: hook.url, subscribed_events: events }).id,
	);
const hooks = ({ emulator }: Stage) => emulator.webhooks.list();

/** Everything that the nodes change at Google. */
export const OPERATIONS: Operation[] = [
	{
		what: 'start a batch',
		...{ node: 'Batch', method: 'POST', path: CREATE_BATCH, made: started },
		run: async (stage, options) => await stage.runBatch({}, options),
	},
	{
		what: 'start a batch from a file',
		...{ node: 'Batch', method: 'POST', path: CREATE_BATCH, made: started },
		run: async (stage, options) => await stage.runBatch({ options: { alwaysFile: true } }, options),
	},
	{
		what: 'upload the file of a batch',
		...{ node: 'Batch', method: 'POST', path: /upload_id=/, made: started },
		run: async (stage, options) => await stage.runBatch({ options: { alwaysFile: true } }, options),
	},
	{
		what: 'start an Omni video',
		...{ node: 'Video', method: 'POST', path: INTERACTIONS, made: started },
		run: async (stage, options) => await runVideo(stage, { model: chosen(OMNI) }, options),
	},
	{
		what: 'start a Veo video',
		...{ node: 'Video', method: 'POST', path: /:predictLongRunning$/, made: started },
		run: async (stage, options) => await runVideo(stage, { model: chosen(VEO) }, options),
	},
	{
		what: 'start an interaction',
		...{ node: 'Ask', method: 'POST', path: INTERACTIONS, made: started },
		run: async (stage, options) => await ask(stage, startParameters(), { ...ONE, ...options }),
	},
	{
		what: 'cancel a batch',
		...{ node: 'Batch', method: 'POST', path: /:cancel$/, isRepeatable: true },
		prepare: startJob,
		run: async (stage, options, name) =>
			await stage.runBatch({ operation: 'cancel', batch: chosen(name) }, { ...once, ...options }),
		made: inState(/CANCELLED/),
	},
	{
		what: 'delete a batch',
		...{ node: 'Batch', method: 'DELETE', path: /\/batches\//, isRepeatable: true },
		prepare: startJob,
		run: async (stage, options, name) =>
			await stage.runBatch({ operation: 'delete', batch: chosen(name) }, { ...once, ...options }),
		made: isGone('batches'),
	},
	{
		what: 'cancel an interaction',
		...{ node: 'Ask', method: 'POST', path: /\/cancel$/, isRepeatable: true },
		prepare: startByHand,
		run: async (stage, options, interaction) =>
			await stage
				.execution(interactionWorkflow({ operation: 'cancel', interaction }, options))
				.start([{ json: {} }]),
		made: inState(/cancelled/),
	},
	{
		what: 'cancel an Omni video',
		...{ node: 'Video', method: 'POST', path: /\/cancel$/, isRepeatable: true },
		prepare: startByHand,
		run: async (stage, options, name) =>
			await runVideo(stage, { operation: 'cancel', job: name }, options),
		made: inState(/cancelled/),
	},
	{
		what: 'delete an interaction',
		...{ node: 'Ask', method: 'DELETE', path: /\/interactions\//, isRepeatable: true },
		prepare: async (stage) => {
			const id = await startByHand(stage);
			stage.emulator.jobs.complete(id);
			return id;
		},
		run: async (stage, options, interaction) =>
			await stage
				.execution(interactionWorkflow({ operation: 'delete', interaction }, options))
				.start([{ json: {} }]),
		made: isGone('interactions'),
	},
	{
		what: 'create a webhook',
		...{ node: 'Webhook', method: 'POST', path: /\/webhooks$/ },
		run: async (stage, options) =>
			await runWebhookNode(stage, 'create', { ...hook, events }, options),
		made: (stage) => hooks(stage).length,
	},
	{
		what: 'update a webhook',
		...{ node: 'Webhook', method: 'PATCH', path: /\/webhooks\//, isRepeatable: true },
		prepare: addHook,
		run: async (stage, options, id) =>
			await runWebhookNode(
				stage,
				'update',
				{ ...byId(id), updateFields: { name: 'Other' } },
				options,
			),
		made: (stage) => hooks(stage).filter(({ name }) => name === 'Other').length,
	},
	{
		what: 'delete a webhook',
		...{ node: 'Webhook', method: 'DELETE', path: /\/webhooks\//, isRepeatable: true },
		prepare: addHook,
		run: async (stage, options, id) => await runWebhookNode(stage, 'delete', byId(id), options),
		made: (stage) => 1 - hooks(stage).length,
	},
	{
		what: 'rotate a signing secret',
		// A secret that was lost on its way is no use to anybody: another one is made.
		...{ node: 'Webhook', method: 'POST', path: /:rotateSigningSecret$/, isRepeatable: true },
		prepare: addHook,
		run: async (stage, options, id) =>
			await runWebhookNode(stage, 'rotateSigningSecret', byId(id), options),
		made: (stage) => Math.min(1, (hooks(stage)[0].signing_secrets as unknown[]).length - 1),
	},
];

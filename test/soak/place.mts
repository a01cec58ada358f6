import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { triggerUrl } from '../support/deliveries.mts';
import { freePorts } from '../support/http.mts';
import type { Credential } from '../support/n8nTypes.mts';
import { API_KEY, openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { Effects } from './effects.mts';
import { MemoryWatch } from './memory.mts';
import {
	BAD_ENDS,
	controlWorkflow,
	scheduledWorkflow,
	startingWorkflows,
	triggerWorkflow,
	waitingWorkflows,
} from './workflows.mts';

/** The type of the credential with the signing secret of a webhook that the user made. */
const SECRET_TYPE = 'geminiWebhookSecretApi';

/** Where it all happens: a real n8n with everything published, the emulator as Google, and the outside world. */
export interface Place extends Stage {
	effects: Effects;
	memory: MemoryWatch;
	/** The triggers' public URLs, by label. */
	triggers: Record<string, string>;
	/** The webhook that the trigger `existing` listens to, and the credential that holds its secret. */
	existing: { id: string; credential: Credential; secret: string };
	scheduleId: string;
}

const ENVIRONMENT = {
	N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true',
	NODE_OPTIONS: `--require ${resolve(import.meta.dirname, 'heapProbe.cjs')}`,
	// Few executions are kept: how large a database grows is not what is measured here. What waits is always kept.
	EXECUTIONS_DATA_PRUNE_MAX_COUNT: '1000',
	EXECUTIONS_DATA_PRUNE_SOFT_DELETE_INTERVAL: '1',
	EXECUTIONS_DATA_PRUNE_HARD_DELETE_INTERVAL: '1',
	EXECUTIONS_DATA_HARD_DELETE_BUFFER: '0',
};

async function open(): Promise<Pick<Place, 'effects' | 'memory'> & Stage> {
	const effects = await Effects.open();
	const [port] = await freePorts(1);
	const stage = await openStage({
		settings: { retryFirstMs: 500 },
		env: { ...ENVIRONMENT, SOAK_PROBE_PORT: String(port) },
	});
	const close = async () => {
		await stage.close();
		await effects.close();
	};
	return { ...stage, effects, memory: new MemoryWatch(port), close };
}

/** Starts n8n and publishes everything. Takes about half a minute. */
export async function openPlace(): Promise<Place> {
	const stage = await open();
	const { api, effects, emulator } = stage;
	const publish = async (definition: Parameters<Stage['save']>[0]) => {
		const id = await stage.save(definition);
		await api.publish(id);
		return id;
	};
	const publishTrigger = async (...args: Parameters<typeof triggerWorkflow>) =>
		await triggerUrl(stage, await publish(triggerWorkflow(...args)));

	const webhookId = randomUUID();
	const uri = `${stage.n8n.url}/webhook/${webhookId}/webhook`;
	const webhook = emulator.webhooks.add(
		{ name: 'my own', uri, subscribed_events: BAD_ENDS },
		API_KEY,
	);
	const secrets = { currentSecret: webhook.secret, previousSecret: '' };
	const credential = await api.createCredential(SECRET_TYPE, secrets);
	const { url } = effects;
	const triggers = {
		project: await publishTrigger(url, 'project', { listenTo: 'project' }),
		existing: await publishTrigger(
			url,
			'existing',
			{
				listenTo: 'existing',
				events: BAD_ENDS,
				webhook: { __rl: true, mode: 'id', value: webhook.id },
			},
			{ webhookId, credentials: { [SECRET_TYPE]: { id: credential.id, name: credential.name } } },
		),
		requests: await publishTrigger(url, 'requests', { listenTo: 'requests' }),
		details: await publishTrigger(url, 'details', {
			listenTo: 'requests',
			options: { output: 'details', onlyStartedFromN8n: true },
		}),
	};
	for (const one of Object.values(waitingWorkflows(url))) await publish(one);
	for (const one of Object.values(startingWorkflows(triggers))) await publish(one);
	const scheduleId = await publish(scheduledWorkflow(url));
	const existing = { id: webhook.id, credential, secret: webhook.secret };
	return { ...stage, triggers, existing, scheduleId };
}

/** Starts n8n with its own Webhook node alone. */
export async function openControl() {
	const stage = await open();
	const id = await stage.save(controlWorkflow(stage.effects.url));
	await stage.api.publish(id);
	return stage;
}

import { randomUUID } from 'node:crypto';
import { callWebhooks } from './callWebhooks.mts';
import { finishBatch } from './deliveries.mts';
import { eventually } from './http.mts';
import { geminiNode, START } from './longJobs.mts';
import { itemsOf } from './n8nApi.mts';
import type { Execution, WorkflowDefinition } from './n8nTypes.mts';
import { API_KEY } from './stage.mts';
import type { Stage } from './stage.mts';
import { node } from './workflowParts.mts';

const CHECK = 'Check';
const RECONCILE = 'Reconcile';
const to = (name: string) => ({ main: [[{ node: name, type: 'main', index: 0 }]] });

/**
 * A new workflow: the trigger for the whole project, and Reconcile, lead to 'After'; what is run by hand leads to
 * 'Check Trigger'.
 */
function definition(trigger: string): WorkflowDefinition {
	const events = ['batch.failed', 'batch.succeeded'];
	const listen = geminiNode(trigger, 'geminiWebhookTrigger', { listenTo: 'project', events });
	const check = { resource: 'webhook', operation: 'checkTrigger' };
	const reconcile = { resource: 'job', operation: 'reconcile' };
	const often = { rule: { interval: [{ field: 'seconds', secondsInterval: 2 }] } };
	return {
		name: 'Healing',
		nodes: [
			{ ...listen, id: randomUUID(), typeVersion: 2, webhookId: randomUUID() },
			geminiNode(RECONCILE, 'geminiWebhook', reconcile),
			node('After', 'noOp', 1),
			START,
			geminiNode(CHECK, 'geminiWebhook', check),
			{ ...node('Schedule', 'scheduleTrigger', 1.2, often), disabled: true },
		],
		connections: {
			[trigger]: to('After'),
			Schedule: to(RECONCILE),
			[RECONCILE]: to('After'),
			[START.name]: to(CHECK),
		},
	};
}

const hasEnded = ({ status }: Execution) => ['success', 'error'].includes(status);

/** A saved workflow whose trigger can be checked, and what came through it. */
export class CheckedTrigger {
	/** The workflow's. */
	readonly id: string;
	/** Of the credential that the workflow uses. */
	apiKey = API_KEY;
	readonly #stage: Stage;

	private constructor(stage: Stage, id: string) {
		this.#stage = stage;
		this.id = id;
	}

	static async save(stage: Stage, trigger = 'Job Ended'): Promise<CheckedTrigger> {
		return new CheckedTrigger(stage, await stage.save(definition(trigger)));
	}

	/** The Google project's webhooks, oldest first. */
	get webhooks() {
		return this.#stage.emulator.webhooks.list(this.apiKey) as Array<{ id: string; uri: string }>;
	}

	/** Changes one of Google's webhooks as somebody else would. */
	async call(method: string, path: string, body?: object): Promise<void> {
		await callWebhooks(this.#stage, this.apiKey, method, path, body);
	}

	/** Puts another API key into the credential. */
	async useKey(apiKey: string): Promise<void> {
		this.apiKey = apiKey;
		const { credential, emulator, api } = this.#stage;
		await api.updateCredential(credential, { apiKey, baseUrl: emulator.url, apiVersion: 'v1beta' });
	}

	/** Changes the draft; what is published goes on until `publish`. */
	async change(edit: (workflow: WorkflowDefinition) => void): Promise<void> {
		const { name, nodes, connections } = await this.#stage.api.workflow(this.id);
		const workflow = { name, nodes, connections };
		edit(workflow);
		await this.#stage.api.updateWorkflow(this.id, workflow);
	}

	async publish(): Promise<void> {
		await this.#stage.api.publish(this.id);
	}

	async republish(): Promise<void> {
		await this.#stage.api.unpublish(this.id);
		await this.publish();
	}

	/** Runs 'Check Trigger' by hand, and gives the item for the one trigger. */
	async check(parameters: object = {}): Promise<Record<string, unknown>> {
		const { api } = this.#stage;
		const check = { resource: 'webhook', operation: 'checkTrigger' };
		await this.change(({ nodes }) => {
			for (const one of nodes) if (one.name === CHECK) one.parameters = { ...check, ...parameters };
		});
		const executionId = await api.runManually(this.id, { startNode: START.name });
		const execution = await eventually(
			async () => {
				const found = await api.execution(executionId);
				return hasEnded(found) ? found : undefined;
			},
			{ timeoutMs: 60_000 },
		);
		const items = itemsOf(execution, CHECK);
		if (items.length !== 1) throw new Error(`There are ${items.length} items: ${items}`);
		return items[0].json;
	}

	/** How often each job has come out of 'After', by production executions. */
	async arrivals(): Promise<Map<string, number>> {
		const { api } = this.#stage;
		const all = await api.executions({ workflowId: this.id });
		const counts = new Map<string, number>();
		for (const { id, mode } of all) {
			if (mode === 'manual') continue;
			for (const { json } of itemsOf(await api.execution(id), 'After')) {
				counts.set(String(json.jobId), (counts.get(String(json.jobId)) ?? 0) + 1);
			}
		}
		return counts;
	}

	/** Ends a job and waits until it has come, once. */
	async oneArrives(): Promise<string> {
		const job = await finishBatch(this.#stage.emulator, this.apiKey);
		await eventually(async () => (await this.arrivals()).get(job) === 1);
		return job;
	}
}

/** The checks of an item that found something wrong. */
export const wrongIn = ({ checks }: Record<string, unknown>): string[] =>
	(checks as Array<{ check: string; ok: boolean | null }>)
		.filter(({ ok }) => ok === false)
		.map((one) => one.check);

/** All that the package does with secrets at hand, once, in a real n8n: what works, what fails and what waits still. */
import { randomUUID } from 'node:crypto';
import { finishBatch, succeeded, triggerUrl } from '../deliveries.mts';
import { CREDENTIAL_TYPE } from '../examples.mts';
import { forge, forgeries } from '../forgeries.mts';
import { byId } from '../longJobs.mts';
import { itemsOf } from '../n8nApi.mts';
import type { Credential, Execution, WorkflowNode } from '../n8nTypes.mts';
import { parkedBatch } from '../parked.mts';
import { signingSecretsIn } from '../sealedSecrets.mts';
import type { Stage } from '../stage.mts';
import { echoesOf } from './echoes.mts';
import { askingNodes, runNode, startingNodes, webhookNode } from './nodes.mts';

type Secrets = Record<string, string>;

export class Everything {
	/** Every secret that was used, by what it is called. */
	readonly secrets: Secrets = {};
	/** Those that a node hands out on purpose, and the execution that did so. */
	readonly handedOut: Array<{ name: string; secret: string; executionId: string }> = [];
	/** Text that went the same ways as the secrets, and is meant to be found. */
	readonly canary = `canary-${randomUUID()}`;
	readonly executions: Execution[] = [];
	/** What came of answers that repeated the key. */
	readonly errors: string[] = [];
	/** n8n's own token in the URL of the execution that waits still. */
	resumeToken = '';

	readonly #stage: Stage;
	readonly #apiKey: string;

	/** @param apiKey the project's key, which the stage was opened with */
	constructor(stage: Stage, apiKey: string) {
		this.#stage = stage;
		this.#apiKey = apiKey;
		this.secrets['the API key'] = apiKey;
	}

	async run(): Promise<void> {
		const { project, requests, url } = await this.#publish();
		await this.#handOut('the created secret', 'create', {
			name: 'Mine',
			url: `${this.#stage.n8n.url}/webhook/mine/webhook`,
			events: ['batch.succeeded'],
		});
		await this.#useHandedOut();
		await this.#startJobs(url, [project, requests]);
		await this.#fail();
		await this.#deliver(url);
		await this.#renew(project);
		await this.#leaveWaiting();
		this.#noteTokens();
	}

	async #runNode(node: WorkflowNode, credential?: Credential): Promise<Execution> {
		const execution = await runNode(this.#stage, node, credential);
		this.executions.push(execution);
		return execution;
	}

	/** Published triggers: for the project's jobs, and for jobs started from n8n. */
	async #publish() {
		const { api, saveExample } = this.#stage;
		const project = await saveExample('4-all-jobs-of-the-project.json');
		const requests = await saveExample('3-when-a-batch-finishes.json');
		await api.publish(project);
		await api.publish(requests);
		await this.#noteSealed("the trigger's first secret", project);
		return { project, requests, url: await triggerUrl(this.#stage, requests) };
	}

	async #noteSealed(name: string, workflowId: string): Promise<void> {
		const workflow = await this.#stage.api.workflow(workflowId);
		[this.secrets[name]] = signingSecretsIn(workflow, this.#apiKey);
	}

	/** Runs an operation whose item is to show a secret. */
	async #handOut(name: string, operation: string, parameters: object) {
		const execution = await this.#runNode(webhookNode(operation, parameters));
		const { signingSecret, webhookId } = itemsOf(execution, 'Webhook')[0].json;
		this.handedOut.push({ name, secret: String(signingSecret), executionId: execution.id });
		return String(webhookId);
	}

	/** The webhook that was created: its secret is rotated, and both go into a credential. */
	async #useHandedOut(): Promise<void> {
		const { api, emulator } = this.#stage;
		const mine = emulator.webhooks.list().find(({ name }) => name === 'Mine') as { id: string };
		const webhook = byId(mine.id);
		await this.#handOut('the rotated secret', 'rotateSigningSecret', { webhook });
		const [previous, current] = this.handedOut;
		await api.createCredential('geminiWebhookSecretApi', {
			currentSecret: current.secret,
			previousSecret: previous.secret,
		});
		for (const operation of ['get', 'ping', 'getMany']) {
			await this.#runNode(webhookNode(operation, { webhook }));
		}
	}

	async #startJobs(url: string, listening: string[]): Promise<void> {
		for (const job of startingNodes(this.canary, url)) await this.#runNode(job);
		for (const workflowId of listening) await this.#stage.api.waitForExecution({ workflowId });
	}

	/** Failures of all kinds: answers that repeat the key, a key that is not accepted, no answer at all. */
	async #fail(): Promise<void> {
		const { api, emulator } = this.#stage;
		const asking = askingNodes();
		for (const [index, fault] of echoesOf(this.#apiKey).entries()) {
			emulator.faults.add({ path: '/v1beta/', times: null, ...fault });
			const onError = index % 2 === 1 ? { onError: 'continueRegularOutput' } : {};
			const job = asking[index % asking.length];
			const failed = await this.#runNode({ ...job, ...onError } as WorkflowNode);
			this.errors.push(JSON.stringify(failed.data.resultData.error ?? itemsOf(failed, job.name)));
			emulator.faults.clear();
		}
		const apiKey = `AQ.Bad-Key_${randomUUID()}`;
		this.secrets['a key that is not accepted'] = apiKey;
		const bad = await this.#credential({ apiKey, baseUrl: emulator.url });
		await this.#runNode(asking[0], bad);
		await api.testCredential(bad);
		await this.#runNode(
			asking[1],
			await this.#credential({ apiKey, baseUrl: 'http://127.0.0.1:9' }),
		);
	}

	async #credential(fields: { apiKey: string; baseUrl: string }): Promise<Credential> {
		const all = { ...fields, apiVersion: 'v1beta' };
		return await this.#stage.api.createCredential(CREDENTIAL_TYPE, all, fields.baseUrl);
	}

	/** Deliveries that are turned away, and one that is taken. */
	async #deliver(url: string): Promise<void> {
		const { emulator, n8n } = this.#stage;
		for (const forgery of forgeries.all) await forge(forgery, url);
		const jobId = await finishBatch(emulator, this.#apiKey, `${n8n.url}/webhook/nobody`);
		await emulator.send({ url, event: succeeded(jobId) });
	}

	/** New secrets for the published trigger: first by hand, then by its own means. */
	async #renew(project: string): Promise<void> {
		const { api, emulator } = this.#stage;
		const own = emulator.webhooks.list().find(({ name }) => name !== 'Mine') as { id: string };
		const parameters = { webhook: byId(own.id), options: { allowTriggers: true } };
		await this.#handOut("the trigger's rotated secret", 'rotateSigningSecret', parameters);
		await api.unpublish(project);
		await api.publish(project);
		await this.#noteSealed("the trigger's last secret", project);
	}

	async #leaveWaiting(): Promise<void> {
		const { api, emulator } = this.#stage;
		emulator.settings.batchDurationMs = null;
		const { executionId } = await parkedBatch(this.#stage);
		const { data } = await api.execution(executionId);
		this.resumeToken = String((data as { resumeToken?: string }).resumeToken);
	}

	/** The tokens in all webhook URLs that Google was given. */
	#noteTokens(): void {
		const bodies = this.#stage.emulator.requests.map(({ body }) => body).join('\n');
		const tokens = [...bodies.matchAll(/job_token=([\w.-]+)/g)].map(([, token]) => token);
		for (const [index, token] of [...new Set(tokens)].entries()) {
			this.secrets[`callback token ${index + 1}`] = token;
		}
	}
}

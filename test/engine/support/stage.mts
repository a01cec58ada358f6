import { ExecuteContext, HookContext, WebhookContext } from 'n8n-core';
import { createRunExecutionData } from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeType,
	IWebhookData,
	IWebhookResponseData,
	WorkflowActivateMode,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { startEmulator } from '../../emulator/index.mts';
import type { Attempt, Emulator, SendOptions, Settings } from '../../emulator/index.mts';
import { forgetProcess } from '../../../nodes/GeminiWebhookTrigger/remembered.ts';
import { WAITING_PATH } from '../../../nodes/shared/jobs/restartWebhooks.ts';
import { logLines, processedData } from './container.mts';
import { Execution } from './execution.mts';
import { Front, type N8nRequest, type N8nResponse } from './front.mts';
import {
	additionalData,
	BATCH,
	chosen,
	type CredentialFields,
	type Definition,
	line,
	loadWorkflow,
	node,
	nodeTypes,
	type SigningSecretFields,
	TRIGGER,
} from './workflow.mts';

/** Looks like a real key, so that everything that hides keys has to prove itself. */
export const API_KEY = 'AIzaSyTest-0123456789_abcdefghijklmnopq';
/** A second key of the same Google project. */
export const NEW_KEY = 'AIzaSyNext-0123456789_abcdefghijklmnopq';
/** A key of another Google project. */
export const FOREIGN_KEY = 'AIzaSyElse-0123456789_abcdefghijklmnopq';

const MODEL = 'gemini-3.8-flash';

/** Jobs that end, and deliveries that leave, only when a test says so. */
const BY_HAND: Partial<Settings> = { batchDurationMs: null, deliveryFault: 'never' };

/** A local Gemini API, the HTTP side of n8n, and a credential that connects them. */
export class Stage {
	credential: CredentialFields;
	signingSecrets: SigningSecretFields = { currentSecret: '', previousSecret: '' };
	/** Of a Redis that isn't there, unless a test says which. */
	redis: ICredentialDataDecryptedObject = {};
	/** The options of every authenticated request, as n8n's HTTP helper got them. */
	readonly sent: IHttpRequestOptions[] = [];
	/** Their headers before the credential added its own. */
	readonly headersBefore: IDataObject[] = [];

	readonly emulator: Emulator;
	readonly front: Front;

	private constructor(emulator: Emulator, front: Front) {
		this.emulator = emulator;
		this.front = front;
		this.credential = this.#firstCredential();
	}

	static async open(settings: Partial<Settings> = {}): Promise<Stage> {
		const emulator = await startEmulator({
			apiKeys: [[API_KEY, NEW_KEY], FOREIGN_KEY],
			settings: { ...BY_HAND, ...settings },
		});
		return new Stage(emulator, await Front.open());
	}

	async close(): Promise<void> {
		await this.emulator.close();
		await this.front.close();
	}

	/** Back to the start; the ports stay. */
	reset(): void {
		this.emulator.reset();
		this.credential = this.#firstCredential();
		this.signingSecrets = { currentSecret: '', previousSecret: '' };
		this.redis = {};
		this.sent.length = 0;
		this.headersBefore.length = 0;
		this.front.routes.clear();
		this.front.thrown.length = 0;
		logLines.length = 0;
		processedData.noted.clear();
		processedData.failures.length = 0;
		processedData.lostAnswers.length = 0;
	}

	#firstCredential(): CredentialFields {
		return { apiKey: API_KEY, baseUrl: this.emulator.url, apiVersion: 'v1beta' };
	}

	get surroundings() {
		const { front, sent, headersBefore } = this;
		return {
			credential: () => this.credential,
			signingSecrets: () => this.signingSecrets,
			redis: () => this.redis,
			n8nUrl: front.url,
			sent,
			headersBefore,
		};
	}

	/** The API's record of calls to a path, optionally of one method. */
	calls(path: RegExp, method?: string) {
		return this.emulator.requests.filter(
			(call) => path.test(call.path) && (!method || call.method === method),
		);
	}

	/** Creations of batches. */
	get batchCreations() {
		return this.calls(/:batchGenerateContent$/, 'POST');
	}

	/** The log as one text. */
	get log(): string {
		return logLines.map((one) => JSON.stringify(one)).join('\n');
	}

	/** The reasons that were logged for deliveries that were not accepted. */
	get reasons(): unknown[] {
		return logLines.filter(({ meta }) => 'reason' in meta).map(({ meta }) => meta.reason);
	}

	/** A node's context outside of any run. */
	context(): IExecuteFunctions {
		const definition = this.batchWorkflow();
		const workflow = loadWorkflow(definition);
		const node = workflow.getNode('Batch')!;
		const data = { main: [[]] };
		return new ExecuteContext(
			workflow,
			node,
			additionalData(definition, this.surroundings, 'manual'),
			'manual',
			createRunExecutionData(),
			0,
			[],
			data,
			{ node, data, source: null },
			[],
		);
	}

	// ---- executions -----------------------------------------------------------------------------

	/** A new execution; its waiting webhook can be called. */
	execution(definition: Definition, mode?: WorkflowExecuteMode): Execution {
		const execution = new Execution(definition, this.surroundings, mode);
		for (const suffix of ['', WAITING_PATH]) {
			const path = `/webhook-waiting/${execution.id}${suffix && `/${suffix}`}`;
			this.front.routes.set(path, (request, response) =>
				callWaiting(execution, suffix, request, response),
			);
		}
		return execution;
	}

	/** 'Start' hands its items to a Gemini Batch node named 'Batch', and that to 'After'. */
	batchWorkflow(parameters: INode['parameters'] = {}, more: Partial<INode> = {}): Definition {
		return line(
			node('Start', 'passThrough'),
			node('Batch', BATCH, batchParameters(parameters), more),
			node('After', 'passThrough'),
		);
	}

	/** Runs such a workflow. */
	async runBatch(
		parameters: INode['parameters'] = {},
		{ items = PROMPTS, mode, ...more }: RunOptions = {},
	): Promise<Execution> {
		const execution = this.execution(this.batchWorkflow(parameters, more), mode);
		return await execution.start(items);
	}

	// ---- deliveries ------------------------------------------------------------------------------

	/** Google's own delivery of the latest event, sent now (again, if it was sent before). */
	async deliver(changes: Partial<SendOptions> = {}): Promise<Attempt> {
		return await this.emulator.redeliver(this.emulator.deliveries.at(-1)!.id, changes);
	}

	// ---- the trigger -----------------------------------------------------------------------------

	/** A workflow with a trigger; its production URL can be called. */
	trigger(parameters: INode['parameters'] = {}, more: Partial<INode> = {}): TriggerWorkflow {
		const webhookId = `hook-${++hooks}`;
		const trigger = node('Trigger', TRIGGER, parameters, { webhookId, ...more });
		const workflow = new TriggerWorkflow(this, line(trigger, node('After', 'passThrough')));
		this.front.routes.set(`/webhook/${webhookId}/webhook`, async (request, response) =>
			workflow.receive(request, response),
		);
		return workflow;
	}
}

let hooks = 0;

export interface RunOptions extends Partial<INode> {
	items?: INodeExecutionData[];
	mode?: WorkflowExecuteMode;
}

export const PROMPTS: INodeExecutionData[] = [
	{ json: { sku: 'a', review: 'Great' } },
	{ json: { sku: 'b', review: 'Bad' } },
];

/** The parameters of a Gemini Batch node that starts a batch. */
export const batchParameters = (parameters: INode['parameters'] = {}): INode['parameters'] => ({
	operation: 'start',
	model: chosen(MODEL),
	prompt: '=Judge: {{ $json.review }}',
	whenDone: 'continueHere',
	limitAmount: 1,
	limitUnit: 'hours',
	...parameters,
});

/** What n8n's server does with a call of `/webhook-waiting/…` before and after the node. */
async function callWaiting(
	execution: Execution,
	suffix: string,
	request: N8nRequest,
	response: N8nResponse,
): Promise<IWebhookResponseData | undefined> {
	const refuse = (status: number, body: object): IWebhookResponseData => {
		response.status(status).json(body);
		return { noWebhookResponse: true };
	};
	const { resumeToken } = execution.data;
	if (request.query.signature !== resumeToken) return refuse(401, { error: 'Invalid token' });
	if (execution.status !== 'waiting') return refuse(409, { message: 'has finished already' });
	return await execution.receive(suffix, request, response);
}

/** A published workflow that starts with a Gemini Webhook Trigger. */
export class TriggerWorkflow {
	/** What the trigger handed to n8n, one entry for each delivery that starts an execution. */
	readonly accepted: INodeExecutionData[][][] = [];
	/** Called after the webhook and before n8n answers: n8n stores the execution meanwhile. */
	beforeAnswer: () => Promise<void> = () => Promise.resolve();

	definition: Definition;
	#stage: Stage;

	constructor(stage: Stage, definition: Definition) {
		this.#stage = stage;
		this.definition = definition;
	}

	/** Takes over a stored workflow, as a process does that starts anew. */
	adopt(definition: Definition): void {
		this.definition = JSON.parse(JSON.stringify(definition)) as Definition;
	}

	get node(): INode {
		return this.definition.nodes[0];
	}

	get url(): string {
		return `${this.#stage.front.url}/webhook/${this.node.webhookId}/webhook`;
	}

	/** Calls a method of the life cycle. Static data is stored afterwards, as n8n does. */
	async hook(
		method: 'checkExists' | 'create' | 'delete',
		{ mode = 'trigger', activation = 'activate', isTest = false }: HookOptions = {},
	): Promise<boolean> {
		const workflow = loadWorkflow(this.definition);
		const more = additionalData(this.definition, this.#stage.surroundings, mode);
		const context = new HookContext(
			workflow,
			workflow.getNode(this.node.name)!,
			more,
			mode,
			activation,
			{
				...this.#webhookData(more),
				isTest,
			} as IWebhookData,
		);
		try {
			const type = nodeTypes[this.node.type] as Required<INodeType>;
			return await type.webhookMethods.default![method]!.call(context);
		} finally {
			this.definition.staticData = JSON.parse(JSON.stringify(workflow.staticData)) as IDataObject;
		}
	}

	/** `checkExists`, then `create` if need be: what n8n does to publish. */
	async publish(options?: HookOptions): Promise<void> {
		if (!(await this.hook('checkExists', options))) await this.hook('create', options);
	}

	/** What the trigger remembers of its webhook at Google. */
	get registration(): Record<string, string> {
		const stored = this.definition.staticData[`node:${this.node.name}`] as IDataObject | undefined;
		const { changedAt: _, ...registration } = stored ?? {};
		return registration as Record<string, string>;
	}

	/** n8n has lost what the trigger remembers, and this is another process, which has not seen it. */
	loseMemory(): void {
		this.definition.staticData = {};
		forgetProcess();
	}

	/** One call of the trigger's webhook. */
	async receive(request: N8nRequest, response: N8nResponse): Promise<IWebhookResponseData> {
		const workflow = loadWorkflow(this.definition);
		const more = {
			...additionalData(this.definition, this.#stage.surroundings, 'webhook'),
			httpRequest: request,
			httpResponse: response,
		};
		const context = new WebhookContext(
			workflow,
			workflow.getNode(this.node.name)!,
			more as unknown as ConstructorParameters<typeof WebhookContext>[2],
			'webhook',
			this.#webhookData(more),
			[],
			null,
		);
		const type = nodeTypes[this.node.type] as Required<INodeType>;
		const answer = await type.webhook.call(context);
		if (answer.workflowData) this.accepted.push(answer.workflowData as INodeExecutionData[][]);
		// n8n loses what a call that starts an execution has changed in static data, and stores it else.
		else
			this.definition.staticData = JSON.parse(JSON.stringify(workflow.staticData)) as IDataObject;
		await this.beforeAnswer();
		return answer;
	}

	/** The items of all accepted deliveries. */
	get items(): Array<Record<string, unknown>> {
		return this.accepted.flatMap(([items]) => items.map(({ json }) => json));
	}

	/** Runs the execution that an accepted delivery starts. */
	async execute(
		items: INodeExecutionData[] = this.accepted.at(-1)![0],
		mode: WorkflowExecuteMode = 'webhook',
	): Promise<Execution> {
		return await this.#stage.execution(this.definition, mode).start(items);
	}

	#webhookData(workflowExecuteAdditionalData: unknown): IWebhookData {
		const [webhookDescription] = nodeTypes[this.node.type].description.webhooks!;
		return {
			webhookDescription,
			httpMethod: 'POST',
			node: this.node.name,
			path: `${this.node.webhookId}/webhook`,
			workflowId: this.definition.id,
			workflowExecuteAdditionalData,
		} as IWebhookData;
	}
}

interface HookOptions {
	mode?: WorkflowExecuteMode;
	activation?: WorkflowActivateMode;
	isTest?: boolean;
}

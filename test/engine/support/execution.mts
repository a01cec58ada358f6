import { WebhookContext, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	type IDataObject,
	type INodeExecutionData,
	type INodeType,
	type IRunExecutionData,
	type ITaskData,
	type IWebhookData,
	type IWebhookResponseData,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import {
	additionalData,
	loadWorkflow,
	nodeTypes,
	type Definition,
	type Surroundings,
} from './workflow.mts';
import type { N8nRequest, N8nResponse } from './front.mts';

let count = 0;

/** One execution of a workflow, kept between its runs the way n8n's database keeps it: as JSON. */
export class Execution {
	readonly id = `execution-${++count}`;
	status = 'new';
	waitTill: Date | undefined;
	readonly definition: Definition;
	readonly mode: WorkflowExecuteMode;
	#surroundings: Surroundings;
	/** As text, the way it rests between its runs. */
	stored = '';
	/** What n8n stores before the first node runs: all that a crash of n8n leaves of it. */
	cameIn = '';

	constructor(
		definition: Definition,
		surroundings: Surroundings,
		mode: WorkflowExecuteMode = 'webhook',
	) {
		this.definition = definition;
		this.mode = mode;
		this.#surroundings = surroundings;
	}

	/** Everything n8n stores of it. */
	get data(): IRunExecutionData {
		const data = JSON.parse(this.stored) as IRunExecutionData;
		if (data.waitTill) data.waitTill = new Date(data.waitTill);
		return data;
	}

	/** Starts at the first node of the workflow. */
	async start(items: INodeExecutionData[]): Promise<this> {
		const [first] = loadWorkflow(this.definition).queryNodes(() => true);
		return await this.resume(
			createRunExecutionData({
				executionData: {
					nodeExecutionStack: [{ node: first, data: { main: [items] }, source: null }],
				},
			}),
		);
	}

	/** Goes on from what n8n has stored. */
	async resume(data: IRunExecutionData): Promise<this> {
		this.cameIn = JSON.stringify(data);
		return await this.#run(data);
	}

	/** Takes over what another one has stored, as a process does that continues it. */
	restore(other: Execution, surroundings: Surroundings): void {
		this.stored = other.stored;
		this.status = other.status;
		this.#surroundings = surroundings;
	}

	/** What n8n does when the wait limit has passed. */
	async timeOut(): Promise<this> {
		return await this.#run(this.data);
	}

	/**
	 * Calls the webhook that the waiting node has at a path; goes on when the node hands over data.
	 * @returns undefined when the node has none there
	 */
	async receive(
		suffix: string,
		request: N8nRequest,
		response: N8nResponse,
	): Promise<IWebhookResponseData | undefined> {
		const { data } = this;
		const workflow = loadWorkflow(this.definition);
		const name = String(data.resultData.lastNodeExecuted);
		const node = workflow.getNode(name)!;
		const nodeType = nodeTypes[node.type];
		const webhookDescription = nodeType.description.webhooks?.find(
			({ path, restartWebhook }) => path === suffix && restartWebhook === true,
		);
		if (!webhookDescription) return undefined;
		const more = {
			...additionalData(this.definition, this.#surroundings, this.mode, this.id),
			httpRequest: request,
			httpResponse: response,
		};
		const webhookData = {
			webhookDescription,
			httpMethod: 'POST',
			node: name,
			path: suffix,
			workflowId: this.definition.id,
			workflowExecuteAdditionalData: more,
		} as unknown as IWebhookData;
		const context = new WebhookContext(
			workflow,
			node,
			more as ConstructorParameters<typeof WebhookContext>[2],
			this.mode,
			webhookData,
			[],
			data,
		);
		const answer = await (nodeType as Required<INodeType>).webhook.call(context);
		if (answer.workflowData) {
			// As n8n's server resumes: the node is passed over, with the webhook's data as what it puts out.
			data.waitTill = undefined;
			data.resultData.runData[name].pop();
			const [top] = data.executionData!.nodeExecutionStack;
			top.node.disabled = true;
			top.data.main = answer.workflowData;
			top.metadata = { ...top.metadata, forwardAllOutputs: true } as typeof top.metadata;
			await this.#run(data);
		}
		return answer;
	}

	/** A node's runs. */
	runsOf(name: string): ITaskData[] {
		return this.data.resultData.runData[name] ?? [];
	}

	/** What a node put out in its last run. */
	output(name: string, output = 0): INodeExecutionData[] {
		return this.runsOf(name).at(-1)?.data?.main[output] ?? [];
	}

	/** The same, without anything but the items' JSON. */
	json(name: string): IDataObject[] {
		return this.output(name).map(({ json }) => json);
	}

	/** Why it failed. */
	get error() {
		return this.data.resultData.error as
			| (Error & { description?: string; context: IDataObject; httpCode?: string })
			| undefined;
	}

	async #run(data: IRunExecutionData): Promise<this> {
		const more = additionalData(this.definition, this.#surroundings, this.mode, this.id);
		const engine = new WorkflowExecute(more, this.mode, data);
		const run = await engine.processRunExecutionData(loadWorkflow(this.definition));
		this.status = run.status;
		this.waitTill = run.waitTill ?? undefined;
		// n8n keeps errors with their messages, which JSON alone would drop.
		this.stored = JSON.stringify(run.data, (_, value: unknown) =>
			value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value,
		);
		return this;
	}
}

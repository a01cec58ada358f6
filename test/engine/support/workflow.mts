import './container.mts';
import {
	ICredentialsHelper,
	Workflow,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type INode,
	type INodeCredentialsDetails,
	type INodeType,
	type INodeTypes,
	type IConnections,
	type IWorkflowExecuteAdditionalData,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { ExecutionLifecycleHooks } from 'n8n-core';
import { GeminiWebhooksApi } from '../../../credentials/GeminiWebhooksApi.credentials.ts';
import { GeminiBatch } from '../../../nodes/GeminiBatch/GeminiBatch.node.ts';
import { GeminiInteraction } from '../../../nodes/GeminiInteraction/GeminiInteraction.node.ts';
import { GeminiVideo } from '../../../nodes/GeminiVideo/GeminiVideo.node.ts';
import { GeminiWebhook } from '../../../nodes/GeminiWebhook/GeminiWebhook.node.ts';
import { GeminiWebhookTrigger } from '../../../nodes/GeminiWebhookTrigger/GeminiWebhookTrigger.node.ts';

export const BATCH = 'n8n-nodes-gemini-webhooks.geminiBatch';
export const INTERACTION = 'n8n-nodes-gemini-webhooks.geminiInteraction';
export const VIDEO = 'n8n-nodes-gemini-webhooks.geminiVideo';
export const WEBHOOK = 'n8n-nodes-gemini-webhooks.geminiWebhook';
export const TRIGGER = 'n8n-nodes-gemini-webhooks.geminiWebhookTrigger';

const passThrough: INodeType = {
	description: {
		displayName: 'Pass Through',
		name: 'passThrough',
		group: ['transform'],
		version: 1,
		description: 'Hands on what it gets',
		defaults: { name: 'Pass Through' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	},
	execute(this: IExecuteFunctions) {
		return Promise.resolve([this.getInputData()]);
	},
};

/** Puts the first round's prompts out once more, and nothing after that. */
const repeatOnce: INodeType = {
	...passThrough,
	execute(this: IExecuteFunctions) {
		const isFirst = this.getWorkflowDataProxy(0).$runIndex === 0;
		return Promise.resolve([isFirst ? [{ json: { review: 'Again' } }] : []]);
	},
};

/** Waits where n8n's Wait node does, at the address of the execution itself, for anybody's call. */
const approval: INodeType = {
	description: {
		...passThrough.description,
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				path: '',
				restartWebhook: true,
				isFullPath: true,
			},
		],
	},
	async execute(this: IExecuteFunctions) {
		await this.putExecutionToWait(new Date(Date.now() + 3_600_000));
		return [this.getInputData()];
	},
	webhook: () => Promise.resolve({ workflowData: [[{ json: { approved: true } }]] }),
};

/** The node types that a workflow can use; tests may add their own. */
export const nodeTypes: Record<string, INodeType> = {
	[BATCH]: new GeminiBatch() as unknown as INodeType,
	[INTERACTION]: new GeminiInteraction() as unknown as INodeType,
	[WEBHOOK]: new GeminiWebhook() as unknown as INodeType,
	[VIDEO]: new GeminiVideo() as unknown as INodeType,
	[TRIGGER]: new GeminiWebhookTrigger() as unknown as INodeType,
	approval,
	passThrough,
	repeatOnce,
};

const registry = {
	getByName: (type: string) => nodeTypes[type],
	getByNameAndVersion: (type: string) => nodeTypes[type],
	getKnownTypes: () => ({}),
} as unknown as INodeTypes;

/** A workflow as n8n's database has it. */
export interface Definition {
	id: string;
	name: string;
	nodes: INode[];
	connections: IConnections;
	staticData: IDataObject;
}

let count = 0;

/** A new workflow whose nodes follow each other in a line. */
export function line(...nodes: INode[]): Definition {
	const next = (index: number) => nodes[index + 1];
	return {
		id: `workflow-${++count}`,
		name: 'Reviews',
		nodes,
		connections: Object.fromEntries(
			nodes
				.slice(0, -1)
				.map(({ name }, index) => [
					name,
					{ main: [[{ node: next(index).name, type: 'main' as const, index: 0 }]] },
				]),
		),
		staticData: {},
	};
}

export function node(
	name: string,
	type: string,
	parameters: INode['parameters'] = {},
	more: Partial<INode> = {},
): INode {
	return {
		id: `id-of-${name.toLowerCase().replace(/\W+/g, '-')}`,
		name,
		type,
		typeVersion: type === TRIGGER ? 2 : 1,
		position: [0, 0],
		parameters,
		credentials: { geminiWebhooksApi: { id: 'gemini', name: 'Gemini' } },
		...more,
	};
}

/** A fresh object for every use, as n8n makes it: nothing that isn't stored survives in it. */
export function loadWorkflow(definition: Definition): Workflow {
	const { id, name, nodes, connections, staticData } = definition;
	return new Workflow({
		id,
		name,
		nodes: structuredClone(nodes),
		connections,
		active: true,
		nodeTypes: registry,
		staticData,
		settings: { executionOrder: 'v1' },
	});
}

/** The fields of the credential that all nodes of a test use. */
export interface CredentialFields {
	apiKey: string;
	baseUrl: string;
	apiVersion: string;
}

/** The fields of the credential with a webhook's signing secrets. */
export interface SigningSecretFields {
	currentSecret: string;
	previousSecret: string;
}

/** n8n's own lives in its server. This one decrypts nothing, and adds the credential's headers as n8n does. */
class CredentialsHelper extends ICredentialsHelper {
	#surroundings: Surroundings;

	constructor(surroundings: Surroundings) {
		super();
		this.#surroundings = surroundings;
	}

	getParentTypes = () => [];
	isCredentialUsableByNode = () => true;
	preAuthentication = () => Promise.resolve(undefined);
	runPreAuthentication = () => Promise.resolve(undefined);
	updateCredentials = () => Promise.resolve();
	updateCredentialsOauthTokenData = () => Promise.resolve();
	getCredentialsProperties = () => [];

	getCredentials(): never {
		throw new Error('Not needed');
	}

	getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		{ id }: INodeCredentialsDetails,
	): Promise<ICredentialDataDecryptedObject> {
		if (id === 'secrets') return Promise.resolve({ ...this.#surroundings.signingSecrets() });
		if (id === 'redis') return Promise.resolve({ ...this.#surroundings.redis() });
		if (id !== 'gemini') throw new Error(`There is no credential ${id}`);
		return Promise.resolve({ ...this.#surroundings.credential() });
	}

	authenticate(
		credentials: ICredentialDataDecryptedObject,
		_type: string,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const headers = new GeminiWebhooksApi().authenticate.properties.headers ?? {};
		options.headers ??= {};
		this.#surroundings.headersBefore.push({ ...options.headers });
		for (const [name, value] of Object.entries(headers)) {
			options.headers[name] = String(value).replace(/^=\{\{\$credentials\.(\w+)\}\}$/, (_, field) =>
				String(credentials[field as string]),
			);
		}
		this.#surroundings.sent.push(options);
		return Promise.resolve(options);
	}
}

export interface Surroundings {
	credential: () => CredentialFields;
	/** The fields of the credential `secrets`: what a webhook is signed with that the package didn't register. */
	signingSecrets: () => SigningSecretFields;
	/** The fields of the credential `redis`: where several processes note what they have received. */
	redis: () => ICredentialDataDecryptedObject;
	/** Base URL of n8n, without a slash at the end. */
	n8nUrl: string;
	/** Receives the options of every authenticated request. */
	sent: IHttpRequestOptions[];
	/** The headers of these requests before the credential added its own. */
	headersBefore: IDataObject[];
}

/** What n8n hands to its engine for one execution or one call of a webhook. */
export function additionalData(
	definition: Definition,
	surroundings: Surroundings,
	mode: WorkflowExecuteMode,
	executionId?: string,
): IWorkflowExecuteAdditionalData {
	const { n8nUrl } = surroundings;
	const workflow = { ...definition, active: true, createdAt: new Date(), updatedAt: new Date() };
	const data = {
		hooks: new ExecutionLifecycleHooks(
			mode,
			executionId ?? '',
			workflow as unknown as ConstructorParameters<typeof ExecutionLifecycleHooks>[2],
		),
		executionId,
		restApiUrl: `${n8nUrl}/rest`,
		instanceBaseUrl: `${n8nUrl}/`,
		formWaitingBaseUrl: `${n8nUrl}/form-waiting`,
		webhookBaseUrl: `${n8nUrl}/webhook`,
		webhookWaitingBaseUrl: `${n8nUrl}/webhook-waiting`,
		webhookTestBaseUrl: `${n8nUrl}/webhook-test`,
		currentNodeExecutionIndex: 0,
		credentialsHelper: new CredentialsHelper(surroundings),
		variables: {},
		setExecutionStatus: () => undefined,
	};
	return data as unknown as IWorkflowExecuteAdditionalData;
}

/** What a field with a list holds when an id is typed in. */
export const chosen = (value: string): INode['parameters'][string] => ({
	__rl: true,
	mode: 'id',
	value,
});

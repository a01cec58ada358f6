import { parse } from 'flatted';
import { randomUUID } from 'node:crypto';
import { eventually } from './http.mts';
import type {
	Credential,
	CredentialTestResult,
	Execution,
	ExecutionStatus,
	ExecutionSummary,
	Item,
	PublicationStatus,
	SavedWorkflow,
	WorkflowDefinition,
} from './n8nTypes.mts';

/** The only user of every n8n the tests and the demo start. */
export const owner = {
	email: 'owner@example.com',
	password: 'Gemini-Webhooks-1',
	firstName: 'Test',
	lastName: 'Owner',
};

/** n8n publishes in the background and retries a failing trigger up to five times, for about 15 s. */
const PUBLISH_TIMEOUT_MS = 60_000;

interface ExecutionQuery {
	workflowId: string;
	/** The status, or any of these; whatever ends an execution unless told. */
	status?: ExecutionStatus | ExecutionStatus[];
	/** 15 s unless told. */
	timeoutMs?: number;
}

const FINAL: ExecutionStatus[] = ['success', 'error', 'canceled', 'crashed'];

/** The calls n8n's editor makes, logged in as the owner. Every call throws with n8n's own message. */
export class N8nApi {
	readonly url: string;
	/** Names this "browser": n8n binds the session to it. */
	readonly #browserId = randomUUID();
	#cookie = '';

	private constructor(url: string) {
		this.url = url;
	}

	/** Logs in at the n8n at `url`, or creates the owner when n8n is new. */
	static async connect(url: string): Promise<N8nApi> {
		const api = new N8nApi(url);
		const { userManagement } = await api.request<{
			userManagement: { showSetupOnFirstLoad?: boolean };
		}>('GET', '/settings');
		if (userManagement.showSetupOnFirstLoad) {
			await api.request('POST', '/owner/setup', owner);
		} else {
			const { email: emailOrLdapLoginId, password } = owner;
			await api.request('POST', '/login', { emailOrLdapLoginId, password });
		}
		return api;
	}

	/**
	 * One call of n8n's internal REST API.
	 *
	 * @param path below `/rest`
	 * @returns the answer's `data`
	 * @throws on any status above 299, with n8n's message
	 */
	async request<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await fetch(`${this.url}/rest${path}`, {
			method,
			headers: {
				'content-type': 'application/json',
				'browser-id': this.#browserId,
				'push-ref': this.#browserId,
				cookie: this.#cookie,
			},
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		this.#remember(response.headers.getSetCookie());
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${messageIn(text)}`);
		return JSON.parse(text).data as T;
	}

	#remember(cookies: string[]): void {
		const session = cookies.find((cookie) => cookie.startsWith('n8n-auth='));
		if (session) this.#cookie = session.split(';')[0];
	}

	// ---- credentials -------------------------------------------------------------------------------

	async createCredential(
		type: string,
		data: Record<string, unknown>,
		name = type,
	): Promise<Credential> {
		return await this.request('POST', '/credentials', { name, type, data });
	}

	async updateCredential(credential: Credential, data: Record<string, unknown>): Promise<void> {
		await this.request('PATCH', `/credentials/${credential.id}`, { ...credential, data });
	}

	/** What the credential's "Test" button says; `data` is tested instead of what is saved. */
	async testCredential(
		credential: Credential,
		data?: Record<string, unknown>,
	): Promise<CredentialTestResult> {
		const { id, name, type } = credential;
		return await this.request('POST', '/credentials/test', {
			credentials: { id, name, type, data },
		});
	}

	// ---- workflows ---------------------------------------------------------------------------------

	/** Saves a new workflow from what an export file holds; it isn't published. */
	async createWorkflow(definition: WorkflowDefinition): Promise<SavedWorkflow> {
		const { name, nodes, connections, pinData } = definition;
		const settings = { executionOrder: 'v1', ...definition.settings };
		return await this.request('POST', '/workflows', {
			name,
			nodes,
			connections,
			pinData,
			settings,
			active: false,
		});
	}

	async workflow(id: string): Promise<SavedWorkflow> {
		return await this.request('GET', `/workflows/${id}`);
	}

	/** Saves changes as a draft; what is published goes on as it is until the next `publish`. */
	async updateWorkflow(id: string, changes: Partial<WorkflowDefinition>): Promise<SavedWorkflow> {
		const { versionId } = await this.workflow(id);
		return await this.request('PATCH', `/workflows/${id}`, { ...changes, versionId });
	}

	/**
	 * Publishes the saved draft and waits until its triggers are registered.
	 *
	 * @throws with the trigger's error when n8n gave up
	 */
	async publish(id: string): Promise<void> {
		const { versionId } = await this.workflow(id);
		await this.request('POST', `/workflows/${id}/activate`, { versionId });
		const { status, triggers } = await this.#publicationSettles(id);
		if (status === 'published') return;
		const reasons = triggers.map(({ errorMessage }) => errorMessage).filter(Boolean);
		throw new Error(`Publishing ended as "${status}": ${reasons.join('; ') || 'no reason given'}`);
	}

	/** Takes the workflow out of service and waits until its triggers are gone. */
	async unpublish(id: string): Promise<void> {
		await this.request('POST', `/workflows/${id}/deactivate`, {});
		const { status } = await this.#publicationSettles(id);
		if (status !== 'not_published') throw new Error(`Unpublishing ended as "${status}"`);
	}

	async publicationStatus(id: string): Promise<PublicationStatus> {
		return await this.request('GET', `/workflows/${id}/publication-status`);
	}

	async #publicationSettles(id: string): Promise<PublicationStatus> {
		return await eventually(
			async () => {
				const publication = await this.publicationStatus(id);
				return publication.status === 'in_progress' ? undefined : publication;
			},
			{ timeoutMs: PUBLISH_TIMEOUT_MS },
		);
	}

	/** Deletes a workflow, published or not. */
	async deleteWorkflow(id: string): Promise<void> {
		const { activeVersionId } = await this.workflow(id);
		if (activeVersionId) await this.unpublish(id);
		// n8n deletes only what is archived.
		await this.request('POST', `/workflows/${id}/archive`, {});
		await this.request('DELETE', `/workflows/${id}`);
	}

	// ---- running -----------------------------------------------------------------------------------

	/**
	 * Presses "Execute workflow" on a trigger that needs no event from outside.
	 *
	 * @param startNode name of the trigger
	 * @returns the execution's id
	 */
	async runManually(workflowId: string, { startNode }: { startNode: string }): Promise<string> {
		const answer = await this.#run(workflowId, startNode);
		if (!answer.executionId) throw new Error(`"${startNode}" waits for an event from outside.`);
		return answer.executionId;
	}

	/** Presses "Listen for test event" on a webhook trigger. The test URL then takes one call. */
	async listenForTestEvent(workflowId: string, { startNode }: { startNode: string }) {
		const answer = await this.#run(workflowId, startNode);
		if (!answer.waitingForWebhook) throw new Error(`"${startNode}" did not wait for an event.`);
	}

	/** Presses "Stop listening". n8n takes the test URL away a moment after it answered. */
	async stopListening(workflowId: string): Promise<void> {
		await this.request('DELETE', `/test-webhook/${workflowId}`);
	}

	async #run(workflowId: string, startNode: string) {
		return await this.request<{ executionId?: string; waitingForWebhook?: boolean }>(
			'POST',
			`/workflows/${workflowId}/run`,
			{ triggerToStartFrom: { name: startNode } },
		);
	}

	// ---- executions --------------------------------------------------------------------------------

	/** The workflow's executions, newest first, without their data. */
	async executions({ workflowId }: { workflowId: string }): Promise<ExecutionSummary[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const all: ExecutionSummary[] = [];
		for (let cursor: string | null | undefined = ''; cursor !== undefined; ) {
			const from: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
			const page: { results: ExecutionSummary[]; nextCursor?: string | null } = await this.request(
				'GET',
				`/executions?limit=100&filter=${filter}${from}`,
			);
			all.push(...page.results);
			cursor = page.nextCursor ?? undefined;
		}
		return all;
	}

	/** One execution with the data of all its nodes. */
	async execution(id: string): Promise<Execution> {
		const answer = await this.request<Omit<Execution, 'data'> & { data: string }>(
			'GET',
			`/executions/${id}`,
		);
		return { ...answer, data: parse(answer.data) as Execution['data'] };
	}

	/**
	 * Waits for an execution of the workflow in the wanted status.
	 *
	 * @returns the newest one, with its data
	 * @throws when the time is up, with the executions there are
	 */
	async waitForExecution(query: ExecutionQuery): Promise<Execution> {
		return (await this.waitForExecutions({ ...query, count: 1 })).at(-1)!;
	}

	/**
	 * Waits until at least `count` executions of the workflow are in the wanted status.
	 *
	 * @returns all of them, oldest first, with their data
	 * @throws when the time is up, with the executions there are
	 */
	async waitForExecutions(query: ExecutionQuery & { count: number }): Promise<Execution[]> {
		const { workflowId, status = FINAL, count, timeoutMs = 15_000 } = query;
		const wanted = [status].flat();
		const found = await eventually(
			async () => {
				const all = await this.executions({ workflowId });
				const matching = all.filter((execution) => wanted.includes(execution.status));
				if (matching.length >= count) return matching.reverse();
				throw new Error(
					`Waited ${timeoutMs} ms for ${count} execution(s) with status ${wanted.join(' or ')}; ` +
						`there are: ${all.map(({ id, status }) => `${id} ${status}`).join(', ') || 'none'}`,
				);
			},
			{ timeoutMs, intervalMs: 150 },
		);
		return await Promise.all(found.map(async ({ id }) => await this.execution(id)));
	}

	/**
	 * Presses "Retry" on an execution that failed or crashed, and waits until the new one ends or waits.
	 *
	 * @param loadWorkflow with the workflow as it is saved now, instead of as it was
	 * @returns the new execution's id
	 */
	async retry(id: string, { loadWorkflow = false } = {}): Promise<string> {
		const answer = await this.request<{ id: string }>('POST', `/executions/${id}/retry`, {
			loadWorkflow,
		});
		return answer.id;
	}

	async stopExecution(id: string): Promise<void> {
		await this.request('POST', `/executions/${id}/stop`);
	}

	// ---- node types --------------------------------------------------------------------------------

	/** The description of a node type as the editor gets it; undefined when n8n doesn't know it. */
	async nodeType(name: string, version = 1): Promise<Record<string, unknown> | undefined> {
		const nodeInfos = [{ name, version }];
		try {
			const [description] = await this.request<Array<Record<string, unknown>>>(
				'POST',
				'/node-types',
				{ nodeInfos },
			);
			return description;
		} catch (error) {
			if (String(error).includes('Unrecognized node type')) return undefined;
			throw error;
		}
	}
}

/**
 * The items a node put out.
 *
 * @param output index of the node's output, 0 unless told
 * @param run which of the node's runs, counted from the last one with -1; the last unless told
 * @returns an empty list when the node did not run or put nothing out
 */
export function itemsOf(execution: Execution, nodeName: string, { output = 0, run = -1 } = {}) {
	const nodeRun = execution.data.resultData.runData[nodeName]?.at(run);
	return (nodeRun?.data?.main[output] ?? []) as Item[];
}

function messageIn(text: string): string {
	try {
		return JSON.parse(text).message ?? text;
	} catch {
		return text.slice(0, 500);
	}
}

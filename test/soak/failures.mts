import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/http.mts';
import type { N8nApi } from '../support/n8nApi.mts';
import type { ExecutionSummary } from '../support/n8nTypes.mts';

/** Milliseconds; n8n keeps an execution for a minute at least. */
const PAUSE_MS = 15_000;

/** The executions of n8n that ended badly, collected while n8n still has them. */
export class Failures {
	readonly #found = new Map<string, string>();
	readonly #api: N8nApi;
	#isOver = false;
	#watching: Promise<void> = Promise.resolve();

	constructor(api: N8nApi) {
		this.#api = api;
	}

	get list(): string[] {
		return [...this.#found.values()];
	}

	start(): void {
		this.#watching = (async () => {
			while (!this.#isOver) {
				// What can't be had now is had the next time, or `stop()` fails.
				await this.#look().catch(() => undefined);
				await sleep(PAUSE_MS);
			}
		})();
	}

	/** @throws when n8n doesn't tell */
	async stop(): Promise<void> {
		this.#isOver = true;
		await this.#watching;
		const looked = async () => {
			await this.#look();
			return true;
		};
		await eventually(looked, { timeoutMs: 60_000, intervalMs: 1000 });
	}

	async #look(): Promise<void> {
		const filter = encodeURIComponent(JSON.stringify({ status: ['error', 'crashed', 'canceled'] }));
		const { results } = await this.#api.request<{ results: ExecutionSummary[] }>(
			'GET',
			`/executions?limit=100&filter=${filter}`,
		);
		for (const { id } of results) {
			if (this.#found.has(id)) continue;
			const { data, status, workflowId } = await this.#api.execution(id);
			const { name } = await this.#api.workflow(workflowId);
			const { error, lastNodeExecuted } = data.resultData;
			this.#found.set(
				id,
				`execution ${id} of "${name}" ended as "${status}" at "${lastNodeExecuted}": ${error?.message}`,
			);
		}
	}
}

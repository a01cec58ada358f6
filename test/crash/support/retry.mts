import type { N8nApi } from '../../support/n8nApi.mts';
import type { Entry } from './ledger.mts';

/**
 * Presses Retry on each of these executions, in turn with the workflow as it was and as it is saved now.
 *
 * @throws when n8n doesn't take the request; that the execution fails again is an answer
 */
export async function retryAll(api: N8nApi, entries: Entry[]): Promise<void> {
	for (const [index, { id }] of entries.entries()) {
		await api.retry(id, { loadWorkflow: index % 2 === 1 });
	}
}

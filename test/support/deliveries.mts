import type { Emulator } from '../emulator/index.mts';
import { API_KEY } from './stage.mts';
import type { Stage } from './stage.mts';

/** Where the workflow's Gemini Webhook Trigger listens once it is published. */
export async function triggerUrl({ api, n8n }: Stage, workflowId: string): Promise<string> {
	const { nodes } = await api.workflow(workflowId);
	const trigger = nodes.find(({ type }) => type.endsWith('.geminiWebhookTrigger'));
	return `${n8n.url}/webhook/${trigger?.webhookId}/webhook`;
}

/**
 * Starts a batch as other software than n8n would.
 *
 * @param apiKey decides the Google project
 * @returns the batch's name
 */
export async function startBatch(
	emulator: Emulator,
	apiKey = API_KEY,
	webhookUrl?: string,
): Promise<string> {
	const request = { contents: [{ parts: [{ text: 'hello' }] }] };
	const batch = {
		displayName: 'by hand',
		inputConfig: { requests: { requests: [{ request }] } },
		...(webhookUrl ? { webhookConfig: { uris: [webhookUrl] } } : {}),
	};
	const response = await fetch(
		`${emulator.url}/v1beta/models/gemini-3.8-flash:batchGenerateContent`,
		{
			method: 'POST',
			headers: { 'x-goog-api-key': apiKey, 'content-type': 'application/json' },
			body: JSON.stringify({ batch }),
		},
	);
	return ((await response.json()) as { name: string }).name;
}

/** The same, and ends it. */
export async function finishBatch(...start: Parameters<typeof startBatch>): Promise<string> {
	const name = await startBatch(...start);
	start[0].jobs.complete(name);
	return name;
}

/** The event that reports a batch's end. */
export const succeeded = (jobId: string) => ({
	type: 'batch.succeeded',
	version: 'v1',
	timestamp: new Date().toISOString(),
	data: { id: jobId },
});

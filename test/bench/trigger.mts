/**
 * `npm run bench`: how many deliveries a second a published Gemini Webhook Trigger takes, next to n8n's own
 * Webhook node (which verifies nothing) in the same run, once for each of two settings of n8n. Read the ratio; the
 * figures themselves depend on the machine.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { startEmulator } from '../emulator/index.mts';
import { CREDENTIAL_TYPE, fitIn, readExample } from '../support/examples.mts';
import { startN8n } from '../support/n8n.mts';
import { N8nApi } from '../support/n8nApi.mts';
import { signingSecretsIn } from '../support/sealedSecrets.mts';

const DELIVERIES = 400;
const AT_ONCE = 4;
const API_KEY = 'bench-key';

/** A delivery about a job that nobody has heard of yet, signed as Google signs for a static webhook. */
function signedDelivery(secret: string): RequestInit {
	const id = `msg_${randomUUID()}`;
	const timestamp = String(Math.floor(Date.now() / 1000));
	const data = { id: `batches/${randomUUID().replaceAll('-', '')}` };
	const body = JSON.stringify({ type: 'batch.succeeded', version: 'v1', data });
	const signature = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
		.update(`${id}.${timestamp}.${body}`)
		.digest('base64');
	return {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			'webhook-id': id,
			'webhook-timestamp': timestamp,
			'webhook-signature': `v1,${signature}`,
		},
		body,
	};
}

type Post = () => Promise<Response>;

/** Answers a second, after a warm-up. */
async function rate(post: Post): Promise<number> {
	const run = async (count: number) => {
		let left = count;
		const worker = async () => {
			while (left-- > 0) {
				const { status } = await post();
				if (status >= 300) throw new Error(`Answered ${status}`);
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, worker));
	};
	await run(DELIVERIES / 4);
	const started = performance.now();
	await run(DELIVERIES);
	return (DELIVERIES * 1000) / (performance.now() - started);
}

async function measure(env: Record<string, string>): Promise<void> {
	const emulator = await startEmulator({ apiKeys: [API_KEY] });
	const n8n = await startN8n({ env });
	try {
		const api = await N8nApi.connect(n8n.url);
		const credential = await api.createCredential(CREDENTIAL_TYPE, {
			apiKey: API_KEY,
			baseUrl: emulator.url,
			apiVersion: 'v1beta',
		});
		const example = readExample('4-all-jobs-of-the-project.json');
		// Straight to the end, as in the workflow it is compared with: the example's 'If' evaluates an expression.
		example.connections = { 'Gemini Webhook Trigger': webhookWorkflow().connections.Webhook };
		const trigger = await api.createWorkflow(fitIn(example, credential, n8n.url));
		await api.publish(trigger.id);
		const plain = await api.createWorkflow(webhookWorkflow());
		await api.publish(plain.id);

		const [{ uri }] = emulator.webhooks.list() as Array<{ uri: string }>;
		const [secret] = signingSecretsIn(await api.workflow(trigger.id), API_KEY);
		const ours = await rate(async () => await fetch(uri, signedDelivery(secret)));
		const core = await rate(
			async () => await fetch(`${n8n.url}/webhook/bench`, { method: 'POST', body: '{}' }),
		);
		const setting = JSON.stringify(env);
		console.log(
			`${setting}: trigger ${ours.toFixed(0)}/s, Webhook node ${core.toFixed(0)}/s, ratio ${(ours / core).toFixed(2)}`,
		);
	} finally {
		await n8n.stop();
		await emulator.close();
	}
}

/** n8n's Webhook node, and nothing behind it but what the example has behind the trigger. */
function webhookWorkflow() {
	const parameters = { httpMethod: 'POST', path: 'bench', options: {} };
	return {
		name: 'Webhook node',
		nodes: [
			{
				id: randomUUID(),
				name: 'Webhook',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2.1,
				position: [0, 0] as [number, number],
				parameters,
				webhookId: randomUUID(),
			},
			{
				id: randomUUID(),
				name: 'Done',
				type: 'n8n-nodes-base.noOp',
				typeVersion: 1,
				position: [200, 0] as [number, number],
				parameters: {},
			},
		],
		connections: { Webhook: { main: [[{ node: 'Done', type: 'main', index: 0 }]] } },
	};
}

await measure({});
await measure({ N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' });

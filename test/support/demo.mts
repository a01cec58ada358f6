/**
 * n8n with the package and the workflows of `examples/`, until Ctrl-C. The jobs run in the emulator,
 * or, when `GEMINI_API_KEY` and `WEBHOOK_URL` (the public https address of this n8n) are set, at Google.
 */
import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { startEmulator } from '../emulator/index.mts';
import { startN8n } from './n8n.mts';
import { N8nApi, owner } from './n8nApi.mts';
import type { Credential, WorkflowDefinition } from './n8nTypes.mts';

const EXAMPLES = resolve(import.meta.dirname, '..', '..', 'examples');
const CREDENTIAL_TYPE = 'geminiWebhooksApi';
/** Stands in the examples for the address of the n8n that runs them. */
const ADDRESS_IN_EXAMPLES = 'https://n8n.example.com';
const EMULATOR_KEY = 'demo-key';

const { GEMINI_API_KEY: apiKey, WEBHOOK_URL: webhookUrl, N8N_PORT = '5678' } = process.env;
const useGoogle = Boolean(apiKey && webhookUrl);

const emulator = useGoogle ? undefined : await startEmulator({ apiKeys: [EMULATOR_KEY] });
console.log('Starting n8n …');
const n8n = await startN8n({
	port: Number(N8N_PORT),
	webhookUrl: useGoogle ? `${webhookUrl?.replace(/\/$/, '')}/` : undefined,
});
try {
	const workflows = await importExamples();
	explain(workflows);
	await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
	console.log('\nStopping …');
} finally {
	await n8n.stop();
	await emulator?.close();
}

async function importExamples(): Promise<string[]> {
	const api = await N8nApi.connect(n8n.url);
	const credential = await api.createCredential(CREDENTIAL_TYPE, {
		apiKey: apiKey && useGoogle ? apiKey : EMULATOR_KEY,
		baseUrl: emulator?.url ?? 'https://generativelanguage.googleapis.com',
		apiVersion: 'v1beta',
	});
	const names: string[] = [];
	for (const file of exampleFiles()) {
		const example = JSON.parse(readFileSync(file, 'utf8')) as WorkflowDefinition;
		const { id, name } = await api.createWorkflow(fitIn(example, credential));
		if (startsByItself(example)) await api.publish(id);
		names.push(`${name}: ${n8n.url}/workflow/${id}`);
	}
	return names;
}

function exampleFiles(): string[] {
	return existsSync(EXAMPLES) ? globSync(resolve(EXAMPLES, '*.json')).sort() : [];
}

/** An example with this n8n's credential and address in place of the ones it was saved with. */
function fitIn(example: WorkflowDefinition, { id, name }: Credential): WorkflowDefinition {
	const address = useGoogle ? String(webhookUrl).replace(/\/$/, '') : n8n.url;
	const fitted = JSON.parse(
		JSON.stringify(example).replaceAll(ADDRESS_IN_EXAMPLES, address),
	) as WorkflowDefinition;
	for (const node of fitted.nodes) {
		if (node.credentials?.[CREDENTIAL_TYPE]) node.credentials[CREDENTIAL_TYPE] = { id, name };
	}
	return fitted;
}

/** n8n refuses to publish a workflow that only starts by hand. */
function startsByItself({ nodes }: WorkflowDefinition): boolean {
	return nodes.some(
		({ type }) => /trigger$|\.webhook$/i.test(type) && !/manualTrigger$/.test(type),
	);
}

function explain(workflows: string[]): void {
	console.log(`
n8n:      ${n8n.url}
Log in:   ${owner.email}
Password: ${owner.password}
Gemini:   ${emulator ? `emulator at ${emulator.url}` : 'Google, with your key'}

${workflows.map((line) => `  ${line}`).join('\n') || '  (no example workflows)'}

Open a workflow and click "Execute workflow"; watch the result under "Executions".
Ctrl-C stops everything; nothing is kept.`);
}

/**
 * n8n with the package and the workflows of `examples/`, until Ctrl-C; with `--once`, the main job run once and
 * every item that arrived printed as a line of JSON. The jobs run in the emulator, and Slack, Google Sheets and
 * Google Drive are stood in for by the recorder; or, when `GEMINI_API_KEY` and `WEBHOOK_URL` (the public https
 * address of this n8n) are set, the jobs run at Google, and the other services need the user's own accounts.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { startEmulator } from '../emulator/index.mts';
import { printOutcome, recorderForDemo } from './demoRecorder.mts';
import { exampleFiles, fitIn, readExample, CREDENTIAL_TYPE } from './examples.mts';
import { isOfMainJob, runMainJob } from './mainJob.mts';
import { startN8n } from './n8n.mts';
import { N8nApi, owner } from './n8nApi.mts';
import type { SavedWorkflow, WorkflowDefinition } from './n8nTypes.mts';
import { thirdPartyCredentials } from './recorder/index.mts';

const EMULATOR_KEY = 'demo-key';
/** Milliseconds: the emulator finishes a batch in a second; Google takes up to a day. */
const PATIENCE = { emulator: 60_000, google: 26 * 3_600_000 };

const WITH_RECORDER = `
  4. "6 Sheet rows to a batch and back", or "8 Nightly batch with a fallback", fills the verdicts of the sheet's
     rows that have none yet.
  5. The others that start by hand. Slack, Google Sheets and Google Drive are stood in for on this machine:
     no account is needed. What arrives in Slack is printed here; sheets and files at Ctrl-C.`;
const WITHOUT_RECORDER = `
  4. The others need your own accounts of Slack, Google Sheets and Google Drive: choose them in the nodes
     first, and publish the workflows that start by themselves.`;

const isOnce = process.argv.includes('--once');
const { GEMINI_API_KEY: apiKey, WEBHOOK_URL: webhookUrl, N8N_PORT } = process.env;
if (Boolean(apiKey) !== Boolean(webhookUrl)) {
	console.error(
		'Set both GEMINI_API_KEY and WEBHOOK_URL (a public https address that leads to this n8n) to use Google, or neither to use the emulator.',
	);
	process.exit(1);
}
const useGoogle = Boolean(apiKey && webhookUrl);
const publicUrl = webhookUrl?.replace(/\/*$/, '/');

const emulator = useGoogle ? undefined : await startEmulator({ apiKeys: [EMULATOR_KEY] });
// The main job asks nobody but Gemini. The recorder lets nobody through, so Google could not be reached.
const recorder = isOnce || useGoogle ? undefined : await recorderForDemo();
console.error('Starting n8n …');
const n8n = await startN8n({
	// Any free port for a single run; the usual one for a person, or behind a tunnel.
	port: isOnce && !useGoogle ? undefined : Number(N8N_PORT ?? 5678),
	webhookUrl: publicUrl,
	env: recorder?.env,
});
try {
	const api = await N8nApi.connect(n8n.url);
	// The whole internet reaches this n8n through the tunnel, and the usual password is in the repository.
	const password = useGoogle ? await newPassword(api) : owner.password;
	const workflows = await importExamples(api);
	if (isOnce) await printMainJob(api, workflows);
	else {
		explain(workflows, password);
		await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
		if (recorder) printOutcome(recorder);
		console.log('\nStopping …');
	}
} finally {
	await n8n.stop();
	await emulator?.close();
	await recorder?.close();
}

async function importExamples(api: N8nApi): Promise<SavedWorkflow[]> {
	const credential = await api.createCredential(
		CREDENTIAL_TYPE,
		{
			apiKey: apiKey ?? EMULATOR_KEY,
			baseUrl: emulator?.url ?? 'https://generativelanguage.googleapis.com',
			apiVersion: 'v1beta',
		},
		'Gemini Webhooks API',
	);
	const credentials = [credential, ...(recorder ? await thirdPartyCredentials(api) : [])];
	const address = publicUrl?.slice(0, -1) ?? n8n.url;
	const workflows: SavedWorkflow[] = [];
	for (const file of exampleFiles().filter((one) => !isOnce || isOfMainJob(one))) {
		const example = readExample(file);
		const workflow = await api.createWorkflow(fitIn(example, credentials, address));
		if (startsByItself(example) && (recorder || isOfMainJob(file))) await api.publish(workflow.id);
		workflows.push(workflow);
	}
	return workflows;
}

/** n8n refuses to publish a workflow that only starts by hand. */
function startsByItself({ nodes }: WorkflowDefinition): boolean {
	return nodes.some(({ type }) => type.endsWith('.geminiWebhookTrigger'));
}

async function printMainJob(api: N8nApi, workflows: SavedWorkflow[]): Promise<void> {
	const timeoutMs = useGoogle ? PATIENCE.google : PATIENCE.emulator;
	const { items, missing } = await runMainJob(api, workflows, timeoutMs);
	for (const item of items) console.log(JSON.stringify(item));
	for (const what of missing) console.error(`Missing: ${what}`);
	process.exitCode = missing.length > 0 ? 1 : 0;
}

async function newPassword(api: N8nApi): Promise<string> {
	const password = `Gemini-${randomUUID()}`;
	const change = { currentPassword: owner.password, newPassword: password };
	await api.request('PATCH', '/me/password', change);
	return password;
}

function explain(workflows: SavedWorkflow[], password: string): void {
	const list = workflows.map(({ id, name }) => `  ${name}\n    ${n8n.url}/workflow/${id}`);
	console.log(`
n8n:      ${n8n.url}
Log in:   ${owner.email}
Password: ${password}
Gemini:   ${emulator ? `emulator at ${emulator.url}, nothing is paid for` : 'Google, with your key: batches cost money'}

${list.join('\n')}

What to click: log in, open one of these, click "Execute workflow".
  1. "1 Wait for a batch" waits a moment, then shows one result for each review.
  2. "2 Start a batch for another workflow" starts "3 When a batch finishes": look at its executions.
  3. "5 Start a batch for the project" starts what listens to the project: "4 All jobs of the project", and those
     that tell Slack.${recorder ? WITH_RECORDER : WITHOUT_RECORDER}

Ctrl-C stops everything and removes this n8n's data; the downloaded n8n stays in the user cache folder.`);
}

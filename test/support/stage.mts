import { startEmulator } from '../emulator/index.mts';
import type { Emulator, Settings } from '../emulator/index.mts';
import { CREDENTIAL_TYPE, fitIn, readExample } from './examples.mts';
import { startN8n } from './n8n.mts';
import type { N8n, N8nOptions } from './n8n.mts';
import { N8nApi } from './n8nApi.mts';
import type { Credential, WorkflowDefinition } from './n8nTypes.mts';
import { thirdPartyCredentials } from './recorder/index.mts';
import type { Recorder } from './recorder/index.mts';

export const API_KEY = 'test-key';
/** A second key of the same Google project. */
export const NEW_KEY = 'new-test-key';
/** A key of another Google project, on the same emulator. */
export const FOREIGN_KEY = 'foreign-key';

/** A real n8n with the package, a local Gemini API, and a credential that connects them. */
export interface Stage {
	emulator: Emulator;
	n8n: N8n;
	api: N8nApi;
	credential: Credential;
	/** Saves a workflow, with this stage's credentials and address; returns its id. */
	save(workflow: WorkflowDefinition): Promise<string>;
	/** The same for an example's file, changed first if wanted. */
	saveExample(file: string, change?: (workflow: WorkflowDefinition) => void): Promise<string>;
	close(): Promise<void>;
}

interface StageOptions extends N8nOptions {
	/** The project's key, in the credential; one that can be told from all else in a file, say. */
	apiKey?: string;
	settings?: Partial<Settings>;
	/** Stands in for Slack and Google, with their credentials; closed by whoever started it. */
	recorder?: Recorder;
}

export async function openStage({
	settings,
	recorder,
	apiKey = API_KEY,
	...options
}: StageOptions = {}): Promise<Stage> {
	const emulator = await startEmulator({ apiKeys: [[apiKey, NEW_KEY], FOREIGN_KEY], settings });
	const n8n = await startN8n({ ...options, env: { ...recorder?.env, ...options.env } });
	const api = await N8nApi.connect(n8n.url);
	const credential = await api.createCredential(CREDENTIAL_TYPE, {
		apiKey,
		baseUrl: emulator.url,
		apiVersion: 'v1beta',
	});
	const credentials = [credential, ...(recorder ? await thirdPartyCredentials(api) : [])];
	const save = async (workflow: WorkflowDefinition) =>
		(await api.createWorkflow(fitIn(workflow, credentials, n8n.url))).id;
	return {
		emulator,
		n8n,
		api,
		credential,
		save,
		async saveExample(file, change) {
			const workflow = readExample(file);
			change?.(workflow);
			return await save(workflow);
		},
		async close() {
			await n8n.stop();
			await emulator.close();
		},
	};
}

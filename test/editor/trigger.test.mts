/** The trigger's panel, and the credential's dialog. */
import { finishBatch } from '../support/deliveries.mts';
import { openEditorStage, CREDENTIAL_NAME } from '../support/editorStage.mts';
import type { EditorStage } from '../support/editorStage.mts';
import { eventually, freePorts } from '../support/http.mts';

jest.setTimeout(120_000);

let stage: EditorStage;

beforeAll(async () => {
	stage = await openEditorStage();
}, 300_000);

afterEach(async () => {
	await stage.editor.keepPicture(expect.getState().currentTestName!);
	expect(stage.editor.takeErrors()).toEqual([]);
});

afterAll(async () => {
	await stage?.close();
});

async function addTrigger(action: string) {
	const { editor } = stage;
	await editor.newWorkflow();
	const trigger = await editor.addNode('deep research', 'Gemini Webhook', action);
	await trigger.chooseCredential(CREDENTIAL_NAME);
	return trigger;
}

test('the panel says what the trigger listens to, and how to test it', async () => {
	const trigger = await addTrigger('On batch succeeded');
	expect(await trigger.chosen('Events')).toEqual(['Batch Succeeded']);
	await trigger.shows('Receive finished Gemini jobs');
	await trigger.shows('Publish the workflow to receive every finished job');
	expect(await trigger.fields()).toEqual(['Listen To', 'Events', 'Options']);
	expect(await trigger.notices()).toEqual([
		expect.stringContaining('does not arrive here: for that job, Google uses its URL'),
	]);
	expect(await trigger.addableOptions()).not.toContain('Only Jobs Started from n8n');

	await trigger.choose('Listen To', 'Jobs Started from n8n');
	expect(await trigger.notices()).toEqual([
		expect.stringContaining('Copy the Production URL from "Webhook URLs" above'),
	]);
	expect(await trigger.addableOptions()).toContain('Only Jobs Started from n8n');
	expect(await trigger.webhookUrl('Production URL')).toMatch(/\/webhook\/[\w-]+\/webhook$/);
	expect(await trigger.webhookUrl('Test URL')).toMatch(/\/webhook-test\/[\w-]+\/webhook$/);
	await trigger.close();
});

test("a job of the project arrives while 'Execute step' listens", async () => {
	const { emulator } = stage;
	const trigger = await addTrigger('On batch succeeded');
	await trigger.addOption('Output');
	await trigger.choose('Output', 'With Job Details');
	await trigger.executeStep();
	await trigger.shows('Listening for test event');
	await eventually(() => emulator.webhooks.list().length === 1);

	const jobId = await finishBatch(emulator);
	expect(await trigger.outputTable()).toEqual([
		expect.objectContaining({
			event: 'batch.succeeded',
			status: 'succeeded',
			jobType: 'batch',
			jobId,
			job: expect.stringContaining('by hand'),
		}),
	]);
	await eventually(() => emulator.webhooks.list().length === 0);
	await trigger.close();
});

test("a credential for Redis is asked for where Redis is chosen, and tested by n8n's own client", async () => {
	const [port] = await freePorts(1);
	const redis = { host: '127.0.0.1', port, database: 0, tls: false, keyPrefix: 'gemini-webhooks' };
	await stage.api.createCredential('geminiWebhooksRedisApi', redis, 'Our Redis');
	const trigger = await addTrigger('On batch failed');
	await trigger.addOption('Deduplication Store');
	expect(await trigger.credentialFields()).toHaveLength(1);
	await trigger.choose('Deduplication Store', 'Redis');
	await eventually(async () => (await trigger.credentialFields()).length === 2);
	await trigger.chooseCredential('Our Redis');
	const dialog = await trigger.editCredential();
	await dialog.fill('Key Prefix', 'ours');
	expect(await dialog.save()).toContain(
		`Redis at 127.0.0.1:${port} does not answer: nothing listens there`,
	);
	await dialog.close();
	await trigger.close();
});

test('a wrong key is told in the credential dialog', async () => {
	const trigger = await addTrigger('On batch failed');
	const dialog = await trigger.editCredential();
	await dialog.fill('API Key', 'wrong-key');
	expect(await dialog.save()).toMatch(/API key/);
	await dialog.close();
	await trigger.close();
});

/** Every node from an empty canvas to its output, by clicking and typing alone. */
import {
	CREDENTIAL_NAME,
	openEditorStage,
	OTHER_CREDENTIAL_NAME,
} from '../support/editorStage.mts';
import type { EditorStage } from '../support/editorStage.mts';
import { eventually } from '../support/http.mts';
import type { NodePanel } from '../support/nodePanel.mts';
import { FOREIGN_KEY } from '../support/stage.mts';

jest.setTimeout(120_000);

interface Run {
	name: string;
	action: string;
	/** Fills the fields, beyond what they hold from the start. */
	fill(panel: NodePanel): Promise<void>;
	/** What the panel says while the job runs; undefined when nothing is waited for. */
	waitingText?: string;
	/** One item of the output, each field as it shows. */
	output: Record<string, unknown>;
}

const RUNS: Run[] = [
	{
		name: 'Gemini Interaction',
		action: 'Start an interaction',
		async fill(panel) {
			await panel.chooseFromList('Model', 'Gemini 3.8 Flash');
			await panel.fill('Prompt', 'Compare two heat pumps');
		},
		waitingText: "Waiting for Google's webhook",
		output: {
			jobType: 'interaction',
			status: 'succeeded',
			text: expect.stringContaining('heat pumps'),
		},
	},
	{
		name: 'Gemini Video',
		action: 'Generate a video',
		async fill(panel) {
			await panel.chooseFromList('Model', 'Gemini Omni 1.2 Flash');
			await panel.fill('Prompt', 'A red paper boat');
		},
		waitingText: "Waiting for Google's webhook",
		output: {
			jobType: 'video',
			status: 'succeeded',
			videos: expect.stringContaining('.mp4'),
		},
	},
	{
		name: 'Gemini Webhook',
		action: 'Get many webhooks',
		fill: async () => undefined,
		output: { name: 'Monitor', url: 'https://example.com/hook' },
	},
];

let stage: EditorStage;

beforeAll(async () => {
	// Jobs only end when a test says so.
	stage = await openEditorStage({
		batchDurationMs: null,
		interactionDurationMs: null,
		videoDurationMs: null,
	});
	stage.emulator.webhooks.add({
		name: 'Monitor',
		uri: 'https://example.com/hook',
		subscribed_events: ['batch.succeeded'],
	});
}, 300_000);

afterEach(async () => {
	await stage.editor.keepPicture(expect.getState().currentTestName!);
	expect(stage.editor.takeErrors()).toEqual([]);
});

afterAll(async () => {
	await stage?.close();
});

/** Manual Trigger and Edit Fields with one item. */
async function startWorkflow(item: object) {
	const { editor } = stage;
	await editor.newWorkflow();
	await editor.addSimpleNode('Manual Trigger');
	const fields = await editor.addNodeWithPanel('Edit Fields (Set)');
	await fields.choose('Mode', 'JSON');
	await fields.fillCode('JSON', JSON.stringify(item));
	await fields.executeStep();
	await fields.outputTable();
	await fields.close();
}

test('a workflow is clicked together, waits for its batch, and shows the results', async () => {
	const { editor, emulator } = stage;
	await startWorkflow({ name: 'Ada', sku: 'A-1' });

	const batch = await editor.addNode('bulk', 'Gemini Batch', 'Start a batch');
	await batch.chooseCredential(OTHER_CREDENTIAL_NAME);
	expect(await batch.listRows('Model')).toEqual(
		expect.arrayContaining(['Gemini 3.6 Flash', 'Gemini 3.8 Flash']),
	);
	await batch.chooseFromList('Model', 'Gemini 3.8 Flash');
	await batch.setExpression('Prompt', 'Greet {{ $json.name }}');
	await batch.expressionShows('Prompt', 'Greet Ada');
	await batch.addOption('Key');
	await batch.setExpression('Key', '{{ $json.sku }}');
	await batch.expressionShows('Key', 'A-1');

	await batch.executeStep();
	await batch.outputShows("Waiting for Google's webhook: the batch is running");
	const job = emulator.jobs.list().find(({ kind }) => kind === 'batch')!;
	const { headers, body } = emulator.requests.findLast(({ path }) =>
		path.endsWith('gemini-3.8-flash:batchGenerateContent'),
	)!;
	expect(headers['x-goog-api-key']).toBe(FOREIGN_KEY);
	expect(body).toContain('Greet Ada');
	await batch.close();
	await editor.nodeIs('Gemini Batch', 'waiting');

	emulator.jobs.complete(job.name);
	await editor.nodeIs('Gemini Batch', 'success');
	await editor.openNode('Gemini Batch');
	expect(await batch.outputTable()).toEqual([
		expect.objectContaining({
			key: 'A-1',
			status: 'succeeded',
			text: 'Echo: Greet Ada',
			jobId: job.name,
		}),
	]);
	await batch.close();
});

test('the fields of the results can be used before the first run', async () => {
	const { editor } = stage;
	await editor.newWorkflow();
	await editor.addSimpleNode('Manual Trigger');
	const batch = await editor.addNode('bulk', 'Gemini Batch', 'Start a batch');
	await batch.close();
	const next = await editor.addNodeWithPanel('No Operation, do nothing');
	expect(await next.inputSchema()).toEqual(
		expect.arrayContaining(['key', 'status', 'text', 'usage', 'jobId', 'waitStatus']),
	);
	await next.close();
});

test('what is wrong is said before anything is sent', async () => {
	const { editor, emulator } = stage;
	const before = emulator.requests.filter(({ method }) => method === 'POST').length;
	await startWorkflow({ name: '' });
	const batch = await editor.addNode('bulk', 'Gemini Batch', 'Start a batch');
	await batch.chooseFromList('Model', 'Gemini 3.8 Flash');
	await batch.setExpression('Prompt', '{{ $json.name }}');
	await batch.executeStep();
	await batch.outputShows("The 'Prompt' of item 0 is empty");
	await batch.outputShows('Fill the field, or filter such items out before this node.');
	await batch.close();
	await editor.nodeIs('Gemini Batch', 'error');
	await eventually(
		() => emulator.requests.filter(({ method }) => method === 'POST').length === before,
	);
});

test.each(RUNS)('$name: $action', async ({ name, action, fill, waitingText, output }) => {
	const { editor, emulator } = stage;
	await editor.newWorkflow();
	await editor.addSimpleNode('Manual Trigger');
	const panel = await editor.addNode(name, name, action);
	await panel.chooseCredential(CREDENTIAL_NAME);
	await fill(panel);
	await panel.executeStep();
	if (waitingText) {
		await panel.outputShows(waitingText);
		emulator.jobs.complete(
			emulator.jobs.list().findLast(({ kind }) => kind === 'interaction')!.name,
		);
	}
	expect(await panel.outputTable()).toEqual([expect.objectContaining(output)]);
	await panel.close();
});

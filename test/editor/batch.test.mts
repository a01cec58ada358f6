/** A batch from an empty canvas to its results, by clicking and typing alone. */
import { eventually } from '../support/http.mts';
import { openEditorStage, OTHER_CREDENTIAL_NAME } from '../support/editorStage.mts';
import type { EditorStage } from '../support/editorStage.mts';
import { FOREIGN_KEY } from '../support/stage.mts';

jest.setTimeout(120_000);

let stage: EditorStage;

beforeAll(async () => {
	// Jobs only end when a test says so.
	stage = await openEditorStage({ batchDurationMs: null });
}, 300_000);

afterEach(async () => {
	await stage?.editor.keepPicture(expect.getState().currentTestName!);
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
	expect(editor.errors).toEqual([]);
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
	expect(editor.errors).toEqual([]);
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
	expect(editor.errors).toEqual([]);
});

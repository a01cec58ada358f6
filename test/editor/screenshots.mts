/** Takes the README's pictures: `npm run test:editor -- --screenshots`. */
import { resolve } from 'node:path';
import { finishBatch } from '../support/deliveries.mts';
import { openEditorStage } from '../support/editorStage.mts';
import { eventually } from '../support/http.mts';

const IMAGES = resolve(import.meta.dirname, '..', '..', 'docs', 'images');
const picture = (name: string) => resolve(IMAGES, `${name}.png`);

/** What the model might answer to the example's three reviews. */
const ANSWERS: Array<[key: string, text: string]> = [
	['A-1', 'Happy'],
	['A-2', 'Unhappy'],
	['A-3', 'Neutral'],
];

const results = ANSWERS.map(([key, text]) => ({
	metadata: { key },
	response: {
		candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
		usageMetadata: { promptTokenCount: 17, candidatesTokenCount: 1, totalTokenCount: 18 },
	},
}));

const stage = await openEditorStage({ batchDurationMs: null });
const { editor, emulator } = stage;
try {
	const id = await stage.saveExample('1-wait-for-a-batch.json', (workflow) => {
		// So that the nodes are large.
		workflow.nodes = workflow.nodes.filter(({ type }) => !type.endsWith('.stickyNote'));
	});
	await editor.openWorkflow(id);
	await editor.executeWorkflow();
	await editor.nodeIs('Gemini Batch', 'waiting');
	await editor.showLogOf('Gemini Batch');
	await editor.enlargeLogs(70);
	await editor.screenshot(picture('parked-execution'));

	emulator.jobs.complete(emulator.jobs.list()[0].name, { results });
	await editor.nodeIs('Result per Review', 'success');
	await editor.showLogOf('Gemini Batch');
	await editor.messagesAreGone();
	await editor.screenshot(picture('batch-results'));

	await editor.openWorkflow(await stage.saveExample('4-all-jobs-of-the-project.json'));
	const trigger = await editor.openNode('Gemini Webhook Trigger');
	await trigger.executeStep();
	await eventually(() => emulator.webhooks.list().length === 1);
	await finishBatch(emulator);
	await trigger.outputTable();
	await trigger.showOutputAs('Schema');
	await editor.messagesAreGone();
	await editor.screenshot(picture('trigger-panel'));
} catch (error) {
	await editor.keepPicture('screenshots');
	throw error;
} finally {
	await stage.close();
}

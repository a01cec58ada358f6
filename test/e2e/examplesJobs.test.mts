/** The example workflows about videos and interactions, as users import them, run to their end. */
import { eventually } from '../support/http.mts';
import {
	readInteraction,
	runUntilParked,
	interactionIds,
	startedWith,
} from '../support/longJobs.mts';
import { itemsOf } from '../support/n8nApi.mts';
import type { WorkflowDefinition } from '../support/n8nTypes.mts';
import { startRecorder } from '../support/recorder/index.mts';
import type { Recorder } from '../support/recorder/index.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';

jest.setTimeout(90_000);

let recorder: Recorder;
let stage: Stage;

beforeAll(async () => {
	recorder = await startRecorder();
	// Jobs only end when a test says so.
	stage = await openStage({ recorder, settings: { interactionDurationMs: null } });
}, 300_000);

afterAll(async () => {
	await stage?.close();
	await recorder?.close();
});

beforeEach(() => {
	recorder.slack.messages.length = 0;
	recorder.drive.files.length = 0;
});

afterEach(() => expect(recorder.unknown).toEqual([]));

const nodeOf = ({ nodes }: WorkflowDefinition, name: string) =>
	nodes.find((node) => node.name === name)!;

/** Replaces a piece of text in the parameters of a node. */
function replace(workflow: WorkflowDefinition, name: string, from: string, to: string): void {
	const node = nodeOf(workflow, name);
	const before = JSON.stringify(node.parameters);
	expect(before).toContain(from);
	node.parameters = JSON.parse(before.replace(from, to)) as typeof node.parameters;
}

const done = async (workflowId: string) =>
	await stage.api.waitForExecution({ workflowId, status: 'success', timeoutMs: 30_000 });

describe('9 Video from a prompt to Google Drive', () => {
	const FILE = '9-video-from-a-prompt-to-drive.json';

	test('the film that Google made is in Drive, byte by byte', async () => {
		const { emulator } = stage;
		// More than one of the pieces that n8n's Google Drive node sends.
		emulator.settings.filmBytes = 5_000_000;
		const workflowId = await stage.saveExample(FILE);
		const { jobIds } = await runUntilParked(stage, workflowId);
		expect(jobIds).toHaveLength(1);
		emulator.jobs.complete(jobIds[0]);
		emulator.settings.filmBytes = null;
		const execution = await done(workflowId);
		const made = emulator.files.list().at(-1)!;
		expect(recorder.drive.files).toMatchObject([
			{ name: 'Paper boat.mp4', mimeType: 'video/mp4', parents: ['root'] },
		]);
		const { bytes } = recorder.drive.files[0];
		expect(bytes).toHaveLength(5_000_000);
		// jest compares megabytes for seconds.
		expect(bytes.equals(emulator.files.bytes(String(made.name)))).toBe(true);
		expect(bytes.subarray(0, 200).toString('latin1')).toContain('A red paper boat');
		expect(itemsOf(execution, 'Google Drive')[0].json).toMatchObject({ name: 'Paper boat.mp4' });
		expect(itemsOf(execution, 'Why There Is No Film')).toEqual([]);
	});

	test('a prompt that Google refuses leads to a note that says why', async () => {
		const { emulator } = stage;
		const workflowId = await stage.saveExample(FILE, (workflow) =>
			replace(workflow, 'Prompt', 'A red paper boat', '[[blocked]] A red paper boat'),
		);
		const { jobIds } = await runUntilParked(stage, workflowId);
		emulator.jobs.complete(jobIds[0]);
		const [{ json }] = itemsOf(await done(workflowId), 'Why There Is No Film');
		expect(json).toEqual({
			message: expect.stringMatching(
				/^There is no film "Paper boat": I cannot make this video.*Google's safety filters kept the video back/,
			),
			jobId: jobIds[0],
		});
		expect(recorder.drive.files).toEqual([]);
	});

	test('so does a job that fails', async () => {
		const { emulator } = stage;
		const workflowId = await stage.saveExample(FILE);
		const { jobIds } = await runUntilParked(stage, workflowId);
		emulator.jobs.fail(jobIds[0], { code: 'api_error', message: 'No capacity.' });
		const [{ json }] = itemsOf(await done(workflowId), 'Why There Is No Film');
		expect(json.message).toMatch(/^There is no film "Paper boat": No capacity\. .*Start it again/);
		expect(recorder.drive.files).toEqual([]);
	});

	test('so does a film that cannot be fetched', async () => {
		const { emulator } = stage;
		const workflowId = await stage.saveExample(FILE);
		const { jobIds } = await runUntilParked(stage, workflowId);
		emulator.faults.add({ path: /:download/, status: 403 });
		emulator.jobs.complete(jobIds[0]);
		const [{ json }] = itemsOf(await done(workflowId), 'Why There Is No Film');
		expect(json.message).toMatch(/^There is no film "Paper boat": Could not download files\//);
		expect(json.message).not.toMatch(/undefined|null/);
	});
});

describe('10 Five videos at once', () => {
	const FILE = '10-five-videos-at-once.json';

	/** The ids of the five jobs by the titles of their scenes. */
	async function byTitle(jobIds: string[]): Promise<Record<string, string>> {
		const marks = {
			Dawn: 'first light',
			Market: 'busy market',
			Rain: 'Heavy rain',
			Train: 'slow train',
			Night: 'empty street',
		};
		const texts = await Promise.all(
			jobIds.map(async (id) => JSON.stringify(await readInteraction(stage, id))),
		);
		return Object.fromEntries(
			Object.entries(marks).map(([title, mark]) => [
				title,
				jobIds[texts.findIndex((text) => text.includes(mark))],
			]),
		);
	}

	test('end in any order and any way; the last one continues the execution once', async () => {
		const { api, emulator } = stage;
		const workflowId = await stage.saveExample(FILE, (workflow) =>
			replace(workflow, 'Five Scenes', 'Heavy rain', '[[blocked]] Heavy rain'),
		);
		const { executionId, jobIds } = await runUntilParked(stage, workflowId);
		const jobs = await byTitle(jobIds);
		expect(new Set(Object.values(jobs)).size).toBe(5);
		const ends: Array<[string, () => void]> = [
			['Train', () => emulator.jobs.complete(jobs.Train)],
			['Rain', () => emulator.jobs.complete(jobs.Rain)],
			['Dawn', () => emulator.jobs.fail(jobs.Dawn, { code: 'api_error', message: 'No capacity.' })],
			['Night', () => emulator.jobs.complete(jobs.Night)],
			['Market', () => emulator.jobs.complete(jobs.Market)],
		];
		for (const [index, [title, end]] of ends.entries()) {
			expect((await api.execution(executionId)).status).toBe('waiting');
			end();
			// Google hears at once that its delivery arrived, whether or not it was the last one.
			const attempt = await eventually(
				() =>
					emulator.deliveries.find(({ body }) => body.includes(`"${jobs[title]}"`))?.attempts[0],
			);
			expect(attempt.status).toBe(200);
			const note = index < 4 ? 'other jobs still running' : 'fetching the results';
			expect(JSON.parse(attempt.responseBody)).toMatchObject({ note });
		}
		const execution = await done(workflowId);
		expect(execution.data.resultData.runData['Gemini Video']).toHaveLength(1);
		const titles = ['Dawn', 'Market', 'Rain', 'Train', 'Night'];
		const out = itemsOf(execution, 'Gemini Video');
		expect(out.map(({ json, pairedItem }) => [json.jobId, json.status, pairedItem])).toEqual([
			[jobs.Dawn, 'failed', { item: 0 }],
			[jobs.Market, 'succeeded', { item: 1 }],
			[jobs.Rain, 'blocked', { item: 2 }],
			[jobs.Train, 'succeeded', { item: 3 }],
			[jobs.Night, 'succeeded', { item: 4 }],
		]);
		expect(out.map(({ binary }) => binary?.video.fileName)).toEqual(
			titles.map((title) => (['Dawn', 'Rain'].includes(title) ? undefined : `${title}.mp4`)),
		);

		// Each outcome has gone its own way, with the scene it comes from.
		const films = itemsOf(execution, 'Film');
		expect(films.map(({ json, binary }) => [json.title, binary?.video.fileName])).toEqual([
			['Market', 'Market.mp4'],
			['Train', 'Train.mp4'],
			['Night', 'Night.mp4'],
		]);
		expect(itemsOf(execution, 'Refused').map(({ json }) => json)).toEqual([
			{
				title: 'Rain',
				scene: expect.stringContaining('Heavy rain'),
				reason: expect.stringContaining('I cannot make this video'),
			},
		]);
		expect(itemsOf(execution, 'Not There').map(({ json }) => json)).toEqual([
			{
				title: 'Dawn',
				jobId: jobs.Dawn,
				status: 'failed',
				reason: 'No capacity.',
				whatToDo: expect.stringContaining('Start it again'),
			},
		]);
	});
});

describe('11 Deep research to Slack', () => {
	const FILE = '11-deep-research-to-slack.json';
	const QUESTION = 'Which packaging for fresh food can be composted at home';

	test('a summary and the sources arrive in Slack', async () => {
		const { emulator, api } = stage;
		const workflowId = await stage.saveExample(FILE);
		const { executionId, jobIds } = await runUntilParked(stage, workflowId);
		expect(startedWith(stage).at(-1)).toMatchObject({
			agent: 'deep-research-preview-04-2026',
			agent_config: { type: 'deep-research', visualization: 'off' },
		});
		emulator.jobs.complete(jobIds[0]);
		// The same execution is parked a second time, for the summary.
		const summary = await eventually(() => {
			const latest = interactionIds(stage).at(-1)!;
			return latest === jobIds[0] ? undefined : latest;
		});
		await eventually(async () => (await api.execution(executionId)).status === 'waiting');
		expect(recorder.slack.messages).toEqual([]);
		const text = 'Paper works, at twice the price.';
		emulator.jobs.complete(summary, {
			steps: [{ type: 'model_output', content: [{ type: 'text', text }] }],
		});
		const execution = await done(workflowId);
		const [report] = itemsOf(execution, 'Research');
		expect(report.json).toMatchObject({
			status: 'succeeded',
			text: expect.stringContaining('# Report'),
			sources: [{ title: expect.any(String), url: expect.stringMatching(/^https:/) }],
		});
		const [source] = report.json.sources as Array<{ title: string; url: string }>;
		expect(JSON.stringify(startedWith(stage).at(-1)!.input)).toContain('# Report');
		expect(recorder.slack.messages).toMatchObject([{ channel: 'general' }]);
		const message = String(recorder.slack.messages[0].text);
		expect(message.split('\n\n')).toEqual([
			expect.stringContaining(`*${QUESTION}`),
			text,
			`• <${source.url}|${source.title}>`,
		]);
	});

	test('without a summary, the report itself arrives', async () => {
		const { emulator } = stage;
		const workflowId = await stage.saveExample(FILE);
		const { jobIds } = await runUntilParked(stage, workflowId);
		emulator.jobs.complete(jobIds[0]);
		const summary = await eventually(() => {
			const latest = interactionIds(stage).at(-1)!;
			return latest === jobIds[0] ? undefined : latest;
		});
		emulator.jobs.fail(summary, { code: 'api_error', message: 'No capacity.' });
		await done(workflowId);
		expect(recorder.slack.messages[0].text).toContain('# Report');
		expect(recorder.slack.messages[0].text).not.toMatch(/undefined|null/);
	});

	test('a research that failed is told as well', async () => {
		const { emulator } = stage;
		const workflowId = await stage.saveExample(FILE);
		const { jobIds } = await runUntilParked(stage, workflowId);
		emulator.jobs.fail(jobIds[0], { code: 'api_error', message: 'No capacity.' });
		await done(workflowId);
		const text = String(recorder.slack.messages[0].text);
		expect(text).toContain(QUESTION);
		expect(text).toContain('There is no report: No capacity.');
		expect(text).toContain('Start it again');
		expect(text).not.toMatch(/undefined|null/);
	});
});

describe('12 Function call round trip', () => {
	const FILE = '12-function-call-round-trip.json';
	const said = (text: string) => ({
		steps: [{ type: 'model_output', content: [{ type: 'text', text }] }],
	});

	/** The interaction that follows `previous`, once the execution waits for it. */
	async function next(executionId: string, previous: string): Promise<string> {
		const id = await eventually(() => {
			const latest = interactionIds(stage).at(-1)!;
			return latest === previous ? undefined : latest;
		});
		await eventually(async () => (await stage.api.execution(executionId)).status === 'waiting');
		return id;
	}

	/** The function results that were sent last, by the id of their call. */
	const results = () =>
		startedWith(stage).at(-1)!.input as Array<{
			type: string;
			call_id: string;
			name: string;
			result: unknown;
			is_error?: boolean;
		}>;

	test('parallel calls, two rounds, one answer', async () => {
		const { emulator } = stage;
		const workflowId = await stage.saveExample(FILE);
		const { executionId, jobIds } = await runUntilParked(stage, workflowId);
		const [first] = jobIds;
		const tools = startedWith(stage).at(-1)!.tools;
		expect(tools).toMatchObject([
			{ type: 'function', name: 'find_order', parameters: { required: ['order_number'] } },
			{ type: 'function', name: 'check_stock', parameters: { required: ['article'] } },
		]);
		emulator.jobs.requireAction(first, [
			{ id: 'a', name: 'find_order', arguments: { order_number: '1001' } },
			{ id: 'b', name: 'check_stock', arguments: { article: 'A-3' } },
			{ id: 'c', name: 'find_order', arguments: { order_number: '1002' } },
		]);
		const second = await next(executionId, first);
		expect(startedWith(stage).at(-1)).toMatchObject({
			model: 'gemini-3.8-flash',
			previous_interaction_id: first,
			system_instruction: expect.stringContaining('small shop'),
			tools,
		});
		expect(results()).toEqual([
			{
				type: 'function_result',
				call_id: 'a',
				name: 'find_order',
				result: { state: 'on its way', article: 'A-1', arrives: 'tomorrow' },
			},
			{
				type: 'function_result',
				call_id: 'b',
				name: 'check_stock',
				result: { article: 'A-3', pieces: 17 },
			},
			{
				type: 'function_result',
				call_id: 'c',
				name: 'find_order',
				result: { state: 'waiting for stock', article: 'A-2' },
			},
		]);

		// The second round takes another branch only, and an order that isn't there.
		emulator.jobs.requireAction(second, [
			{ id: 'd', name: 'check_stock', arguments: { article: 'A-2' } },
			{ id: 'e', name: 'check_stock', arguments: { article: 'A-1' } },
		]);
		const third = await next(executionId, second);
		expect(results()).toMatchObject([
			{ call_id: 'd', result: { article: 'A-2', pieces: 0 } },
			{ call_id: 'e', result: { article: 'A-1', pieces: 4 } },
		]);

		// The third one what nobody knows.
		emulator.jobs.requireAction(third, [
			{ id: 'f', name: 'find_order', arguments: { order_number: '9' } },
			{ id: 'g', name: 'call_the_driver', arguments: {} },
		]);
		const fourth = await next(executionId, third);
		expect(results()).toMatchObject([
			{
				call_id: 'f',
				result: { error: 'There is no order with this number.' },
				is_error: true,
			},
			{
				call_id: 'g',
				result: { error: "There is no function 'call_the_driver'." },
				is_error: true,
			},
		]);
		emulator.jobs.complete(fourth, said('Order 1001 arrives tomorrow.'));
		const execution = await done(workflowId);
		expect(execution.id).toBe(executionId);
		expect(itemsOf(execution, 'Answer').map(({ json }) => json)).toEqual([
			{
				question: expect.stringContaining('Where are my orders'),
				answer: 'Order 1001 arrives tomorrow.',
			},
		]);
		expect(execution.data.resultData.runData['Give Results']).toHaveLength(3);
	});

	test('several questions at once keep apart, each with its own number of calls and rounds', async () => {
		const { emulator } = stage;
		const questions = ['Where is 1001?', 'And A-3?', 'Good morning'];
		const workflowId = await stage.saveExample(FILE, (workflow) => {
			workflow.pinData = { Question: questions.map((question) => ({ json: { question } })) };
		});
		const { executionId, jobIds } = await runUntilParked(stage, workflowId);
		const texts = await Promise.all(
			jobIds.map(async (id) => JSON.stringify(await readInteraction(stage, id))),
		);
		const [order, stock, greeting] = questions.map(
			(question) => jobIds[texts.findIndex((text) => text.includes(question))],
		);
		emulator.jobs.complete(greeting, said('Good morning!'));
		emulator.jobs.requireAction(stock, [
			{ id: 's1', name: 'check_stock', arguments: { article: 'A-3' } },
		]);
		emulator.jobs.requireAction(order, [
			{ id: 'o1', name: 'find_order', arguments: { order_number: '1001' } },
			{ id: 'o2', name: 'check_stock', arguments: { article: 'A-1' } },
		]);
		// Both conversations go on in one execution: the one about the stock ends, the other one asks once more.
		const answerTo = async (jobId: string): Promise<string> =>
			await eventually(async () => {
				for (const id of interactionIds(stage)) {
					const { previous_interaction_id } = await readInteraction(stage, id);
					if (previous_interaction_id === jobId) return id;
				}
				return undefined;
			});
		const [stockAnswer, orderAnswer] = [await answerTo(stock), await answerTo(order)];
		const isParked = async () => (await stage.api.execution(executionId)).status === 'waiting';
		await eventually(isParked);
		emulator.jobs.complete(stockAnswer, said('17 pieces.'));
		emulator.jobs.requireAction(orderAnswer, [
			{ id: 'o3', name: 'find_order', arguments: { order_number: '1002' } },
		]);
		const lastAnswer = await answerTo(orderAnswer);
		expect(results()).toMatchObject([{ call_id: 'o3', result: { article: 'A-2' } }]);
		await eventually(isParked);
		emulator.jobs.complete(lastAnswer, said('Tomorrow.'));
		const { data } = await done(workflowId);
		const answers = data.resultData.runData.Answer.map(({ data: { main } = { main: [] } }) =>
			main[0]?.map(({ json }) => json),
		);
		expect(answers).toEqual([
			[{ question: questions[2], answer: 'Good morning!' }],
			[{ question: questions[1], answer: '17 pieces.' }],
			[{ question: questions[0], answer: 'Tomorrow.' }],
		]);
	});

	test('an answer without any call goes straight through', async () => {
		const { emulator } = stage;
		const workflowId = await stage.saveExample(FILE);
		const { jobIds } = await runUntilParked(stage, workflowId);
		emulator.jobs.complete(jobIds[0], said('Good morning!'));
		const execution = await done(workflowId);
		expect(itemsOf(execution, 'Answer')[0].json.answer).toBe('Good morning!');
		expect(execution.data.resultData.runData).not.toHaveProperty('Give Results');
	});

	test('a conversation that fails says why', async () => {
		const { emulator } = stage;
		const workflowId = await stage.saveExample(FILE);
		const { jobIds } = await runUntilParked(stage, workflowId);
		emulator.jobs.fail(jobIds[0], { code: 'api_error', message: 'No capacity.' });
		const [{ json }] = itemsOf(await done(workflowId), 'Answer');
		expect(json.answer).toMatch(/^There is no answer: No capacity\. Google's reason/);
	});
});

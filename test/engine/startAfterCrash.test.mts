/** Paid jobs of an execution that n8n crashed in: its 'Retry' has lost all memory, and must not pay for them again. */
import type { INode, IRunExecutionData } from 'n8n-workflow';
import { eventually } from '../support/http.mts';
import { databaseGoesAway, logLines, processedData } from './support/container.mts';
import { repeatedAfterCrash } from './support/crash.mts';
import type { Execution } from './support/execution.mts';
import {
	interactionWorkflow,
	ids,
	ONE,
	QUESTIONS,
	run as ask,
	startParameters,
} from './support/interactions.mts';
import { batchParameters, PROMPTS, Stage } from './support/stage.mts';
import { jobIds, OMNI, runVideo, SCENES, starts, VEO } from './support/video.mts';
import { BATCH, chosen, line, node } from './support/workflow.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open({
		interactionDurationMs: null,
		videoDurationMs: null,
		veoAvailable: true,
	});
});
beforeEach(() => stage.reset());
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const retryOnFail = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
const batches = () => stage.emulator.jobs.list().map(({ name }) => name);
const again = async (lost: Execution, name: string) =>
	await repeatedAfterCrash(stage, lost, { after: ['Start'], at: name });

/**
 * The execution, run a second time from what came in: over several processes, n8n may continue one twice when two
 * webhooks call it at once.
 */
const twice = async (first: Execution) =>
	await stage
		.execution(first.definition, first.mode)
		.resume(JSON.parse(first.cameIn) as IRunExecutionData);

/** The starts that are noted in n8n's database, without the tickets of who noted them. */
const notes = () =>
	[...processedData.noted.values()].flat().filter((entry) => !String(entry).includes(' '));

/** As if n8n had crashed before it sent anything. */
function forgetAll(): void {
	stage.emulator.reset();
	processedData.noted.clear();
}

describe('a batch', () => {
	test.each([[{}], [retryOnFail]])(
		'that was started is named and not started again, however often (%j)',
		async (options) => {
			const lost = await stage.runBatch({}, options);
			const [name] = batches();
			const first = await again(lost, 'Batch');
			const second = await again(first, 'Batch');
			// n8n repeats also an execution that failed, and that one has its memory.
			const third = stage.execution(first.definition, 'retry');
			const { data } = first;
			delete data.resultData.error;
			data.resultData.runData.Batch.pop();
			await third.resume(data);
			for (const { status, error } of [first, second, third]) {
				expect(status).toBe('error');
				expect(error!.message).toBe(
					`The execution that is repeated has started the batch ${name} already`,
				);
				expect(error!.description).toMatch(
					/^It is called 'Reviews \[n8n [0-9a-f]{8}\]', its state is 'pending'/,
				);
			}
			expect(batches()).toEqual([name]);
		},
	);

	test('that another run of the same execution has started is named and not started again', async () => {
		const { error } = await twice(await stage.runBatch());
		const [name] = batches();
		expect(error!.message).toBe(
			`Another run of this execution has started the batch ${name} already`,
		);
		expect(batches()).toEqual([name]);
	});

	test.each([[{}], [retryOnFail]])(
		'that another run of the same execution is about to start is left to that one (%j)',
		async (options) => {
			const first = await stage.runBatch({}, options);
			stage.emulator.reset();
			const { error } = await twice(first);
			expect(error!.message).toMatch(/^It is not known whether the batch 'Reviews \[n8n/);
			expect(error!.description).toMatch(/^Another run of this execution got no answer/);
			expect(batches()).toEqual([]);
		},
	);

	test('that was not started yet is started', async () => {
		const lost = await stage.runBatch();
		forgetAll();
		expect((await again(lost, 'Batch')).status).toBe('waiting');
		expect(batches()).toHaveLength(1);
	});

	test('that two repetitions are about to start is started by one of them', async () => {
		const lost = await stage.runBatch();
		// It crashed before it sent anything, but after it had noted the start.
		stage.emulator.reset();
		const fault = stage.emulator.faults.add({ path: /:batchGenerateContent/, delayMs: 6000 });
		const first = again(lost, 'Batch');
		// The first one is sending.
		await eventually(() =>
			stage.emulator.faults.list().some(({ id, hits }) => id === fault && hits),
		);
		const { error } = await again(lost, 'Batch');
		// As long as the other one takes; it is sent by then.
		expect(error!.message).toMatch(/^It is not known whether the batch|has started the batch/);
		expect((await first).status).toBe('waiting');
		expect(batches()).toHaveLength(1);
		const third = await again(lost, 'Batch');
		expect(third.error!.message).toContain(`has started the batch ${batches()[0]} already`);
	});

	test('that came to nothing is started anew, and that one is not started again either', async () => {
		const lost = await stage.runBatch();
		stage.emulator.jobs.fail(batches()[0], { code: 8, message: 'No capacity' });
		const second = await again(lost, 'Batch');
		expect(second.status).toBe('waiting');
		expect(batches()).toHaveLength(2);
		const third = await again(second, 'Batch');
		expect(third.error!.message).toContain(`has started the batch ${batches()[1]} already`);
		expect(batches()).toHaveLength(2);
	});

	test('is not started while nobody knows, as the list cannot be read', async () => {
		const lost = await stage.runBatch();
		stage.emulator.faults.add({ path: /\/batches\?/, status: 400, times: null });
		const { error } = await again(lost, 'Batch');
		expect(error!.message).toMatch(/^It is not known whether the batch 'Reviews \[n8n/);
		expect(batches()).toHaveLength(1);
	});

	test('is found also behind a node that n8n crashed in later', async () => {
		const lost = await stage.runBatch({ whenDone: 'nothing' });
		const crash = { after: ['Start', 'Batch'], at: 'After' };
		const { error } = await repeatedAfterCrash(stage, lost, crash);
		expect(error!.message).toContain(`has started the batch ${batches()[0]} already`);
		expect(batches()).toHaveLength(1);
	});

	test('of each round of a loop is one of its own', async () => {
		const workflow = line(
			node('Start', 'passThrough'),
			node('Batch', BATCH, batchParameters({ whenDone: 'nothing' })),
			node('Again', 'repeatOnce'),
		);
		workflow.connections.Again = { main: [[{ node: 'Batch', type: 'main', index: 0 }]] };
		const lost = await stage.execution(workflow).start(PROMPTS);
		const names = batches();
		expect(names).toHaveLength(2);
		stage.emulator.jobs.fail(names[0]);
		const { error } = await repeatedAfterCrash(stage, lost, { after: ['Start', 'Batch'] });
		// The first round is made up for, the second one is found.
		expect(error!.message).toContain(`has started the batch ${names[1]} already`);
		expect(batches()).toHaveLength(3);
	});
});

const video = async (model: string, options: object = {}) =>
	await runVideo(stage, { model: chosen(model) }, options);

describe.each([
	['an Omni video', 'Video', async (options: object) => await video(OMNI, options)],
	['a Veo video', 'Video', async (options: object) => await video(VEO, options)],
	[
		'an interaction',
		'Ask',
		async (options: object) => await ask(stage, startParameters(), { ...ONE, ...options }),
	],
])('%s, which Google has no list of', (_, name, run) => {
	test.each([[{}], [retryOnFail]])(
		'is not started again, and the item is named (%j)',
		async (options) => {
			const lost = await run(options);
			expect(lost.status).toBe('waiting');
			const repeated = await again(lost, name);
			for (const { status, error } of [repeated, await again(repeated, name)]) {
				expect(status).toBe('error');
				expect(error!.message).toMatch(
					/^It is not known whether the (video|interaction) '.*Reviews/,
				);
				expect(error!.description).toContain('Google has no list to look it up in');
				expect(error!.context.itemIndex).toBe(0);
			}
			expect(jobIds(stage)).toHaveLength(1);
		},
	);

	test("is named in n8n's log as soon as it is there", async () => {
		await run({});
		const [id] = jobIds(stage);
		const place = `\\(node '${name}', execution execution-\\d+ of the workflow workflow-\\d+\\)`;
		expect(logLines.filter(({ level }) => level === 'info')).toEqual(
			["Starting the (video|interaction) '.*'", `Started the (video|interaction) ${id}`].map(
				(words) => ({
					level: 'info',
					message: expect.stringMatching(`^${words} ${place}$`),
					meta: {},
				}),
			),
		);
	});

	test('that another run of the same execution has started is not started again', async () => {
		const { error } = await twice(await run({}));
		expect(error!.message).toMatch(/^It is not known whether the (video|interaction) '.*Reviews/);
		expect(error!.description).toMatch(/^Another run of this execution got no answer/);
		expect(jobIds(stage)).toHaveLength(1);
	});

	test('stays noted, though another process writes its own notes over it', async () => {
		const running = run({});
		for (let time = 0; time < 3; time++) {
			await eventually(() => notes().length > 0, { intervalMs: 1 });
			// It is sent only when its note has stayed.
			expect(jobIds(stage)).toEqual([]);
			processedData.noted.clear();
		}
		expect((await running).status).toBe('waiting');
		expect(notes()).toHaveLength(1);
	});

	test('that was not started yet is started', async () => {
		const lost = await run({});
		forgetAll();
		expect((await again(lost, name)).status).toBe('waiting');
		expect(jobIds(stage)).toHaveLength(1);
	});

	test('that Google refused is started by a Retry of the failed execution', async () => {
		stage.emulator.faults.add({ path: /\/interactions$|:predictLongRunning$/, status: 429 });
		const failed = await run({});
		expect(failed.status).toBe('error');
		const data = failed.data;
		delete data.resultData.error;
		data.resultData.runData[name].pop();
		stage.emulator.faults.add({ path: /\/interactions$|:predictLongRunning$/, status: 429 });
		const again = async () =>
			await stage
				.execution(failed.definition, 'retry')
				.resume(JSON.parse(JSON.stringify(data)) as IRunExecutionData);
		expect((await again()).error!.message).not.toMatch(/not known/);
		expect((await again()).status).toBe('waiting');
		expect(jobIds(stage)).toHaveLength(1);
		expect((await again()).error!.message).toMatch(/^It is not known whether/);
		expect(jobIds(stage)).toHaveLength(1);
	});

	test("is not started while n8n's database cannot note it: nothing else would keep Retry from paying again", async () => {
		databaseGoesAway();
		const { error } = await run({});
		expect(error!.message).toMatch(
			/^The (video|interaction) '.*Reviews.*' was not started, as n8n's database cannot be reached$/,
		);
		expect(stage.log).toContain('Could not note in the database of n8n');
		expect(jobIds(stage)).toEqual([]);
		expect((await run({})).status).toBe('waiting');
	});

	test('is started once though the database takes the note and its answer is lost', async () => {
		processedData.lostAnswers.push(new Error('Connection terminated'));
		expect((await run({})).status).toBe('waiting');
		expect(jobIds(stage)).toHaveLength(1);
	});

	describe('when there were more starts since than n8n notes', () => {
		/** Of so many other starts; n8n drops the oldest notes. */
		const otherNotes = (count: number, keep: (entry: string) => boolean) => {
			const others = Array.from({ length: count }, (_, index) => `other-${index} note`);
			for (const noted of processedData.noted.values()) {
				const kept = noted.filter((entry) => keep(String(entry)));
				noted.splice(0, noted.length, ...[...kept, ...others].slice(-3900));
			}
		};

		test('it is not taken for not started, at whichever Retry', async () => {
			const lost = await run({});
			otherNotes(3900, () => true);
			for (let time = 0; time < 2; time++) {
				const { error } = await again(lost, name);
				expect(error!.message).toMatch(/^It is not known whether the (video|interaction)/);
				expect(error!.description).toContain('notes the last 1300 starts of this node');
			}
			expect(jobIds(stage)).toHaveLength(1);
		});

		test('it is started if the notes of its own execution are all there, and it is not among them', async () => {
			const lost = await run({});
			stage.emulator.reset();
			otherNotes(3899, (entry) => entry.endsWith(' began'));
			expect((await again(lost, name)).status).toBe('waiting');
			expect(jobIds(stage)).toHaveLength(1);
		});
	});

	test('run by hand in the editor is noted, as n8n may repeat that, too', async () => {
		await run({ mode: 'manual' });
		expect(notes()).toHaveLength(1);
	});

	test("is not started again while n8n's database does not tell whether it was", async () => {
		const lost = await run({});
		databaseGoesAway();
		const repeated = await again(lost, name);
		expect(repeated.error!.message).toMatch(/^It is not known whether the (video|interaction)/);
		expect(repeated.error!.description).toMatch(/^n8n's database, .* could not be reached/);
		expect(jobIds(stage)).toHaveLength(1);
	});
});

test('several videos: those that were sent are not sent again, the others wait for the user', async () => {
	const parameters = { model: chosen(OMNI) };
	stage.emulator.faults.add({ path: /\/interactions$/, cut: true, skip: 1 });
	const lost = await runVideo(stage, parameters, { items: SCENES });
	expect(starts(stage)).toHaveLength(2);
	expect(jobIds(stage)).toHaveLength(1);
	const { error } = await again(lost, 'Video');
	expect(error!.message).toMatch(/^It is not known whether the video/);
	expect(starts(stage)).toHaveLength(2);
});

test('each of several interactions is noted once, under a name of its own', async () => {
	const workflow = interactionWorkflow(startParameters());
	await stage.execution(workflow).start(QUESTIONS);
	expect(ids(stage)).toHaveLength(2);
	expect(new Set(notes()).size).toBe(2);
	expect(notes()).toHaveLength(2);
	expect([...processedData.noted.keys()]).toEqual([
		`${workflow.id}:${(workflow.nodes[1] as INode).id}`,
	]);
});

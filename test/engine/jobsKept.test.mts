import type { INode } from 'n8n-workflow';
import { creations, ids, QUESTIONS, run as runInteraction } from './support/interactions.mts';
import { Stage, type RunOptions } from './support/stage.mts';
import { chosen, jobIds, runVideo, SCENES, starts, VEO } from './support/video.mts';
import { startParameters } from './support/interactions.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open({ interactionDurationMs: null, videoDurationMs: null });
});
beforeEach(() => stage.reset());
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const interactions = async (parameters: INode['parameters'], options: RunOptions) =>
	await runInteraction(stage, startParameters(parameters), options);

describe("a job that failed at once, with 'Retry On Fail', while others run", () => {
	/** The first interaction fails before the node's first look at it. */
	const failFirst = async (running: Promise<unknown>) => {
		while (ids(stage).length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
		stage.emulator.jobs.fail(`interactions/${ids(stage)[0]}`, { code: 3, message: 'No' });
		await running;
	};

	test('starts nothing anew, and the wait goes on', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, delayMs: 100, skip: 1 });
		const running = interactions({ prompt: '={{ $json.city }}' }, retry);
		await failFirst(running);
		const execution = await running;
		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('waiting');
		expect(creations(stage)).toHaveLength(2);
	});

	test('nor for the item of another one, when some could not be started', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, status: 400, skip: 1 });
		stage.emulator.faults.add({ path: /\/interactions$/, delayMs: 100, skip: 1 });
		const running = interactions(
			{ prompt: 'How are you?' },
			{ ...retry, onError: 'continueRegularOutput', items: [...QUESTIONS, ...QUESTIONS] },
		);
		await failFirst(running);
		const execution = await running;
		expect(execution.status).toBe('waiting');
		expect(creations(stage)).toHaveLength(4);
		expect(ids(stage)).toHaveLength(3);
	});
});

describe('an error names every job', () => {
	test('also those of which it is not known, beside a refusal: videos', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, status: 429 });
		stage.emulator.faults.add({ path: /\/interactions$/, after: true, status: 503 });
		const execution = await runVideo(stage, {}, { items: SCENES });
		expect(jobIds(stage)).toHaveLength(1);
		expect(execution.error!.message).toMatch(/^Could not start the video/);
		expect(execution.error!.description).toMatch(/not known whether this was started: Reviews/);
	});

	test('that was started behind one that cannot be read at the second attempt: videos', async () => {
		stage.emulator.settings.veoAvailable = true;
		stage.emulator.faults.add({ path: /:predictLongRunning$/, status: 429, skip: 2 });
		stage.emulator.faults.add({ path: /\/operations\//, status: 400, times: null });
		const items = [...SCENES, { json: { scene: 'A wood' } }];
		const execution = await runVideo(
			stage,
			{ model: chosen(VEO) },
			{ ...retry, maxTries: 2, items },
		);
		expect(starts(stage)).toHaveLength(3);
		const told = `${execution.error!.message} ${execution.error!.description}`;
		for (const id of jobIds(stage)) expect(told).toContain(id);
	});
});

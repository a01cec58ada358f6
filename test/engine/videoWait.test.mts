import type { INode } from 'n8n-workflow';
import type { Execution } from './support/execution.mts';
import { API_KEY, batchParameters, type RunOptions, type Stage } from './support/stage.mts';
import { until } from './support/until.mts';
import { bytesOf, jobIds, openVideoStage, runVideo, VEO, videoWorkflow } from './support/video.mts';
import { BATCH, chosen, line, node } from './support/workflow.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await openVideoStage();
});
beforeEach(() => {
	stage.reset();
	stage.emulator.settings.veoAvailable = true;
});
// n8n would end the waiting execution with an error.
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const veo = (more: INode['parameters'] = {}): INode['parameters'] => ({
	model: chosen(VEO),
	...more,
});
const scenes = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ json: { scene: `No. ${index}` } }));
const downloads = () => stage.calls(/:download/);

/** A waiting execution. */
async function waiting(
	parameters: INode['parameters'] = {},
	options: RunOptions = {},
): Promise<Execution> {
	const execution = await runVideo(stage, parameters, options);
	expect(execution.error).toBeUndefined();
	expect(execution.status).toBe('waiting');
	return execution;
}

/** The same; its job is over, and Google's delivery arrives. */
async function done(
	parameters: INode['parameters'] = {},
	options: RunOptions = {},
): Promise<Execution> {
	const execution = await waiting(parameters, options);
	stage.emulator.jobs.complete(jobIds(stage)[0]);
	expect((await stage.deliver()).status).toBeLessThan(300);
	await until(() => execution.status !== 'waiting');
	expect(execution.status).toBe('success');
	return execution;
}

describe('a film', () => {
	test.each([
		['Omni', {}],
		['Veo', veo()],
	])('of %s comes out as binary data', async (_, parameters) => {
		const options = { metadata: { entries: [{ name: 'order', value: '17' }] } };
		const execution = await done({ options, ...parameters });
		const [file] = stage.emulator.files.list();
		const [item] = execution.output('Video');
		expect(item).toMatchObject({
			json: {
				jobType: 'video',
				jobId: jobIds(stage)[0],
				status: 'succeeded',
				error: null,
				waitStatus: 'finished',
				metadata: { order: '17' },
				videos: [
					{
						uri: file.downloadUri,
						mimeType: 'video/mp4',
						bytes: Number(file.sizeBytes),
						fileName: `${String(file.name).replace('files/', '')}.mp4`,
						binaryField: 'video',
					},
				],
			},
			pairedItem: { item: 0 },
		});
		expect(item.binary!.video).toMatchObject({ mimeType: 'video/mp4', fileExtension: 'mp4' });
		expect(bytesOf(item)).toEqual(stage.emulator.files.bytes(String(file.name)));
		expect(bytesOf(item).toString()).toContain('film: Film: A boat');
		expect(JSON.stringify(execution.data)).not.toContain(API_KEY);
	});

	test('is fetched after Google has got its answer', async () => {
		const execution = await waiting();
		stage.emulator.faults.add({ path: /:download/, delayMs: 4000 });
		stage.emulator.jobs.complete(jobIds(stage)[0]);
		const before = Date.now();
		const attempt = await stage.deliver();
		expect(Date.now() - before).toBeLessThan(3500);
		expect(attempt).toMatchObject({ status: 200 });
		expect(execution.status).toBe('waiting');
		// Delivered once more meanwhile: it is not fetched twice.
		expect(await stage.deliver()).toMatchObject({ status: 200 });
		await until(() => execution.status === 'success');
		expect(downloads()).toHaveLength(1);
		expect(execution.runsOf('Video')).toHaveLength(1);
	});

	test('that is fetched for longer than the wait may last repeats nothing of what came after it', async () => {
		const definition = videoWorkflow({ limitAmount: 4, limitUnit: 'seconds' });
		const [start, video, after] = definition.nodes;
		const nodes = [start, video, node('Approval', 'approval'), after];
		const execution = await stage.execution(line(...nodes)).start(scenes(1));
		stage.emulator.faults.add({ path: /:download/, slowBodyMs: 4000 });
		const [jobId] = jobIds(stage);
		stage.emulator.jobs.complete(jobId);
		expect(await stage.deliver()).toMatchObject({ status: 200 });
		await until(() => downloads().length > 0);
		await execution.timeOut();
		expect(execution.runsOf('Approval')).toHaveLength(1);
		const stored = execution.data;

		await until(() => stage.reasons.length > 0);
		expect(stage.reasons).toEqual([`the limit of the wait has passed: ${jobId}`]);
		expect(execution.data).toEqual(stored);
		expect(execution.json('Video')).toMatchObject([{ jobId, waitStatus: 'timedOut' }]);
	});

	test('that is still fetched does not keep a later wait of the execution from its end', async () => {
		const [start, video, after] = videoWorkflow({ limitAmount: 4, limitUnit: 'seconds' }).nodes;
		const nodes = [start, video, node('Batch', BATCH, batchParameters({ prompt: 'x' })), after];
		const execution = await stage.execution(line(...nodes)).start(scenes(1));
		stage.emulator.faults.add({ path: /:download/, slowBodyMs: 4000 });
		stage.emulator.jobs.complete(jobIds(stage)[0]);
		expect(await stage.deliver()).toMatchObject({ status: 200 });
		await until(() => downloads().length > 0);
		await execution.timeOut();
		const batch = jobIds(stage).find((jobId) => jobId.startsWith('batches/'))!;
		stage.emulator.jobs.complete(batch);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toMatchObject([{ status: 'succeeded', jobId: batch }]);

		await until(() => stage.reasons.length > 0);
		expect(execution.runsOf('After')).toHaveLength(1);
	});

	test('is not fetched if that is not asked for', async () => {
		const execution = await waiting({ download: false });
		stage.emulator.jobs.complete(jobIds(stage)[0]);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		const [item] = execution.output('Video');
		const [file] = stage.emulator.files.list();
		expect(item.json.videos).toEqual([{ uri: file.downloadUri, mimeType: 'video/mp4' }]);
		expect(item.binary).toBeUndefined();
		expect(downloads()).toEqual([]);
	});

	test('has the name and the field that were asked for, each item its own', async () => {
		const items = scenes(2);
		const parameters = { outputField: 'film', fileName: '={{ $json.scene }}.mp4' };
		const execution = await waiting(parameters, { items });
		for (const jobId of jobIds(stage)) {
			stage.emulator.jobs.complete(jobId);
			await stage.deliver();
		}
		await until(() => execution.status === 'success');
		expect(execution.output('Video').map(({ binary }) => binary!.film.fileName)).toEqual([
			'No. 0.mp4',
			'No. 1.mp4',
		]);
	});

	test('may come inside the answer although an address was asked for', async () => {
		stage.emulator.settings.videoResult = 'inline';
		const execution = await done();
		const [item] = execution.output('Video');
		expect(item.json.videos).toEqual([
			{
				uri: null,
				mimeType: 'video/mp4',
				bytes: bytesOf(item).length,
				fileName: 'video.mp4',
				binaryField: 'video',
			},
		]);
		expect(bytesOf(item).toString()).toContain('film: Film: A boat');
		expect(downloads()).toEqual([]);
	});

	test('may still be processed at Google', async () => {
		stage.emulator.settings.filePollsProcessing = 2;
		const execution = await done();
		expect(bytesOf(execution.output('Video')[0]).toString()).toContain('A boat');
		expect(stage.calls(/\/files\/\w+$/, 'GET')).toHaveLength(3);
	});

	test.each([
		['Omni', {}],
		['Veo', veo()],
	])('may be one of several: %s', async (_, parameters) => {
		stage.emulator.settings.filmsPerJob = 3;
		const execution = await done(parameters);
		const [item] = execution.output('Video');
		expect(Object.keys(item.binary!)).toEqual(['video', 'video_1', 'video_2']);
		expect(bytesOf(item, 'video_1').toString()).toContain('film 2: Film');
		expect(item.json.videos).toMatchObject([
			{ binaryField: 'video' },
			{ binaryField: 'video_1' },
			{ binaryField: 'video_2' },
		]);
	});

	test('comes from another host without the key being sent there', async () => {
		stage.emulator.settings.downloadRedirect = 'other';
		const execution = await done();
		expect(bytesOf(execution.output('Video')[0]).toString()).toContain('A boat');
		expect(stage.emulator.otherRequests).toHaveLength(1);
		expect(JSON.stringify(stage.emulator.otherRequests)).not.toContain(API_KEY);
	});

	test('that is cut off in the middle is fetched anew', async () => {
		stage.emulator.settings.filmBytes = 300_000;
		stage.emulator.faults.add({ path: /:download/, cut: 'body' });
		const execution = await done();
		expect(bytesOf(execution.output('Video')[0])).toHaveLength(300_000);
		expect(downloads()).toHaveLength(2);
	});

	test.each([
		['is cut off time and again', { cut: 'body' as const }, 3, /^Could not download files\/\w+/],
		['is refused', { status: 403 }, 1, /^Could not download files\/\w+: Google does not allow/],
	])('that %s leaves the job, which is paid for', async (_, fault, tries, reason) => {
		stage.emulator.faults.add({ path: /:download/, times: null, ...fault });
		const execution = await done();
		const [item] = execution.output('Video');
		const [file] = stage.emulator.files.list();
		expect(item).toMatchObject({
			json: {
				jobId: jobIds(stage)[0],
				status: 'succeeded',
				waitStatus: 'finished',
				videos: [{ uri: file.downloadUri, mimeType: 'video/mp4' }],
				resultsError: expect.stringMatching(reason) as string,
			},
			pairedItem: { item: 0 },
		});
		expect(item.binary).toBeUndefined();
		expect(downloads()).toHaveLength(tries);
		expect(stage.log).toContain('could not be fetched');
		expect(stage.log).not.toContain(API_KEY);
	});

	test('that Google could not finish is named', async () => {
		stage.emulator.settings.filmFileFails = true;
		const execution = await done();
		expect(execution.json('Video')[0]).toMatchObject({
			status: 'succeeded',
			resultsError: expect.stringMatching(
				/^Google could not finish the film files\/\w+\. "The video could not be processed\."/,
			) as string,
		});
		expect(downloads()).toEqual([]);
	});

	test('of one job that fails does not take those of others along', async () => {
		const items = scenes(2);
		const execution = await waiting({}, { items });
		const [first, second] = jobIds(stage);
		stage.emulator.jobs.complete(first);
		await stage.deliver();
		stage.emulator.settings.filmFileFails = true;
		stage.emulator.jobs.complete(second);
		await stage.deliver();
		await until(() => execution.status === 'success');
		const failed = execution.output('Video').filter(({ json }) => json.resultsError);
		expect(failed.map(({ json }) => json.jobId)).toEqual([second]);
		expect(execution.output('Video').filter(({ binary }) => binary)).toHaveLength(1);
	});
});

describe('a job without films', () => {
	test.each([
		['Omni', {}, 'NO_VIDEO', 'I cannot make this video: it would go against the usage guidelines.'],
		[
			'Veo',
			veo(),
			'SAFETY_FILTER',
			'The video was blocked by the safety filters for violating the usage guidelines.',
		],
	])('was blocked by %s, which says why', async (_, parameters, code, message) => {
		const execution = await waiting({ prompt: '[[blocked]] A boat', ...parameters });
		stage.emulator.jobs.complete(jobIds(stage)[0]);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		const [item] = execution.output('Video');
		expect(item.json).toMatchObject({
			status: 'blocked',
			error: { code, message },
			waitStatus: 'finished',
			advice: expect.stringContaining('the same request will end the same way') as string,
			videos: [],
		});
		// Of Veo that is known.
		expect(String(item.json.advice).includes('not charged')).toBe(code === 'SAFETY_FILTER');
		expect(item.binary).toBeUndefined();
	});

	test('has failed, with the reason', async () => {
		const execution = await waiting();
		const error = { code: 'api_error', message: 'No capacity' };
		stage.emulator.jobs.fail(jobIds(stage)[0], error);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toMatchObject([
			{ status: 'failed', error, advice: expect.stringContaining('Start it again') as string },
		]);
	});

	test('keeps the films that passed, with the reasons for the others', async () => {
		Object.assign(stage.emulator.settings, { filmsPerJob: 2, filmsFiltered: 1 });
		const execution = await done(veo());
		const [item] = execution.output('Video');
		expect(item.json).toMatchObject({
			status: 'succeeded',
			filteredReasons: [expect.stringContaining('safety filters') as string],
			videos: [{ binaryField: 'video' }],
		});
		expect(Object.keys(item.binary!)).toEqual(['video']);
	});
});

describe('five jobs', () => {
	const events = ['interaction.completed', 'video.generated', 'both'] as const;
	test.each(events)(
		'end in any order; the last one continues the execution (%s)',
		async (omniEvents) => {
			stage.emulator.settings.omniEvents = omniEvents;
			const execution = await waiting({}, { items: scenes(5) });
			const ids = jobIds(stage);
			const order = [3, 1, 4, 0, 2];
			for (const [position, index] of order.entries()) {
				expect(execution.status).toBe('waiting');
				if (index === 1) {
					stage.emulator.jobs.fail(ids[index], { code: 'api_error', message: 'No capacity' });
				} else stage.emulator.jobs.complete(ids[index]);
				const attempt = await stage.deliver();
				expect(attempt.status).toBe(200);
				const note = position < 4 ? 'other jobs still running' : 'fetching the results';
				expect(JSON.parse(attempt.responseBody)).toMatchObject({ note });
			}
			await until(() => execution.status === 'success');
			const out = execution.output('Video');
			expect(out).toHaveLength(5);
			for (const [item, { json, binary, pairedItem }] of out.entries()) {
				expect(pairedItem).toEqual({ item });
				if (json.status === 'failed') continue;
				expect(json.status).toBe('succeeded');
				expect(Buffer.from(binary!.video.data, 'base64').toString()).toContain(`No. ${item}`);
			}
			expect(out.filter(({ json }) => json.status === 'failed')).toHaveLength(1);
			expect(new Set(out.map(({ json }) => json.jobId))).toEqual(new Set(ids));
		},
	);

	test.each(['the end', 'the time-out'])(
		'keep the order of their items at %s, also if one could not be started',
		async (end) => {
			const items = [{ json: { scene: ' ' } }, ...scenes(2)];
			const parameters = { prompt: '={{ $json.scene }}', fileName: '={{ $json.scene }}.mp4' };
			const execution = await waiting(parameters, { items, onError: 'continueRegularOutput' });
			if (end === 'the time-out') await execution.timeOut();
			else {
				for (const jobId of jobIds(stage)) {
					stage.emulator.jobs.complete(jobId);
					await stage.deliver();
				}
				await until(() => execution.status === 'success');
			}
			// n8n pairs them with what came in by their position.
			const job = { jobId: expect.any(String) as string };
			expect(execution.output('Video')).toMatchObject([
				{ json: { error: "The 'Prompt' is empty" }, pairedItem: { item: 0 } },
				{ json: job, pairedItem: { item: 1 } },
				{ json: job, pairedItem: { item: 2 } },
			]);
			if (end === 'the end') {
				const names = execution.output('Video').map(({ binary }) => binary?.video.fileName);
				expect(names).toEqual([undefined, 'No. 0.mp4', 'No. 1.mp4']);
			}
		},
	);

	test('come out with the states they are in when the time is over', async () => {
		const execution = await waiting({}, { items: scenes(2) });
		await execution.timeOut();
		expect(execution.json('After')).toMatchObject([
			{ waitStatus: 'timedOut', status: 'running', advice: expect.stringContaining("'Wait'") },
			{ waitStatus: 'timedOut', status: 'running' },
		]);
	});

	test('that were over at once come out at once', async () => {
		stage.emulator.settings.interactionDurationMs = 1;
		stage.emulator.faults.add({ path: /\/interactions\/v1/, delayMs: 100, times: 2 });
		const execution = await runVideo(stage, {}, { items: scenes(2) });
		expect(execution.status).toBe('success');
		expect(execution.output('Video').map(({ binary }) => Object.keys(binary!))).toEqual([
			['video'],
			['video'],
		]);
	});
});

describe("'Wait'", () => {
	const wait = (more: INode['parameters'] = {}, options: RunOptions = {}) =>
		runVideo(stage, { operation: 'wait', job: '={{ $json.jobId }}', ...more }, options);

	async function startedJobs(count: number): Promise<Array<{ json: { jobId: string } }>> {
		await runVideo(stage, { whenDone: 'nothing' }, { items: scenes(count) });
		return jobIds(stage).map((jobId) => ({ json: { jobId } }));
	}

	test('hands out jobs that are over, with their films', async () => {
		const items = await startedJobs(2);
		for (const { json } of items) stage.emulator.jobs.complete(json.jobId);
		const execution = await wait({ fileName: '={{ $itemIndex }}.mp4' }, { items });
		expect(execution.status).toBe('success');
		expect(execution.output('Video')).toMatchObject(
			items.map(({ json }, item) => ({
				json: { ...json, waitStatus: 'finished', videos: [{ fileName: `${item}.mp4` }] },
				binary: { video: { mimeType: 'video/mp4' } },
				pairedItem: { item },
			})),
		);
	});

	test('parks for jobs that are not, and loops after the time is over', async () => {
		const items = await startedJobs(1);
		const execution = await wait({}, { items });
		expect(execution.status).toBe('waiting');
		await execution.timeOut();
		const again = execution.output('After');
		expect(again).toMatchObject([{ json: { waitStatus: 'timedOut', status: 'running' } }]);
		stage.emulator.jobs.complete(items[0].json.jobId);
		const second = await wait({}, { items: again });
		expect(second.output('Video')[0].binary).toHaveProperty('video');
	});

	test('refuses what is no job', async () => {
		const execution = await wait({}, { items: [{ json: { jobId: 'batches/x' } }] });
		expect(execution.error!.message).toBe("'Video Job' is not the name of a video job: batches/x");
		expect(execution.error!.description).toContain("comes out of 'Generate'");
	});
});

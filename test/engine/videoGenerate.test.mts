import type { INode } from 'n8n-workflow';
import { everythingIn } from './support/errors.mts';
import { API_KEY, type RunOptions, type Stage } from './support/stage.mts';
import { toolCall } from './support/toolCall.mts';
import {
	binaryOf,
	jobIds,
	openVideoStage,
	OMNI,
	runVideo,
	SCENES,
	starts,
	VEO,
	videoWorkflow,
} from './support/video.mts';
import { chosen } from './support/workflow.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await openVideoStage();
});
beforeEach(() => stage.reset());
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const run = (parameters?: INode['parameters'], options?: RunOptions) =>
	runVideo(stage, { whenDone: 'nothing', ...parameters }, options);
const uploads = () => stage.calls(/^\/upload\//);
const files = () => stage.emulator.files.list() as Array<Record<string, string>>;

const PICTURE = { json: {}, binary: { data: binaryOf('png'), data_1: binaryOf('png2') } };
const CLIP = { json: {}, binary: { data: binaryOf('mp4', 'video/mp4', 'clip.mp4') } };
const veo = (more: INode['parameters'] = {}): INode['parameters'] => ({
	model: chosen(VEO),
	...more,
});

/** A finished job of Omni, or of Veo. */
async function finishedJob(parameters: INode['parameters'] = {}): Promise<string> {
	await run({ prompt: 'First', ...parameters });
	const jobId = jobIds(stage).at(-1)!;
	stage.emulator.jobs.complete(jobId);
	stage.emulator.requests.length = 0;
	return jobId;
}

describe('a request to an Omni model', () => {
	test('holds the prompt and what the node needs, and nothing else', async () => {
		const execution = await run();
		expect(execution.error).toBeUndefined();
		expect(starts(stage)).toEqual([
			{
				model: OMNI,
				input: 'Film: A boat',
				background: true,
				store: true,
				response_format: { type: 'video', delivery: 'uri' },
				generation_config: { video_config: { task: 'text_to_video' } },
			},
		]);
		expect(execution.output('After')).toMatchObject([
			{
				json: { jobType: 'video', jobId: jobIds(stage)[0], status: 'running', model: OMNI },
				pairedItem: { item: 0 },
			},
		]);
	});

	test('holds the options', async () => {
		const options = {
			aspectRatio: '9:16',
			duration: '={{ 5 + 1 }}',
			resolution: '1080p',
			additionalFields: '{ "labels": { "team": "film" } }',
		};
		await run({ options });
		expect(starts(stage)[0]).toMatchObject({
			response_format: { aspect_ratio: '9:16', duration: '6s', resolution: '1080p' },
			labels: { team: 'film' },
		});
	});

	test('refers to uploaded images, first and last', async () => {
		stage.emulator.settings.filePollsProcessing = 1;
		const parameters = { task: 'firstAndLastFrame', firstFrame: 'data', lastFrame: 'data_1' };
		const execution = await run({ ...parameters, prompt: 'Grow' }, { items: [PICTURE] });
		expect(execution.error).toBeUndefined();
		const [first, last] = files();
		expect(files().map(({ displayName, mimeType }) => [displayName, mimeType])).toEqual([
			['picture.png', 'image/png'],
			['picture.png', 'image/png'],
		]);
		expect(stage.emulator.files.bytes(first.name).toString()).toBe('png');
		expect(stage.emulator.files.bytes(last.name).toString()).toBe('png2');
		expect(starts(stage)[0]).toMatchObject({
			input: [
				{ type: 'image', uri: first.uri, mime_type: 'image/png' },
				{ type: 'image', uri: last.uri, mime_type: 'image/png' },
				{ type: 'text', text: '<FIRST_FRAME> <LAST_FRAME> Grow' },
			],
		});
	});

	test('refers to files that are there already', async () => {
		const name = stage.emulator.files.add({
			mimeType: 'image/jpeg',
			bytes: Buffer.from('x'),
			source: 'UPLOADED',
		});
		const [{ uri }] = files();
		const references = `${name}, data,${uri}`;
		const parameters = { task: 'referenceImages', referenceImages: references, prompt: 'Dance' };
		const execution = await run(parameters, { items: [PICTURE] });
		expect(execution.error).toBeUndefined();
		expect(files()).toHaveLength(2);
		expect(starts(stage)[0].input).toEqual([
			{ type: 'image', uri, mime_type: 'image/jpeg' },
			{ type: 'image', uri: files()[1].uri, mime_type: 'image/png' },
			{ type: 'image', uri, mime_type: 'image/jpeg' },
			{
				type: 'text',
				text: '[# References <IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image2 <IMAGE_REF_2>@Image3] Dance',
			},
		]);
	});

	test.each(['edit', 'extend'])("%ss a video of the user's own", async (task) => {
		const execution = await run({ task, videoFrom: 'file', video: 'data' }, { items: [CLIP] });
		expect(execution.error).toBeUndefined();
		expect(starts(stage)[0]).toMatchObject({
			input: [{ type: 'video', uri: files()[0].uri, mime_type: 'video/mp4' }, { type: 'text' }],
			generation_config: { video_config: { task } },
		});
	});

	test.each(['edit', 'extend'])('%ss the video of an earlier job', async (task) => {
		const jobId = await finishedJob();
		const execution = await run(
			{ task, previousJob: '={{ $json.jobId }}', prompt: 'More' },
			{ items: [{ json: { jobId } }] },
		);
		expect(execution.error).toBeUndefined();
		expect(starts(stage)[0]).toMatchObject({ previous_interaction_id: jobId });
		expect(starts(stage)[0]).not.toHaveProperty('generation_config');
	});

	test('edits the film of a Veo job by its file', async () => {
		stage.emulator.settings.veoAvailable = true;
		const previousJob = await finishedJob(veo());
		const execution = await run({ task: 'edit', previousJob, prompt: 'More' });
		expect(execution.error).toBeUndefined();
		expect(starts(stage)[0]).toMatchObject({
			input: [
				{ type: 'video', uri: files()[0].uri },
				{ type: 'text', text: 'More' },
			],
			generation_config: { video_config: { task: 'edit' } },
		});
	});
});

describe('a request to a Veo model', () => {
	beforeEach(() => {
		stage.emulator.settings.veoAvailable = true;
	});

	test('holds the settings', async () => {
		const options = {
			aspectRatio: '16:9',
			duration: 8,
			resolution: '720p',
			negativePrompt: 'rain',
			personGeneration: 'allow_adult',
			numberOfVideos: 1,
		};
		const execution = await run(veo({ options }));
		expect(starts(stage)).toEqual([
			{
				instances: [{ prompt: 'Film: A boat' }],
				parameters: {
					sampleCount: 1,
					durationSeconds: 8,
					aspectRatio: '16:9',
					resolution: '720p',
					negativePrompt: 'rain',
					personGeneration: 'allow_adult',
				},
			},
		]);
		expect(execution.json('After')).toMatchObject([
			{
				jobType: 'video',
				jobId: expect.stringMatching(/^models\/veo-3\.1-generate-preview\/operations\//),
				status: 'running',
				model: `models/${VEO}`,
			},
		]);
	});

	test.each([
		[
			'firstAndLastFrame',
			{ firstFrame: 'data', lastFrame: 'data_1' },
			{
				image: { bytesBase64Encoded: 'cG5n', mimeType: 'image/png' },
				lastFrame: { bytesBase64Encoded: 'cG5nMg==', mimeType: 'image/png' },
			},
		],
		[
			'referenceImages',
			{ referenceImages: '={{ ["data", "data_1"] }}' },
			{
				referenceImages: [
					{
						image: { bytesBase64Encoded: 'cG5n', mimeType: 'image/png' },
						referenceType: 'ASSET',
					},
					{
						image: { bytesBase64Encoded: 'cG5nMg==', mimeType: 'image/png' },
						referenceType: 'ASSET',
					},
				],
			},
		],
	])('holds the images themselves: %s', async (task, parameters, instance) => {
		const execution = await run(veo({ task, prompt: 'Go', ...parameters }), { items: [PICTURE] });
		expect(execution.error).toBeUndefined();
		expect(starts(stage)[0]).toEqual({ instances: [{ prompt: 'Go', ...instance }] });
		expect(uploads()).toEqual([]);
	});

	test('extends the film of an earlier job by its address', async () => {
		const previousJob = await finishedJob(veo());
		const execution = await run(veo({ task: 'extend', previousJob, prompt: 'More' }));
		expect(execution.error).toBeUndefined();
		expect(starts(stage)[0]).toEqual({
			instances: [{ prompt: 'More', video: { uri: files()[0].uri, encoding: 'video/mp4' } }],
		});
	});
});

describe('nothing is uploaded, started and paid for', () => {
	interface Refusal {
		what: string;
		parameters: INode['parameters'];
		options?: RunOptions;
		before?: () => unknown;
		message: RegExp;
		description: RegExp;
	}
	const image = { task: 'imageToVideo', image: 'data', prompt: 'Go' };
	const withFile = (file: Partial<Parameters<Stage['emulator']['files']['add']>[0]>) => () =>
		stage.emulator.files.add({
			name: 'files/mine',
			mimeType: 'image/png',
			bytes: Buffer.from('x'),
			source: 'UPLOADED',
			...file,
		});
	const veoThere = () => {
		stage.emulator.settings.veoAvailable = true;
	};
	const refusals: Refusal[] = [
		{
			what: 'an empty prompt',
			parameters: { prompt: '={{ $json.nothing }}' },
			message: /^The 'Prompt' is empty$/,
			description: /Fill the field/,
		},
		{
			what: 'no model',
			parameters: { model: chosen('={{ $json.nothing }}') },
			message: /^No 'Model' is chosen$/,
			description: /Choose one/,
		},
		{
			what: 'a model with a path in it',
			parameters: { model: chosen('../files') },
			message: /^'Model' is not the id of a model: \.\.\/files$/,
			description: /Choose one/,
		},
		{
			what: 'an unknown model',
			parameters: { model: chosen('gemini-omni-0') },
			message: /^Could not find the model gemini-omni-0: Google knows nothing/,
			description: /Model is not found/,
		},
		{
			what: 'a Veo model that is gone',
			parameters: veo(),
			message: /^The Gemini API does not offer the model veo-3\S+ any more$/,
			description: /2026-10-22.*Omni/,
		},
		{
			what: 'a model for texts',
			parameters: { model: chosen('gemini-3.8-flash') },
			message: /^The model gemini-3\.8-flash cannot make videos$/,
			description: /only those that can/,
		},
		{
			// The editor hides it, and n8n drops it, where the model is known beforehand.
			what: "a setting that isn't Omni's, when the model comes from an expression",
			parameters: {
				model: chosen(`={{ "${OMNI}" }}`),
				options: { negativePrompt: 'rain' },
			},
			message: /^The model gemini-omni-1\.2-flash does not take 'Negative Prompt'$/,
			description: /'Prompt'/,
		},
		{
			what: 'an edit by Veo',
			before: veoThere,
			parameters: veo({ task: 'edit', previousJob: 'v1_a' }),
			message: /^The model veo-3\S+ cannot do 'Edit'$/,
			description: /Omni/,
		},
		{
			what: 'a duration in words',
			parameters: { options: { duration: '={{ "long" }}' } },
			message: /^'Duration \(Seconds\)' is not a number: long$/,
			description: /such as 8/,
		},
		{
			what: 'additional fields that are no JSON',
			parameters: { options: { additionalFields: '{' } },
			message: /^'Additional Request Fields \(JSON\)' is not a JSON object$/,
			description: /brackets/,
		},
		{
			what: 'additional fields that would lose the job',
			parameters: { options: { additionalFields: '{"background": false}' } },
			message: /must not hold 'background'/,
			description: /Remove it/,
		},
		{
			what: 'a binary field that is not there',
			parameters: { ...image, image: 'photo' },
			options: { items: [PICTURE] },
			message: /^'Image' names the binary field 'photo', which the item does not have$/,
			description: /files\/…/,
		},
		{
			what: 'no binary field at all',
			parameters: { ...image, image: '={{ $json.nothing }}' },
			message: /^'Image' is empty$/,
			description: /binary field/,
		},
		{
			what: 'no reference images',
			parameters: { task: 'referenceImages', referenceImages: ' , ' },
			message: /^No 'Reference Images' are given$/,
			description: /at least one/,
		},
		{
			what: 'a file without bytes',
			parameters: image,
			options: { items: [{ json: {}, binary: { data: binaryOf('') } }] },
			message: /^'Image' \(data\) is empty$/,
			description: /comes from/,
		},
		{
			what: 'a PDF for an image',
			parameters: image,
			options: { items: [{ json: {}, binary: { data: binaryOf('x', 'application/pdf') } }] },
			message: /^'Image' is not an image that Google takes: data is of the type application\/pdf$/,
			description: /image\/png, image\/jpeg.*MIME type/,
		},
		{
			what: 'an image for a video',
			parameters: { task: 'extend', videoFrom: 'file', video: 'data' },
			options: { items: [PICTURE] },
			message: /^'Video' is not a video that Google takes/,
			description: /video\/mp4/,
		},
		{
			what: 'an address that is not a file of the Files API',
			parameters: { ...image, image: 'https://example.com/a.png' },
			message: /^'Image' is not a file of the Files API: https:\/\/example\.com\/a\.png$/,
			description: /Download the file before/,
		},
		{
			what: 'a file of the Files API that is a text',
			before: withFile({ mimeType: 'text/plain' }),
			parameters: { ...image, image: 'files/mine' },
			message:
				/^'Image' is not an image that Google takes: files\/mine is of the type text\/plain$/,
			description: /image\/png/,
		},
		{
			what: 'a file of the Files API that is not there',
			parameters: { ...image, image: 'files/gone' },
			message: /^Could not look up the file files\/gone/,
			description: /HTTP 403/,
		},
		{
			what: 'a file that Google could not process',
			before: withFile({ error: { code: 3, message: 'Broken' } }),
			parameters: { ...image, image: 'files/mine' },
			message: /^Google could not process 'Image' \(files\/mine\)$/,
			description: /"Broken"\. Check that it plays/,
		},
		{
			what: 'a file of the Files API as an image for Veo',
			before: veoThere,
			parameters: veo({ ...image, image: 'files/mine' }),
			message: /^'Image' must be a binary field, and is files\/mine$/,
			description: /Veo takes images inside the request/,
		},
		{
			what: 'too large an image for Veo',
			before: veoThere,
			parameters: veo(image),
			options: { items: [{ json: {}, binary: { data: binaryOf(Buffer.alloc(15_000_000)) } }] },
			message: /^The images have 15\.0 MB together, and Veo takes 14\.5 MB at most$/,
			description: /smaller/,
		},
		{
			what: 'an earlier job that is none',
			parameters: { task: 'edit', previousJob: 'a b' },
			message: /^'Earlier Video Job' is not the name of a video job: a b$/,
			description: /choose 'File'/,
		},
		{
			what: 'an earlier job that is not there',
			parameters: { task: 'edit', previousJob: 'v1_gone' },
			message: /^Could not read the video v1_gone/,
			description: /Invalid interaction name/,
		},
		{
			what: "an Omni job's video for Veo",
			before: veoThere,
			parameters: veo({ task: 'extend', previousJob: 'v1_a' }),
			message: /^'Earlier Video Job' is v1_a, which a Veo model did not make$/,
			description: /its own videos only/,
		},
		{
			what: 'a wait limit of nothing',
			parameters: { ...image, whenDone: 'continueHere', limitAmount: 0 },
			options: { items: [PICTURE] },
			message: /^'Limit Wait Time' is not a time to wait$/,
			description: /30 days/,
		},
		{
			what: 'nobody who listens',
			parameters: { ...image, whenDone: 'projectWebhooks' },
			options: { items: [PICTURE] },
			message: /^No webhook of the Google project listens/,
			description: /Publish a workflow/,
		},
	];

	test.each(refusals)('$what', async ({ parameters, options, before, message, description }) => {
		await before?.();
		const execution = await run(parameters, options);
		expect(execution.status).toBe('error');
		expect(execution.error!.message).toMatch(message);
		expect(execution.error!.description).toMatch(description);
		expect(starts(stage)).toEqual([]);
		expect(uploads()).toEqual([]);
		expect(everythingIn(execution.data)).not.toContain(API_KEY);
	});

	test('an earlier job that is still running', async () => {
		await run({ prompt: 'First' });
		const [previousJob] = jobIds(stage);
		const execution = await run({ task: 'edit', previousJob, prompt: 'More' });
		expect(execution.error!.message).toBe(
			`The 'Earlier Video Job' ${previousJob} has no video: its status is 'running'`,
		);
		expect(starts(stage)).toHaveLength(1);
	});

	test('when one of several items has something wrong, with its index', async () => {
		const items = [...SCENES, { json: {} }];
		const execution = await run({ prompt: '={{ $json.scene }}' }, { items });
		expect(execution.error!.message).toBe("The 'Prompt' is empty");
		expect(execution.error!.context.itemIndex).toBe(2);
		expect(starts(stage)).toEqual([]);
	});

	test.each([
		['is refused', () => stage.emulator.faults.add({ path: /^\/upload\//, status: 400, skip: 1 })],
		[
			'fails at Google',
			() => {
				stage.emulator.settings.uploadFault = 'failed-file';
			},
		],
	])('when an upload %s', async (_, fault) => {
		fault();
		const parameters = { task: 'firstAndLastFrame', firstFrame: 'data', lastFrame: 'data_1' };
		const items = [PICTURE, PICTURE];
		const execution = await run({ ...parameters, prompt: 'Go' }, { items });
		expect(execution.error!.message).toMatch(
			/^(Could not upload the file 'picture\.png'|Google could not process 'First Frame' \(files\/)/,
		);
		expect(starts(stage)).toEqual([]);
	});
});

describe('exactly one job for each item', () => {
	const create = /\/interactions$/;
	const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

	test('with models that are looked up once', async () => {
		const items = Array.from({ length: 5 }, (_, index) => ({ json: { scene: String(index) } }));
		const execution = await run({}, { items });
		expect(jobIds(stage)).toHaveLength(5);
		expect(execution.output('After').map(({ pairedItem }) => pairedItem)).toEqual(
			items.map((_, item) => ({ item })),
		);
		const prompts = starts(stage).map(({ input }) => input);
		expect(prompts.sort()).toEqual(items.map((_, index) => `Film: ${index}`));
		expect(stage.calls(/\/models\//, 'GET')).toHaveLength(1);
	});

	test('when Google refuses user metadata: once more without it', async () => {
		stage.emulator.faults.add({
			path: create,
			status: 400,
			message: "Unknown parameter: 'user_metadata'.",
		});
		const options = { metadata: { entries: [{ name: 'order', value: '17' }] } };
		const execution = await run({ whenDone: 'continueHere', options });
		expect(execution.status).toBe('waiting');
		expect(starts(stage).map(({ webhook_config: one }) => one)).toMatchObject([
			{ user_metadata: { order: '17' } },
			{ uris: [expect.stringContaining('/webhook-waiting/')] },
		]);
		expect(starts(stage)[1].webhook_config).not.toHaveProperty('user_metadata');
		expect(execution.json('Video')).toMatchObject([{ metadata: { order: '17' } }]);
	});

	test.each([
		['Omni', {}, /\/interactions$/],
		['Veo', veo(), /:predictLongRunning$/],
	])('none when the answer is lost: %s, and it is said which item', async (_, parameters, path) => {
		stage.emulator.settings.veoAvailable = true;
		stage.emulator.faults.add({ path, after: true, status: 503, skip: 1 });
		const execution = await run(parameters, { ...retry, items: SCENES });
		expect(jobIds(stage)).toHaveLength(2);
		expect(starts(stage)).toHaveLength(2);
		const { message, description, context } = execution.error!;
		expect(message).toMatch(
			/^It is not known whether the video 'Reviews \[n8n \w{8}\]' was started$/,
		);
		expect(description).toContain('Google has no list to look it up in');
		// Whichever of the two was answered is named.
		const named = jobIds(stage).filter((jobId) => description!.includes(jobId));
		expect(named).toHaveLength(1);
		const lost = starts(stage)[1];
		const prompt = JSON.stringify(lost);
		expect(context.itemIndex).toBe(prompt.includes('A boat') ? 0 : 1);
		expect(everythingIn(execution.data)).not.toContain(API_KEY);
	});

	test('with Retry On Fail after a refusal: what was started is taken over', async () => {
		stage.emulator.faults.add({ path: create, status: 429, skip: 1 });
		const items = [...SCENES, { json: { scene: 'A wood' } }];
		const execution = await run({}, { ...retry, items });
		expect(execution.error).toBeUndefined();
		expect(jobIds(stage)).toHaveLength(3);
		expect(starts(stage)).toHaveLength(4);
		expect(new Set(execution.json('After').map(({ jobId }) => jobId))).toEqual(
			new Set(jobIds(stage)),
		);
		expect(execution.output('After').map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
	});

	test('with Retry On Fail: nothing is uploaded again for what was started', async () => {
		stage.emulator.faults.add({ path: create, status: 429, skip: 1 });
		const parameters = { task: 'imageToVideo', image: 'data', prompt: 'Go' };
		const execution = await run(parameters, { ...retry, items: [PICTURE, PICTURE] });
		expect(execution.error).toBeUndefined();
		expect(jobIds(stage)).toHaveLength(2);
		// Two at first, and once more for the item whose start was refused.
		expect(files()).toHaveLength(3);
	});

	test('an upload that fails at the second attempt names what the first one started', async () => {
		stage.emulator.faults.add({ path: create, status: 429, skip: 1 });
		// The two uploads of the first attempt take two requests each.
		stage.emulator.faults.add({ path: /^\/upload\//, status: 400, skip: 4, times: null });
		const parameters = { task: 'imageToVideo', image: 'data', prompt: 'Go' };
		const items = [PICTURE, PICTURE];
		const execution = await run(parameters, { ...retry, maxTries: 2, items });
		expect(execution.error!.message).toMatch(/^Could not upload the file 'picture\.png'/);
		expect(execution.error!.description).toContain(jobIds(stage)[0]);
		expect(jobIds(stage)).toHaveLength(1);
	});

	test('a check that fails at the second attempt names what the first one started', async () => {
		stage.emulator.faults.add({ path: create, status: 429, skip: 1 });
		stage.emulator.faults.add({ path: /\/models\//, status: 400, skip: 1, times: null });
		const execution = await run({}, { ...retry, maxTries: 2, items: SCENES });
		expect(execution.error!.message).toMatch(/^Could not find the model/);
		expect(execution.error!.description).toContain(jobIds(stage)[0]);
	});
});

describe("'On Error: Continue'", () => {
	const goOn = { onError: 'continueRegularOutput' as const };

	test('starts all that can be started; the others say why', async () => {
		const items = [
			{ json: { scene: '' } },
			{ json: { scene: 'A boat' }, binary: PICTURE.binary },
			{ json: { scene: 'A hill' } },
		];
		const execution = await run(
			{ task: 'imageToVideo', image: 'data', prompt: '={{ $json.scene }}' },
			{ ...goOn, items },
		);
		expect(execution.output('Video')).toMatchObject([
			{ json: { error: "The 'Prompt' is empty" }, pairedItem: { item: 0 } },
			{ json: { jobId: jobIds(stage)[0] }, pairedItem: { item: 1 } },
			{
				json: { error: expect.stringContaining("names the binary field 'data'") as string },
				pairedItem: { item: 2 },
			},
		]);
		expect(jobIds(stage)).toHaveLength(1);
	});

	test('keeps a refused start apart from the others, also while these are waited for', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, status: 400 });
		const execution = await run({ whenDone: 'continueHere' }, { ...goOn, items: SCENES });
		expect(execution.status).toBe('waiting');
		expect(jobIds(stage)).toHaveLength(1);
		await execution.timeOut();
		const refused = {
			error: expect.stringMatching(/^Could not start the video with gemini-omni/) as string,
		};
		const timedOut = { jobId: jobIds(stage)[0], waitStatus: 'timedOut' };
		const out = execution.json('After');
		expect(out).toEqual(
			expect.arrayContaining([expect.objectContaining(refused), expect.objectContaining(timedOut)]),
		);
		expect(out).toHaveLength(2);
	});

	test('gives nothing but reasons when nothing can be started', async () => {
		const execution = await run({ prompt: ' ' }, { ...goOn, items: SCENES });
		expect(execution.json('After')).toMatchObject([
			{ error: "The 'Prompt' is empty" },
			{ error: "The 'Prompt' is empty" },
		]);
		expect(starts(stage)).toEqual([]);
	});
});

describe('as the tool of an AI agent', () => {
	test('returns the job at once', async () => {
		const definition = videoWorkflow();
		const { items, run: stored } = await toolCall(stage, definition, 'Video', SCENES.slice(0, 1));
		expect(items[0]).toMatchObject([{ json: { jobId: jobIds(stage)[0], status: 'running' } }]);
		expect(stored.waitTill).toBeUndefined();
		expect(starts(stage)[0]).not.toHaveProperty('webhook_config');
	});
});

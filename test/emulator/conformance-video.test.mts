import { createHash } from 'node:crypto';
import type { GoogleGenAI } from '@google/genai';
import { startEmulator } from './index.mts';
import type { Emulator } from './index.mts';
import { lastCall, raw, sdk } from './support.mts';
import { PIXEL } from './answers.mts';

const MODEL = 'gemini-omni-1.2-flash';
const FORMAT = { type: 'video', delivery: 'uri', duration: '8s' };
const task = (name: string): object => ({ video_config: { task: name } });
const IMAGE = { type: 'image', data: PIXEL, mime_type: 'image/png' };
const TEXT = { type: 'text', text: 'A paper boat' };

let emulator: Emulator;
let ai: GoogleGenAI;

beforeEach(async () => {
	emulator = await startEmulator();
	ai = sdk(emulator);
});
afterEach(() => emulator.close());

const film = (path: string): Promise<Response> =>
	fetch(path.replace('https://generativelanguage.googleapis.com', emulator.url), {
		headers: { 'x-goog-api-key': 'test-key' },
	});
const addFile = (): string => {
	const bytes = Buffer.from('film');
	return emulator.files.add({ bytes, mimeType: 'video/mp4', source: 'UPLOADED' });
};
const uriOf = (name: string): string => `https://generativelanguage.googleapis.com/v1beta/${name}`;

describe('video by interactions', () => {
	const create = async (part: object): Promise<any> =>
		await ai.interactions.create(
			{
				model: MODEL,
				input: 'A paper boat',
				background: true,
				response_format: FORMAT,
				...part,
			} as never,
			{ maxRetries: 0 },
		);
	const finish = async (part: object = {}): Promise<any> => {
		const { id } = await create(part);
		await emulator.clock.advance(1_000);
		return await ai.interactions.get(id);
	};
	const films = (done: any): any[] => done.steps.at(-1).content;

	test('every setting a video takes', async () => {
		const file = uriOf(addFile());
		const bodies = [
			{ response_format: { ...FORMAT, aspect_ratio: '9:16', resolution: '4k' } },
			{ response_format: [{ type: 'text' }, FORMAT], generation_config: task('text_to_video') },
			{ input: [TEXT, IMAGE, IMAGE], generation_config: task('image_to_video') },
			{ input: [TEXT, IMAGE], generation_config: task('reference_to_video') },
			{ input: [TEXT, { type: 'video', uri: file }], generation_config: task('extend') },
			{ input: [TEXT, { type: 'video', uri: file }], generation_config: task('upscale') },
			{ input: [{ type: 'user_input', content: [TEXT, IMAGE] }] },
		];
		for (const body of bodies) {
			const done = await finish(body);
			expect([done.status, films(done)]).toEqual([
				'completed',
				[{ type: 'video', mime_type: 'video/mp4', uri: expect.any(String) }],
			]);
		}
	});

	test.each<[string, object, RegExp]>([
		[
			'aspect ratio',
			{ response_format: { ...FORMAT, aspect_ratio: '1:1' } },
			/aspect_ratio.*16:9, 9:16/,
		],
		[
			'resolution',
			{ response_format: { ...FORMAT, resolution: '8k' } },
			/resolution.*360p, 720p, 1080p, 4k/,
		],
		['delivery', { response_format: { ...FORMAT, delivery: 'gcs' } }, /delivery.*inline, uri/],
		['duration as a number', { response_format: { ...FORMAT, duration: 8 } }, /duration: 8/],
		['duration out of range', { response_format: { ...FORMAT, duration: '11s' } }, /"3s" to "10s"/],
		['field of a format', { response_format: { ...FORMAT, fps: 24 } }, /response_format\.fps/],
		['type of a format', { response_format: { type: 'film' } }, /response_format\.type/],
		[
			'image with delivery',
			{ response_format: [FORMAT, { type: 'image', delivery: 'uri' }] },
			/delivery is not supported for images/,
		],
		[
			'input image with delivery',
			{ input: [TEXT, { ...IMAGE, delivery: 'uri' }] },
			/input\.delivery/,
		],
		['task', { generation_config: task('morph') }, /video_config\.task.*text_to_video/],
		['task without its image', { generation_config: task('image_to_video') }, /needs an image/],
		['task without its video', { generation_config: task('upscale') }, /needs a video/],
		[
			'extend from bytes',
			{
				input: [{ type: 'video', data: 'AAAA', mime_type: 'video/mp4' }],
				generation_config: task('extend'),
			},
			/Files API/,
		],
		[
			'generation field',
			{ generation_config: { negative_prompt: 'x' } },
			/generation_config\.negative_prompt/,
		],
		['temperature', { generation_config: { temperature: 1 } }, /temperature is not supported/],
		[
			'system instruction',
			{ system_instruction: 'Be brief' },
			/system_instruction is not supported/,
		],
		[
			'public address',
			{ input: [TEXT, { type: 'image', uri: 'https://example.com/a.png' }] },
			/Unsupported file URI: https:\/\/example\.com/,
		],
		['bucket', { input: [TEXT, { type: 'image', uri: 'gs://b/a.png' }] }, /Unsupported file URI/],
		['no base64', { input: [TEXT, { ...IMAGE, data: 'ä' }] }, /not base64/],
		['data without a type', { input: [TEXT, { type: 'image', data: PIXEL }] }, /mime_type/],
		['neither data nor uri', { input: [TEXT, { type: 'image' }] }, /either data or uri/],
	])('refused: %s', async (_, part, message) => {
		await expect(create(part)).rejects.toMatchObject({
			status: 400,
			message: expect.stringMatching(message),
		});
		expect(emulator.jobs.list()).toEqual([]);
	});

	test('unknown models, missing, foreign and unready files', async () => {
		await expect(create({ model: 'gemini-omni-9' })).rejects.toMatchObject({
			status: 404,
			message: expect.stringContaining('not found'),
		});
		const from = (name: string) => create({ input: [TEXT, { type: 'image', uri: uriOf(name) }] });
		await expect(from('files/none')).rejects.toMatchObject({ status: 403 });
		emulator.addKey('other');
		const bytes = Buffer.from('x');
		const foreign = emulator.files.add(
			{ bytes, mimeType: 'image/png', source: 'UPLOADED' },
			'other',
		);
		await expect(from(foreign)).rejects.toMatchObject({ status: 403 });
		emulator.settings.filePollsProcessing = 1;
		const name = addFile();
		await expect(from(name)).rejects.toMatchObject({
			status: 400,
			message: expect.stringContaining('not in an ACTIVE state'),
		});
		await ai.files.get({ name });
		await expect(from(name)).resolves.toMatchObject({ status: 'in_progress' });
	});

	test('several films, some taken by the filters', async () => {
		emulator.settings.filmsPerJob = 3;
		emulator.settings.filmsFiltered = 1;
		const uris = films(await finish()).map(({ uri }) => uri as string);
		expect(new Set(uris).size).toBe(2);
		const texts = await Promise.all(uris.map(async (uri) => await (await film(uri)).text()));
		expect(texts[0]).toContain('film: A paper boat');
		expect(texts[1]).toContain('film 2: A paper boat');
		const inline = films(await finish({ response_format: { type: 'video' } }));
		expect(inline.map(({ data }) => Buffer.from(data, 'base64').toString())).toEqual(texts);
		emulator.settings.filmsFiltered = 3;
		expect(films(await finish())).toEqual([{ type: 'text', text: expect.any(String) }]);
	});

	test('a big film is made up while it is read, the same every time', async () => {
		emulator.settings.filmBytes = 20_000_000;
		const [{ uri }] = films(await finish());
		const info = await ai.files.get({ name: `files/${/files\/(\w+)/.exec(uri)?.[1]}` });
		const bytes = Buffer.from(await (await film(uri)).arrayBuffer());
		expect([bytes.length, info.sizeBytes]).toEqual([20_000_000, '20000000']);
		const hash = createHash('sha256').update(bytes).digest('hex');
		expect(Buffer.from(info.sha256Hash as string, 'base64').toString()).toBe(hash);
	});

	test('a film that is not ready, and one that never will be', async () => {
		emulator.settings.filePollsProcessing = 2;
		emulator.settings.filmFileFails = true;
		const [{ uri }] = films(await finish());
		const name = `files/${/files\/(\w+)/.exec(uri)?.[1]}`;
		expect((await film(uri)).status).toBe(400);
		const states = [];
		for (let poll = 0; poll < 3; poll += 1) states.push((await ai.files.get({ name })).state);
		expect(states).toEqual(['PROCESSING', 'PROCESSING', 'FAILED']);
		expect((await ai.files.get({ name })).error).toMatchObject({ code: 13 });
	});
});

describe('video by Veo', () => {
	const VEO = 'veo-3.1-generate-preview';
	const image = { bytesBase64Encoded: PIXEL, mimeType: 'image/png' };
	const start = (instance: object = {}, parameters?: object, more: object = {}) =>
		raw(emulator, 'POST', `/v1beta/models/${VEO}:predictLongRunning`, {
			instances: [{ prompt: 'A boat', ...instance }],
			...(parameters && { parameters }),
			...more,
		});
	const finish = async (...args: Parameters<typeof start>): Promise<any> => {
		const { json } = await start(...args);
		await emulator.clock.advance(1_000);
		return (await raw(emulator, 'GET', `/v1beta/${json.name}`)).json;
	};
	const reference = { image, referenceType: 'ASSET' };

	beforeEach(() => {
		emulator.settings.veoAvailable = true;
	});

	test('every setting it takes', async () => {
		const video = { uri: `${uriOf(addFile())}:download?alt=media`, encoding: 'video/mp4' };
		const parameters = {
			sampleCount: 1,
			durationSeconds: 8,
			aspectRatio: '16:9',
			resolution: '1080p',
			personGeneration: 'allow_adult',
			negativePrompt: 'cartoon',
			enhancePrompt: true,
		};
		const accepted = [
			await start({ image, lastFrame: image }, parameters),
			await start({ referenceImages: [reference, reference, reference] }),
			await start({ video }, { resolution: '720p' }),
			await start({ video: { encodedVideo: 'AAAA', encoding: 'video/mp4' } }),
			await start({}, { durationSeconds: 4, aspectRatio: '9:16', resolution: '4k' }),
			await start({}, {}, { webhookConfig: { uris: ['https://h.example'] } }),
		];
		expect(accepted.map(({ status, text }) => [status, text])).toEqual(
			accepted.map(() => [200, expect.stringContaining(`models/${VEO}/operations/`)]),
		);
	});

	test.each<[string, object, object | undefined, RegExp]>([
		['duration as text', {}, { durationSeconds: '8' }, /"8" for duration_seconds/],
		['duration', {}, { durationSeconds: 5 }, /4, 6, 8/],
		['aspect ratio', {}, { aspectRatio: '1:1' }, /16:9, 9:16/],
		['resolution', {}, { resolution: '360p' }, /720p, 1080p, 4k/],
		['people', {}, { personGeneration: 'all' }, /dont_allow, allow_adult, allow_all/],
		['samples', {}, { sampleCount: 2 }, /sample_count/],
		['negative prompt', {}, { negativePrompt: 1 }, /negativePrompt/],
		['Vertex field', {}, { generateAudio: true }, /generateAudio.*isn't supported/],
		['unknown parameter', {}, { durationSecs: 8 }, /Unknown name "durationSecs" at 'parameters'/],
		['unknown input', { picture: image }, undefined, /Unknown name "picture" at 'instances\[0\]'/],
		['last frame alone', { lastFrame: image }, undefined, /requires `image`/],
		['four references', { referenceImages: Array(4).fill(reference) }, undefined, /1 to 3/],
		[
			'reference type',
			{ referenceImages: [{ image, referenceType: 'X' }] },
			undefined,
			/ASSET, STYLE/,
		],
		['references upright', { referenceImages: [reference] }, { aspectRatio: '9:16' }, /16:9/],
		[
			'references and image',
			{ referenceImages: [reference], image },
			undefined,
			/cannot be combined/,
		],
		[
			'image without base64',
			{ image: { ...image, bytesBase64Encoded: 'ä' } },
			undefined,
			/not base64/,
		],
		['image type', { image: { ...image, mimeType: 'video/mp4' } }, undefined, /type of an image/],
		[
			'public video',
			{ video: { uri: 'https://example.com/a.mp4' } },
			undefined,
			/Unsupported video uri/,
		],
		['extension in 4k', { video: { encodedVideo: 'AAAA' } }, { resolution: '4k' }, /720p only/],
		['nothing to film', { prompt: '' }, undefined, /needs a prompt/],
	])('refused: %s', async (_, instance, parameters, message) => {
		const { status, json } = await start(instance, parameters);
		expect([status, json.error.message]).toEqual([400, expect.stringMatching(message)]);
		expect(emulator.jobs.list()).toEqual([]);
	});

	test('several samples, partly and wholly filtered, and an error', async () => {
		emulator.settings.veoMostSamples = 4;
		const { response } = await finish({}, { sampleCount: 3 });
		expect(response.generateVideoResponse).toEqual({
			generatedSamples: Array(3).fill({
				video: { uri: expect.stringMatching(/:download\?alt=media$/) },
			}),
		});
		emulator.settings.filmsFiltered = 1;
		const partly = (await finish({}, { sampleCount: 2 })).response.generateVideoResponse;
		expect([partly.generatedSamples.length, partly.raiMediaFilteredCount]).toEqual([1, 1]);
		expect(partly.raiMediaFilteredReasons).toEqual([expect.stringContaining('safety filters')]);
		emulator.settings.filmsFiltered = 9;
		const none = (await finish()).response.generateVideoResponse;
		expect([none.generatedSamples, none.raiMediaFilteredCount]).toEqual([undefined, 1]);
		const failed = await finish({ prompt: '[[error]]' });
		expect(failed).toMatchObject({ done: true, error: { code: 13 } });
	});

	test('operations are listed page by page, newest first, as long as there is Veo', async () => {
		const { json: first } = await start();
		const { json: second } = await start();
		const path = `/v1/models/${VEO}/operations`;
		const { json: page } = await raw(emulator, 'GET', `${path}?pageSize=1`);
		expect(page).toEqual({
			operations: [{ name: second.name }],
			nextPageToken: expect.any(String),
		});
		const rest = await raw(emulator, 'GET', `${path}?pageSize=1&pageToken=${page.nextPageToken}`);
		expect(rest.json).toEqual({ operations: [{ name: first.name }] });
		expect(lastCall(emulator)[0]).toBe('GET');
		emulator.settings.veoAvailable = false;
		expect((await raw(emulator, 'GET', path)).status).toBe(404);
	});
});

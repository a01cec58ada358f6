import {
	omniBody,
	taggedPrompt,
	veoBody,
	type ReadyMedia,
	type VideoRequest,
} from '../../../nodes/GeminiVideo/request.ts';

const omni = (more: Partial<VideoRequest> = {}): VideoRequest => ({
	family: 'omni',
	model: 'gemini-omni-1.2-flash',
	task: 'textToVideo',
	prompt: 'A boat',
	settings: {},
	more: {},
	...more,
});

const veo = (more: Partial<VideoRequest> = {}): VideoRequest =>
	omni({ family: 'veo', model: 'veo-3.1-generate-preview', ...more });

const file = (role: ReadyMedia['role'], mimeType = 'image/png', id = role): ReadyMedia => ({
	role,
	mimeType,
	uri: `https://x/files/${id}`,
});
const bytes = (role: ReadyMedia['role']): ReadyMedia => ({
	role,
	mimeType: 'image/png',
	base64: 'aW1n',
});

describe('a request to Omni', () => {
	test('holds nothing that was not set', () => {
		expect(omniBody(omni(), [])).toEqual({
			model: 'gemini-omni-1.2-flash',
			input: 'A boat',
			background: true,
			store: true,
			response_format: { type: 'video', delivery: 'uri' },
			generation_config: { video_config: { task: 'text_to_video' } },
		});
	});

	test('holds the settings in the words of the API', () => {
		const settings = { aspectRatio: '9:16', duration: 8, resolution: '4k' };
		expect(omniBody(omni({ settings }), []).response_format).toEqual({
			type: 'video',
			delivery: 'uri',
			aspect_ratio: '9:16',
			resolution: '4k',
			duration: '8s',
		});
	});

	const image = (id: string) => ({
		type: 'image',
		mime_type: 'image/png',
		uri: `https://x/files/${id}`,
	});
	const video = { type: 'video', mime_type: 'video/mp4', uri: 'https://x/files/video' };

	test.each([
		['imageToVideo', [file('image')], 'image_to_video', [image('image')], '<FIRST_FRAME> A boat'],
		[
			'firstAndLastFrame',
			[file('firstFrame'), file('lastFrame')],
			'image_to_video',
			[image('firstFrame'), image('lastFrame')],
			'<FIRST_FRAME> <LAST_FRAME> A boat',
		],
		[
			'referenceImages',
			[file('reference', 'image/png', 'a' as never), file('reference', 'image/png', 'b' as never)],
			'reference_to_video',
			[image('a'), image('b')],
			'[# References <IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image2] A boat',
		],
		['edit', [file('video', 'video/mp4')], 'edit', [video], 'A boat'],
		['extend', [file('video', 'video/mp4')], 'extend', [video], 'A boat'],
	] as const)('for %s', (task, media, wireTask, parts, text) => {
		const body = omniBody(omni({ task }), [...media]);
		expect(body.input).toEqual([...parts, { type: 'text', text }]);
		expect(body.generation_config).toEqual({ video_config: { task: wireTask } });
		expect(body).not.toHaveProperty('previous_interaction_id');
	});

	test.each([
		['edit', 'A boat'],
		['extend', '[# Sources <PREVIOUS_VIDEO>@Video1] A boat'],
	] as const)('for %s of an earlier video names no task', (task, input) => {
		const body = omniBody(omni({ task, previousInteraction: 'v1_abc' }), []);
		expect(body).toMatchObject({ previous_interaction_id: 'v1_abc', input });
		expect(body).not.toHaveProperty('generation_config');
	});

	test.each([
		['imageToVideo', 'turn <FIRST_FRAME> into a film'],
		['referenceImages', 'in the style of <IMAGE_REF_0>'],
		['firstAndLastFrame', '[# Sources <FIRST_FRAME>@Image1 <LAST_FRAME>@Image1] a loop'],
		['extend', '[# Sources <PREVIOUS_VIDEO>@Video1] go on'],
	] as const)('leaves tags of the user alone: %s', (task, prompt) => {
		expect(taggedPrompt(omni({ task, prompt, previousInteraction: 'v1_a' }), 1)).toBe(prompt);
	});

	test.each(['a <b> tag', '[#1] first', '[0-3s] A walk', '<LAST>'])(
		'takes other brackets for words: %s',
		(prompt) => {
			expect(taggedPrompt(omni({ task: 'imageToVideo', prompt }), 1)).toBe(
				`<FIRST_FRAME> ${prompt}`,
			);
		},
	);
});

describe('a request to Veo', () => {
	test('holds nothing that was not set', () => {
		expect(veoBody(veo(), [])).toEqual({ instances: [{ prompt: 'A boat' }] });
	});

	test('holds the settings in the words of the API', () => {
		const settings = {
			aspectRatio: '16:9',
			duration: 8,
			resolution: '1080p',
			negativePrompt: 'cartoon',
			personGeneration: 'allow_adult',
			numberOfVideos: 2,
		};
		expect(veoBody(veo({ settings }), []).parameters).toEqual({
			sampleCount: 2,
			durationSeconds: 8,
			aspectRatio: '16:9',
			resolution: '1080p',
			negativePrompt: 'cartoon',
			personGeneration: 'allow_adult',
		});
	});

	const image = { bytesBase64Encoded: 'aW1n', mimeType: 'image/png' };
	test.each([
		['imageToVideo', [bytes('image')], { image }],
		['firstAndLastFrame', [bytes('firstFrame'), bytes('lastFrame')], { image, lastFrame: image }],
		[
			'referenceImages',
			[bytes('reference'), bytes('reference')],
			{
				referenceImages: [
					{ image, referenceType: 'ASSET' },
					{ image, referenceType: 'ASSET' },
				],
			},
		],
		[
			'extend',
			[file('video', 'video/mp4')],
			{ video: { uri: 'https://x/files/video', encoding: 'video/mp4' } },
		],
	] as const)('for %s', (task, media, instance) => {
		expect(veoBody(veo({ task }), [...media])).toEqual({
			instances: [{ prompt: 'A boat', ...instance }],
		});
	});
});

describe('additional fields', () => {
	test('are merged into objects and win', () => {
		const more = { response_format: { duration: '12s', fps: 30 }, labels: { a: 'b' } };
		expect(omniBody(omni({ more, settings: { duration: 8 } }), [])).toMatchObject({
			response_format: { type: 'video', delivery: 'uri', duration: '12s', fps: 30 },
			labels: { a: 'b' },
		});
		const parameters = { seed: 1, durationSeconds: 5 };
		expect(veoBody(veo({ more: { parameters }, settings: { duration: 8 } }), [])).toMatchObject({
			parameters: { seed: 1, durationSeconds: 5 },
		});
	});

	test('cannot reach a prototype', () => {
		const more = JSON.parse('{"__proto__":{"x":1},"constructor":{"y":2}}') as VideoRequest['more'];
		const body = omniBody(omni({ more }), []);
		expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
		expect(({} as Record<string, unknown>).x).toBeUndefined();
		expect(JSON.parse(JSON.stringify(body))).toMatchObject({ constructor: { y: 2 } });
	});
});

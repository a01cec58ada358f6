import { objectionTo, objectionToCount } from '../../../nodes/GeminiVideo/checks.ts';
import type { Settings, VideoRequest } from '../../../nodes/GeminiVideo/request.ts';

const MODELS = { omni: 'gemini-omni-1.2-flash', veo: 'veo-3.1-generate-preview' };

const request = (
	family: VideoRequest['family'],
	more: Partial<VideoRequest> = {},
): VideoRequest => ({
	family,
	model: MODELS[family],
	task: 'textToVideo',
	prompt: 'A boat',
	settings: {},
	more: {},
	...more,
});

type Row = [family: VideoRequest['family'], settings: Settings];

describe('settings', () => {
	const fine: Row[] = [
		['omni', {}],
		['omni', { duration: 3 }],
		['omni', { duration: 10 }],
		['omni', { aspectRatio: '16:9' }],
		['omni', { aspectRatio: '9:16' }],
		...['360p', '720p', '1080p', '4k'].map((resolution): Row => ['omni', { resolution }]),
		['veo', {}],
		...[4, 6, 8].map((duration): Row => ['veo', { duration }]),
		...['720p', '1080p', '4k'].map((resolution): Row => ['veo', { resolution }]),
		['veo', { negativePrompt: 'rain' }],
		['veo', { numberOfVideos: 1 }],
		['veo', { numberOfVideos: 4 }],
		...['allow_adult', 'allow_all', 'dont_allow'].map(
			(personGeneration): Row => ['veo', { personGeneration }],
		),
	];
	test.each(fine)('%s takes %j', (family, settings) => {
		expect(objectionTo(request(family, { settings }))).toBeUndefined();
	});

	const refused: Array<[...Row, RegExp, RegExp]> = [
		['omni', { duration: 2 }, /^'Duration \(Seconds\)' is 2, /, /from 3 to 10/],
		['omni', { duration: 11 }, /is 11, which the model gemini-omni-1.2-flash/, /from 3 to 10/],
		['omni', { duration: 4.5 }, /is 4.5/, /whole number/],
		['omni', { aspectRatio: '1:1' }, /^'Aspect Ratio' is 1:1/, /16:9, 9:16/],
		['omni', { resolution: '480p' }, /^'Resolution' is 480p/, /360p, 720p, 1080p, 4k/],
		['omni', { negativePrompt: 'rain' }, /does not take 'Negative Prompt'$/, /'Prompt'/],
		['omni', { numberOfVideos: 1 }, /does not take 'Number of Videos'$/, /Remove/],
		['omni', { personGeneration: 'x' }, /does not take 'Person Generation'$/, /Remove/],
		['veo', { duration: 5 }, /^'Duration \(Seconds\)' is 5/, /4, 6, 8/],
		['veo', { resolution: '360p' }, /^'Resolution' is 360p/, /720p, 1080p, 4k/],
		['veo', { numberOfVideos: 5 }, /^'Number of Videos' is 5/, /from 1 to 4/],
		['veo', { personGeneration: 'all' }, /^'Person Generation' is all/, /allow_adult/],
	];
	test.each(refused)('%s does not take %j', (family, settings, message, description) => {
		const objection = objectionTo(request(family, { settings }));
		expect(objection?.message).toMatch(message);
		expect(objection?.description).toMatch(description);
	});
});

test.each([
	['an empty prompt', request('omni', { prompt: ' ' }), /^The 'Prompt' is empty$/],
	['an edit by Veo', request('veo', { task: 'edit' }), /^The model veo-3\S+ cannot do 'Edit'$/],
	[
		'an extension by Veo at 1080p',
		request('veo', { task: 'extend', settings: { resolution: '1080p' } }),
		/at 720p only, and 'Resolution' is 1080p$/,
	],
	[
		'reference images for Veo in portrait',
		request('veo', { task: 'referenceImages', settings: { aspectRatio: '9:16' } }),
		/at 16:9 only/,
	],
	...['background', 'model', 'store', 'stream', 'webhook_config', 'webhookConfig'].map(
		(name): [string, VideoRequest, RegExp] => [
			`the additional field ${name}`,
			request('omni', { more: { [name]: 1 } }),
			new RegExp(`must not hold '${name}'`),
		],
	),
] as Array<[string, VideoRequest, RegExp]>)('refuses %s', (_, one, message) => {
	const objection = objectionTo(one);
	expect(objection?.message).toMatch(message);
	expect(objection?.description).toMatch(/\.$/);
});

describe('reference images', () => {
	const references = (count: number) => Array.from({ length: count }, () => 'reference' as const);
	test.each([
		['omni', 0, /^No 'Reference Images' are given$/],
		['veo', 0, /^No 'Reference Images' are given$/],
		['veo', 4, /are 4, and the model veo-3\S+ takes 3$/],
	] as const)('%s does not take %i', (family, count, message) => {
		const one = request(family, { task: 'referenceImages' });
		expect(objectionToCount(one, references(count))?.message).toMatch(message);
	});
	test.each([
		['omni', 1],
		['omni', 7],
		['veo', 3],
	] as const)('%s takes %i', (family, count) => {
		const one = request(family, { task: 'referenceImages' });
		expect(objectionToCount(one, references(count))).toBeUndefined();
	});
	test('are of no interest to other tasks', () => {
		expect(objectionToCount(request('veo'), [])).toBeUndefined();
	});
});

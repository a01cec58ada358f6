import { filmFacts, filmsOf, type Film } from '../../../nodes/GeminiVideo/films.ts';
import { filmFileName } from '../../../nodes/GeminiVideo/downloadFilms.ts';
import { jobIdFrom } from '../../../nodes/GeminiVideo/fields.ts';
import { familyOf } from '../../../nodes/GeminiVideo/models.ts';

const OPERATION = 'models/veo/operations/x';
const URI = 'https://generativelanguage.googleapis.com/v1beta/files/abc:download?alt=media';

describe('the films of an interaction', () => {
	const interaction = (...content: object[]) => ({ steps: [{ type: 'model_output', content }] });

	test('are addresses or the films themselves', () => {
		const raw = interaction(
			{ type: 'text', text: 'Here you are' },
			{ type: 'video', mime_type: 'video/webm', uri: URI },
			{ type: 'video', data: 'AAAA' },
		);
		expect(filmsOf('v1_a', raw)).toEqual({
			films: [
				{ uri: URI, base64: null, mimeType: 'video/webm' },
				{ uri: null, base64: 'AAAA', mimeType: 'video/mp4' },
			],
			filteredReasons: [],
		});
	});

	test('are not those of its input', () => {
		const raw = {
			steps: [{ type: 'user_input', content: [{ type: 'video', uri: URI }] }],
		};
		expect(filmsOf('v1_a', raw).films).toEqual([]);
	});

	test.each([{}, { steps: null }, { steps: [{ type: 'model_output', content: 'x' }] }])(
		'are none in %j',
		(raw) => {
			expect(filmsOf('v1_a', raw)).toEqual({ films: [], filteredReasons: [] });
		},
	);
});

describe('the films of an operation', () => {
	test('come with the reasons for those that were taken out', () => {
		const generateVideoResponse = {
			generatedSamples: [{ video: { uri: URI } }, { video: { encodedVideo: 'AAAA' } }],
			raiMediaFilteredReasons: ['Celebrity'],
		};
		const raw = { name: OPERATION, response: { generateVideoResponse } };
		expect(filmsOf(OPERATION, raw)).toEqual({
			films: [
				{ uri: URI, base64: null, mimeType: 'video/mp4' },
				{ uri: null, base64: 'AAAA', mimeType: 'video/mp4' },
			],
			filteredReasons: ['Celebrity'],
		});
	});
});

test('no item shows a key', () => {
	const uri = `${URI}&key=AIzaSyTest-0123456789_abcdefghijklmnopq`;
	const raw = { response: { generateVideoResponse: { generatedSamples: [{ video: { uri } }] } } };
	expect(filmFacts(OPERATION, raw).videos[0].uri).toBe(`${URI}&key=[hidden]`);
});

describe('the name of a film', () => {
	const film: Film = { uri: URI, base64: null, mimeType: 'video/mp4' };
	const inline: Film = { uri: null, base64: 'AAAA', mimeType: 'video/webm' };
	test.each([
		['', film, 0, 'abc.mp4'],
		['', film, 2, 'abc.mp4'],
		['', inline, 0, 'video.webm'],
		['', inline, 1, 'video_1.webm'],
		['trailer.mov', film, 0, 'trailer.mov'],
		['trailer.mov', film, 1, 'trailer_1.mov'],
		[' trailer ', film, 0, 'trailer.mp4'],
		['.hidden', film, 0, '.hidden.mp4'],
		['', { ...film, uri: 'https://storage.googleapis.com/a' }, 0, 'video.mp4'],
	])('"%s" of film %#', (given, one, index, name) => {
		expect(filmFileName(given, one, index)).toBe(name);
	});
});

describe('the name of a job', () => {
	test.each(['v1_ChdQ-_~=', OPERATION, 'models/veo-3.1-generate-preview/operations/a-b_c'])(
		'%s',
		(id) => {
			expect(jobIdFrom(` ${id} `)).toBe(id);
		},
	);
	test('without its prefix', () => expect(jobIdFrom('interactions/v1_a')).toBe('v1_a'));
	test.each([
		'',
		'a b',
		'batches/x',
		'models/x',
		'../x',
		'v1_a/../b',
		'models/../operations/x',
		'.',
	])('not "%s"', (id) => {
		expect(jobIdFrom(id)).toBeUndefined();
	});
});

test.each([
	[{ name: 'models/gemini-omni-1.2-flash' }, 'omni'],
	[{ name: 'models/gemini-omni-x', supportedGenerationMethods: ['generateContent'] }, 'omni'],
	[{ name: 'models/veo-3', supportedGenerationMethods: ['predictLongRunning'] }, 'veo'],
	[{ name: 'models/gemini-3.8-flash', supportedGenerationMethods: ['generateContent'] }, undefined],
	[{ name: 'models/veo-3' }, undefined],
	[{}, undefined],
])('the family of %j', (model, family) => {
	expect(familyOf(model)).toBe(family);
});

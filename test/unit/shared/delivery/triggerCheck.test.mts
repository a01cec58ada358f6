import fc from 'fast-check';
import { mintCallbackToken } from '../../../../nodes/shared/delivery/callbackToken';
import { mintText } from '../../../../nodes/shared/delivery/provenText';
import {
	mintAnswer,
	mintQuestion,
	readAnswer,
	readQuestion,
} from '../../../../nodes/shared/delivery/triggerCheck';
import { NOW } from '../../support/deliveries.mts';

const API_KEY = 'AIzaSyExampleExampleExampleExample01234';
const OTHER_KEY = 'AIzaSyOtherOtherOtherOtherOther01234567';
const PATH = '/webhook/0c1d/webhook';
const asked = { nonce: 'n-1', repair: false };
const question = mintQuestion(asked, PATH, API_KEY, NOW);
const view = { secret: 'usable', events: ['batch.succeeded'] };
const answer = mintAnswer('n-1', view, API_KEY);

const read = (header: unknown, path = PATH, apiKey = API_KEY, now = NOW) =>
	readQuestion(header, path, apiKey, now);

describe('a question', () => {
	it('is read at the URL that it was made for, also behind a proxy that strips the beginning', () => {
		expect(read(question)).toEqual(asked);
		const repair = { nonce: 'n-2', repair: true };
		expect(read(mintQuestion(repair, `/n8n${PATH}`, API_KEY, NOW))).toEqual(repair);
	});

	it.each([
		['another URL', '/webhook/other/webhook'],
		['a longer one', `/more${PATH}`],
		['none', ''],
	])('is void at %s', (_, path) => {
		expect(read(question, path)).toBeUndefined();
	});

	it('is good for five minutes on either side', () => {
		for (const off of [-300_000, 0, 300_000]) {
			expect(read(question, PATH, API_KEY, NOW + off)).toEqual(asked);
		}
		for (const off of [-300_001, 300_001, Number.NaN]) {
			expect(read(question, PATH, API_KEY, NOW + off)).toBeUndefined();
		}
	});

	it('is void under another API key', () => {
		expect(read(question, PATH, OTHER_KEY)).toBeUndefined();
	});

	it.each([
		['nothing', undefined],
		['no text', 7],
		['two headers', [question, question]],
		['an empty one', ''],
		['one that is too long', mintText('x'.repeat(2000), 'trigger-question', API_KEY)],
		[
			'a token for a job',
			mintCallbackToken({ nonce: 'n', path: PATH, metadata: {} }, API_KEY, NOW),
		],
		['an answer', answer],
		['more parts', `${question}.x`],
	])('is not %s', (_, header) => {
		expect(read(header)).toBeUndefined();
	});

	it.each([
		{ n: 1, p: PATH, t: NOW },
		{ n: 'n', t: NOW },
		{ n: 'n', p: PATH },
		{ n: 'n', p: PATH, t: String(NOW) },
		null,
		[],
	])('is not what is signed but has another form: %j', (content) => {
		const signed = mintText(JSON.stringify(content), 'trigger-question', API_KEY);
		expect(read(signed)).toBeUndefined();
	});

	it('asks for a repair only if it says so', () => {
		const content = JSON.stringify({ n: 'n', p: PATH, t: NOW, r: 'yes' });
		expect(read(mintText(content, 'trigger-question', API_KEY))).toMatchObject({ repair: false });
	});
});

describe('an answer', () => {
	it('is read by who asked', () => {
		expect(readAnswer(answer, 'n-1', API_KEY)).toEqual(view);
	});

	it.each([
		['to another question', () => readAnswer(answer, 'n-2', API_KEY)],
		['of somebody with another key', () => readAnswer(answer, 'n-1', OTHER_KEY)],
		['that is the question', () => readAnswer(question, 'n-1', API_KEY)],
		[
			'without content',
			() =>
				readAnswer(
					mintText(JSON.stringify({ n: 'n-1' }), 'trigger-answer', API_KEY),
					'n-1',
					API_KEY,
				),
		],
		['that is none', () => readAnswer(undefined, 'n-1', API_KEY)],
	])('is none %s', (_, reading) => {
		expect(reading()).toBeUndefined();
	});
});

it('a single changed character voids either', () => {
	const changed = (token: string) =>
		fc
			.tuple(fc.nat(token.length - 1), fc.constantFrom(...'ABab01-_.+/= '))
			.filter(([place, other]) => token[place] !== other);
	const forge = (token: string, [place, other]: [number, string]) =>
		token.slice(0, place) + other + token.slice(place + 1);
	fc.assert(
		fc.property(changed(question), (change) => read(forge(question, change)) === undefined),
		{ numRuns: 2000 },
	);
	fc.assert(
		fc.property(
			changed(answer),
			(change) => readAnswer(forge(answer, change), 'n-1', API_KEY) === undefined,
		),
		{ numRuns: 2000 },
	);
});

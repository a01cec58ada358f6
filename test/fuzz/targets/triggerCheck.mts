import type * as check from '../../../nodes/shared/delivery/triggerCheck.ts';
import { built } from '../engine/instrument.mts';
import { API_KEY, must } from '../support/invariants.mts';

const { mintAnswer, mintQuestion, readAnswer, readQuestion } = built<typeof check>(
	'shared/delivery/triggerCheck',
);

const NOW = 1_795_420_800_000;
const PATH = '/n8n/webhook/a/webhook';
const own = mintQuestion({ nonce: 'n', repair: true }, PATH, API_KEY, NOW);
const foreign = mintQuestion({ nonce: 'n', repair: true }, PATH, `${API_KEY}x`, NOW);
const answer = mintAnswer('n', { node: 'Trigger' }, API_KEY);

/** An input is a question or an answer, the path that was called and how many seconds later, a line each. */
function run(input: Buffer): void {
	const [text = '', path = '', seconds = '0'] = input.toString('latin1').split('\n');
	const now = NOW + Number(seconds) * 1000;
	const question = readQuestion(text, path, API_KEY, now);
	if (question) {
		must(text === own, 'only what we asked is answered');
		must(PATH.endsWith(path) && path.length > 1, 'for its own path');
		must(Math.abs(now - NOW) <= 300_000, 'within five minutes');
	}
	if (readAnswer(text, 'n', API_KEY)) must(text === answer, 'only what a trigger said is believed');
	must(!readAnswer(text, 'other', API_KEY), 'and only as the answer to its own question');
}

const seed = (...lines: string[]): Buffer => Buffer.from(lines.join('\n'));

export const target = {
	seeds: [
		seed(own, PATH, '1'),
		seed(own, '/webhook/a/webhook', '299'),
		seed(foreign, PATH, '0'),
		seed(answer, PATH, '0'),
	],
	tokens: [
		own,
		...own.split('.'),
		answer,
		PATH,
		'/',
		'.',
		'\n',
		'300',
		'-301',
		'1e400',
		'NaN',
		'=',
	],
	run,
};

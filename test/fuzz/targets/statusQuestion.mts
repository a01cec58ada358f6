import type * as question from '../../../nodes/shared/inbound/statusQuestion.ts';
import { built } from '../engine/instrument.mts';
import { must } from '../support/invariants.mts';

const { askStatus, mayAnswer } = built<typeof question>('shared/inbound/statusQuestion');

const NOW = 1_795_420_800_000;
const KEY = Buffer.alloc(32, 3);
const PATH = '/n8n/webhook/a/webhook';
const own = askStatus(PATH, KEY, NOW);
const foreign = askStatus(PATH, Buffer.alloc(32, 4), NOW);

/** An input is the header with a question, the path that was called and how many seconds later, a line each. */
function run(input: Buffer): void {
	const [asked = '', path = '', seconds = '0'] = input.toString('latin1').split('\n');
	const now = NOW + Number(seconds) * 1000;
	if (!mayAnswer(asked, path, KEY, now)) return;
	const [until, of, mac] = asked.split(' ');
	const [ownUntil, , ownMac] = own.split(' ');
	must(until === ownUntil && of === PATH, 'only what we asked is answered');
	must(
		Buffer.from(mac, 'base64url').equals(Buffer.from(ownMac, 'base64url')),
		'with our signature',
	);
	must(PATH.endsWith(path) && path.length > 1, 'for its own path');
	must(Math.abs(now - NOW) <= 61_000, 'within its minute');
}

const seed = (...lines: string[]): Buffer => Buffer.from(lines.join('\n'));

export const target = {
	seeds: [seed(own, PATH, '1'), seed(own, '/webhook/a/webhook', '59'), seed(foreign, PATH, '0')],
	tokens: [own, ...own.split(' '), PATH, '/', ' ', '\n', '60', '-60', '1e400', 'NaN', '='],
	run,
};

import type * as callbackToken from '../../../nodes/shared/delivery/callbackToken.ts';
import { built } from '../engine/instrument.mts';
import { API_KEY, must, mustBePlainJson } from '../support/invariants.mts';

const { mintCallbackToken, readCallbackToken, claimedNonce } = built<typeof callbackToken>(
	'shared/delivery/callbackToken',
);

const NOW = 1_795_420_800_000;
const DAY = 86_400_000;
const claims: callbackToken.CallbackClaims[] = [
	{ nonce: 'n1', path: '/webhook/a/webhook', metadata: { order: '17' } },
	{ nonce: 'n2', path: '/n8n/webhook-waiting/12', metadata: {} },
];
const tokens = claims.map((one) => mintCallbackToken(one, API_KEY, NOW));
const foreign = claims.map((one) => mintCallbackToken(one, `${API_KEY}x`, NOW));

/** An input is a token, the path that was called and how many days later, a line each. */
function run(input: Buffer): void {
	const [token = '', path = '', days = '0'] = input.toString('latin1').split('\n');
	const now = NOW + Number(days) * DAY;
	const read = readCallbackToken(token, path, API_KEY, now);
	const nonce = claimedNonce(token);
	must(nonce === undefined || typeof nonce === 'string', 'a nonce is text');
	if (!read) return;
	mustBePlainJson(read);
	const own = claims[tokens.indexOf(token)];
	must(own !== undefined, 'only our own tokens are read');
	must(own.path.endsWith(path) && path.startsWith('/') && path.length > 1, 'for its own path');
	must(now <= NOW + 8 * DAY + 1000, 'within its time');
	must(read.nonce === own.nonce && nonce === own.nonce, 'with its own nonce');
}

const seed = (...lines: string[]): Buffer => Buffer.from(lines.join('\n'));

export const target = {
	seeds: [
		seed(tokens[0], claims[0].path, '0'),
		seed(tokens[1], '/webhook-waiting/12', '7'),
		seed(tokens[1], '/12', '9'),
		seed(foreign[0], claims[0].path, '0'),
	],
	tokens: [
		...tokens,
		...tokens.flatMap((token) => token.split('.')),
		claims[0].path,
		'/',
		'.',
		'=',
		'\n',
		'-1',
		'8',
		'1e400',
		Buffer.from('{"n":"x","p":"/","e":1e400}').toString('base64url'),
	],
	run,
};

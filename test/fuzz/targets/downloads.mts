import { Readable } from 'node:stream';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type * as client from '../../../nodes/shared/gemini/client.ts';
import type * as errors from '../../../nodes/shared/gemini/errors.ts';
import type * as download from '../../../nodes/shared/gemini/download.ts';
import { built } from '../engine/instrument.mts';
import { API_KEY, must, mustHide } from '../support/invariants.mts';

const { GeminiClient } = built<typeof client>('shared/gemini/client');
const { GeminiApiError } = built<typeof errors>('shared/gemini/errors');
const { openDownload } = built<typeof download>('shared/gemini/download');

const NODE = {
	id: 'n',
	name: 'Gemini',
	type: 't',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};
const BASES = [
	'https://generativelanguage.googleapis.com',
	'https://proxy.example:8443/gemini',
	'http://127.0.0.1:8787',
];

/** Where bytes may come from, written once more, from the promise alone. */
function isPromised(url: URL, base: URL): boolean {
	if (url.username + url.password !== '') return false;
	if (url.protocol === base.protocol && url.host === base.host) return true;
	const isLocal = ({ hostname }: URL) =>
		hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
	if (isLocal(base)) return isLocal(url) && ['http:', 'https:'].includes(url.protocol);
	const labels = url.hostname.split('.');
	const owner = labels.slice(-2).join('.');
	const isGoogle = labels.length > 2 && ['googleapis.com', 'googleusercontent.com'].includes(owner);
	return url.protocol === 'https:' && isGoogle && url.port === '';
}

/** Answers with a redirect to each of the addresses in turn, then with bytes; and notes what was asked for. */
function network(base: string, locations: string[]) {
	const asked: Array<{ url: URL; withKey: boolean }> = [];
	const answer = (withKey: boolean) => async (options: IDataObject) => {
		must(options.disableFollowRedirect === true, 'redirects are followed by hand');
		asked.push({ url: new URL(String(options.url)), withKey });
		const location = locations[asked.length - 1];
		const body = Readable.from([Buffer.from('bytes')]);
		return await Promise.resolve(
			location === undefined
				? { statusCode: 200, headers: { 'content-type': 'video/mp4' }, body }
				: { statusCode: 302, headers: { location }, body },
		);
	};
	const context = {
		getNode: () => NODE,
		getCredentials: async () => await Promise.resolve({ apiKey: API_KEY, baseUrl: base }),
		helpers: {
			httpRequest: answer(false),
			async httpRequestWithAuthentication(_type: string, options: IDataObject) {
				return await answer(true)(options);
			},
		},
	};
	return { asked, context: context as unknown as IExecuteFunctions };
}

/** A line each: which Base URL, the address that a result names, and where redirects lead. */
async function run(input: Buffer): Promise<void> {
	const [which = '', uri = '', ...locations] = input.toString().split('\n');
	const base = BASES[(which.codePointAt(0) ?? 0) % BASES.length];
	const { asked, context } = network(base, locations);
	try {
		const { stream } = await openDownload(await GeminiClient.for(context), uri);
		stream.destroy();
	} catch (error) {
		must(error instanceof GeminiApiError, `a refusal is told in words, not: ${String(error)}`);
		mustHide(API_KEY, error);
	}
	must(asked.length <= 6, 'redirects end');
	for (const { url, withKey } of asked) {
		must(isPromised(url, new URL(base)), `${url.href} is asked with the Base URL ${base}`);
		must(
			!withKey || url.origin === new URL(base).origin,
			"the key goes to the credential's own host",
		);
	}
}

const seed = (...lines: string[]): Buffer => Buffer.from(lines.join('\n'));

export const target = {
	seeds: [
		seed('0', 'files/abc', 'https://storage.googleapis.com/x?token=1'),
		seed(
			'1',
			'https://generativelanguage.googleapis.com/v1beta/files/abc:download?alt=media',
			'/moved',
		),
		seed('2', 'http://127.0.0.1:8787/film.mp4', 'http://localhost:99/x', 'https://evil.example/'),
		seed('0', 'https://video.googleusercontent.com/a', 'https://googleapis.com.evil.example/x'),
		seed('1', 'gs://bucket/x'),
	],
	tokens: [
		'0',
		'1',
		'2',
		'\n',
		'https://',
		'http://',
		'//',
		'@',
		':',
		'.',
		'..',
		'\\',
		'/',
		'?',
		'#',
		'%2e',
		'files/',
		'googleapis.com',
		'.googleapis.com',
		'.googleusercontent.com',
		'generativelanguage.googleapis.com',
		'user:pass@',
		':8443',
		'169.254.169.254',
		'0x7f.0.0.1',
		'127.1',
		'[::1]',
		'[::ffff:127.0.0.1]',
		'localhost',
		'localhost.',
		'evil.example',
		'\u3002',
		'\uff0e',
		'\u00ad',
		'file:///',
		'data:',
		'javascript:',
		'\t',
		'\r',
	],
	run,
};

import { createHash } from 'node:crypto';
import { startEmulator } from './index.mts';
import type { DeliveryFault, Emulator, PresetName, Settings } from './index.mts';
import { controlClient } from './control-client.mts';
import { prompt, raw, runBatch, sdk, startReceiver } from './support.mts';
import type { Receiver } from './support.mts';

/** Every trouble of the list in the facts about the API (9.5), and how a test gets it. */

let emulator: Emulator;
let receiver: Receiver;

beforeEach(async () => {
	emulator = await startEmulator();
	receiver = await startReceiver();
});
afterEach(async () => {
	await emulator.close();
	await receiver.close();
});

const MODELS = '/v1beta/models';
const INTERACTIONS = '/v1beta/interactions';
const get = (path = MODELS) => raw(emulator, 'GET', path);
const add = (preset: PresetName, path = 'models', more: object = {}): string =>
	emulator.faults.add({ preset, path, ...more });
const addFilm = (): string =>
	emulator.files.add({
		bytes: Buffer.alloc(100_000, 'film'),
		mimeType: 'video/mp4',
		source: 'GENERATED',
	});
const body = { model: 'gemini-3.8-flash', input: 'hi', background: true };
const interact = (more: object = {}) => raw(emulator, 'POST', INTERACTIONS, { ...body, ...more });
const finish = async (more: object = {}): Promise<any> => {
	const { json } = await interact(more);
	await emulator.clock.advance(1_000);
	return (await get(`${INTERACTIONS}/${json.id}`)).json;
};
const upload = (size = 3) =>
	sdk(emulator).files.upload({
		file: new Blob([Buffer.alloc(size)]),
		config: { mimeType: 'application/jsonl' },
	});
const withSettings = (settings: Partial<Settings>): void => {
	Object.assign(emulator.settings, settings);
};

/** Something that goes wrong: what it is, how a test gets it, and what is then seen. */
type Row = [what: string, see: () => Promise<unknown>, expected: unknown];

const http: Row[] = [
	[
		'429 with RetryInfo and QuotaFailure',
		async () => {
			add('quota');
			const { status, json } = await get();
			return [status, json.error.status, json.error.details.map((one: any) => one['@type'])];
		},
		[
			429,
			'RESOURCE_EXHAUSTED',
			['type.googleapis.com/google.rpc.QuotaFailure', 'type.googleapis.com/google.rpc.RetryInfo'],
		],
	],
	[
		'429 of the Interactions API',
		async () => {
			add('quota', 'interactions', { code: 'quota_exceeded' });
			return (await interact()).json.error;
		},
		{ code: 'quota_exceeded', message: expect.stringContaining('quota') },
	],
	[
		'500 and 503 for N calls',
		async () => {
			add('internal');
			add('overloaded', 'models', { times: 2 });
			const seen = [];
			for (let call = 0; call < 4; call += 1) seen.push((await get()).status);
			return seen;
		},
		[500, 503, 503, 200],
	],
	[
		'503 after the create took effect',
		async () => {
			add('lost-answer', 'interactions');
			return [(await interact()).status, emulator.jobs.list().length];
		},
		[503, 1],
	],
	[
		'slow headers',
		async () => {
			add('slow', 'models', { delayMs: 100 });
			const started = Date.now();
			await get();
			return Date.now() - started >= 100;
		},
		true,
	],
	[
		'connection cut instead of an answer',
		async () => {
			add('cut');
			return await get().catch((error: Error) => error.message);
		},
		'fetch failed',
	],
	[
		'connection cut in the middle of a download',
		async () => {
			add('cut-body', ':download');
			return await get(`/v1beta/${addFilm()}:download?alt=media`).catch(
				(error: Error) => error.message,
			);
		},
		'terminated',
	],
	[
		'body slow and without its length',
		async () => {
			add('slow-body', ':download', { slowBodyMs: 100, chunked: true });
			const started = Date.now();
			const { headers } = await get(`/v1beta/${addFilm()}:download?alt=media`);
			return [headers.get('content-length'), Date.now() - started >= 100];
		},
		[null, true],
	],
	[
		'HTML 502',
		async () => {
			add('html');
			const { status, text, headers } = await get();
			return [status, text.includes('Bad Gateway'), headers.get('content-type')];
		},
		[502, true, 'text/html'],
	],
	[
		'error in a list, once and for good',
		async () => {
			add('array');
			const once = (await get()).json;
			withSettings({ arrayErrors: true });
			return [once, (await get(`${MODELS}/x`)).json].map(([one]) => one.error.code);
		},
		[503, 404],
	],
	[
		'200 with an empty body',
		async () => {
			add('empty');
			const { status, text } = await get();
			return [status, text];
		},
		[200, ''],
	],
];

const auth: Row[] = [
	[
		'key revoked between create and get',
		async () => {
			const name = await runBatch(emulator);
			withSettings({ revokedKeys: ['test-key'] });
			const { status, json } = await get(`/v1beta/${name}`);
			return [status, json.error.details[0].reason];
		},
		[400, 'API_KEY_INVALID'],
	],
	[
		'key refused once',
		async () => {
			add('revoked-key');
			const { status, json } = await get();
			return [status, json.error.details[0].reason, (await get()).status];
		},
		[400, 'API_KEY_INVALID', 200],
	],
	[
		'403 on download',
		async () => {
			add('forbidden', ':download');
			const { status, json } = await get(`/v1beta/${addFilm()}:download?alt=media`);
			return [status, json.error.status];
		},
		[403, 'PERMISSION_DENIED'],
	],
];

const uploadFault = (fault: Settings['uploadFault'], seen: unknown, size?: number): Row => [
	`upload fault ${fault}`,
	async () => {
		withSettings({ uploadFault: fault });
		return await upload(size).then(
			({ name }) => get(`/v1beta/${name}`).then(({ json }) => json.state as string),
			(error: Error) => error.message,
		);
	},
	seen,
];
const LARGE = 9 * 1024 * 1024;
const uploads: Row[] = [
	uploadFault('no-url', expect.stringContaining('Failed to get upload url')),
	uploadFault('active-on-final', expect.stringContaining('not finalized')),
	uploadFault('forbidden-second', expect.stringContaining('"code":403'), LARGE),
	uploadFault('lost-half', expect.stringContaining('Invalid x-goog-upload-offset'), LARGE),
	uploadFault('unavailable', expect.stringContaining('"code":503')),
	uploadFault('failed-file', 'FAILED'),
	[
		'no status on the last chunk',
		async () => {
			withSettings({ uploadFault: 'no-status' });
			const start = await raw(emulator, 'POST', '/upload/v1beta/files', {});
			const url = new URL(start.headers.get('x-goog-upload-url') as string);
			const headers = {
				'x-goog-api-key': 'test-key',
				'x-goog-upload-command': 'upload, finalize',
				'x-goog-upload-offset': '0',
			};
			const last = await raw(emulator, 'POST', url.pathname + url.search, 'abc', headers);
			return [last.json.file.sizeBytes, last.headers.get('x-goog-upload-status')];
		},
		['3', null],
	],
	[
		'PROCESSING for N polls',
		async () => {
			withSettings({ filePollsProcessing: 2 });
			const { name } = await upload();
			const seen = [];
			for (let poll = 0; poll < 3; poll += 1) seen.push((await get(`/v1beta/${name}`)).json.state);
			return seen;
		},
		['PROCESSING', 'PROCESSING', 'ACTIVE'],
	],
	[
		'the type of JSONL refused',
		async () => {
			withSettings({ refuseJsonlType: true });
			return await upload().catch((error: Error) => error.message);
		},
		expect.stringContaining('Unsupported MIME type'),
	],
];

const files: Row[] = [
	[
		'output id over 40 characters: not readable, but it downloads',
		async () => {
			const src = emulator.files.add({
				bytes: Buffer.from(JSON.stringify({ key: 'a', request: prompt('x') })),
				mimeType: 'application/jsonl',
				source: 'UPLOADED',
			});
			const batch = { displayName: 'd', inputConfig: { fileName: src } };
			const path = `${MODELS}/gemini-3.8-flash:batchGenerateContent`;
			const { json } = await raw(emulator, 'POST', path, { batch });
			await emulator.clock.advance(1_000);
			const file = `/v1beta/files/batch-${json.name.replace('batches/', '')}`;
			return [(await get(file)).status, (await get(`${file}:download?alt=media`)).status];
		},
		[400, 200],
	],
	[
		'expired file',
		async () => {
			const name = addFilm();
			await emulator.clock.advance(48 * 3_600_000);
			return (await get(`/v1beta/${name}:download?alt=media`)).status;
		},
		403,
	],
];

const interactions: Row[] = [
	[
		'404 right after create',
		async () => {
			withSettings({ interactionReadsMissing: 1 });
			const { json } = await interact();
			const path = `${INTERACTIONS}/${json.id}`;
			return [(await get(path)).status, (await get(path)).status];
		},
		[404, 200],
	],
	[
		'sporadic 400 on poll',
		async () => {
			withSettings({ interactionReadsInvalid: 1 });
			const { json } = await interact();
			const path = `${INTERACTIONS}/${json.id}`;
			return [(await get(path)).status, (await get(path)).status];
		},
		[400, 200],
	],
	[
		'incomplete, budget_exceeded, queued and an unknown status',
		async () => {
			const first = await finish({ input: '[[incomplete]]' });
			const second = await finish({ input: '[[budget]]' });
			withSettings({ interactionQueuedMs: 1_000 });
			const third = await interact();
			emulator.jobs.set(third.json.id, 'pondering');
			const fourth = await get(`${INTERACTIONS}/${third.json.id}`);
			return [first, second, third.json, fourth.json].map(({ status }) => status);
		},
		['incomplete', 'budget_exceeded', 'queued', 'pondering'],
	],
	[
		'requires_action with parallel calls',
		async () => {
			const tools = ['a', 'b'].map((name) => ({ type: 'function', name }));
			const done = await finish({ input: '[[action]]', tools });
			return [done.status, done.steps.slice(1).map(({ name }: any) => name)];
		},
		['requires_action', ['a', 'b']],
	],
	[
		'inline video although uri was asked for',
		async () => {
			withSettings({ videoResult: 'inline' });
			const response_format = { type: 'video', delivery: 'uri' };
			const done = await finish({ model: 'gemini-omni-1.2-flash', response_format });
			return Object.keys(done.steps.at(-1).content[0]);
		},
		['type', 'mime_type', 'data'],
	],
	[
		'completed without video',
		async () => {
			withSettings({ videoResult: 'refusal' });
			const done = await finish({ model: 'gemini-omni-1.2-flash' });
			return [done.status, done.steps.at(-1).content[0].type];
		},
		['completed', 'text'],
	],
	[
		'400 content_blocked',
		async () => {
			add('content-blocked', 'interactions');
			const { status, json } = await interact();
			return [status, json.error.code, emulator.jobs.list().length];
		},
		[400, 'content_blocked', 0],
	],
];

const delivered = async (settings: Partial<Settings>): Promise<any[]> => {
	withSettings(settings);
	await runBatch(emulator, [receiver.url]);
	return receiver.received.map(({ headers, body: text }) => ({ ...headers, text }));
};
const deliveryFault = (fault: DeliveryFault, see: (got: any[]) => unknown, seen: unknown): Row => [
	`delivery fault ${fault}`,
	async () => see(await delivered({ deliveryFault: fault })),
	seen,
];
const ids = (got: any[]): string[] => got.map((one) => one['webhook-id']);
const webhooks: Row[] = [
	deliveryFault('never', (got) => got.length, 0),
	deliveryFault('twice', (got) => [got.length, new Set(ids(got)).size], [2, 1]),
	deliveryFault('two-ids', (got) => [got.length, new Set(ids(got)).size], [2, 2]),
	deliveryFault(
		'stale-timestamp',
		([one]) => Date.now() / 1000 - Number(one['webhook-timestamp']) > 300,
		true,
	),
	deliveryFault(
		'mixed-schemes',
		([one]) => /v1,.* v1a,|v1a,.* v1,/.test(one['webhook-signature']),
		true,
	),
	deliveryFault('unknown-event', ([one]) => JSON.parse(one.text).type === 'batch.succeeded', false),
	deliveryFault('not-json', ([one]) => one.text.startsWith('{"type"'), false),
	deliveryFault('wrong-content-type', ([one]) => one['content-type'] === 'application/json', false),
	deliveryFault('huge', ([one]) => one.text.length > 1_000_000, true),
	...(['tampered', 'previous-secret', 'unknown-key', 'no-signature'] as const).map((fault) =>
		// That these do not verify is shown in delivery-faults.test.mts; here, that they arrive.
		deliveryFault(fault, (got) => got.length, 1),
	),
	...(['down', 'garbage', 'rsa-only', 'empty'] as const).map(
		(jwks): Row => [
			`JWKS ${jwks}`,
			async () => {
				withSettings({ jwks });
				const { status, json } = await get('/.well-known/jwks.json');
				return [status, json?.keys?.map(({ kty }: { kty: string }) => kty)];
			},
			[jwks === 'down' ? 503 : 200, { 'rsa-only': ['RSA'], empty: [] }[jwks as string]],
		],
	),
	[
		'slow JWKS',
		async () => {
			withSettings({ jwksDelayMs: 100 });
			const started = Date.now();
			await get('/.well-known/jwks.json');
			return Date.now() - started >= 100;
		},
		true,
	],
	[
		'JWT instead of v1a',
		async () =>
			(await delivered({ dynamicScheme: 'jwt' }))[0]['webhook-signature'].split('.').length,
		3,
	],
	[
		'metadata in a place of its own',
		async () => {
			const user_metadata = { a: 1 };
			withSettings({ userMetadataIn: 'data' });
			await finish({ webhook_config: { uris: [receiver.url], user_metadata } });
			return JSON.parse(receiver.received[0]?.body as string).data.user_metadata;
		},
		{ a: 1 },
	],
	[
		'delivered before the job is readable',
		async () => {
			const name = await runBatch(emulator, [receiver.url]);
			add('missing', name);
			return [receiver.received.length, (await get(`/v1beta/${name}`)).status];
		},
		[1, 404],
	],
	[
		'out of order',
		async () => {
			withSettings({ deliveryDelayMs: 60_000 });
			const first = await runBatch(emulator, [receiver.url]);
			withSettings({ deliveryDelayMs: 0 });
			const second = await runBatch(emulator, [receiver.url]);
			await emulator.clock.advance(60_000);
			const order = receiver.received.map(({ body: text }) => JSON.parse(text).data.id);
			return order.map((id) => [first, second].indexOf(id));
		},
		[1, 0],
	],
];

describe('HTTP', () => {
	test.each(http)('%s', async (_, see, expected) => expect(await see()).toEqual(expected));
});
describe('auth', () => {
	test.each(auth)('%s', async (_, see, expected) => expect(await see()).toEqual(expected));
});
describe('uploads', () => {
	test.each(uploads)('%s', async (_, see, expected) => expect(await see()).toEqual(expected));
});
describe('files', () => {
	test.each(files)('%s', async (_, see, expected) => expect(await see()).toEqual(expected));
});
describe('interactions', () => {
	test.each(interactions)('%s', async (_, see, expected) => expect(await see()).toEqual(expected));
});
describe('webhooks', () => {
	test.each(webhooks)('%s', async (_, see, expected) => expect(await see()).toEqual(expected));
});

test('presets work over HTTP too, and their fields can be changed; unknown ones are refused', async () => {
	const control = controlClient(emulator.url);
	await control.faults.add({ preset: 'quota', path: 'models', message: 'Too many batches' });
	expect((await get()).json.error.message).toBe('Too many batches');
	const wrong = control.faults.add({ preset: 'flood' as never, path: 'models' });
	await expect(wrong).rejects.toThrow('Unknown fault preset "flood"');
});

test('a film keeps its hash however it comes', async () => {
	const name = addFilm();
	const hash = createHash('sha256').update(emulator.files.bytes(name)).digest('hex');
	add('no-length', ':download');
	const { text } = await get(`/v1beta/${name}:download?alt=media`);
	expect(createHash('sha256').update(text).digest('hex')).toBe(hash);
});

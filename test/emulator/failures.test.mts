import { startEmulator } from './index.mts';
import type { Settings } from './index.mts';
import { controlClient } from './control-client.mts';
import { MODELS, testRows } from './failure-table.mts';
import type { FailureStage, Row } from './failure-table.mts';
import { prompt, raw, runBatch, sdk } from './support.mts';

/** Troubles of HTTP, keys, uploads and files (the list of known ones), and how a test gets each. */

const http: Row[] = [
	[
		'429 with RetryInfo and QuotaFailure',
		async (stage) => {
			stage.add('quota');
			const { status, json } = await stage.get();
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
		async (stage) => {
			stage.add('quota', 'interactions', { code: 'quota_exceeded' });
			return (await stage.interact()).json.error;
		},
		{ code: 'quota_exceeded', message: expect.stringContaining('quota') },
	],
	[
		'500 and 503 for N calls',
		async (stage) => {
			stage.add('internal');
			stage.add('overloaded', 'models', { times: 2 });
			const seen = [];
			for (let call = 0; call < 4; call += 1) seen.push((await stage.get()).status);
			return seen;
		},
		[500, 503, 503, 200],
	],
	[
		'503 after the create took effect',
		async (stage) => {
			stage.add('lost-answer', 'interactions');
			return [(await stage.interact()).status, stage.emulator.jobs.list().length];
		},
		[503, 1],
	],
	[
		'slow headers',
		async (stage) => {
			stage.add('slow', 'models', { delayMs: 100 });
			const started = Date.now();
			await stage.get();
			return Date.now() - started >= 95;
		},
		true,
	],
	[
		'connection cut instead of an answer',
		async (stage) => {
			stage.add('cut');
			return await stage.get().catch((error: Error) => error.message);
		},
		'fetch failed',
	],
	[
		'connection cut in the middle of a download',
		async (stage) => {
			stage.add('cut-body', ':download');
			return await stage.get(stage.film()).catch((error: Error) => error.message);
		},
		'terminated',
	],
	[
		'body slow and without its length',
		async (stage) => {
			stage.add('slow-body', ':download', { slowBodyMs: 100, chunked: true });
			const started = Date.now();
			const { headers } = await stage.get(stage.film());
			return [headers.get('content-length'), Date.now() - started >= 95];
		},
		[null, true],
	],
	[
		'HTML 502',
		async (stage) => {
			stage.add('html');
			const { status, text, headers } = await stage.get();
			return [status, text.includes('Bad Gateway'), headers.get('content-type')];
		},
		[502, true, 'text/html'],
	],
	[
		'error in a list, once and for good',
		async (stage) => {
			stage.add('array');
			const once = (await stage.get()).json;
			stage.set({ arrayErrors: true });
			return [once, (await stage.get(`${MODELS}/x`)).json].map(([one]) => one.error.code);
		},
		[503, 404],
	],
	[
		'200 with an empty body',
		async (stage) => {
			stage.add('empty');
			const { status, text } = await stage.get();
			return [status, text];
		},
		[200, ''],
	],
];

const auth: Row[] = [
	[
		'key revoked between create and get',
		async (stage) => {
			const name = await runBatch(stage.emulator);
			stage.set({ revokedKeys: ['test-key'] });
			const { status, json } = await stage.get(`/v1beta/${name}`);
			return [status, json.error.details[0].reason];
		},
		[400, 'API_KEY_INVALID'],
	],
	[
		'key refused once',
		async (stage) => {
			stage.add('revoked-key');
			const { status, json } = await stage.get();
			return [status, json.error.details[0].reason, (await stage.get()).status];
		},
		[400, 'API_KEY_INVALID', 200],
	],
	[
		'403 on download',
		async (stage) => {
			stage.add('forbidden', ':download');
			const { status, json } = await stage.get(stage.film());
			return [status, json.error.status];
		},
		[403, 'PERMISSION_DENIED'],
	],
];

const upload = ({ emulator }: FailureStage, size = 3) =>
	sdk(emulator).files.upload({
		file: new Blob([Buffer.alloc(size)]),
		config: { mimeType: 'application/jsonl' },
	});

const uploadFault = (fault: Settings['uploadFault'], seen: unknown, size?: number): Row => [
	`upload fault ${fault}`,
	async (stage) => {
		stage.set({ uploadFault: fault });
		return await upload(stage, size).then(
			({ name }) => stage.get(`/v1beta/${name}`).then(({ json }) => json.state as string),
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
		async (stage) => {
			stage.set({ uploadFault: 'no-status' });
			const start = await raw(stage.emulator, 'POST', '/upload/v1beta/files', {});
			const url = new URL(start.headers.get('x-goog-upload-url') as string);
			const headers = {
				'x-goog-api-key': 'test-key',
				'x-goog-upload-command': 'upload, finalize',
				'x-goog-upload-offset': '0',
			};
			const last = await raw(stage.emulator, 'POST', url.pathname + url.search, 'abc', headers);
			return [last.json.file.sizeBytes, last.headers.get('x-goog-upload-status')];
		},
		['3', null],
	],
	[
		'PROCESSING for N polls',
		async (stage) => {
			stage.set({ filePollsProcessing: 2 });
			const { name } = await upload(stage);
			const seen = [];
			for (let poll = 0; poll < 3; poll += 1)
				seen.push((await stage.get(`/v1beta/${name}`)).json.state);
			return seen;
		},
		['PROCESSING', 'PROCESSING', 'ACTIVE'],
	],
	[
		'the type of JSONL refused',
		async (stage) => {
			stage.set({ refuseJsonlType: true });
			return await upload(stage).catch((error: Error) => error.message);
		},
		expect.stringContaining('Unsupported MIME type'),
	],
];

const files: Row[] = [
	[
		'output id over 40 characters: not readable, but it downloads',
		async (stage) => {
			const src = stage.emulator.files.add({
				bytes: Buffer.from(JSON.stringify({ key: 'a', request: prompt('x') })),
				mimeType: 'application/jsonl',
				source: 'UPLOADED',
			});
			const batch = { displayName: 'd', inputConfig: { fileName: src } };
			const path = `${MODELS}/gemini-3.8-flash:batchGenerateContent`;
			const { json } = await raw(stage.emulator, 'POST', path, { batch });
			await stage.emulator.clock.advance(1_000);
			const file = `/v1beta/files/batch-${json.name.replace('batches/', '')}`;
			return [
				(await stage.get(file)).status,
				(await stage.get(`${file}:download?alt=media`)).status,
			];
		},
		[400, 200],
	],
	[
		'expired file',
		async (stage) => {
			const path = stage.film();
			await stage.emulator.clock.advance(48 * 3_600_000);
			return (await stage.get(path)).status;
		},
		403,
	],
];

describe('HTTP', () => testRows(http));
describe('auth', () => testRows(auth));
describe('uploads', () => testRows(uploads));
describe('files', () => testRows(files));

test('presets work over HTTP too, and their fields can be changed; unknown ones are refused', async () => {
	const emulator = await startEmulator();
	try {
		const control = controlClient(emulator.url);
		await control.faults.add({ preset: 'quota', path: 'models', message: 'Too many batches' });
		const { json } = await raw(emulator, 'GET', MODELS);
		expect(json.error.message).toBe('Too many batches');
		const wrong = control.faults.add({ preset: 'flood' as never, path: 'models' });
		await expect(wrong).rejects.toThrow('Unknown fault preset "flood"');
	} finally {
		await emulator.close();
	}
});

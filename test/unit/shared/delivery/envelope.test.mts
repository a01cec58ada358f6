import { EVENT_TYPES, parseEnvelope } from '../../../../nodes/shared/delivery/envelope';

const parse = (value: unknown) => parseEnvelope(Buffer.from(JSON.stringify(value)));
const JOB = 'o08hk76gv328ihxcssjsgwt3g6omtfysxi46';

describe('the body', () => {
	it("reads the sample of Google's guide", () => {
		const body = {
			type: 'batch.succeeded',
			version: 'v1',
			timestamp: '2026-01-22T12:00:00Z',
			data: { id: 'batch_123456', output_file_uri: 'gs://my-bucket/results.jsonl' },
		};
		expect(parse(body)).toEqual({
			event: 'batch.succeeded',
			known: true,
			status: 'succeeded',
			jobType: 'batch',
			jobId: 'batches/123456',
			occurredAt: '2026-01-22T12:00:00Z',
			outputFile: 'gs://my-bucket/results.jsonl',
			error: null,
			metadata: {},
			raw: body,
		});
	});

	it.each([
		'',
		'null',
		'[]',
		'[{"type":"batch.succeeded"}]',
		'"batch.succeeded"',
		'7',
		'{}',
		'{"type":null}',
		'{"type":1}',
		'{"type":["batch.succeeded"]}',
		'{"type":{"toString":"x"}}',
		'{"type":"batch.succeeded"',
		'type=batch.succeeded',
		'<html></html>',
		'\u0000',
		'{"Type":"batch.succeeded"}',
	])('%j is no event', (body) => {
		expect(parseEnvelope(Buffer.from(body))).toBeUndefined();
	});

	it.each([undefined, null, 'x', 7, [], [{ id: 'batches/x' }], {}])(
		'has no job when data is %j',
		(data) => {
			expect(parse({ type: 'batch.failed', data })).toMatchObject({
				known: true,
				status: 'failed',
				jobType: 'batch',
				jobId: null,
				outputFile: null,
				error: null,
				metadata: {},
			});
		},
	);

	it('reads bytes that are not UTF-8', () => {
		const body = Buffer.concat([
			Buffer.from('{"type":"ping'),
			Buffer.from([0xff]),
			Buffer.from('"}'),
		]);
		expect(parseEnvelope(body)).toMatchObject({ known: false, status: 'unknown', jobType: null });
	});
});

describe('the event', () => {
	it.each([
		['batch.succeeded', 'batch', 'succeeded'],
		['batch.failed', 'batch', 'failed'],
		['batch.expired', 'batch', 'expired'],
		['batch.cancelled', 'batch', 'cancelled'],
		['interaction.completed', 'interaction', 'succeeded'],
		['interaction.failed', 'interaction', 'failed'],
		['interaction.cancelled', 'interaction', 'cancelled'],
		['interaction.requires_action', 'interaction', 'requiresAction'],
		['video.generated', 'video', 'succeeded'],
	])('%s', (type, jobType, status) => {
		expect(EVENT_TYPES).toContain(type);
		expect(parse({ type, data: { id: 'x' } })).toMatchObject({ known: true, jobType, status });
	});

	it('has a row above for every event type', () => {
		expect(EVENT_TYPES).toHaveLength(9);
	});

	it.each([
		['webhook.ping', null, 'unknown'],
		['ping', null, 'unknown'],
		['', null, 'unknown'],
		['.', null, 'unknown'],
		['batch', 'batch', 'unknown'],
		['batch.', 'batch', 'unknown'],
		['batch.paused', 'batch', 'unknown'],
		['Batch.Succeeded', null, 'unknown'],
		[' batch.succeeded', null, 'succeeded'],
		['batch.succeeded.v2', 'batch', 'succeeded'],
		['agent.completed', null, 'succeeded'],
		['batch.constructor', 'batch', 'unknown'],
		['batch.toString', 'batch', 'unknown'],
		['video.__proto__', 'video', 'unknown'],
		['__proto__.__proto__', null, 'unknown'],
		['constructor', null, 'unknown'],
	])('%j is not known', (type, jobType, status) => {
		expect(parse({ type, data: { id: 'x' } })).toMatchObject({
			event: type,
			known: false,
			jobType,
			status,
		});
	});
});

describe('the id', () => {
	it.each([
		['batch.succeeded', `batches/${JOB}`, `batches/${JOB}`],
		['batch.succeeded', `batch_${JOB}`, `batches/${JOB}`],
		['batch.succeeded', JOB, `batches/${JOB}`],
		['batch.succeeded', 'batch-123', 'batches/batch-123'],
		['batch.succeeded', 'batch_', 'batches/batch_'],
		['batch.succeeded', 123456, 'batches/123456'],
		['interaction.completed', 'v1_ChdQ-_x', 'v1_ChdQ-_x'],
		['interaction.completed', 'interactions/v1_ChdQ', 'v1_ChdQ'],
		['interaction.completed', 'interactions/interactions/v1_ChdQ', 'v1_ChdQ'],
		['interaction.completed', 'v1_ChdQ==', 'v1_ChdQ=='],
		['video.generated', 'models/veo-3.1/operations/op123', 'models/veo-3.1/operations/op123'],
		['video.generated', 'v1_ChdQ', 'v1_ChdQ'],
		['video.generated', 'interactions/v1_ChdQ', 'v1_ChdQ'],
		['unknown.thing', 'things/x~1', 'things/x~1'],
	])('%s with %j', (type, id, jobId) => {
		expect(parse({ type, data: { id } })?.jobId).toBe(jobId);
	});

	const unusable: unknown[] = [
		'',
		null,
		true,
		{},
		['batches/x'],
		'..',
		'.',
		'../models',
		'batches/..',
		'batches/../files/x',
		'batches/.',
		'batches/./x',
		'batches/',
		'interactions/',
		'/x',
		'x/',
		'a//b',
		'x/..',
		'x?alt=media',
		'x#y',
		'x%2e%2e%2fy',
		'x:cancel',
		'x y',
		'x\n',
		'x\\..\\y',
		'https://evil.example/x',
		'x\u0000',
		'bätch',
		'x'.repeat(513),
	];
	it.each(unusable.flatMap((id) => EVENT_TYPES.slice(3, 5).map((type) => [type, id] as const)))(
		'%s never has the id %j',
		(type, id) => {
			expect(parse({ type, data: { id } })?.jobId).toBeNull();
		},
	);

	it.each(['batch_..', 'batch_.', 'batch_.x', 'batch_/x', 'batch_/..'])(
		'a batch never has the id %j, whose rest leads elsewhere',
		(id) => {
			expect(parse({ type: 'batch.succeeded', data: { id } })?.jobId).toBeNull();
		},
	);

	it('may have 512 characters', () => {
		expect(parse({ type: 'video.generated', data: { id: 'x'.repeat(512) } })?.jobId).toHaveLength(
			512,
		);
	});

	it('never leads out of its own folder', () => {
		for (const id of ['a..b', '..a', 'a..', 'a.', 'batches/a..b']) {
			const { jobId } = parse({ type: 'batch.failed', data: { id } })!;
			const path = new URL(`https://api.example/v1beta/${jobId ?? 'batches/none'}`).pathname;
			expect(path).toMatch(/^\/v1beta\/batches\/[^/]+$/);
		}
	});
});

describe('the output file', () => {
	const HOST = 'https://generativelanguage.googleapis.com';
	it.each([
		['files/batch-abc', 'files/batch-abc'],
		['files/abc:download?alt=media', 'files/abc'],
		[`${HOST}/v1beta/files/abc`, 'files/abc'],
		[`${HOST}/v1beta/files/abc:download?alt=media`, 'files/abc'],
		[`${HOST}/download/v1beta/files/abc:download?alt=media`, 'files/abc'],
		[`${HOST}/files/abc`, 'files/abc'],
		['gs://my-bucket/files/abc', 'gs://my-bucket/files/abc'],
		[`${HOST}/v1beta/models/x`, `${HOST}/v1beta/models/x`],
		[`${HOST}/x?next=/files/abc`, `${HOST}/x?next=/files/abc`],
		['myfiles/abc', 'myfiles/abc'],
		['', null],
		[null, null],
		[{ uri: 'files/abc' }, null],
	])('%j', (uri, outputFile) => {
		expect(parse({ type: 'batch.succeeded', data: { output_file_uri: uri } })?.outputFile).toBe(
			outputFile,
		);
	});

	it.each([
		['file_name', { file_name: 'files/vid123' }],
		['video_uri', { video_uri: `${HOST}/v1beta/files/vid123:download?alt=media` }],
		['both', { output_file_uri: 'files/vid123', file_name: 'files/other' }],
	])('is in %s', (_, data) => {
		expect(parse({ type: 'video.generated', data })?.outputFile).toBe('files/vid123');
	});

	it('is found at once in a long text', () => {
		const uri = `https://${'a/'.repeat(100_000)}`;
		const start = performance.now();
		expect(parse({ type: 'batch.succeeded', data: { output_file_uri: uri } })?.outputFile).toBe(
			uri,
		);
		expect(performance.now() - start).toBeLessThan(1000);
	});
});

describe("Google's reason", () => {
	it.each([
		[
			{ error_code: '3', error_message: 'Bad' },
			{ code: '3', message: 'Bad' },
		],
		[
			{ error_code: 3, error_message: 'Bad' },
			{ code: '3', message: 'Bad' },
		],
		[{ error_code: 0 }, { code: '0', message: null }],
		[{ error_message: 'Bad' }, { code: null, message: 'Bad' }],
		[{ error_code: '', error_message: '' }, null],
		[{ error_code: null, error_message: {} }, null],
		[{}, null],
	])('%j', (data, error) => {
		expect(parse({ type: 'batch.failed', data })?.error).toEqual(error);
	});
});

describe('user metadata', () => {
	const user_metadata = { order: 7, paid: true, name: 'x' };
	const read = { order: '7', paid: 'true', name: 'x' };
	it.each<[string, object]>([
		['user_metadata', { user_metadata }],
		['userMetadata', { userMetadata: user_metadata }],
		['data.user_metadata', { data: { user_metadata } }],
		['data.userMetadata', { data: { userMetadata: user_metadata } }],
		['webhook_config.user_metadata', { webhook_config: { user_metadata } }],
		['data.webhook_config.user_metadata', { data: { webhook_config: { user_metadata } } }],
	])('is found in %s', (_, place) => {
		expect(parse({ type: 'batch.succeeded', ...place })?.metadata).toEqual(read);
	});

	it('reaches no prototype', () => {
		const event = parseEnvelope(
			Buffer.from(
				'{"type":"x","__proto__":{"a":1},"user_metadata":{"__proto__":{"polluted":1},"constructor":"x","ok":"1"}}',
			),
		);
		expect(event?.metadata).toEqual({ ok: '1' });
		expect(Object.keys(event?.metadata ?? {})).toEqual(['ok']);
		expect(({} as Record<string, unknown>).polluted).toBeUndefined();
	});
});

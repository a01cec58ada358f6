import { NodeApiError } from 'n8n-workflow';
import {
	failureFromAnswer,
	failureFromError,
	isKeyRefused,
	isOutcomeUnknown,
	isTransient,
	type GeminiFailure,
} from '../../../../nodes/shared/gemini/failure';
import { redact } from '../../../../nodes/shared/gemini/redact';
import { NODE } from '../../support/n8n.mts';

const API_KEY = 'AIzaSyExampleExampleExampleExample01234';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
	status,
	headers,
	body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const read = (status: number, body: unknown, headers = {}) =>
	failureFromAnswer(answer(status, body, headers), [API_KEY]);

const NOTHING: GeminiFailure = {
	status: null,
	code: null,
	reason: null,
	message: '',
	quota: null,
	retryAfter: null,
	connection: null,
};
const failure = (fields: Partial<GeminiFailure>): GeminiFailure => ({ ...NOTHING, ...fields });

const quota = {
	error: {
		code: 429,
		message: 'Quota exceeded',
		status: 'RESOURCE_EXHAUSTED',
		details: [
			{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{}] },
			{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '37s' },
		],
	},
};
const badKey = {
	error: {
		code: 400,
		message: 'API key not valid. Please pass a valid API key.',
		status: 'INVALID_ARGUMENT',
		details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
	},
};

describe('failureFromAnswer', () => {
	it.each<[string, number, unknown, Partial<GeminiFailure>]>([
		[
			'an API key that is not valid',
			400,
			badKey,
			{ code: 'INVALID_ARGUMENT', reason: 'API_KEY_INVALID', message: badKey.error.message },
		],
		[
			'a used-up quota',
			429,
			quota,
			{ code: 'RESOURCE_EXHAUSTED', reason: null, message: 'Quota exceeded', retryAfter: 37_000 },
		],
		[
			'a used-up quota that is told in detail',
			429,
			{
				error: {
					...quota.error,
					details: [
						{
							'@type': 'type.googleapis.com/google.rpc.QuotaFailure',
							violations: [
								{
									quotaMetric: 'generativelanguage.googleapis.com/batch_enqueued_tokens',
									quotaId: 'BatchEnqueuedTokensPerModel',
									quotaValue: '3000000',
									quotaDimensions: { model: 'gemini-3.8-flash' },
								},
								{ quotaId: 'BatchesPerProject' },
								{ quotaId: 'BatchesPerProject' },
							],
						},
					],
				},
			},
			{
				code: 'RESOURCE_EXHAUSTED',
				message: 'Quota exceeded',
				quota:
					'batch_enqueued_tokens (BatchEnqueuedTokensPerModel): 3000000, model gemini-3.8-flash; BatchesPerProject',
				retryAfter: null,
			},
		],
		[
			'the same in a list',
			429,
			[quota],
			{ code: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded', retryAfter: 37_000 },
		],
		[
			'an interaction',
			404,
			{ error: { code: 'not_found', message: 'No such interaction' } },
			{ code: 'not_found', message: 'No such interaction' },
		],
		[
			'a front end before an interaction',
			400,
			[{ error: { code: 400, message: 'Bad' } }],
			{ code: null, message: 'Bad' },
		],
		['JSON without an error', 400, { message: 'x' }, { code: null, message: '{"message":"x"}' }],
		[
			'an error that is text',
			500,
			{ error: 'Internal' },
			{ code: null, message: '{"error":"Internal"}' },
		],
		[
			'an error without message',
			500,
			{ error: { code: 500 } },
			{ code: null, message: '{"error":{"code":500}}' },
		],
		[
			'a page',
			502,
			'<html>Bad Gateway</html>',
			{ code: null, message: "A page that isn't from the Gemini API: <html>Bad Gateway</html>" },
		],
		[
			'an empty list',
			500,
			[],
			{ code: null, message: "A page that isn't from the Gemini API: []" },
		],
		['null', 500, 'null', { code: null, message: "A page that isn't from the Gemini API: null" }],
		[
			'broken JSON',
			500,
			'{"error":',
			{ code: null, message: `A page that isn't from the Gemini API: {"error":` },
		],
	])('%s', (_, status, body, expected) => {
		expect(read(status, body)).toEqual(failure({ status, ...expected }));
	});

	it.each([
		['30', 30_000],
		['0', 0],
		['1.5', 1500],
		['120s', 120_000],
		['Mon, 23 Nov 2026 08:00:00 GMT', null],
		['-5', null],
		['1e3', null],
		['9999999', null],
		['', null],
	])('waits as long as the header says: %s', (value, retryAfter) => {
		expect(read(503, {}, { 'retry-after': value }).retryAfter).toBe(retryAfter);
	});

	it("takes the header's wish before the body's", () => {
		expect(read(429, quota, { 'retry-after': '5' }).retryAfter).toBe(5000);
		expect(read(429, quota, { 'retry-after': 'soon' }).retryAfter).toBe(37_000);
	});

	it.each([
		[{ details: 'x' }],
		[{ details: [null, 'x', 7, {}] }],
		[{ details: [{ '@type': 7 }] }],
		[{ details: [{ '@type': { toString: 1 } }] }],
		[{ details: [{ '@type': 'google.rpc.ErrorInfo', reason: { toString: 1 } }] }],
		[{ details: [{ '@type': 'google.rpc.RetryInfo', retryDelay: {} }] }],
		[{ status: 7, code: {} }],
	])('withstands %j', (fields) => {
		const { reason, retryAfter, message } = read(400, { error: { message: 'x', ...fields } });
		expect({ reason, retryAfter, message }).toEqual({
			reason: null,
			retryAfter: null,
			message: 'x',
		});
	});

	it('cuts a long message', () => {
		expect(read(400, { error: { message: 'x'.repeat(5000) } }).message).toHaveLength(1000);
		expect(read(502, `<html>${'x'.repeat(5000)}`).message.length).toBeLessThan(200);
	});
});

describe('secrets', () => {
	const OTHER_KEY = 'an-older-key-without-googles-form';

	it('are never part of a message, wherever the message is cut', () => {
		for (const secret of [API_KEY, OTHER_KEY]) {
			for (let before = 0; before < 1100; before += 7) {
				const text = `${'.'.repeat(before)}${secret}${'.'.repeat(50)}`;
				const messages = [
					failureFromAnswer(answer(400, { error: { message: text } }), [secret]).message,
					failureFromAnswer(answer(400, { text }), [secret]).message,
					failureFromAnswer(answer(502, text), [secret]).message,
					failureFromError(new Error(text), [secret]).message,
				];
				for (const message of messages) expect(message).not.toContain(secret.slice(0, 6));
			}
		}
	});

	it.each([
		['an API key', `key ${API_KEY}.`, 'key [hidden].'],
		['a signing secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw==', '[hidden]'],
		['a key in a URL', 'https://x/y?key=abc&z=1', 'https://x/y?key=[hidden]&z=1'],
		[
			'the signature of a resume URL',
			'https://x/7?signature=abc',
			'https://x/7?signature=[hidden]',
		],
		[
			'a callback token',
			'<https://x/?a=1&job_token=ab.c-d_e>',
			'<https://x/?a=1&job_token=[hidden]>',
		],
		['two of them', '?key=a&signature=b', '?key=[hidden]&signature=[hidden]'],
		['nothing', 'monkey=1 AIza whsec', 'monkey=1 AIza whsec'],
	])('%s', (_, text, redacted) => {
		expect(redact(text)).toBe(redacted);
	});

	it('are taken for text, not for a pattern', () => {
		expect(redact('a.c abc $&', ['a.c', '$&'])).toBe('[hidden] abc [hidden]');
		expect(redact('kept', ['', 'x'])).toBe('kept');
	});
});

describe('failureFromError', () => {
	const cut = Object.assign(new Error('connect ECONNREFUSED 192.0.2.1:443'), {
		code: 'ECONNREFUSED',
	});
	const n8nError = new NodeApiError(NODE, cut as never);

	it.each<[string, unknown]>([
		['the connection', cut],
		['n8n', n8nError],
		['the SDK', Object.assign(new Error('Connection error.'), { cause: n8nError })],
		['fetch', new TypeError('fetch failed', { cause: cut })],
	])('finds the connection in what %s threw', (_, error) => {
		expect(failureFromError(error, [])).toEqual(
			failure({ message: 'connect ECONNREFUSED 192.0.2.1:443', connection: 'ECONNREFUSED' }),
		);
	});

	it.each([
		'ETIMEDOUT',
		'ECONNABORTED',
		'CERT_HAS_EXPIRED',
		'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
		'ERR_INVALID_URL',
	])('%s is a code of the connection', (code) => {
		expect(failureFromError(Object.assign(new Error('x'), { code }), []).connection).toBe(code);
	});

	it.each([undefined, '', 20, '20', 'abort', 'E CONN', {}])('%j is none', (code) => {
		expect(failureFromError(Object.assign(new Error('x'), { code }), []).connection).toBeNull();
	});

	it.each([
		['text', 'text'],
		[new Error('x'), 'x'],
		[new Error(''), 'No reason was given'],
		[undefined, 'No reason was given'],
		[null, 'No reason was given'],
		[{}, 'No reason was given'],
		[{ message: 'said' }, 'said'],
		[Object.create(null), 'No reason was given'],
		[Symbol('s'), 'No reason was given'],
	])('%p says %j', (error, message) => {
		expect(failureFromError(error, [])).toEqual(failure({ message }));
	});

	it('does not follow a circle', () => {
		const error = new Error('round');
		error.cause = error;
		expect(failureFromError(error, []).message).toBe('round');
	});
});

describe('what a failure means', () => {
	const sent = ['ECONNRESET', 'ETIMEDOUT', 'ECONNABORTED', 'EPIPE', 'CERT_HAS_EXPIRED'];
	const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

	it.each<[number, boolean, boolean]>([
		// status, worth another try, may have happened
		[200, false, true],
		[302, false, true],
		[400, false, false],
		[401, false, false],
		[403, false, false],
		[404, false, false],
		[408, true, true],
		[409, false, false],
		[413, false, false],
		[429, true, false],
		[499, false, true],
		[500, true, true],
		[502, true, true],
		[503, true, true],
		[504, true, true],
	])('HTTP %d: another try %s, may have happened %s', (status, transient, unknown) => {
		expect(isTransient(failure({ status }))).toBe(transient);
		expect(isOutcomeUnknown(failure({ status }))).toBe(unknown);
	});

	it.each([
		...sent.map((code) => [code, true] as const),
		...neverSent.map((code) => [code, false] as const),
	])('%s may have happened: %s', (connection, unknown) => {
		expect(isOutcomeUnknown(failure({ connection }))).toBe(unknown);
		expect(isTransient(failure({ connection }))).toBe(true);
	});

	it('a request that could not even be made is final, and did not happen', () => {
		expect(isTransient(failure({}))).toBe(false);
		expect(isTransient(failure({ connection: 'ENOSPC' }))).toBe(false);
		expect(isOutcomeUnknown(failure({}))).toBe(false);
	});

	it.each([
		[{ status: 401 }, true],
		[{ status: 400, reason: 'API_KEY_INVALID' }, true],
		[{ status: 403, reason: 'API_KEY_SERVICE_BLOCKED' }, true],
		[{ status: 403 }, false],
		[{ status: 403, reason: 'SERVICE_DISABLED' }, false],
		[{ status: 400 }, false],
		[{}, false],
	])('%j: the key is refused: %s', (fields, refused) => {
		expect(isKeyRefused(failure(fields))).toBe(refused);
	});
});

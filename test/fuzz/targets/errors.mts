import type * as errors from '../../../nodes/shared/gemini/errors.ts';
import type * as failure from '../../../nodes/shared/gemini/failure.ts';
import { built } from '../engine/instrument.mts';
import { API_KEY, must, mustBePlainJson, mustHide } from '../support/invariants.mts';

const { failureFromAnswer, failureFromError, isOutcomeUnknown, isTransient } =
	built<typeof failure>('shared/gemini/failure');
const { GeminiApiError } = built<typeof errors>('shared/gemini/errors');

const NODE = {
	id: 'n',
	name: 'Gemini',
	type: 't',
	typeVersion: 1,
	position: [0, 0] as [number, number],
	parameters: {},
};
const ATTEMPT = { action: 'read the batch', subject: 'batches/x' };

/** An error answer: its status, its `retry-after` and its body, a line each; and the same as a thrown error. */
function run(input: Buffer): void {
	const [status = '', retryAfter = '', ...rest] = input.toString('latin1').split('\n');
	const body = Buffer.from(rest.join('\n'), 'latin1');
	const answer = {
		status: Number(status.replace(/\D/g, '').slice(-3)),
		headers: { 'retry-after': retryAfter },
		body,
	};
	let thrown: unknown;
	try {
		thrown = JSON.parse(body.toString());
	} catch {
		thrown = Object.assign(new Error(body.toString()), { code: retryAfter });
	}
	for (const one of [failureFromAnswer(answer, [API_KEY]), failureFromError(thrown, [API_KEY])]) {
		mustBePlainJson(one);
		mustHide(API_KEY, one);
		must(one.message.length > 0 && one.message.length <= 1100, 'the message has a fair length');
		must(
			one.retryAfter === null || (one.retryAfter >= 0 && one.retryAfter <= 1e9),
			'the wait is a fair number',
		);
		must(
			typeof isTransient(one) === 'boolean' && typeof isOutcomeUnknown(one) === 'boolean',
			'it is judged',
		);
		const error = new GeminiApiError(NODE, one, ATTEMPT);
		mustHide(API_KEY, error);
		must(error.message.includes('batches/x'), 'the error names what it is about');
	}
}

const seed = (status: number, value: unknown, retryAfter = ''): Buffer =>
	Buffer.from(
		`${status}\n${retryAfter}\n${typeof value === 'string' ? value : JSON.stringify(value)}`,
	);
const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' };
const quota = {
	'@type': 'type.googleapis.com/google.rpc.QuotaFailure',
	violations: [
		{ quotaMetric: 'a/b', quotaId: 'c', quotaValue: '5', quotaDimensions: { model: 'm' } },
	],
};
const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '37s' };

export const target = {
	seeds: [
		seed(400, {
			error: {
				code: 400,
				status: 'INVALID_ARGUMENT',
				message: `API key not valid: ${API_KEY}`,
				details: [info],
			},
		}),
		seed(
			429,
			{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'x', details: [quota, retry] } },
			'30',
		),
		seed(404, { error: { code: 'not_found', message: 'x' } }),
		seed(503, [{ error: { code: 503, status: 'UNAVAILABLE', message: 'x' } }]),
		seed(502, '<html><title>Bad gateway</title></html>'),
		seed(200, ''),
		seed(0, {
			message: 'connect ECONNREFUSED',
			code: 'ECONNREFUSED',
			cause: { code: 'ENOTFOUND', message: 'y' },
		}),
	],
	tokens: [
		API_KEY,
		API_KEY.slice(0, 20),
		API_KEY.slice(20),
		'error',
		'message',
		'status',
		'code',
		'details',
		'@type',
		'google.rpc.ErrorInfo',
		'reason',
		'retryDelay',
		'google.rpc.RetryInfo',
		'violations',
		'quotaDimensions',
		'cause',
		'429',
		'503',
		'1e400s',
		'30s',
		'billing',
		'not available in your country',
		'__proto__',
		'x'.repeat(990),
	],
	run,
};

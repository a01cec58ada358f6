import { STATUS_CODES } from 'node:http';
import { ApiError, errorBody } from './errors.mts';
import type { ErrorStyle } from './errors.mts';
import type { ActiveFault } from './faults.mts';
import type { Answer } from './world.mts';

/** What a real 429 carries besides the message (google/rpc/error_details.proto). */
const QUOTA_DETAILS = [
	{
		'@type': 'type.googleapis.com/google.rpc.QuotaFailure',
		violations: [
			{
				quotaMetric: 'generativelanguage.googleapis.com/batch_enqueued_tokens',
				quotaId: 'BatchEnqueuedTokensPerModelPerProject',
			},
		],
	},
	{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '37s' },
];

const MESSAGES: Record<number, string> = {
	429: 'You exceeded your current quota, please check your plan and billing details.',
	500: 'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
	503: 'The model is overloaded. Please try again later.',
};

/** The answer a fault puts in place of the real one; undefined when the real one is sent. */
export function faultAnswer(fault: ActiveFault, style: ErrorStyle): Answer | undefined {
	const { status, body } = fault;
	if (fault.cut === true) return { json: {} };
	if (fault.emptyBody) {
		return {
			status: status ?? 200,
			bytes: Buffer.alloc(0),
			headers: { 'content-type': 'application/json' },
		};
	}
	if (fault.html) {
		const code = status ?? 502;
		const page = `<html><head><title>${code} ${STATUS_CODES[code]}</title></head><body><h1>${code} ${STATUS_CODES[code]}</h1></body></html>`;
		return { status: code, bytes: Buffer.from(page), headers: { 'content-type': 'text/html' } };
	}
	if (typeof body === 'string') {
		return {
			status: status ?? 200,
			bytes: Buffer.from(body),
			headers: { 'content-type': 'application/json' },
		};
	}
	if (body !== undefined) return { status: status ?? 200, json: body };
	if (status === undefined) return undefined;
	const text = fault.message ?? MESSAGES[status] ?? STATUS_CODES[status] ?? 'Error';
	const details = fault.details ?? (status === 429 ? QUOTA_DETAILS : undefined);
	const error = errorBody(new ApiError(status, text, fault.code, details), style);
	return { status, json: fault.array ? [error] : error };
}

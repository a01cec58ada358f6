import type { FaultRule } from '../../emulator/faults.mts';

/** Answers of the API that repeat the key they were asked with, in every place that an error text is made of. */
export function echoesOf(key: string): Array<Omit<FaultRule, 'path'>> {
	const words = `API key not valid: ${key} (x-goog-api-key: ${key}, ?key=${key}&alt=json).`;
	const info = {
		'@type': 'type.googleapis.com/google.rpc.ErrorInfo',
		reason: `KEY_${key}`,
		metadata: { key },
	};
	const quota = {
		'@type': 'google.rpc.QuotaFailure',
		violations: [{ quotaId: key, quotaDimensions: { key } }],
	};
	return [
		{ status: 400, message: words, details: [info] },
		{ status: 401, message: words },
		{ status: 403, message: words, code: key },
		{ status: 404, message: words, array: true },
		{
			status: 429,
			body: { error: { code: 429, message: words, status: key, details: [quota] } },
		},
		{ status: 500, body: `<html><body>${words}</body></html>` },
		{ status: 503, body: { [key]: words } },
		{ status: 302, body: {}, headers: { location: `https://example.com/?key=${key}` } },
		{ status: 200, body: `not JSON ${key}` },
	];
}

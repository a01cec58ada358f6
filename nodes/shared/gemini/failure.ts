import { isJson, json, jsonList, text, type Json } from '../json';
import { redact } from './redact';

/** What the API, or the way to it, answered instead of a result. */
export interface GeminiFailure {
	/** HTTP status, null when there was no answer at all. */
	status: number | null;
	/** Google's word for it: `INVALID_ARGUMENT`, `not_found`, ... */
	code: string | null;
	/** Google's finer reason: `API_KEY_INVALID`, ... */
	reason: string | null;
	/** Google's own sentence, secrets taken out. */
	message: string;
	/** Which of the project's limits was reached, in Google's names: the limit, its value, what it counts for. */
	quota: string | null;
	/** How long Google asks to wait, in milliseconds. */
	retryAfter: number | null;
	/** Node's code when the connection failed: `ECONNREFUSED`, ... */
	connection: string | null;
}

/** One HTTP answer as it came. */
export interface RawAnswer {
	status: number;
	headers: Record<string, string>;
	body: Buffer;
}

const MAX_MESSAGE_LENGTH = 1000;
const MAX_CAUSES = 8;

function parseBody(body: string): unknown {
	try {
		const parsed: unknown = JSON.parse(body);
		// Google's front ends sometimes wrap the error in an array.
		return Array.isArray(parsed) ? parsed[0] : parsed;
	} catch {
		return undefined;
	}
}

/** Seconds as in `retry-after: 30` or Google's `"retryDelay": "37s"`, turned into milliseconds. */
function seconds(value: unknown): number | null {
	const match = /^(\d{1,6}(?:\.\d+)?)s?$/.exec(text(value) ?? '');
	return match ? Math.ceil(Number(match[1]) * 1000) : null;
}

/** `batch_enqueued_tokens (BatchEnqueuedTokensPerModelPerProject): 3000000, model gemini-3.8-flash` */
function quotaText({ quotaMetric, quotaId, quotaValue, quotaDimensions }: Json): string {
	const metric = text(quotaMetric)?.split('/').at(-1);
	const id = text(quotaId);
	const name = metric && id ? `${metric} (${id})` : (metric ?? id ?? '');
	const value = text(quotaValue);
	const counted = Object.entries(json(quotaDimensions)).map(([what, of]) => `${what} ${text(of)}`);
	return [`${name}${value === null ? '' : `: ${value}`}`, ...counted].join(', ');
}

/** Redacted first and cut then: half a secret would not be recognised. */
const excerpt = (message: string, length: number, secrets: string[]): string =>
	redact(message, secrets).slice(0, length);

/** Longer than any code or reason of Google's. */
const MAX_CODE_LENGTH = 100;

/** Reads one of Google's words; like all else, it may repeat what was sent to whoever answers. */
const word = (value: unknown, secrets: string[]): string | null => {
	const read = text(value);
	return read === null ? null : excerpt(read, MAX_CODE_LENGTH, secrets);
};

/**
 * Reads an error answer of any of Google's surfaces: `{error:{code,status,message,details}}`, the same in an
 * array, interactions' `{error:{code:"not_found"}}`, or a gateway's HTML page.
 */
export function failureFromAnswer(answer: RawAnswer, secrets: string[]): GeminiFailure {
	const body = answer.body.toString('utf8');
	const parsed = parseBody(body);
	const error = json(json(parsed).error);
	const details = jsonList(error.details);
	const byType = (type: string) => details.find((d) => text(d['@type'])?.endsWith(type));
	const quotas = jsonList(byType('google.rpc.QuotaFailure')?.violations).map(quotaText);
	const quota = [...new Set(quotas)].filter((one) => one !== '').join('; ');
	const own = text(error.message) ?? (isJson(parsed) ? body : undefined);
	return {
		status: answer.status,
		code: word(error.status ?? (typeof error.code === 'string' ? error.code : null), secrets),
		reason: word(byType('google.rpc.ErrorInfo')?.reason, secrets),
		message:
			own === undefined
				? `A page that isn't from the Gemini API: ${excerpt(body, 120, secrets) || 'an empty one'}`
				: excerpt(own, MAX_MESSAGE_LENGTH, secrets),
		quota: excerpt(quota, MAX_MESSAGE_LENGTH, secrets) || null,
		retryAfter:
			seconds(answer.headers['retry-after']) ?? seconds(byType('google.rpc.RetryInfo')?.retryDelay),
		connection: null,
	};
}

/** An error and its causes, outermost first: the SDK wraps what n8n threw, and n8n what the connection threw. */
function withCauses(error: unknown): Json[] {
	const links: Json[] = [];
	for (let link = error; isJson(link) && links.length < MAX_CAUSES; link = link.cause) {
		links.push(link);
	}
	return links;
}

/** Node's code on one link of the chain: letters, digits and underscores, as in `ERR_SSL_TLSV1_ALERT_...`. */
const connectionCode = ({ code }: Json): string | undefined =>
	typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : undefined;

/** Reads what n8n's HTTP helper, or the SDK, threw when there was no HTTP answer. */
export function failureFromError(error: unknown, secrets: string[]): GeminiFailure {
	const links = withCauses(error);
	const broken = links.find(connectionCode);
	const message = text((broken ?? links[0])?.message) ?? text(error) ?? 'No reason was given';
	return {
		status: null,
		code: null,
		reason: null,
		message: excerpt(message, MAX_MESSAGE_LENGTH, secrets),
		quota: null,
		retryAfter: null,
		connection: word(broken && connectionCode(broken), secrets),
	};
}

/** Codes of a disk that takes no more: what came from Google could not be kept. */
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS'];

/** Whether the bytes arrived, and n8n had no room for them. */
export const isOutOfRoom = ({ connection }: Pick<GeminiFailure, 'connection'>): boolean =>
	NO_ROOM.includes(connection ?? '');

/** Whether the same request may well succeed a little later. */
export const isTransient = ({ status, connection }: GeminiFailure): boolean =>
	status === null
		? connection !== null && !isOutOfRoom({ connection })
		: status === 408 || status === 429 || (status >= 500 && status !== 501);

/** Connection codes that prove that the request never left this machine. */
const NEVER_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/**
 * Whether a request that should have created something may have done so in spite of the failure: a gateway's 5xx
 * or a cut connection says nothing about what happened behind it, nor does Google's 499 (`CANCELLED`).
 */
export const isOutcomeUnknown = ({ status, connection }: GeminiFailure): boolean =>
	status === null
		? connection !== null && !NEVER_SENT.includes(connection)
		: status === 408 || status === 499 || status >= 500 || status < 400;

/** Whether Google's answer says that this credential's key is not accepted at all. */
export const isKeyRefused = ({ status, reason }: GeminiFailure): boolean =>
	status === 401 || (reason ?? '').startsWith('API_KEY_');

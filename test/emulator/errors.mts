import { STATUS_CODES } from 'node:http';

/** google.rpc.Status names for the HTTP status codes the emulator uses (google/rpc/code.proto). */
const RPC_STATUS: Record<number, string> = {
	400: 'INVALID_ARGUMENT',
	401: 'UNAUTHENTICATED',
	403: 'PERMISSION_DENIED',
	404: 'NOT_FOUND',
	409: 'ALREADY_EXISTS',
	429: 'RESOURCE_EXHAUSTED',
	499: 'CANCELLED',
	500: 'INTERNAL',
	501: 'UNIMPLEMENTED',
	503: 'UNAVAILABLE',
	504: 'DEADLINE_EXCEEDED',
};

/** The Interactions API answers with lower-case words instead of numbers. */
const INTERACTION_CODE: Record<number, string> = {
	400: 'invalid_request',
	401: 'authentication',
	403: 'permission_denied',
	404: 'not_found',
	409: 'already_exists',
	429: 'rate_limit_exceeded',
	499: 'cancelled',
	500: 'api_error',
	501: 'not_implemented',
	503: 'service_unavailable',
	504: 'deadline_exceeded',
};

/** An answer with an error body. `status` is the HTTP status, `code` the google.rpc name or the interactions code. */
export class ApiError extends Error {
	readonly status: number;
	readonly code: string | undefined;
	readonly details: unknown[] | undefined;

	constructor(status: number, message: string, code?: string, details?: unknown[]) {
		super(message);
		this.status = status;
		this.code = code;
		this.details = details;
	}
}

/** `classic`: numbers and google.rpc names. `interactions`: string codes. */
export type ErrorStyle = 'classic' | 'interactions';

/** The JSON body of an error, in the style of the API family that was called. */
export function errorBody(error: ApiError, style: ErrorStyle): unknown {
	const { status, message, code, details } = error;
	if (style === 'interactions') {
		return { error: { code: code ?? INTERACTION_CODE[status] ?? 'api_error', message } };
	}
	const rpcStatus = code ?? RPC_STATUS[status] ?? STATUS_CODES[status] ?? 'UNKNOWN';
	return { error: { code: status, message, status: rpcStatus, ...(details && { details }) } };
}

export const badRequest = (message: string, code?: string): ApiError =>
	new ApiError(400, message, code);

/** The Interactions API's word for a bad request. */
export const invalidRequest = (message: string): ApiError => badRequest(message, 'invalid_request');

/** A field that the Interactions API does not have. */
export const parameterUnknown = (name: string): ApiError =>
	badRequest(`Unknown parameter: '${name}'.`, 'parameter_unknown');

export const notFound = (message: string): ApiError => new ApiError(404, message);

/** What Google's JSON parser says about a field that its protobuf message lacks (wording as in googleapis/go-genai#779). */
export function unknownField(name: string, path: string): ApiError {
	const description = `Invalid JSON payload received. Unknown name "${name}"${path && ` at '${path}'`}: Cannot find field.`;
	return new ApiError(400, description, 'INVALID_ARGUMENT', [
		{
			'@type': 'type.googleapis.com/google.rpc.BadRequest',
			fieldViolations: [{ ...(path && { field: path }), description }],
		},
	]);
}

/** No key at all: Google's front end answers 403. */
export const missingKey = (): ApiError =>
	new ApiError(
		403,
		"Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
	);

/** A key Google does not know, or no longer knows, is a 400 with an ErrorInfo. */
export const invalidKey = (): ApiError =>
	new ApiError(400, 'API key not valid. Please pass a valid API key.', 'INVALID_ARGUMENT', [
		{
			'@type': 'type.googleapis.com/google.rpc.ErrorInfo',
			reason: 'API_KEY_INVALID',
			domain: 'googleapis.com',
			metadata: { service: 'generativelanguage.googleapis.com' },
		},
	]);

/** An unknown route is answered with a web page, not with JSON. */
export function notFoundPage(path: string): string {
	const shown = path.replace(/[<>&"]/g, '');
	return `<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n<p><b>404.</b> <ins>That’s an error.</ins>\n<p>The requested URL <code>${shown}</code> was not found on this server.\n`;
}

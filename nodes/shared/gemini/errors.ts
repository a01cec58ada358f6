import { NodeApiError, type INode, type JsonObject } from 'n8n-workflow';

import { explain, type Attempt } from './explain';
import type { GeminiFailure } from './failure';

/** The one error for everything that goes wrong between this package and the Gemini API. */
export class GeminiApiError extends NodeApiError {
	readonly gemini: GeminiFailure;

	constructor(node: INode, gemini: GeminiFailure, attempt: Attempt) {
		const { message, description } = explain(gemini, attempt);
		// Only plain, redacted facts: n8n stores the cause, and an HTTP error object holds the request's headers.
		const facts: JsonObject = { message, description, status: gemini.status, code: gemini.code };
		super(node, facts, {
			message,
			description,
			httpCode: gemini.status === null ? undefined : String(gemini.status),
		});
		this.gemini = gemini;
		// n8n puts a sentence of its own in place of a message that holds a code like ECONNREFUSED: the job's name
		// would be lost.
		this.message = message;
	}
}

import {
	sleep,
	type IExecuteFunctions,
	type IHookFunctions,
	type IHttpRequestMethods,
	type ILoadOptionsFunctions,
	type IN8nHttpFullResponse,
	type IWebhookFunctions,
} from 'n8n-workflow';

import { json, type Json } from '../json';
import { GoogleGenAI } from '../vendor';
import { CREDENTIAL, connectionFrom, type Connection } from './connection';
import { GeminiApiError } from './errors';
import type { Attempt } from './explain';
import {
	failureFromAnswer,
	failureFromError,
	isTransient,
	type GeminiFailure,
	type RawAnswer,
} from './failure';
import { fetchOverN8n, type AuthenticatedRequest } from './fetchOverN8n';

export type GeminiContext =
	| IExecuteFunctions
	| IHookFunctions
	| ILoadOptionsFunctions
	| IWebhookFunctions;

/** Milliseconds for one answer of the API. */
const TIMEOUT = 30_000;
/** Attempts at reading, unless told. */
const ATTEMPTS = 4;
/** Milliseconds before the second attempt; each further pause is twice as long. Google's own wish wins. */
const FIRST_WAIT = 500;
/** No pause is longer. Milliseconds. */
const LONGEST_WAIT = 10_000;

/**
 * The SDK's webhooks and interactions clients repeat every call four times by themselves, creations included.
 * Pass this as their options, always: repeating is decided here, and only for reading.
 */
export const ONCE = { maxRetries: 0 };

/** The result of an SDK call, and the JSON it was made from (the SDK's objects leave fields out). */
export interface Answer<T> {
	result: T;
	raw: Json;
}

/**
 * A request that the SDK has no method for.
 *
 * @param path below the API version: `models/x:predictLongRunning`
 */
type Rest = (method: IHttpRequestMethods, path: string, body?: object) => Promise<unknown>;

type Call<T> = (ai: GoogleGenAI, rest: Rest) => Promise<T>;

export interface ReadLimits {
	/** How often to try at most. */
	attempts?: number;
	/** Milliseconds for one attempt. */
	timeout?: number;
	/** Failures to try again after besides those that are known to pass: what Google answers for a job too new. */
	alsoRepeat?: (failure: GeminiFailure) => boolean;
}

/** The Gemini API for one node: Google's SDK over n8n's HTTP helper. */
export class GeminiClient {
	readonly connection: Connection;
	readonly context: GeminiContext;
	/** n8n's HTTP helper with the credential; for what isn't a call of the API: the bytes of files. */
	readonly send: AuthenticatedRequest;

	private constructor(context: GeminiContext, connection: Connection, send: AuthenticatedRequest) {
		this.context = context;
		this.connection = connection;
		this.send = send;
	}

	/** @throws what n8n throws when the node has no credential */
	static async for(context: GeminiContext): Promise<GeminiClient> {
		const connection = connectionFrom(await context.getCredentials(CREDENTIAL));
		return new GeminiClient(context, connection, async (options) => {
			const helpers = context.helpers as IExecuteFunctions['helpers'];
			return (await helpers.httpRequestWithAuthentication.call(
				context as IExecuteFunctions,
				CREDENTIAL,
				options,
			)) as IN8nHttpFullResponse;
		});
	}

	/**
	 * Reads something. Repeated with growing pauses while the API is busy or out of reach.
	 *
	 * @throws GeminiApiError
	 */
	async read<T>(attempt: Attempt, call: Call<T>, limits: ReadLimits = {}): Promise<Answer<T>> {
		const { attempts = ATTEMPTS, timeout = TIMEOUT, alsoRepeat } = limits;
		for (let round = 1; ; round++) {
			const outcome = await this.attempt(attempt, call, timeout);
			if (!(outcome instanceof GeminiApiError)) return outcome;
			const mayPass = isTransient(outcome.gemini) || alsoRepeat?.(outcome.gemini) === true;
			if (round >= attempts || !mayPass) throw outcome;
			const pause = outcome.gemini.retryAfter ?? FIRST_WAIT * 2 ** (round - 1);
			await sleep(Math.min(pause, LONGEST_WAIT));
		}
	}

	/**
	 * Creates or changes something: sent exactly once, whatever comes back.
	 *
	 * @param timeout milliseconds for the answer; more than usual where much is to be sent
	 * @throws GeminiApiError; ask `isOutcomeUnknown(error.gemini)` before telling anyone that nothing happened
	 */
	async change<T>(attempt: Attempt, call: Call<T>, timeout = TIMEOUT): Promise<Answer<T>> {
		const outcome = await this.attempt(attempt, call, timeout);
		if (outcome instanceof GeminiApiError) throw outcome;
		return outcome;
	}

	/** One request. A new SDK object each time keeps the raw answers of parallel calls apart; it costs microseconds. */
	private async attempt<T>(
		attempt: Attempt,
		call: Call<T>,
		timeout: number,
	): Promise<Answer<T> | GeminiApiError> {
		const { baseUrl, apiVersion } = this.connection;
		let answer: RawAnswer | undefined;
		const send = fetchOverN8n(this.send, timeout, (received) => {
			answer = received;
		});
		const ai = new GoogleGenAI({
			// The real key is added by n8n's credential; the SDK only insists on some text.
			apiKey: 'in-the-credential',
			apiVersion,
			httpOptions: {
				baseUrl,
				apiVersion,
				fetch: send,
			},
		});
		const rest: Rest = async (method, path, body) =>
			await send(`${baseUrl}/${apiVersion}/${path}`, {
				method,
				headers: { 'content-type': 'application/json' },
				body: body && JSON.stringify(body),
			});
		try {
			const result = await call(ai, rest);
			// The SDK's webhooks client takes a redirect for a success.
			if (answer && answer.status >= 300) throw new Error('Not a result');
			return { result, raw: answer ? json(JSON.parse(answer.body.toString('utf8'))) : {} };
		} catch (error) {
			return this.failed(attempt, answer, error);
		}
	}

	/** What went wrong with `attempt`: the API's answer, or, when there was none, the error that was thrown. */
	failed(attempt: Attempt, answer: RawAnswer | undefined, error?: unknown): GeminiApiError {
		const secrets = [this.connection.apiKey];
		const failure = answer ? failureFromAnswer(answer, secrets) : failureFromError(error, secrets);
		return new GeminiApiError(this.context.getNode(), failure, attempt);
	}
}

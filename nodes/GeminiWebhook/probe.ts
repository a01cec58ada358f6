import type { IExecuteFunctions, IHttpRequestMethods, IN8nHttpFullResponse } from 'n8n-workflow';

import { failureFromError } from '../shared/gemini/failure';
import { isOwnUrl, readOptions, readPost, type Answer, type Finding } from './ownAddress';

/** Milliseconds for one answer. */
const TIMEOUT = 5000;

/**
 * One request to an address of this n8n; check with `isOwnUrl` first.
 *
 * @throws what n8n throws when there is no answer
 */
export async function ask(
	context: IExecuteFunctions,
	method: IHttpRequestMethods | 'OPTIONS',
	url: string,
	headers: Record<string, string> = {},
	timeout = TIMEOUT,
): Promise<Answer> {
	const response = (await context.helpers.httpRequest({
		method: method as IHttpRequestMethods,
		url,
		// n8n lists the methods of a path to browsers only. With the method that a browser would announce, too, 2.41
		// looks for the workflow's settings, and answers 500 where there is none.
		headers: method === 'OPTIONS' ? { ...headers, origin: new URL(url).origin } : headers,
		timeout,
		encoding: 'text',
		json: false,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// Whatever answers, no other host is ever asked.
		disableFollowRedirect: true,
	})) as IN8nHttpFullResponse;
	const { statusCode: status, headers: answered, body } = response;
	return {
		status,
		headers: answered,
		body: typeof body === 'string' ? body : JSON.stringify(body ?? ''),
	};
}

/**
 * Finds out whether something in this n8n listens at a webhook's URL. Asks no other address than this n8n's own,
 * sends nothing of the URL but its path, and starts no workflow.
 *
 * @param address see `ownAddress`
 */
export async function probe(
	context: IExecuteFunctions,
	webhookUrl: string,
	address: string,
): Promise<Finding> {
	if (!isOwnUrl(webhookUrl, address)) {
		return {
			verdict: 'otherAddress',
			reason: `It does not lead to this n8n, whose address is ${address}`,
		};
	}
	const { origin, pathname } = new URL(webhookUrl);
	const url = origin + pathname;
	try {
		const finding = readOptions(await ask(context, 'OPTIONS', url), url);
		return finding === 'askByPost' ? readPost(await ask(context, 'POST', url)) : finding;
	} catch (error) {
		const { message } = failureFromError(error, []);
		return { verdict: 'unknown', reason: `This n8n cannot reach its own address: ${message}` };
	}
}

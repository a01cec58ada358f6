import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IDataObject,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { json } from '../json';
import { connectionFrom } from './connection';
import { explain } from './explain';
import { failureFromAnswer, failureFromError, type GeminiFailure, type RawAnswer } from './failure';
import { rawAnswer } from './fetchOverN8n';

/** Milliseconds. */
const TIMEOUT = 15_000;
const ATTEMPT = { action: 'list the models with this credential' };

async function probe(
	request: (options: object) => Promise<unknown>,
	credentials: IDataObject,
): Promise<GeminiFailure | undefined> {
	const { apiKey, baseUrl, apiVersion } = connectionFrom(credentials);
	if (!URL.canParse(baseUrl)) {
		return failureFromError(new Error(`${baseUrl} is not a web address`), [apiKey]);
	}
	let answer: RawAnswer | undefined;
	try {
		const response = await request({
			method: 'GET',
			uri: `${baseUrl}/${apiVersion}/models?pageSize=1`,
			headers: { 'x-goog-api-key': apiKey },
			encoding: null,
			resolveWithFullResponse: true,
			simple: false,
			followRedirect: false,
			timeout: TIMEOUT,
		});
		answer = rawAnswer(response as Parameters<typeof rawAnswer>[0]);
		const isModelList =
			answer.status === 200 && Array.isArray(json(JSON.parse(answer.body.toString())).models);
		return isModelList ? undefined : failureFromAnswer(answer, [apiKey]);
	} catch (error) {
		return answer ? failureFromAnswer(answer, [apiKey]) : failureFromError(error, [apiKey]);
	}
}

/** Tries the credential by listing one model, and says in words which field is wrong. */
export async function geminiWebhooksApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	// The only HTTP helper that n8n offers to a credential test.
	const { helpers } = this;
	const failure = await probe(
		async (options) => (await helpers.request(options)) as unknown,
		(credential.data ?? {}) as IDataObject,
	);
	if (!failure) return { status: 'OK', message: 'The API key works' };
	const { message, description } = explain(failure, ATTEMPT);
	return { status: 'Error', message: `${message}. ${description}` };
}

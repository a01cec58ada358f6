import { NodeApiError, type IHttpRequestOptions, type INode } from 'n8n-workflow';
import { GeminiClient, type GeminiContext } from '../../../nodes/shared/gemini/client';

export const API_KEY = 'AIzaSyExampleExampleExampleExample01234';

export const NODE: INode = {
	id: '1',
	name: 'Gemini Batch',
	type: 'n8n-nodes-gemini-webhooks.geminiBatch',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

export interface FakeAnswer {
	status?: number;
	body?: unknown;
	headers?: Record<string, string>;
}

/**
 * A Gemini client, real down to n8n's HTTP helper: that one call is answered here.
 *
 * @param reply the answer to a request, or the error that the helper runs into
 */
export async function clientWith(reply: (request: IHttpRequestOptions) => FakeAnswer | Error) {
	const requests: IHttpRequestOptions[] = [];
	const context = {
		getCredentials: async () => await Promise.resolve({ apiKey: API_KEY }),
		getNode: () => NODE,
		helpers: {
			httpRequestWithAuthentication: async (_: string, request: IHttpRequestOptions) => {
				requests.push(request);
				const answer = reply(request);
				// n8n wraps what the connection threw.
				if (answer instanceof Error) throw new NodeApiError(NODE, answer as never);
				const { status = 200, body = {}, headers = {} } = answer;
				return await Promise.resolve({
					statusCode: status,
					headers: { 'content-type': 'application/json', ...headers },
					body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
				});
			},
		},
	} as unknown as GeminiContext;
	return { client: await GeminiClient.for(context), requests };
}

export const connectionError = (code: string): Error =>
	Object.assign(new Error(`connect ${code} 192.0.2.1:443`), { code });

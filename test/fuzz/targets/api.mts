import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type * as client from '../../../nodes/shared/gemini/client.ts';
import type * as errors from '../../../nodes/shared/gemini/errors.ts';
import type * as files from '../../../nodes/shared/gemini/files.ts';
import type * as models from '../../../nodes/shared/gemini/models.ts';
import type * as read from '../../../nodes/shared/jobs/read.ts';
import type * as webhooks from '../../../nodes/shared/gemini/webhooks.ts';
import { built } from '../engine/instrument.mts';
import {
	API_KEY,
	must,
	mustBeHarmless,
	mustBePlainJson,
	mustHide,
} from '../support/invariants.mts';

const { GeminiClient } = built<typeof client>('shared/gemini/client');
const { GeminiApiError } = built<typeof errors>('shared/gemini/errors');
const { getFile } = built<typeof files>('shared/gemini/files');
const { searchModels } = built<typeof models>('shared/gemini/models');
const { readJob } = built<typeof read>('shared/jobs/read');
const { createWebhook, listWebhooks, rotateSecret } =
	built<typeof webhooks>('shared/gemini/webhooks');

const NODE = {
	id: 'n',
	name: 'Gemini',
	type: 't',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};
type Client = client.GeminiClient;
const ONE_LOOK = { attempts: 1 };

/** The calls whose answers are read, by way of Google's own client. */
const CALLS: Array<(client: Client) => Promise<unknown>> = [
	async (client) => (await searchModels(client, () => true)).results,
	async (client) => await listWebhooks(client),
	async (client) => await createWebhook(client, { name: 'n', url: 'https://x', events: ['e'] }),
	async (client) => await rotateSecret(client, 'w'),
	async (client) => await getFile(client, 'files/a'),
	async (client) => (await readJob(client, { jobType: 'batch', jobId: 'batches/x' }, ONE_LOOK)).job,
	async (client) =>
		(await readJob(client, { jobType: 'video', jobId: 'models/v/operations/o' }, ONE_LOOK)).job,
	async (client) =>
		(await readJob(client, { jobType: 'interaction', jobId: 'v1_x' }, ONE_LOOK)).job,
];

/** None of these is tried again, which would take seconds. */
const STATUSES = [200, 200, 200, 400, 401, 403, 404, 302];

/** An answer of the API: which call it answers, its status, and its body, a line each. */
async function run(input: Buffer): Promise<void> {
	const [call = '', status = '', ...rest] = input.toString('latin1').split('\n');
	const body = Buffer.from(rest.join('\n'), 'latin1');
	const pick = <T,>(list: T[], text: string): T => list[(text.codePointAt(0) ?? 0) % list.length];
	let asked = 0;
	const context = {
		getNode: () => NODE,
		getCredentials: async () =>
			await Promise.resolve({ apiKey: API_KEY, baseUrl: 'https://api.example' }),
		helpers: {
			async httpRequestWithAuthentication(_type: string, options: IDataObject) {
				asked += 1;
				must(
					new URL(String(options.url)).origin === 'https://api.example',
					"only the credential's host is asked",
				);
				const headers = { 'content-type': 'application/json' };
				return await Promise.resolve({ statusCode: pick(STATUSES, status), headers, body });
			},
		},
	};
	const gemini = await GeminiClient.for(context as unknown as IExecuteFunctions);
	try {
		const result = await pick(CALLS, call)(gemini);
		mustBeHarmless(result);
		mustBePlainJson(
			Array.isArray(result)
				? result.map((one: object) => ({ ...one, raw: null }))
				: typeof result === 'object'
					? { ...result, raw: null, webhook: null }
					: result,
		);
	} catch (error) {
		must(error instanceof GeminiApiError, `it is told in words, not: ${(error as Error).stack}`);
		mustHide(API_KEY, error);
	}
	must(asked <= 200, 'pages end');
}

const seed = (call: number, value: unknown, status = '0'): Buffer =>
	Buffer.from(`${call}\n${status}\n${JSON.stringify(value)}`);

export const target = {
	seeds: [
		seed(0, {
			models: [{ name: 'models/m', displayName: 'M', supportedGenerationMethods: ['x'] }],
		}),
		seed(1, {
			webhooks: [
				{
					id: 'w',
					name: 'n',
					uri: 'https://x',
					subscribed_events: ['e'],
					state: 'enabled',
					signing_secrets: [{ truncated_secret: 'whsec_...abcd', expire_time: 't' }],
				},
			],
		}),
		seed(2, { id: 'w', new_signing_secret: 'whsec_abc' }),
		seed(3, { secret: 'whsec_abc' }),
		seed(4, { name: 'files/a', uri: 'u', state: 'ACTIVE', sizeBytes: '5' }),
		seed(5, {
			name: 'batches/x',
			metadata: {
				state: 'BATCH_STATE_SUCCEEDED',
				output: { inlinedResponses: { inlinedResponses: [{ response: {} }] } },
			},
			done: true,
		}),
		seed(6, {
			name: 'models/v/operations/o',
			done: true,
			response: { generateVideoResponse: { generatedSamples: [{ video: { uri: 'u' } }] } },
		}),
		seed(7, { id: 'v1_x', status: 'completed', steps: [] }),
		seed(5, { error: { code: 400, message: `key ${API_KEY}`, status: 'X' } }, '3'),
	],
	tokens: [
		'\n',
		'0',
		'1',
		'2',
		'3',
		'4',
		'5',
		'6',
		'7',
		'models',
		'webhooks',
		'next_page_token',
		'nextPageToken',
		'signing_secrets',
		'error',
		'message',
		API_KEY,
		'name',
		'displayName',
		'metadata',
		'state',
		'done',
		'response',
		'null',
		'[]',
		'{}',
		'__proto__',
		'constructor',
		'prototype',
		'toString',
	],
	run,
};

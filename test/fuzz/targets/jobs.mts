import type * as answer from '../../../nodes/GeminiInteraction/answer.ts';
import type * as describe from '../../../nodes/shared/jobs/describe.ts';
import type * as files from '../../../nodes/shared/gemini/files.ts';
import type * as films from '../../../nodes/GeminiVideo/films.ts';
import type * as functionCalls from '../../../nodes/shared/jobs/functionCalls.ts';
import type * as jobMetadata from '../../../nodes/shared/jobs/jobMetadata.ts';
import type * as json from '../../../nodes/shared/json.ts';
import type * as models from '../../../nodes/shared/gemini/models.ts';
import type * as redact from '../../../nodes/shared/gemini/redact.ts';
import { built } from '../engine/instrument.mts';
import { API_KEY, must, mustBeHarmless, mustBePlainJson } from '../support/invariants.mts';

const { parseJson, json: objectOf } = built<typeof json>('shared/json');
const { describeBatch, describeInteraction, describeOperation, describeVideoInteraction } =
	built<typeof describe>('shared/jobs/describe');
const { filmsOf, filmFacts } = built<typeof films>('GeminiVideo/films');
const { readAnswer, madeFiles } = built<typeof answer>('GeminiInteraction/answer');
const { functionCallFields } = built<typeof functionCalls>('shared/jobs/functionCalls');
const { metadataOfJob } = built<typeof jobMetadata>('shared/jobs/jobMetadata');
const { remoteFile } = built<typeof files>('shared/gemini/files');
const { offers, modelId } = built<typeof models>('shared/gemini/models');
const { hideWebhookTokens } = built<typeof redact>('shared/gemini/redact');

const STATUSES =
	'pending running requiresAction succeeded partlyFailed failed expired cancelled incomplete blocked unknown'.split(
		' ',
	);

/** What the API says of a batch, an operation, an interaction, a file or a model. */
function run(input: Buffer): void {
	let parsed: unknown;
	try {
		parsed = parseJson(input.toString());
	} catch {
		return;
	}
	const raw = objectOf(parsed);
	for (const describeJob of [
		describeBatch,
		describeInteraction,
		describeOperation,
		describeVideoInteraction,
	]) {
		const job = describeJob(raw);
		must(STATUSES.includes(job.status), 'the status is one of ours');
		mustBePlainJson(job);
		for (const count of Object.values(job.requests ?? {}))
			must(count >= 0, 'counts are none below zero');
	}
	for (const name of ['models/v/operations/o', 'v1_x']) {
		const { films: found } = filmsOf(name, raw);
		mustBePlainJson(found);
		const { videos } = filmFacts(name, raw);
		must(
			!/[?&](key|job_token|signature)=(?!\[hidden\])[^&\s"'<>\\]/.test(
				JSON.stringify(videos.map(({ uri }) => uri)),
			),
			'no token is shown',
		);
	}
	const { data, ...shown } = readAnswer(raw, 'v1_x', 'json');
	mustBeHarmless(data);
	mustBePlainJson(shown);
	mustBePlainJson(madeFiles(raw));
	const fields = functionCallFields(raw);
	must(fields.length > 0, 'an interaction is at least one item');
	mustBeHarmless(fields);
	must(
		!JSON.stringify(fields).includes('"headers"') ||
			!JSON.stringify(raw.tools ?? null).includes('"headers"') ||
			fields.every(({ tools }) => (tools ?? []).every((tool) => !('headers' in tool))),
		"tools' headers stay where they are",
	);
	mustBePlainJson(metadataOfJob(raw, API_KEY, 0));
	mustBePlainJson(remoteFile(raw));
	must(
		typeof offers(raw, 'batchGenerateContent') === 'boolean' &&
			typeof modelId(input.toString()) === 'string',
		'models are read',
	);
	const hidden = JSON.stringify(hideWebhookTokens(raw));
	must(
		!/"webhook_?config":\{"uris":\["[^"]*[?&]job_token=(?!\[hidden\])[^&\s"'<>\\]/i.test(hidden),
		'no token is shown',
	);
}

const seed = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const config = {
	uris: ['https://n8n.example/webhook/x?job_token=abc.def'],
	userMetadata: { a: '1' },
};

export const target = {
	seeds: [
		seed({
			name: 'batches/x',
			metadata: {
				state: 'BATCH_STATE_SUCCEEDED',
				model: 'models/m',
				batchStats: { requestCount: '3', failedRequestCount: '1' },
				output: { responsesFile: 'files/x' },
				inputConfig: { fileName: 'files/i' },
				webhookConfig: config,
			},
			done: true,
		}),
		seed({
			name: 'batches/x',
			error: { code: 8, message: 'No' },
			response: { inlinedResponses: { inlinedResponses: [] } },
		}),
		seed({
			name: 'models/v/operations/o',
			done: true,
			response: {
				generateVideoResponse: {
					generatedSamples: [{ video: { uri: 'https://h/files/a?key=k', encoding: 'video/mp4' } }],
					raiMediaFilteredReasons: ['r'],
				},
			},
		}),
		seed({
			id: 'v1_x',
			status: 'completed',
			model: 'm',
			steps: [
				{ type: 'user_input' },
				{ type: 'thought', summary: [{ type: 'text', text: 's' }] },
				{
					type: 'model_output',
					content: [
						{ type: 'text', text: '{"a":1}', annotations: [{ url: 'u', title: 't' }] },
						{ type: 'video', uri: 'u', mime_type: 'video/mp4' },
						{ type: 'image', data: 'AAAA' },
					],
				},
			],
			usage: { total_tokens: 5, total_input_tokens: 2 },
			webhook_config: { uris: ['u'], user_metadata: { a: 1 } },
		}),
		seed({
			id: 'v1_x',
			status: 'requires_action',
			steps: [
				{ type: 'function_call', id: 'c1', name: 'f', arguments: { city: 'Rome' } },
				{
					type: 'google_search_result',
					result: [{ url: 'u', title: 't', places: [{ uri: 'p' }] }],
				},
			],
			tools: [{ type: 'mcp_server', headers: { authorization: 'x' } }],
		}),
		seed({
			name: 'files/a',
			uri: 'u',
			mimeType: 'm',
			state: 'FAILED',
			error: { message: 'no' },
			sizeBytes: '12',
			expirationTime: 't',
		}),
		seed({
			name: 'models/m',
			displayName: 'M',
			supportedGenerationMethods: ['batchGenerateContent'],
		}),
	],
	tokens: [
		'metadata',
		'batchStats',
		'requestCount',
		'BATCH_STATE_',
		'BATCH_STATE_FAILED',
		'JOB_STATE_EXPIRED',
		'output',
		'response',
		'error',
		'errors',
		'status',
		'completed',
		'in_progress',
		'requires_action',
		'steps',
		'type',
		'model_output',
		'function_call',
		'function_result',
		'call_id',
		'content',
		'text',
		'usage',
		'total_tokens',
		'done',
		'constructor',
		'hasOwnProperty',
		'__proto__',
		'webhook_config',
		'webhookConfig',
		'uris',
		'?job_token=',
		'?key=',
	],
	run,
};

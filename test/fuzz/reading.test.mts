/** Whatever the API, a delivery or a model says: properties of everything that reads it, see targets/. */
import fc from 'fast-check';
import { anyJson, asBytes, few, nearly, oneOf } from './support/arbitraries.mts';
import { target as api } from './targets/api.mts';
import { target as envelope } from './targets/envelope.mts';
import { target as errors } from './targets/errors.mts';
import { target as jobs } from './targets/jobs.mts';
import { target as keySet } from './targets/keySet.mts';
import { target as references } from './targets/references.mts';
import { target as results } from './targets/results.mts';

const RUNS = 1000;
const text = fc.string({ maxLength: 20 });
const name = oneOf(
	'batches/x',
	'batch_1',
	'models/v/operations/o',
	'v1_abc',
	'../models',
	'interactions/y',
);
const uri = oneOf(
	'files/a',
	'https://h/v1beta/files/a:download?key=k',
	'gs://b/x',
	'https://h/x?job_token=a.b',
);
const error = nearly({
	code: fc.oneof(fc.integer(), text),
	status: text,
	message: text,
	details: anyJson,
});
const metadata = nearly({ order: text, count: fc.double(), isNew: fc.boolean() });
const webhookConfig = nearly({ uris: few(uri), userMetadata: metadata, user_metadata: metadata });
const counter = fc.oneof(
	fc.integer(),
	fc.integer().map(String),
	fc.constantFrom('1e400', '-5', 'NaN', ''),
);

const event = nearly({
	type: oneOf(
		'batch.succeeded',
		'batch.failed',
		'video.generated',
		'interaction.requires_action',
		'ping',
	),
	timestamp: text,
	user_metadata: metadata,
	webhook_config: webhookConfig,
	data: nearly({
		id: name,
		output_file_uri: uri,
		video_uri: uri,
		error_code: counter,
		error_message: text,
		userMetadata: metadata,
		webhook_config: webhookConfig,
	}),
});

const content = nearly({
	type: oneOf('text', 'video', 'image'),
	text,
	uri,
	data: text,
	mime_type: text,
	annotations: few(nearly({ url: text, title: text })),
});
const step = nearly({
	type: oneOf(
		'model_output',
		'function_call',
		'function_result',
		'thought',
		'user_input',
		'google_search_result',
	),
	id: text,
	call_id: text,
	name: text,
	arguments: anyJson,
	content: few(content),
	summary: few(content),
	result: few(nearly({ url: text, places: few(nearly({ uri: text })) })),
});
const batchMetadata = nearly({
	state: oneOf(
		'BATCH_STATE_SUCCEEDED',
		'BATCH_STATE_FAILED',
		'JOB_STATE_EXPIRED',
		'BATCH_STATE_constructor',
	),
	batchStats: nearly({
		requestCount: counter,
		successfulRequestCount: counter,
		failedRequestCount: counter,
	}),
	output: nearly({ responsesFile: uri, inlinedResponses: anyJson }),
	inputConfig: nearly({ fileName: uri }),
	webhookConfig,
});
const job = nearly({
	name,
	id: name,
	done: fc.boolean(),
	error,
	errors: few(error),
	metadata: batchMetadata,
	webhook_config: webhookConfig,
	status: oneOf('completed', 'requires_action', 'in_progress', 'constructor'),
	steps: few(step),
	tools: few(nearly({ type: text, headers: anyJson })),
	usage: nearly({ total_tokens: counter, total_input_tokens: counter }),
	response: nearly({
		generateVideoResponse: nearly({
			generatedSamples: few(nearly({ video: nearly({ uri, encoding: text }) })),
			raiMediaFilteredReasons: few(text),
		}),
	}),
});

const part = nearly({
	text,
	thought: fc.boolean(),
	inlineData: nearly({ mimeType: text, data: text }),
});
const resultLine = nearly({
	key: oneOf('a', 'b', '__proto__'),
	metadata: nearly({ key: oneOf('a', 'b') }),
	error,
	response: nearly({
		candidates: few(
			nearly({
				content: nearly({ parts: few(part) }),
				finishReason: oneOf('STOP', 'SAFETY', 'MAX_TOKENS', 'NO_IMAGE'),
			}),
		),
		promptFeedback: nearly({ blockReason: text }),
		embedding: nearly({ values: few(fc.double()) }),
		usageMetadata: nearly({
			promptTokenCount: counter,
			candidatesTokenCount: counter,
			totalTokenCount: counter,
			thoughtsTokenCount: counter,
		}),
		tokenCount: counter,
	}),
});
const resultFile = few(asBytes(fc.oneof(resultLine, anyJson))).map((lines) =>
	Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])),
);

/** A line in front of another input. */
const headed = (first: fc.Arbitrary<string | number>, body: fc.Arbitrary<Buffer>) =>
	fc.tuple(first, body).map(([line, bytes]) => Buffer.concat([Buffer.from(`${line}\n`), bytes]));
const quota = nearly({
	'@type': oneOf('google.rpc.QuotaFailure', 'google.rpc.ErrorInfo', 'google.rpc.RetryInfo'),
	reason: text,
	retryDelay: oneOf('5s', '1e9s'),
	violations: few(nearly({ quotaId: text, quotaDimensions: anyJson })),
});
const errorBody = fc.oneof(
	nearly({ error: nearly({ code: counter, status: text, message: text, details: few(quota) }) }),
	error,
	anyJson,
);
const jwk = nearly({
	kty: oneOf('OKP', 'RSA', 'EC', 'oct'),
	crv: oneOf('Ed25519', 'X25519'),
	x: oneOf('A'.repeat(43), 'AQ'),
	kid: text,
	n: oneOf('sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri'),
	e: oneOf('AQAB', 'AQ', ''),
});

const readers: Array<
	[string, { run: (input: Buffer) => void | Promise<void> }, fc.Arbitrary<Buffer>]
> = [
	['an event', envelope, asBytes(fc.oneof(event, anyJson))],
	[
		'an event that is no JSON',
		envelope,
		fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
	],
	['a job', jobs, asBytes(fc.oneof(job, anyJson))],
	['a file of results', results, resultFile],
	[
		'an error',
		errors,
		headed(fc.integer({ min: 100, max: 599 }), headed(oneOf('30', ''), asBytes(errorBody))),
	],
	['a set of keys', keySet, asBytes(fc.oneof(nearly({ keys: few(jwk) }), anyJson))],
	[
		'names of jobs and files',
		references,
		fc.oneof(
			fc.array(fc.oneof(name, uri)).map((list) => Buffer.from(list.join(', '))),
			asBytes(fc.oneof(few(nearly({ jobId: name, jobType: oneOf('batch', 'video') })), anyJson)),
		),
	],
	[
		"the API's answers",
		api,
		headed(
			fc.integer({ min: 0, max: 7 }),
			headed(
				fc.integer({ min: 0, max: 7 }),
				asBytes(
					fc.oneof(
						job,
						nearly({
							models: few(nearly({ name: text, displayName: text })),
							webhooks: few(
								nearly({
									id: text,
									uri,
									subscribed_events: few(text),
									signing_secrets: few(nearly({ truncated_secret: text })),
								}),
							),
							nextPageToken: fc.constant(''),
						}),
						anyJson,
					),
				),
			),
		),
	],
];

test.each(readers)('%s', async (_, { run }, input) => {
	await fc.assert(
		fc.asyncProperty(input, async (bytes) => await run(bytes)),
		{ numRuns: RUNS },
	);
});

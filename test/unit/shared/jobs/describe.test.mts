import {
	batchOutput,
	describeBatch,
	describeInteraction,
	describeOperation,
	describeVideoInteraction,
} from '../../../../nodes/shared/jobs/describe';
import { isFinal } from '../../../../nodes/shared/jobs/types';

const NAME = 'batches/o08hk76gv328ihxcssjsgwt3g6omtfysxi46';
const FILE = 'files/batch-o08hk76gv328ihxcssjsgwt3g6omtfysxi46';
const TYPE = 'type.googleapis.com/google.ai.generativelanguage.v1main';

/** A batch as the API sends it. */
const batch = (metadata: object = {}, rest: object = {}) => ({
	name: NAME,
	metadata: {
		'@type': `${TYPE}.GenerateContentBatch`,
		model: 'models/gemini-3.8-flash',
		displayName: 'my-batch-job',
		createTime: '2026-11-23T08:00:00.123456789Z',
		updateTime: '2026-11-23T08:00:01Z',
		name: NAME,
		...metadata,
	},
	...rest,
});

describe('describeBatch', () => {
	it('describes one that went through with a failed request', () => {
		const operation = batch(
			{
				state: 'BATCH_STATE_SUCCEEDED',
				endTime: '2026-11-23T09:00:00Z',
				output: { responsesFile: FILE },
				batchStats: { requestCount: '3', successfulRequestCount: '2', failedRequestCount: '1' },
			},
			{ done: true, response: { responsesFile: FILE } },
		);
		expect(describeBatch(operation)).toEqual({
			jobType: 'batch',
			jobId: NAME,
			status: 'partlyFailed',
			model: 'models/gemini-3.8-flash',
			displayName: 'my-batch-job',
			createdAt: '2026-11-23T08:00:00.123456789Z',
			updatedAt: '2026-11-23T08:00:01Z',
			endedAt: '2026-11-23T09:00:00Z',
			outputFile: FILE,
			error: null,
			requests: { total: 3, succeeded: 2, failed: 1, pending: 0 },
		});
	});

	it('describes one that succeeded', () => {
		const batchStats = { requestCount: '3', successfulRequestCount: '3' };
		const operation = batch({ state: 'BATCH_STATE_SUCCEEDED', batchStats }, { done: true });
		expect(describeBatch(operation).status).toBe('succeeded');
	});

	it('describes one that waits', () => {
		const batchStats = { requestCount: '3', pendingRequestCount: '3' };
		expect(describeBatch(batch({ state: 'BATCH_STATE_PENDING', batchStats }))).toMatchObject({
			status: 'pending',
			endedAt: null,
			outputFile: null,
			error: null,
			requests: { total: 3, succeeded: 0, failed: 0, pending: 3 },
		});
	});

	it.each([
		['failed', 'BATCH_STATE_FAILED', { code: 3, message: 'Bad model' }, '3'],
		['cancelled', 'BATCH_STATE_CANCELLED', { code: 1, message: 'Cancelled' }, '1'],
	])("describes one that %s, with Google's reason", (status, state, error, code) => {
		expect(describeBatch(batch({ state }, { done: true, error }))).toMatchObject({
			status,
			error: { code, message: error.message },
		});
	});

	it.each([
		['BATCH_STATE_PENDING', 'pending', false],
		['BATCH_STATE_RUNNING', 'running', false],
		['BATCH_STATE_CANCELLING', 'running', false],
		['BATCH_STATE_SUCCEEDED', 'succeeded', true],
		['BATCH_STATE_FAILED', 'failed', true],
		['BATCH_STATE_CANCELLED', 'cancelled', true],
		['BATCH_STATE_EXPIRED', 'expired', true],
		['JOB_STATE_SUCCEEDED', 'succeeded', true],
		['JOB_STATE_EXPIRED', 'expired', true],
		['BATCH_STATE_UNSPECIFIED', 'unknown', false],
		['BATCH_STATE_PAUSED', 'unknown', false],
		['batch_state_succeeded', 'unknown', false],
		['BATCH_STATE_constructor', 'unknown', false],
		['__proto__', 'unknown', false],
		['', 'unknown', false],
		[undefined, 'unknown', false],
		[4, 'unknown', false],
		[{ toString: 1 }, 'unknown', false],
	])('%j is %s', (state, status, final) => {
		const described = describeBatch(batch({ state }));
		expect(described.status).toBe(status);
		expect(isFinal(described.status)).toBe(final);
	});

	it('finds the output file when only the response has it', () => {
		const operation = batch(
			{ state: 'BATCH_STATE_SUCCEEDED' },
			{ response: { responsesFile: FILE } },
		);
		expect(describeBatch(operation).outputFile).toBe(FILE);
		expect(batchOutput(operation)).toEqual({ responsesFile: FILE });
	});

	it('finds inlined results in either place', () => {
		const output = { inlinedResponses: { inlinedResponses: [{ response: {} }] } };
		expect(batchOutput(batch({ output }))).toEqual(output);
		expect(batchOutput(batch({}, { response: output }))).toEqual(output);
	});

	it('finds the name in the metadata when the operation has none', () => {
		expect(describeBatch({ ...batch(), name: undefined }).jobId).toBe(NAME);
	});

	it.each([{}, { metadata: null }, { metadata: [], response: 'x', error: 'x', name: {} }])(
		'%j is described as well as it can be',
		(operation) => {
			expect(describeBatch(operation)).toEqual({
				jobType: 'batch',
				jobId: '',
				status: 'unknown',
				model: null,
				displayName: null,
				createdAt: null,
				updatedAt: null,
				endedAt: null,
				outputFile: null,
				error: null,
				requests: { total: 0, succeeded: 0, failed: 0, pending: 0 },
			});
		},
	);

	it.each([
		['12', 12],
		[12, 12],
		['', 0],
		['many', 0],
		[null, 0],
		[{}, 0],
		[{ valueOf: 'x', toString: 'x' }, 0],
	])('counts %j', (requestCount, total) => {
		expect(describeBatch(batch({ batchStats: { requestCount } })).requests?.total).toBe(total);
	});
});

describe('describeInteraction', () => {
	const interaction = (fields: object = {}) => ({
		id: 'v1_ChdQ',
		object: 'interaction',
		model: 'gemini-3.8-flash',
		status: 'in_progress',
		created: '2026-11-23T08:00:00Z',
		updated: '2026-11-23T08:00:01Z',
		...fields,
	});

	it('describes one that runs', () => {
		expect(describeInteraction(interaction())).toEqual({
			jobType: 'interaction',
			jobId: 'v1_ChdQ',
			status: 'running',
			model: 'gemini-3.8-flash',
			displayName: null,
			createdAt: '2026-11-23T08:00:00Z',
			updatedAt: '2026-11-23T08:00:01Z',
			endedAt: null,
			outputFile: null,
			error: null,
		});
	});

	it.each([
		['queued', 'pending', false],
		['in_progress', 'running', false],
		['requires_action', 'requiresAction', false],
		['requires_continuation', 'unknown', false],
		['completed', 'succeeded', true],
		['failed', 'failed', true],
		['cancelled', 'cancelled', true],
		['incomplete', 'incomplete', true],
		['budget_exceeded', 'incomplete', true],
		['dreaming', 'unknown', false],
		['constructor', 'unknown', false],
		['', 'unknown', false],
		[undefined, 'unknown', false],
		[null, 'unknown', false],
		[{ toString: 1 }, 'unknown', false],
	])('%j is %s', (status, expected, final) => {
		const described = describeInteraction(interaction({ status }));
		expect(described.status).toBe(expected);
		expect(isFinal(described.status)).toBe(final);
	});

	it.each([
		[{ errors: [{ code: 'safety', message: 'No' }] }, { code: 'safety', message: 'No' }],
		[{ errors: [{ code: 'a' }, { code: 'b' }] }, { code: 'a', message: null }],
		[
			{ errors: [{ code: 'a', message: 'list' }], error: { code: 'b' } },
			{ code: 'a', message: 'list' },
		],
		[{ error: { code: 'b', message: 'single' } }, { code: 'b', message: 'single' }],
		[
			{ errors: [], error: { code: 5 } },
			{ code: '5', message: null },
		],
		[{ errors: [] }, null],
		[{ errors: null }, null],
		[{ errors: 'x', error: 'x' }, null],
	])('%j', (fields, error) => {
		expect(describeInteraction(interaction({ status: 'failed', ...fields })).error).toEqual(error);
	});

	it('names the agent where there is no model', () => {
		const agent = 'deep-research-preview-04-2026';
		expect(describeInteraction({ id: 'v1_x', agent }).model).toBe(agent);
	});
});

describe('describeVideoInteraction', () => {
	const made = (content: object[]) =>
		describeVideoInteraction({
			id: 'v1_x',
			status: 'completed',
			steps: [
				{ type: 'user_input', content: [{ type: 'video', uri: 'files/in' }] },
				{ type: 'model_output', content },
			],
		});

	it('succeeded with a film', () => {
		expect(made([{ type: 'video', uri: 'files/x' }])).toMatchObject({
			jobType: 'video',
			status: 'succeeded',
			error: null,
		});
	});

	it('was refused when only words came back', () => {
		expect(
			made([
				{ type: 'text', text: 'I cannot ' },
				{ type: 'text', text: 'do that.' },
			]),
		).toMatchObject({
			status: 'blocked',
			error: { code: 'NO_VIDEO', message: 'I cannot do that.' },
		});
	});

	it('is running while it runs', () => {
		expect(describeVideoInteraction({ id: 'v1_x', status: 'in_progress' })).toMatchObject({
			status: 'running',
			error: null,
		});
	});
});

describe('describeOperation', () => {
	const name = 'models/veo-3.1-generate-preview/operations/op123';
	it.each<[string, object, string, object | null]>([
		['has no done yet', { name }, 'running', null],
		['is not done', { name, done: false }, 'running', null],
		['is done as text', { name, done: 'true' }, 'running', null],
		[
			'succeeded',
			{
				name,
				done: true,
				response: { generateVideoResponse: { generatedSamples: [{ video: { uri: 'files/x' } }] } },
			},
			'succeeded',
			null,
		],
		[
			'was kept back by the safety filters',
			{
				name,
				done: true,
				response: {
					generateVideoResponse: { raiMediaFilteredReasons: ['Too loud.', 'Too dark.'] },
				},
			},
			'blocked',
			{ code: 'SAFETY_FILTER', message: 'Too loud. Too dark.' },
		],
		[
			'was cancelled',
			{ name, done: true, error: { code: 1, message: 'x' } },
			'cancelled',
			{ code: '1', message: 'x' },
		],
		[
			'failed',
			{ name, done: true, error: { code: 3, message: 'x' } },
			'failed',
			{ code: '3', message: 'x' },
		],
	])('%s', (_, operation, status, error) => {
		expect(describeOperation({ ...operation })).toEqual({
			jobType: 'video',
			jobId: name,
			status,
			model: 'models/veo-3.1-generate-preview',
			displayName: null,
			createdAt: null,
			updatedAt: null,
			endedAt: null,
			outputFile: null,
			error,
		});
	});

	it.each([undefined, 'operations/op', 'models/', 7, { toString: 1 }])(
		'has no model in %j',
		(other) => {
			expect(describeOperation({ name: other }).model).toBeNull();
		},
	);
});

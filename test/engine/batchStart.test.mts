import type {
	EngineResponse,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeType,
} from 'n8n-workflow';
import { readCallbackToken } from '../../nodes/shared/delivery/callbackToken.ts';
import { everythingIn } from './support/errors.mts';
import type { Execution } from './support/execution.mts';
import { API_KEY, batchParameters, PROMPTS, Stage, type RunOptions } from './support/stage.mts';
import { toolCall } from './support/toolCall.mts';
import { until } from './support/until.mts';
import { BATCH, chosen, line, loadWorkflow, node, nodeTypes } from './support/workflow.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(() => stage.reset());
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

interface SentBatch {
	batch: {
		displayName: string;
		inputConfig: { requests: { requests: Array<{ request: object; metadata: object }> } };
		webhookConfig?: { uris: string[]; userMetadata?: object };
	};
}

/** The body of the latest creation. */
const sentBatch = () => (JSON.parse(stage.batchCreations.at(-1)!.body) as SentBatch).batch;
const callbackUrl = () => new URL(sentBatch().webhookConfig!.uris[0]);
const jobs = () => stage.emulator.jobs.list();

describe('the request', () => {
	test('has one entry for each item, with its key', async () => {
		await stage.runBatch({ whenDone: 'nothing', options: { key: '={{ $json.sku }}' } });
		expect(stage.batchCreations[0].path).toBe(
			'/v1beta/models/gemini-3.8-flash:batchGenerateContent',
		);
		expect(sentBatch().inputConfig.requests.requests).toEqual([
			{
				request: {
					contents: [{ role: 'user', parts: [{ text: 'Judge: Great' }] }],
				},
				metadata: { key: 'a' },
			},
			{
				request: {
					contents: [{ role: 'user', parts: [{ text: 'Judge: Bad' }] }],
				},
				metadata: { key: 'b' },
			},
		]);
		expect(sentBatch()).not.toHaveProperty('webhookConfig');
	});

	test('has a prompt that is an object as JSON', async () => {
		await stage.runBatch({ whenDone: 'nothing', prompt: '={{ $json }}' });
		expect(sentBatch().inputConfig.requests.requests[0].request).toMatchObject({
			contents: [{ parts: [{ text: '{"sku":"a","review":"Great"}' }] }],
		});
	});

	test("has the item's index as key when none is given", async () => {
		await stage.runBatch({ whenDone: 'nothing' });
		expect(sentBatch().inputConfig.requests.requests.map(({ metadata }) => metadata)).toEqual([
			{ key: '0' },
			{ key: '1' },
		]);
	});

	test('has the options, evaluated for each item', async () => {
		const schema = { type: 'object', properties: { mood: { type: 'string' } } };
		await stage.runBatch({
			whenDone: 'nothing',
			options: {
				systemInstruction: '=Judge {{ $json.sku }} briefly',
				temperature: 0,
				maxOutputTokens: 100,
				topP: 0.5,
				jsonSchema: JSON.stringify(schema),
			},
		});
		const [first, second] = sentBatch().inputConfig.requests.requests;
		expect(first.request).toEqual({
			contents: [{ role: 'user', parts: [{ text: 'Judge: Great' }] }],
			systemInstruction: { parts: [{ text: 'Judge a briefly' }] },
			generationConfig: {
				temperature: 0,
				maxOutputTokens: 100,
				topP: 0.5,
				responseMimeType: 'application/json',
				responseJsonSchema: schema,
			},
		});
		expect(second.request).toMatchObject({
			systemInstruction: { parts: [{ text: 'Judge b briefly' }] },
		});
	});

	test('is named after the workflow or the option, with a mark of its own each time', async () => {
		await stage.runBatch({ whenDone: 'nothing' });
		const first = sentBatch().displayName;
		await stage.runBatch({ whenDone: 'nothing', options: { displayName: ' Mine ' } });
		const second = sentBatch().displayName;
		expect(first).toMatch(/^Reviews \[n8n [0-9a-f]{8}\]$/);
		expect(second).toMatch(/^Mine \[n8n [0-9a-f]{8}\]$/);
		expect(first.slice(-14)).not.toBe(second.slice(-14));
	});

	test("has this execution's resume URL with a token in it", async () => {
		const execution = await stage.runBatch();
		const url = callbackUrl();
		expect(Object.keys(sentBatch().webhookConfig!)).toEqual(['uris']);
		expect(`${url.origin}${url.pathname}`).toBe(
			`${stage.front.url}/webhook-waiting/${execution.id}/gemini-job`,
		);
		expect(url.searchParams.get('signature')).toBe(execution.data.resumeToken);
		const claims = readCallbackToken(
			url.searchParams.get('job_token'),
			url.pathname,
			API_KEY,
			Date.now(),
		);
		expect(sentBatch().displayName).toContain(`[n8n ${claims!.nonce.slice(0, 8)}]`);
	});
});

describe("'When the Job Finishes'", () => {
	test("'Do Nothing' goes on with the job", async () => {
		const execution = await stage.runBatch({ whenDone: 'nothing' });
		expect(execution.status).toBe('success');
		expect(execution.output('Batch')).toEqual([
			{
				json: {
					jobType: 'batch',
					jobId: jobs()[0].name,
					status: 'pending',
					model: 'models/gemini-3.8-flash',
					displayName: sentBatch().displayName,
					createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
					updatedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
					endedAt: null,
					outputFile: null,
					error: null,
					requests: { total: 2, succeeded: 0, failed: 0, pending: 2 },
					metadata: {},
				},
				pairedItem: [{ item: 0 }, { item: 1 }],
			},
		]);
	});

	test("'Start Another Workflow' calls the trigger's URL, with the metadata in the token", async () => {
		const trigger = stage.trigger({ listenTo: 'requests', events: ['batch.succeeded'] });
		const entries = [{ name: 'order', value: '=no {{ $json.sku }}' }];
		const execution = await stage.runBatch({
			whenDone: 'startWorkflow',
			workflowUrl: ` ${trigger.url} `,
			options: { metadata: { entries } },
		});
		expect(execution.json('After')).toMatchObject([
			{ status: 'pending', metadata: { order: 'no a' } },
		]);
		expect(`${callbackUrl().origin}${callbackUrl().pathname}`).toBe(trigger.url);

		stage.emulator.jobs.complete(jobs()[0].name);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(trigger.items).toMatchObject([
			{ event: 'batch.succeeded', jobId: jobs()[0].name, metadata: { order: 'no a' } },
		]);
	});

	test("'Notify the Project's Webhooks' sends no URL when somebody listens", async () => {
		const uri = 'https://n8n.example.com/hook';
		stage.emulator.webhooks.add({ uri, subscribed_events: ['batch.failed'] });
		const execution = await stage.runBatch({ whenDone: 'projectWebhooks' });
		expect(execution.json('After')).toMatchObject([{ status: 'pending' }]);
		expect(sentBatch()).not.toHaveProperty('webhookConfig');
	});
});

describe('nothing is started and paid for', () => {
	interface Refusal {
		what: string;
		parameters?: INode['parameters'];
		options?: RunOptions;
		before?: () => unknown;
		message: RegExp;
		description: RegExp;
		itemIndex?: number;
	}
	const refusals: Refusal[] = [
		{
			what: 'a prompt whose expression gives nothing',
			parameters: { prompt: '={{ $json.nothing }}' },
			message: /^The 'Prompt' of item 0 is empty$/,
			description: /filter/,
			itemIndex: 0,
		},
		{
			what: 'an empty prompt',
			options: { items: [PROMPTS[0], { json: { review: '' } }] },
			parameters: { prompt: '={{ $json.review }} ' },
			message: /^The 'Prompt' of item 1 is empty$/,
			description: /filter/,
			itemIndex: 1,
		},
		{
			what: 'two equal keys',
			parameters: { options: { key: 'same' } },
			message: /^Items 0 and 1 have the same 'Key': same$/,
			description: /every item needs its own/,
			itemIndex: 1,
		},
		{
			what: 'a key that equals the index another item falls back on',
			options: { items: [{ json: { review: 'x', sku: '1' } }, { json: { review: 'y', sku: '' } }] },
			parameters: { options: { key: '={{ $json.sku }}' } },
			message: /^Items 0 and 1 have the same 'Key': 1$/,
			description: /every item needs its own/,
			itemIndex: 1,
		},
		{
			what: 'no model',
			parameters: { model: { __rl: true, mode: 'id', value: '={{ $json.nothing }}' } },
			message: /^No 'Model' is chosen$/,
			description: /Choose one/,
		},
		{
			what: "a model that can't run batches",
			parameters: { model: chosen('gemini-embedding-001') },
			message: /^The model gemini-embedding-001 cannot run batches$/,
			description: /only those that can/,
		},
		{
			what: 'an unknown model',
			parameters: { model: chosen('models/gemini-0') },
			message: /^Could not find the model gemini-0: Google knows nothing under this name$/,
			description: /Model is not found/,
		},
		{
			what: 'a JSON schema with a typing error',
			parameters: { options: { jsonSchema: '{"type":' } },
			message: /^The 'JSON Schema' is not a JSON object$/,
			description: /brackets/,
			itemIndex: 0,
		},
		{
			what: 'a JSON schema that is a list',
			parameters: { options: { jsonSchema: '[1]' } },
			message: /^The 'JSON Schema' is not a JSON object$/,
			description: /brackets/,
			itemIndex: 0,
		},
		{
			what: 'too much metadata',
			parameters: { options: { metadata: { entries: [{ name: 'a', value: 'ä'.repeat(1000) }] } } },
			message: /^'Metadata' is longer than 2000 bytes$/,
			description: /an id/,
		},
		...[0, -1, 31 * 24].map((limitAmount) => ({
			what: `a wait limit of ${limitAmount} hours`,
			parameters: { limitAmount },
			message: /^'Limit Wait Time' is not a time to wait$/,
			description: /30 days/,
		})),
		{
			what: 'a wait on the command line',
			options: { mode: 'cli' as const },
			message: /^An execution on the command line cannot be continued later$/,
			description: /When the Job Finishes/,
		},
		{
			what: 'nobody who listens, to a disabled webhook or for other events',
			before: async () => {
				const uri = 'https://n8n.example.com/hook';
				stage.emulator.webhooks.add({ uri, subscribed_events: ['video.generated'] });
				const { id } = stage.emulator.webhooks.add({ uri, subscribed_events: ['batch.succeeded'] });
				await fetch(`${stage.emulator.url}/v1beta/webhooks/${id}`, {
					method: 'PATCH',
					headers: { 'x-goog-api-key': API_KEY },
					body: '{"state":"disabled"}',
				});
			},
			parameters: { whenDone: 'projectWebhooks' },
			message: /^No webhook of the Google project listens/,
			description: /Publish a workflow/,
		},
		...Object.entries({
			'={{ $json.nothing }}': /is not a web address/,
			'n8n.example.com/webhook': /is not a web address/,
			'ftp://n8n.example.com/webhook': /is not a web address/,
			'http://n8n.example.com/webhook/a': /Google only calls https/,
			'https://192.168.1.5/webhook/a': /points to 192\.168\.1\.5, which Google cannot reach/,
			'https://n8n/webhook/a': /points to n8n, which Google cannot reach/,
			'https://n8n.local/webhook/a': /points to n8n.local, which Google cannot reach/,
		}).map(([workflowUrl, message]) => ({
			what: `with the URL "${workflowUrl}"`,
			parameters: { whenDone: 'startWorkflow', workflowUrl },
			message,
			description: /N8N_WEBHOOK_URL/,
		})),
		{
			what: 'a local n8n and a Base URL that is not',
			before: () => {
				stage.credential.baseUrl = stage.emulator.url.replace('127.0.0.1', '0.0.0.0');
			},
			message: /points to 127\.0\.0\.1, which Google cannot reach/,
			description: /N8N_WEBHOOK_URL/,
		},
		{
			what: 'while the API is down',
			before: () => stage.emulator.faults.add({ path: /./, status: 400, times: null }),
			message: /^Could not find the model/,
			description: /HTTP 400/,
		},
	];

	test.each(refusals)(
		'$what',
		async ({ parameters, options, before, message, description, itemIndex }) => {
			await before?.();
			const execution = await stage.runBatch(parameters, options);
			expect(execution.status).toBe('error');
			expect(execution.error!.message).toMatch(message);
			expect(execution.error!.description).toMatch(description);
			if (itemIndex !== undefined) expect(execution.error!.context.itemIndex).toBe(itemIndex);
			expect(stage.batchCreations).toEqual([]);
			expect(everythingIn(execution.data)).not.toContain(API_KEY);
		},
	);

	test('without items', async () => {
		const definition = stage.batchWorkflow({ executeOnce: false });
		const workflow = loadWorkflow(definition);
		const batch = workflow.getNode('Batch')!;
		const { execute } = nodeTypes[BATCH] as Required<INodeType>;
		await expect(execute.call(stage.context())).rejects.toMatchObject({
			message: 'There are no items to make a batch of',
		});
		expect(batch.type).toBe(BATCH);
		expect(stage.emulator.requests).toEqual([]);
	});
});

describe('exactly one batch', () => {
	const create = /:batchGenerateContent$/;

	test('when Google refuses user metadata: once more without it', async () => {
		const entries = [{ name: 'order', value: '17' }];
		const execution = await stage.runBatch({ options: { metadata: { entries } } });
		expect(execution.status).toBe('waiting');
		const bodies = stage.batchCreations.map(({ body }) => (JSON.parse(body) as SentBatch).batch);
		expect(bodies.map(({ webhookConfig }) => webhookConfig!.userMetadata)).toEqual([
			{ order: '17' },
			undefined,
		]);
		expect(bodies[0].displayName).toBe(bodies[1].displayName);
		expect(jobs()).toHaveLength(1);
		const token = callbackUrl().searchParams.get('job_token');
		expect(readCallbackToken(token, callbackUrl().pathname, API_KEY, Date.now())!.metadata).toEqual(
			{
				order: '17',
			},
		);
	});

	test('when Google takes user metadata', async () => {
		stage.emulator.settings.rejectUserMetadata = false;
		const entries = [{ name: 'order', value: '17' }];
		await stage.runBatch({ options: { metadata: { entries } } });
		expect(stage.batchCreations).toHaveLength(1);
		expect(sentBatch().webhookConfig!.userMetadata).toEqual({ order: '17' });
	});

	test.each([
		['503', { status: 503 }],
		['a cut connection', { cut: true }],
		['a gateway page with 200', { html: true, status: 200 }],
	])('when the answer to its creation is lost: %s', async (_, fault) => {
		stage.emulator.faults.add({ path: create, after: true, ...fault });
		const execution = await stage.runBatch();
		expect(execution.status).toBe('waiting');
		expect(jobs()).toHaveLength(1);
		expect(stage.batchCreations).toHaveLength(1);

		stage.emulator.jobs.complete(jobs()[0].name);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toMatchObject([{ status: 'succeeded' }, { key: '1' }]);
	});

	test('is not claimed when the answer is lost and no batch can be found', async () => {
		stage.emulator.faults.add({ path: create, status: 503 });
		const execution = await stage.runBatch();
		expect(execution.error!.message).toMatch(
			/^It is not known whether the batch 'Reviews \[n8n [0-9a-f]{8}\]' was started$/,
		);
		expect(execution.error!.description).toContain('(HTTP 503)');
		expect(execution.error!.description).toContain('look for this name');
		expect(stage.batchCreations).toHaveLength(1);
	});

	test.each([429, 400, 403])('is not looked for after a clear refusal: %d', async (status) => {
		stage.emulator.faults.add({ path: create, status });
		const execution = await stage.runBatch();
		expect(execution.error!.message).toMatch(/^Could not start the batch Reviews \[n8n /);
		expect(execution.error!.httpCode).toBe(String(status));
		expect(stage.calls(/\/batches/)).toEqual([]);
		expect(jobs()).toEqual([]);
	});

	test('is not tried again by itself when the quota is used up, which is told with its limit', async () => {
		stage.emulator.faults.add({ preset: 'quota', path: create, times: null });
		const execution = await stage.runBatch();
		expect(stage.batchCreations).toHaveLength(1);
		expect(execution.error!.message).toContain("the Google project's quota is used up for now");
		expect(execution.error!.description).toMatch(
			/The limit is batch_enqueued_tokens \(BatchEnqueuedTokensPerModelPerProject\)\. .* in some minutes at the earliest/,
		);
	});

	const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

	test("with 'Retry On Fail' after a creation whose answer was lost, and the list too", async () => {
		stage.emulator.faults.add({ path: create, after: true, cut: true });
		stage.emulator.faults.add({ path: /\/batches\?/, status: 400 });
		const execution = await stage.runBatch({}, retry);
		expect(execution.status).toBe('waiting');
		expect(jobs()).toHaveLength(1);
		expect(stage.batchCreations).toHaveLength(1);

		stage.emulator.jobs.complete(jobs()[0].name);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toHaveLength(2);
	});

	test("with 'Retry On Fail' after a quota that was used up: the second try starts it", async () => {
		stage.emulator.faults.add({ path: create, status: 429 });
		const execution = await stage.runBatch({}, retry);
		expect(execution.status).toBe('waiting');
		expect(stage.batchCreations).toHaveLength(2);
		expect(jobs()).toHaveLength(1);
	});

	test("with 'Retry On Fail' and a display name that is another at each attempt", async () => {
		stage.emulator.faults.add({ path: create, after: true, cut: true });
		stage.emulator.faults.add({ path: /\/batches\?/, status: 400, times: 3 });
		const displayName = '={{ "at " + $now.toMillis() + Math.random() }}';
		const execution = await stage.runBatch({ options: { displayName } }, retry);
		expect(execution.status).toBe('waiting');
		expect(stage.batchCreations).toHaveLength(1);
		expect(jobs()).toHaveLength(1);
	});

	test("with 'Retry On Fail' and a model that cannot be looked up any more: the message still names it", async () => {
		stage.emulator.faults.add({ path: create, after: true, status: 503 });
		stage.emulator.faults.add({ path: /\/batches\?/, status: 400, times: 3 });
		stage.emulator.faults.add({ path: /\/models\//, status: 400, skip: 1, times: null });
		const execution = await stage.runBatch({}, retry);
		expect(execution.status).toBe('waiting');
		expect(jobs()).toHaveLength(1);
	});

	test('when the answer does not name it: it is looked for', async () => {
		stage.emulator.faults.add({ path: create, after: true, status: 200, body: {} });
		const execution = await stage.runBatch();
		expect(execution.status).toBe('waiting');
		expect(execution.json('Batch')).toMatchObject([{ jobId: jobs()[0].name }]);
		expect(stage.batchCreations).toHaveLength(1);
	});

	test("with 'Retry On Fail' and no trace of a batch whose answer was lost: no second creation", async () => {
		stage.emulator.faults.add({ path: create, status: 503 });
		const execution = await stage.runBatch({}, retry);
		expect(execution.error!.message).toMatch(/^It is not known whether the batch /);
		expect(stage.batchCreations).toHaveLength(1);
	});

	test("with 'Retry On Fail' while the list is down: no second creation", async () => {
		stage.emulator.faults.add({ path: create, after: true, status: 503 });
		stage.emulator.faults.add({ path: /\/batches\?/, status: 400, times: null });
		const execution = await stage.runBatch({}, retry);
		expect(execution.error!.message).toMatch(/^It is not known whether the batch 'Reviews \[n8n /);
		expect(stage.batchCreations).toHaveLength(1);
		expect(jobs()).toHaveLength(1);
	});

	test("with 'Retry On Fail' and an incoming item that n8n takes for a failure", async () => {
		const items = PROMPTS.map(({ json }) => ({ json: { ...json, error: 'of the node before' } }));
		const execution = await stage.runBatch({ prompt: '={{ $json.review }}' }, { ...retry, items });
		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('waiting');
		expect(jobs()).toHaveLength(1);

		stage.emulator.jobs.complete(jobs()[0].name);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toMatchObject([{ text: 'Echo: Great' }, { text: 'Echo: Bad' }]);
	});

	test("with 'Retry On Fail' and a batch that failed at once", async () => {
		stage.emulator.faults.add({ path: /\/batches\/\w+$/, delayMs: 100, times: 1 });
		const running = stage.runBatch({}, retry);
		await until(() => jobs().length > 0);
		stage.emulator.jobs.fail(jobs()[0].name, { code: 9, message: 'No capacity' });
		const execution = await running;
		expect(execution.json('After')).toMatchObject([
			{ status: 'failed', error: { code: '9', message: 'No capacity' } },
		]);
		expect(jobs()).toHaveLength(1);
	});

	test('for each of two executions', async () => {
		const definition = stage.batchWorkflow();
		await stage.execution(definition).start(PROMPTS);
		await stage.execution(definition).start(PROMPTS);
		expect(jobs()).toHaveLength(2);
	});
});

describe("'On Error'", () => {
	test("'Continue' hands on the reason", async () => {
		const execution = await stage.runBatch(
			{ prompt: '={{ $json.nothing }}' },
			{ onError: 'continueRegularOutput' },
		);
		expect(execution.status).toBe('success');
		expect(execution.output('After')).toEqual([
			{
				json: {
					error: "The 'Prompt' of item 0 is empty",
					details: expect.stringContaining('filter such items out') as string,
				},
				pairedItem: expect.anything() as object,
			},
		]);
	});

	test("'Continue (using error output)' puts it out there", async () => {
		const execution = await stage.runBatch(
			{ prompt: '={{ $json.nothing }}' },
			{ onError: 'continueErrorOutput' },
		);
		expect(execution.output('Batch', 0)).toEqual([]);
		expect(execution.output('Batch', 1)).toMatchObject([
			{ json: { error: "The 'Prompt' of item 0 is empty" } },
		]);
	});
});

describe('as the tool of an AI agent', () => {
	const oneItem = [{ json: { review: 'Great' } }];

	test('called by the agent itself, returns the job at once', async () => {
		const definition = stage.batchWorkflow();
		const call = () => toolCall(stage, definition, 'Batch', oneItem);
		const { items, run } = await call();
		expect(items).toMatchObject([[{ json: { status: 'pending', jobId: jobs()[0].name } }]]);
		expect(run.waitTill).toBeUndefined();
		expect(sentBatch()).not.toHaveProperty('webhookConfig');
		await call();
		expect(jobs()).toHaveLength(2);

		// A tool that throws is called again without any memory: it tells the model instead.
		stage.emulator.faults.add({ path: /:batchGenerateContent$/, after: true, status: 503 });
		stage.emulator.faults.add({ path: /\/batches\?/, status: 400, times: null });
		const lost = await call();
		expect(lost.items[0]).toMatchObject([
			{
				json: {
					error: expect.stringMatching(/^It is not known whether the batch 'Reviews \[n8n /),
				},
			},
		]);
		expect(jobs()).toHaveLength(3);
	});

	/** An agent as n8n's own: it asks the engine to run its tools, twice the same, and reads their answers. */
	const agent: INodeType = {
		description: {
			...nodeTypes.passThrough.description,
			name: 'agent',
			inputs: ['main', 'ai_tool'],
		},
		execute(this: IExecuteFunctions, response?: EngineResponse) {
			if (response?.actionResponses.length) {
				const json = response.actionResponses.map(({ data }) => data.data?.ai_tool?.[0]?.[0]?.json);
				return Promise.resolve([
					json.map((one) => ({ json: one ?? {} })),
				] as INodeExecutionData[][]);
			}
			const action = (id: string, review: string) => ({
				actionType: 'ExecutionNodeAction' as const,
				nodeName: 'Batch',
				input: { review },
				type: 'ai_tool' as const,
				id,
				metadata: {},
			});
			return Promise.resolve({
				actions: [action('1', 'Great'), action('2', 'Bad')],
				metadata: {},
			});
		},
	};

	test('called by the engine for the agent, returns the jobs at once', async () => {
		nodeTypes.agent = agent;
		const definition = line(node('Start', 'passThrough'), node('Agent', 'agent'));
		definition.nodes.push(node('Batch', BATCH, batchParameters()));
		definition.connections.Batch = { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] };
		const execution: Execution = await stage.execution(definition).start(oneItem);
		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('success');
		expect(jobs()).toHaveLength(2);
		expect(
			execution
				.json('Agent')
				.map(({ jobId }) => jobId)
				.sort(),
		).toEqual(
			jobs()
				.map(({ name }) => name)
				.sort(),
		);
	});
});

describe("'Get'", () => {
	const get = (batch: string, more: INode['parameters'] = {}, options: RunOptions = {}) =>
		stage.runBatch(
			{ operation: 'get', batch: chosen(batch), ...more },
			{ items: [{ json: {} }], ...options },
		);

	async function startedJob(): Promise<string> {
		await stage.runBatch({ whenDone: 'nothing' });
		return jobs().at(-1)!.name;
	}

	test('shows state, counts and times, for a name with or without its prefix', async () => {
		const name = await startedJob();
		stage.emulator.jobs.complete(name);
		const execution = await get(name);
		expect(execution.json('After')).toEqual([
			{
				jobType: 'batch',
				jobId: name,
				status: 'succeeded',
				model: 'models/gemini-3.8-flash',
				displayName: sentBatch().displayName,
				createdAt: expect.any(String) as string,
				updatedAt: expect.any(String) as string,
				endedAt: expect.any(String) as string,
				outputFile: null,
				error: null,
				requests: { total: 2, succeeded: 2, failed: 0, pending: 0 },
				results: [
					expect.objectContaining({ key: '0', status: 'succeeded', jobId: name }),
					expect.objectContaining({ key: '1', status: 'succeeded', jobId: name }),
				],
			},
		]);
		expect((await get(` ${name.replace('batches/', '')} `)).json('After')).toEqual(
			execution.json('After'),
		);
	});

	test("shows Google's reason and the counts of a failed batch", async () => {
		const name = await startedJob();
		stage.emulator.jobs.fail(name, { code: 8, message: 'Out of tokens' });
		expect((await get(name)).json('After')).toMatchObject([
			{
				status: 'failed',
				error: { code: '8', message: 'Out of tokens' },
				requests: { total: 2, failed: 2 },
			},
		]);
	});

	test('shows the raw answer when not simplified', async () => {
		await stage.runBatch();
		const { name } = jobs()[0];
		const [raw] = (await get(name, { simplify: false })).json('After');
		expect(raw).toMatchObject({ name, metadata: { state: 'BATCH_STATE_PENDING', batchStats: {} } });
		expect(raw).not.toHaveProperty('sdkHttpResponse');
		// Google keeps the webhook URL with the batch; its tokens are nobody's business.
		expect(JSON.stringify(raw)).toContain('signature=[hidden]');
		expect(JSON.stringify(raw)).not.toMatch(/(signature|job_token)=(?!\[hidden\])/);
	});

	test('reads one batch for each item, and goes on after one that failed if told to', async () => {
		const name = await startedJob();
		const items = ['nonsense/../x', name, 'batches/unknown'].map((batch) => ({ json: { batch } }));
		const execution = await get(
			'={{ $json.batch }}',
			{},
			{ items, onError: 'continueRegularOutput' },
		);
		expect(execution.output('After')).toMatchObject([
			{
				json: { error: "'Batch' is not the name of a batch: nonsense/../x" },
				pairedItem: { item: 0 },
			},
			{ json: { jobId: name }, pairedItem: { item: 1 } },
			{
				json: {
					error: expect.stringContaining('Could not read the batch batches/unknown') as string,
				},
				pairedItem: { item: 2 },
			},
		]);
	});

	test.each([undefined, '', 'a b', 'batches/', 'models/x/operations/y'])(
		'refuses the name "%s" and says which item has it',
		async (bad) => {
			const items = [{ json: { batch: await startedJob() } }, { json: { batch: bad } }];
			stage.emulator.requests.length = 0;
			const execution = await get('={{ $json.batch }}', {}, { items });
			expect(execution.error!.message).toMatch(/^'Batch' is not the name of a batch/);
			expect(execution.error!.context.itemIndex).toBe(1);
			expect(stage.emulator.requests).toHaveLength(1);
		},
	);
});

import type {
	EngineResponse,
	IBinaryKeyData,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeType,
	IRunExecutionData,
} from 'n8n-workflow';
import { inMemory } from './support/binaryStore.mts';
import { everythingIn } from './support/errors.mts';
import {
	bodies,
	creations,
	ids,
	ONE,
	QUESTIONS,
	run,
	startByHand,
	startParameters,
	TIME,
	WEATHER,
} from './support/interactions.mts';
import { API_KEY, Stage, type RunOptions } from './support/stage.mts';
import { chosen, INTERACTION, line, node, nodeTypes } from './support/workflow.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open({ interactionDurationMs: null });
});
beforeEach(() => stage.reset());
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const start = (parameters: INode['parameters'] = {}, options: RunOptions = {}) =>
	run(stage, startParameters({ whenDone: 'nothing', ...parameters }), options);

const agent = (value = 'deep-research-preview-04-2026') => ({
	run: 'agent',
	agent: chosen(value),
});

describe('the request', () => {
	test('is one for each item, in the background', async () => {
		const execution = await start();
		expect(bodies(stage)).toEqual(
			['Rome', 'Oslo'].map((city) => ({
				model: 'gemini-3.8-flash',
				input: `How is ${city}?`,
				background: true,
				store: true,
			})),
		);
		expect(execution.output('Ask')).toEqual(
			ids(stage).map((jobId, item) => ({
				json: {
					jobType: 'interaction',
					jobId,
					status: 'running',
					model: 'gemini-3.8-flash',
					displayName: null,
					createdAt: expect.any(String) as string,
					updatedAt: expect.any(String) as string,
					endedAt: null,
					outputFile: null,
					error: null,
					metadata: {},
				},
				pairedItem: { item },
			})),
		);
		// The model is looked up once for all items.
		expect(stage.calls(/\/models\//)).toHaveLength(1);
	});

	test('has the fields and options, evaluated for each item', async () => {
		const schema = { type: 'object', properties: { mood: { type: 'string' } } };
		await start(
			{
				systemInstruction: '=Speak of {{ $json.city }}',
				tools: ['google_search', 'url_context'],
				functions: { entries: [WEATHER, TIME] },
				options: {
					temperature: 0,
					maxOutputTokens: 100,
					thinkingLevel: 'low',
					thinkingSummaries: 'auto',
					serviceTier: 'flex',
					stores: 'fileSearchStores/a, fileSearchStores/b',
					jsonSchema: JSON.stringify(schema),
					more: '{"labels":{"team":"a"},"generation_config":{"seed":7},"tools":[{"type":"code_execution"}]}',
				},
			},
			ONE,
		);
		expect(bodies(stage)).toEqual([
			{
				model: 'gemini-3.8-flash',
				input: 'How is Rome?',
				background: true,
				store: true,
				system_instruction: 'Speak of Rome',
				generation_config: {
					temperature: 0,
					max_output_tokens: 100,
					thinking_level: 'low',
					thinking_summaries: 'auto',
					seed: 7,
				},
				tools: [
					{ type: 'google_search' },
					{ type: 'url_context' },
					{
						type: 'file_search',
						file_search_store_names: ['fileSearchStores/a', 'fileSearchStores/b'],
					},
					{
						type: 'function',
						name: 'get_weather',
						description: 'The weather of a city',
						parameters: { type: 'object', properties: { city: { type: 'string' } } },
					},
					{ type: 'function', name: 'get_time' },
					{ type: 'code_execution' },
				],
				response_format: { type: 'text', mime_type: 'application/json', schema },
				service_tier: 'flex',
				labels: { team: 'a' },
			},
		]);
	});

	test('of Deep Research has its options and no generation settings', async () => {
		const execution = await start(
			{
				...agent(),
				tools: ['google_search'],
				options: {
					collaborativePlanning: true,
					thinkingSummaries: 'auto',
					visualization: 'off',
					temperature: 0.5,
				},
			},
			ONE,
		);
		expect(bodies(stage)).toEqual([
			{
				agent: 'deep-research-preview-04-2026',
				agent_config: {
					type: 'deep-research',
					collaborative_planning: true,
					thinking_summaries: 'auto',
					visualization: 'off',
				},
				input: 'How is Rome?',
				background: true,
				store: true,
				tools: [{ type: 'google_search' }],
			},
		]);
		expect(execution.json('Ask')).toMatchObject([{ model: 'deep-research-preview-04-2026' }]);
	});

	test('of Antigravity has a budget', async () => {
		await start(
			{ ...agent('antigravity-preview-09-2026'), options: { maxTotalTokens: 5000 } },
			ONE,
		);
		expect(bodies(stage)).toMatchObject([
			{ agent_config: { type: 'antigravity', max_total_tokens: '5000' } },
		]);
	});

	test('continues a conversation', async () => {
		const id = await startByHand(stage);
		stage.emulator.jobs.complete(id);
		await start({ options: { previousInteraction: `interactions/${id}` } }, ONE);
		expect(bodies(stage)).toMatchObject([{ previous_interaction_id: id }]);
	});

	test("has this execution's resume URL, and the metadata", async () => {
		const entries = [{ name: 'order', value: '17' }];
		const execution = await start(
			{ whenDone: 'continueHere', options: { metadata: { entries } } },
			ONE,
		);
		expect(execution.status).toBe('waiting');
		const [{ webhook_config: config }] = bodies(stage);
		expect(config).toEqual({ uris: [expect.any(String)], user_metadata: { order: '17' } });
		const url = new URL(config!.uris[0]);
		expect(`${url.origin}${url.pathname}`).toBe(
			`${stage.front.url}/webhook-waiting/${execution.id}/gemini-job`,
		);
		expect(JSON.stringify(execution.data)).not.toContain(API_KEY);
		expect(JSON.stringify(execution.data)).not.toContain('job_token');
	});

	test("has no URL of its own with 'Notify the Project's Webhooks'", async () => {
		stage.emulator.webhooks.add(
			{ uri: 'https://example.com/hook', subscribed_events: ['interaction.requires_action'] },
			API_KEY,
		);
		const execution = await start({ whenDone: 'projectWebhooks' }, ONE);
		expect(execution.status).toBe('success');
		expect(bodies(stage)[0]).not.toHaveProperty('webhook_config');
	});
});

const PNG = Buffer.from('89504e47', 'hex');
const PDF = Buffer.from('%PDF-1.7');
const withFiles = (binary: IBinaryKeyData): INodeExecutionData[] => [
	{ json: { city: 'Rome' }, binary },
];
describe('files', () => {
	test('of the item are uploaded, and go along by their type', async () => {
		stage.emulator.settings.filePollsProcessing = 1;
		await start(
			{
				files: {
					entries: [
						{ source: 'binary', field: 'photo' },
						{ source: 'binary', field: 'report' },
					],
				},
			},
			{
				items: withFiles({
					photo: inMemory(PNG, 'image/png', 'photo.png'),
					report: inMemory(PDF, 'application/pdf', 'report.pdf'),
				}),
			},
		);
		const files = stage.emulator.files.list(API_KEY);
		expect(files).toMatchObject([
			{ displayName: 'photo.png', mimeType: 'image/png', sizeBytes: '4', state: 'ACTIVE' },
			{ displayName: 'report.pdf', mimeType: 'application/pdf', sizeBytes: '8', state: 'ACTIVE' },
		]);
		expect(bodies(stage)).toMatchObject([
			{
				input: [
					{ type: 'text', text: 'How is Rome?' },
					{ type: 'image', mime_type: 'image/png', uri: files[0].uri },
					{ type: 'document', mime_type: 'application/pdf', uri: files[1].uri },
				],
			},
		]);
	});

	test('at Google go along by name', async () => {
		const name = stage.emulator.files.add(
			{ bytes: Buffer.from('sound'), source: 'UPLOADED', mimeType: 'audio/mpeg' },
			API_KEY,
		);
		await start({ files: { entries: [{ source: 'google', file: name }] } }, ONE);
		expect(bodies(stage)[0].input).toEqual([
			{ type: 'text', text: 'How is Rome?' },
			{ type: 'audio', mime_type: 'audio/mpeg', uri: expect.stringContaining(name) as string },
		]);
	});
});

describe('nothing is started and paid for', () => {
	interface Refusal {
		what: string;
		parameters: INode['parameters'];
		message: string | RegExp;
		description?: string | RegExp;
		before?: () => void;
		options?: RunOptions;
	}
	const model = (value: string) => ({ model: chosen(value) });
	const more = (fields: object) => ({ options: { more: JSON.stringify(fields) } });
	const refusals: Refusal[] = [
		{
			what: 'with an empty prompt',
			parameters: { prompt: '={{ $json.city === "Oslo" ? "" : "x" }}' },
			message: "The 'Prompt' is empty",
		},
		{ what: 'without a model', parameters: model('={{ "" }}'), message: "No 'Model' is chosen" },
		{
			what: 'without an agent',
			parameters: { run: 'agent', agent: { __rl: true, mode: 'list', value: '={{ "" }}' } },
			message: "No 'Agent' is chosen",
		},
		{
			what: 'with a model that does not exist',
			parameters: model('gemini-0'),
			message: /^Could not find the model gemini-0/,
		},
		{
			what: 'with a model that makes films',
			parameters: model('gemini-omni-1.1-flash'),
			message: 'The model gemini-omni-1.1-flash makes films',
			description: /Gemini Video/,
		},
		{
			what: 'with a model for embeddings',
			parameters: model('gemini-embedding-001'),
			message: 'The model gemini-embedding-001 cannot run interactions',
		},
		{
			what: 'with an agent that was shut down',
			parameters: agent('deep-research-pro-preview-12-2025'),
			message: 'Google shut the agent deep-research-pro-preview-12-2025 down on 2026-10-23',
		},
		{
			what: 'with functions for an agent',
			parameters: { ...agent(), functions: { entries: [WEATHER] } },
			message:
				"The agent deep-research-preview-04-2026 cannot call functions of yours, such as 'get_weather'",
		},
		{
			what: 'with a JSON schema for an agent',
			parameters: { ...agent(), options: { jsonSchema: '{"type":"object"}' } },
			message: "The agent deep-research-preview-04-2026 cannot answer by a 'JSON Schema'",
		},
		{
			what: 'with functions among the additional fields for an agent',
			parameters: { ...agent(), ...more({ tools: [{ type: 'function', name: 'f' }] }) },
			message: /cannot call functions of yours, such as 'f'/,
		},
		{
			what: "with another agent's options",
			parameters: {
				...agent('antigravity-preview-09-2026'),
				options: { collaborativePlanning: true },
			},
			message: "The agent antigravity-preview-09-2026 does not take 'Collaborative Planning'",
		},
		{
			what: 'with a field that the node sets itself',
			parameters: more({ webhook_config: { uris: [] } }),
			message: "'Additional Request Fields' cannot set 'webhook_config'",
			description: /When the Job Finishes/,
		},
		{
			what: 'with additional fields that are no JSON',
			parameters: { options: { more: '{' } },
			message: "'Additional Request Fields' of item 0 is not a JSON object",
		},
		{
			what: 'with two functions of the same name',
			parameters: { functions: { entries: [WEATHER, WEATHER] } },
			message: "Two functions of 'Functions' are called 'get_weather'",
		},
		{
			what: 'with a function without a name',
			parameters: { functions: { entries: [{ ...WEATHER, name: ' ' }] } },
			message: "A function of 'Functions' has no 'Name'",
		},
		{
			what: 'with parameters of a function that are no JSON',
			parameters: { functions: { entries: [{ ...WEATHER, parameters: '[' }] } },
			message: "'Parameters (JSON Schema)' of item 0 is not a JSON object",
		},
		{
			what: 'with a temperature that is no number',
			parameters: { options: { temperature: '={{ "hot" }}' } },
			message: "'Sampling Temperature' of item 0 is not a number",
		},
		{
			what: 'with a file that is not there',
			parameters: { files: { entries: [{ source: 'binary', field: 'data' }] } },
			message: "Item 0 has no file in the binary field 'data'",
			description: 'Binary fields of this item: none.',
		},
		{
			what: 'with a file that Google does not have',
			parameters: { files: { entries: [{ source: 'google', file: 'files/abc' }] } },
			message: /^Could not look up the file files\/abc/,
		},
		{
			what: 'with a file from somewhere else',
			parameters: { files: { entries: [{ source: 'google', file: 'https://example.com/x' }] } },
			message: "'File' of item 0 is not a file of Google's Files API: https://example.com/x",
		},
		{
			what: 'with a previous interaction that is no id',
			parameters: { options: { previousInteraction: '../x' } },
			message: "'Previous Interaction' of item 0 is not the ID of an interaction: ../x",
		},
		{
			what: 'with a previous interaction that does not exist',
			parameters: { options: { previousInteraction: 'v1_none' } },
			message: /^Could not read the interaction v1_none/,
		},
		{
			what: 'with webhooks on v1, which has none',
			parameters: { whenDone: 'continueHere' },
			before: () => {
				stage.credential.apiVersion = 'v1';
			},
			message: "The API's version v1 has no webhooks for interactions",
			description: /v1beta/,
		},
	];
	test.each(refusals)(
		'$what',
		async ({ parameters, message, description, before, options = {} }) => {
			before?.();
			const execution = await start(parameters, options);
			expect(execution.status).toBe('error');
			expect(execution.error!.message).toMatch(message);
			if (description) expect(execution.error!.description).toMatch(description);
			expect(execution.error!.description).toBeTruthy();
			expect(creations(stage)).toEqual([]);
			expect(everythingIn(execution.data)).not.toContain(API_KEY);
		},
	);

	test('on v1 is only refused where there would be a webhook', async () => {
		stage.credential.apiVersion = 'v1';
		expect((await start({}, ONE)).status).toBe('success');
		expect(creations(stage)).toHaveLength(1);
	});

	test.each([
		['in_progress', "its status is 'running'"],
		['requires_action', 'it waits for the results of function calls'],
	])('when the previous interaction is %s', async (status, why) => {
		const id = await startByHand(stage);
		stage.emulator.jobs.set(id, status);
		const execution = await start({ options: { previousInteraction: id } }, ONE);
		expect(execution.error!.message).toBe(
			`The 'Previous Interaction' ${id} cannot be continued yet: ${why}`,
		);
		expect(creations(stage)).toEqual([]);
	});

	test('when Google cannot process a file', async () => {
		const name = stage.emulator.files.add(
			{ bytes: Buffer.from('x'), source: 'UPLOADED', mimeType: 'video/mp4' },
			API_KEY,
		);
		stage.emulator.files.fail(name, { code: 3, message: 'Bad' }, API_KEY);
		const execution = await start({ files: { entries: [{ source: 'google', file: name }] } }, ONE);
		expect(execution.error!.message).toBe(
			`The file ${name} of item 0 cannot be used: Google could not process it`,
		);
		expect(execution.error!.description).toContain('"Bad"');
		expect(creations(stage)).toEqual([]);
	});

	test('when an upload fails; the next try starts each once', async () => {
		stage.emulator.faults.add({ path: /\/upload\//, status: 403 });
		const parameters = { files: { entries: [{ source: 'binary', field: 'data' }] } };
		const items = withFiles({ data: inMemory(PNG, 'image/png', 'a.png') });
		const execution = await start(parameters, {
			items,
			retryOnFail: true,
			maxTries: 2,
			waitBetweenTries: 0,
		});
		expect(execution.status).toBe('success');
		expect(creations(stage)).toHaveLength(1);
	});
});

describe('exactly one interaction for each item', () => {
	const retry = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };

	test('although an answer was lost: the error names the item, and no retry sends it again', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, after: true, cut: true });
		const execution = await start({}, { ...retry, ...ONE });
		expect(execution.status).toBe('error');
		expect(execution.error!.message).toMatch(
			/^It is not known whether the interaction 'Item 0 of Reviews \[n8n \w+\]' was started$/,
		);
		expect(execution.error!.description).toContain('Google has no list to look it up in');
		expect(execution.error!.context.itemIndex).toBe(0);
		expect(creations(stage)).toHaveLength(1);
	});

	test('with one lost answer among several: the others are named', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, after: true, status: 503 });
		const items = [...QUESTIONS, ...QUESTIONS, ...QUESTIONS];
		const execution = await start({}, { ...retry, items });
		expect(execution.status).toBe('error');
		expect(execution.error!.message).toContain("'Item 0 of Reviews");
		const [, ...known] = ids(stage);
		expect(known.length).toBeGreaterThan(0);
		for (const id of known) expect(execution.error!.description).toContain(id);
		// Not one more by the second attempt.
		expect(creations(stage)).toHaveLength(ids(stage).length);
	});

	test('with a refusal among several: the retry starts only what is not there', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, status: 429, skip: 1 });
		const execution = await start({}, retry);
		expect(execution.status).toBe('success');
		expect(ids(stage)).toHaveLength(2);
		expect(creations(stage)).toHaveLength(3);
		expect(
			execution
				.json('Ask')
				.map(({ jobId }) => jobId)
				.sort(),
		).toEqual(ids(stage).sort());
	});

	test('and every attempt names what runs, though the second one fails at something else', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, status: 429, skip: 1 });
		stage.emulator.faults.add({ path: /\/models\//, status: 403, skip: 1 });
		const execution = await start({}, retry);
		expect(execution.error!.message).toMatch(/^Could not find the model/);
		expect(ids(stage)).toHaveLength(1);
		expect(execution.error!.description).toContain(ids(stage)[0]);
	});

	test('and an error names those, too, of which it is not known', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, status: 429 });
		stage.emulator.faults.add({ path: /\/interactions$/, after: true, status: 503 });
		const execution = await start();
		expect(execution.error!.message).toContain('interaction of item 0');
		expect(execution.error!.description).toMatch(
			/It is not known whether this was started: Item 1 of Reviews/,
		);
	});

	test("when n8n repeats the execution ('Retry'): what is not known stays unsent", async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, after: true, cut: true });
		const failed = await start({}, ONE);
		expect(failed.status).toBe('error');
		const again = stage.execution(failed.definition, 'retry');
		// As n8n does it: the stored data without the failed run.
		const data = JSON.parse(failed.stored) as IRunExecutionData;
		delete data.resultData.error;
		data.resultData.runData.Ask.pop();
		again.stored = JSON.stringify(data);
		await again.timeOut();
		expect(again.status).toBe('error');
		expect(again.error!.message).toMatch(/^It is not known whether the interaction/);
		expect(again.error!.description).toContain('The execution that is repeated got no answer');
		expect(creations(stage)).toHaveLength(1);
	});

	test('uploads no file again for what is there', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, status: 429, skip: 1 });
		const items = [0, 1].flatMap(() => withFiles({ data: inMemory(PNG, 'image/png', 'a.png') }));
		await start({ files: { entries: [{ source: 'binary', field: 'data' }] } }, { ...retry, items });
		expect(ids(stage)).toHaveLength(2);
		expect(stage.emulator.files.list(API_KEY)).toHaveLength(3);
	});

	test('says which item Google refused', async () => {
		stage.emulator.faults.add({ path: /\/interactions$/, status: 400, message: 'No such tool' });
		const execution = await start({}, ONE);
		expect(execution.error!.message).toBe(
			'Could not start the interaction of item 0: Google refused the request',
		);
		expect(execution.error!.description).toContain('No such tool');
	});
});

describe("'On Error: Continue'", () => {
	const onError = { onError: 'continueRegularOutput' as const };

	test('starts what it can, and hands on the reasons', async () => {
		const execution = await start({ prompt: '={{ $json.city === "Rome" ? "" : "x" }}' }, onError);
		expect(execution.status).toBe('success');
		expect(execution.output('Ask')).toMatchObject([
			{ json: { error: "The 'Prompt' is empty" }, pairedItem: { item: 0 } },
			{ json: { jobId: ids(stage)[0], status: 'running' }, pairedItem: { item: 1 } },
		]);
	});

	test('and waits for them, with the failed ones in their place', async () => {
		const execution = await start(
			{ whenDone: 'continueHere', prompt: '={{ $json.city === "Rome" ? "" : "x" }}' },
			onError,
		);
		expect(execution.status).toBe('waiting');
		stage.emulator.jobs.complete(ids(stage)[0]);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.output('After')).toMatchObject([
			{ json: { error: "The 'Prompt' is empty" } },
			{ json: { status: 'succeeded' } },
		]);
	});

	test('when nothing can be started', async () => {
		const execution = await start({ prompt: '={{ "" }}' }, onError);
		expect(execution.output('Ask')).toMatchObject([
			{ json: { error: "The 'Prompt' is empty" }, pairedItem: { item: 0 } },
			{ json: { error: "The 'Prompt' is empty" }, pairedItem: { item: 1 } },
		]);
	});
});

/** An agent as n8n's own: it asks the engine to run its tool, and reads the answer. */
const askingAgent: INodeType = {
	description: { ...nodeTypes.passThrough.description, name: 'agent', inputs: ['main', 'ai_tool'] },
	execute(this: IExecuteFunctions, response?: EngineResponse) {
		const answers = response?.actionResponses ?? [];
		if (answers.length > 0) {
			const json = answers.map(({ data }) => data.data?.ai_tool?.[0]?.[0]?.json ?? {});
			return Promise.resolve([json.map((one) => ({ json: one }))] as INodeExecutionData[][]);
		}
		const action = {
			actionType: 'ExecutionNodeAction' as const,
			nodeName: 'Ask',
			input: { city: 'Rome' },
			type: 'ai_tool' as const,
			id: '1',
			metadata: {},
		};
		return Promise.resolve({ actions: [action], metadata: {} });
	},
};

test("as the tool of an AI agent, 'Start' returns the jobs at once", async () => {
	nodeTypes.agent = askingAgent;
	const definition = line(node('Start', 'passThrough'), node('Agent', 'agent'));
	definition.nodes.push(node('Ask', INTERACTION, startParameters()));
	definition.connections.Ask = { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] };
	const execution = await stage.execution(definition).start(QUESTIONS.slice(0, 1));
	expect(execution.status).toBe('success');
	expect(execution.json('Agent')).toMatchObject([{ jobId: ids(stage)[0], status: 'running' }]);
	expect(bodies(stage)).toHaveLength(1);
	expect(bodies(stage)[0]).not.toHaveProperty('webhook_config');
});

import type { INode } from 'n8n-workflow';
import {
	bodies,
	creations,
	deliver,
	ids,
	ONE,
	QUESTIONS,
	run,
	startByHand,
	startParameters,
	WEATHER,
} from './support/interactions.mts';
import { API_KEY, Stage, type RunOptions } from './support/stage.mts';
import { until } from './support/until.mts';
import { chosen, INTERACTION, line, node } from './support/workflow.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open({ interactionDurationMs: null });
});
beforeEach(() => stage.reset());
// n8n would end the waiting execution with an error.
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const start = (parameters: INode['parameters'] = {}, options: RunOptions = ONE) =>
	run(stage, startParameters(parameters), options);
const text = (value: string, annotations?: object[]) => ({
	type: 'text',
	text: value,
	...(annotations ? { annotations } : {}),
});
const output = (...content: object[]) => ({ type: 'model_output', content });

/** A waiting execution whose only interaction is over with these steps; Google's delivery ends the wait. */
async function finishedWith(
	steps: object[],
	parameters: INode['parameters'] = {},
	status = 'completed',
) {
	const execution = await start(parameters);
	expect(execution.status).toBe('waiting');
	stage.emulator.jobs.complete(ids(stage)[0], { status, steps: steps as never });
	expect(await stage.deliver()).toMatchObject({ status: 202 });
	expect(execution.status).toBe('success');
	return execution;
}

describe('an answer', () => {
	test('comes with its text, sources and usage', async () => {
		const execution = await finishedWith([
			{ type: 'thought', summary: [text('I should look it up.')] },
			output(text('Let me see. ')),
			{ type: 'google_search_call', id: 's', arguments: { queries: ['Rome'] } },
			{ type: 'google_search_result', call_id: 's', result: [{ search_suggestions: '<b>x</b>' }] },
			{
				type: 'url_context_result',
				call_id: 'u',
				result: [
					{ url: 'https://a.example', status: 'success' },
					{ url: 'https://b.example', status: 'paywall' },
				],
			},
			output(
				text('Rome is ', [
					{ type: 'url_citation', url: 'https://a.example', title: 'A' },
					{ type: 'file_citation', document_uri: 'files/x', file_name: 'x.pdf' },
				]),
				text('warm.', [{ type: 'place_citation', url: 'https://maps.example', name: 'Rome' }]),
			),
		]);
		expect(execution.output('After')).toEqual([
			{
				json: {
					jobType: 'interaction',
					jobId: ids(stage)[0],
					status: 'succeeded',
					model: 'gemini-3.8-flash',
					displayName: null,
					createdAt: expect.any(String) as string,
					updatedAt: expect.any(String) as string,
					endedAt: null,
					outputFile: null,
					error: null,
					metadata: {},
					waitStatus: 'finished',
					text: 'Rome is warm.',
					data: null,
					thoughts: 'I should look it up.',
					sources: [
						{ title: 'A', url: 'https://a.example' },
						{ title: 'x.pdf', url: 'files/x' },
						{ title: 'Rome', url: 'https://maps.example' },
					],
					usage: {
						inputTokens: expect.any(Number) as number,
						outputTokens: expect.any(Number) as number,
						thoughtTokens: expect.any(Number) as number,
						totalTokens: expect.any(Number) as number,
					},
					agent: null,
					interactionId: ids(stage)[0],
					previousInteractionId: null,
					files: [],
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	test('in JSON is parsed when a schema was asked for, also for an answer that is no object', async () => {
		const options = { jsonSchema: '{"type":"number"}' };
		const execution = await finishedWith([output(text('17'))], { options });
		expect(execution.json('After')).toMatchObject([{ text: '17', data: 17 }]);
	});

	test('in JSON that broke off is text', async () => {
		const options = { jsonSchema: '{"type":"object"}' };
		const execution = await finishedWith([output(text('{"a":'))], { options });
		expect(execution.json('After')).toMatchObject([{ text: '{"a":', data: null }]);
	});

	test('of Deep Research comes with the charts as files', async () => {
		const execution = await finishedWith(
			[
				output(
					text('Before. '),
					{ type: 'image', mime_type: 'image/png', data: Buffer.from('chart').toString('base64') },
					text('After.'),
				),
			],
			{ run: 'agent', agent: chosen('deep-research-preview-04-2026') },
		);
		const [{ json, binary }] = execution.output('After');
		expect(json).toMatchObject({
			text: 'Before. After.',
			agent: 'deep-research-preview-04-2026',
			model: 'deep-research-preview-04-2026',
			files: [{ type: 'image', mimeType: 'image/png', uri: null, binaryField: 'data' }],
		});
		expect(binary).toMatchObject({
			data: {
				fileName: 'image-1.png',
				mimeType: 'image/png',
				data: Buffer.from('chart').toString('base64'),
			},
		});
	});

	test('as raw data has the job as well, and no tokens', async () => {
		const execution = await finishedWith([output(text('Warm.'))], { simplify: false });
		const [json] = execution.json('After');
		expect(json).toMatchObject({
			id: ids(stage)[0],
			jobId: ids(stage)[0],
			jobType: 'interaction',
			status: 'completed',
			waitStatus: 'finished',
			metadata: {},
			steps: [{ type: 'user_input' }, { type: 'model_output' }],
			webhook_config: { uris: [expect.stringContaining('job_token=[hidden]')] },
		});
	});
});

describe('a Deep Research agent', () => {
	const research = (prompt: string, options: INode['parameters']) =>
		start({
			run: 'agent',
			agent: chosen('deep-research-preview-04-2026'),
			prompt,
			options: { thinkingSummaries: 'auto', ...options } as never,
		});

	test('answers with a plan, and then with a report, its sources and charts', async () => {
		const planned = await research('Heat pumps', { collaborativePlanning: true });
		stage.emulator.jobs.complete(ids(stage)[0]);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		const [plan] = planned.json('After');
		expect(plan).toMatchObject({ status: 'succeeded', text: expect.any(String) as string });

		const reported = await research('Go on', {
			collaborativePlanning: true,
			visualization: 'auto',
			previousInteraction: plan.jobId as string,
		});
		stage.emulator.jobs.complete(ids(stage)[1]);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		const [{ json, binary }] = reported.output('After');
		expect(json).toMatchObject({
			status: 'succeeded',
			agent: 'deep-research-preview-04-2026',
			text: expect.stringContaining('# Report') as string,
			thoughts: expect.any(String) as string,
			previousInteractionId: plan.jobId,
			files: [{ type: 'image', binaryField: 'data' }],
		});
		expect((json.sources as unknown[]).length).toBeGreaterThan(0);
		expect(binary!.data.mimeType).toMatch(/^image\//);
	});
});

describe('files that Google keeps', () => {
	const film = () => {
		const bytes = Buffer.from('film');
		const name = stage.emulator.files.add(
			{ bytes, mimeType: 'video/mp4', source: 'GENERATED' },
			API_KEY,
		);
		const uri = `https://generativelanguage.googleapis.com/v1beta/${name}`;
		return { type: 'video', mime_type: 'video/mp4', uri };
	};

	test('are named, and not fetched', async () => {
		const part = film();
		const execution = await finishedWith([output(part)]);
		const [{ json, binary }] = execution.output('After');
		expect(json.files).toEqual([
			{ type: 'video', mimeType: 'video/mp4', uri: part.uri, binaryField: null },
		]);
		expect(binary).toBeUndefined();
	});

	test("are fetched with 'Download Files', after Google got its answer", async () => {
		const gone = 'https://generativelanguage.googleapis.com/v1beta/files/gone';
		const parts = [film(), { type: 'video', mime_type: 'video/mp4', uri: gone }, film()];
		const execution = await start({ options: { downloadFiles: true, outputField: 'film' } });
		stage.emulator.jobs.complete(ids(stage)[0], { steps: [output(...parts)] as never });
		expect(await stage.deliver()).toMatchObject({ status: 200 });
		// The execution goes on a little later.
		await until(() => execution.status !== 'waiting');
		const [{ json, binary }] = execution.output('After');
		expect(json).toMatchObject({
			status: 'succeeded',
			files: [
				{ binaryField: 'film' },
				{ binaryField: null, error: expect.stringContaining('files/gone') as string },
				{ binaryField: 'film_2' },
			],
		});
		expect(Object.keys(binary!)).toEqual(['film', 'film_2']);
		expect(Buffer.from(binary!.film_2.data, 'base64').toString()).toBe('film');
	});
});

describe('an end that is not an answer', () => {
	test('by failing comes out with the reason and advice', async () => {
		const execution = await start();
		stage.emulator.jobs.fail(ids(stage)[0], { code: 'content_blocked', message: 'No.' });
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toMatchObject([
			{
				status: 'failed',
				error: { code: 'content_blocked', message: 'No.' },
				advice: expect.stringContaining("Google's reason is in 'error'") as string,
				text: null,
			},
		]);
	});

	test.each([
		['incomplete', 'incomplete', 'breaks off'],
		['budget_exceeded', 'incomplete', 'breaks off'],
		['cancelled', 'cancelled', 'cancelled it'],
	])(
		'%s sends no event: the wait runs out, and another look has it',
		async (state, status, why) => {
			const execution = await start();
			const [id] = ids(stage);
			if (state === 'cancelled') stage.emulator.jobs.cancel(id);
			else {
				const steps = [output(text('Half an ans'))] as never;
				stage.emulator.jobs.complete(id, { status: state, steps });
			}
			expect(stage.emulator.deliveries).toEqual([]);
			await execution.timeOut();
			expect(execution.json('After')).toMatchObject([
				{
					jobId: id,
					status: 'running',
					waitStatus: 'timedOut',
					advice: expect.stringContaining("Use 'Wait'") as string,
				},
			]);
			const again = await run(
				stage,
				{
					operation: 'wait',
					interaction: '={{ $json.jobId }}',
					limitAmount: 1,
					limitUnit: 'hours',
				},
				{ items: execution.output('After') },
			);
			expect(again.status).toBe('success');
			expect(again.json('After')).toMatchObject([
				{
					jobId: id,
					status,
					waitStatus: 'finished',
					text: state === 'cancelled' ? null : 'Half an ans',
					advice: expect.stringContaining(why) as string,
				},
			]);
		},
	);
});

describe('several items', () => {
	test('go on together when the last one is over, each with its own outcome', async () => {
		const items = ['a', 'b', 'c', 'd'].map((city) => ({ json: { city } }));
		const execution = await start({ functions: { entries: [WEATHER] } }, { items });
		expect(execution.status).toBe('waiting');
		expect(creations(stage)).toHaveLength(4);
		// Started three at a time: which interaction belongs to which item is in its input.
		const order = ['a', 'b', 'c', 'd'].map(
			(city) => ids(stage)[bodies(stage).findIndex(({ input }) => input === `How is ${city}?`)],
		);
		const [a, b, c, d] = order;
		stage.emulator.jobs.complete(c, { status: 'incomplete', steps: [output(text('Ha'))] as never });
		stage.emulator.jobs.fail(b, { code: 'api_error', message: 'Broken' });
		expect(await deliver(stage, b)).toMatchObject({ status: 200 });
		stage.emulator.jobs.complete(a);
		expect(await deliver(stage, a)).toMatchObject({ status: 200 });
		expect(execution.status).toBe('waiting');
		stage.emulator.jobs.requireAction(d, [
			{ id: 'c1', name: 'get_weather', arguments: { city: 'd' } },
			{ id: 'c2', name: 'get_weather', arguments: { city: 'e' } },
		]);
		expect(await deliver(stage, d)).toMatchObject({ status: 202 });
		expect(execution.output('After')).toMatchObject([
			{ json: { jobId: a, status: 'succeeded', text: 'Echo: How is a?' } },
			{ json: { jobId: b, status: 'failed', error: { message: 'Broken' } } },
			{ json: { jobId: c, status: 'incomplete', text: 'Ha' } },
			{ json: { jobId: d, status: 'requiresAction', functionCall: { callId: 'c1' } } },
			{ json: { jobId: d, status: 'requiresAction', functionCall: { callId: 'c2' } } },
		]);
	});

	test('that are over at once do not wait', async () => {
		stage.emulator.settings.interactionDurationMs = 1;
		stage.emulator.faults.add({ path: /\/interactions\/v1_/, delayMs: 50, times: null });
		const execution = await start({}, { items: QUESTIONS });
		stage.emulator.settings.interactionDurationMs = null;
		expect(execution.status).toBe('success');
		expect(execution.json('After').map((json) => json.text)).toEqual([
			'Echo: How is Rome?',
			'Echo: How is Oslo?',
		]);
	});
});

describe('an interaction that requires an action', () => {
	test('comes out as one item for each call, with what is needed to answer', async () => {
		const entries = [{ name: 'order', value: '17' }];
		const execution = await start({
			systemInstruction: 'Be brief.',
			functions: { entries: [WEATHER] },
			options: { temperature: 0, metadata: { entries } },
		});
		const [id] = ids(stage);
		stage.emulator.jobs.requireAction(id, [
			{ id: 'c1', name: 'get_weather', arguments: { city: 'Rome' } },
		]);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toEqual([
			expect.objectContaining({
				jobId: id,
				status: 'requiresAction',
				waitStatus: 'finished',
				advice: expect.stringContaining("'Respond'") as string,
				functionCall: { callId: 'c1', name: 'get_weather', args: { city: 'Rome' } },
				openCalls: 1,
				text: null,
				metadata: { order: '17' },
				continuation: {
					jobId: id,
					round: 0,
					model: 'gemini-3.8-flash',
					systemInstruction: 'Be brief.',
					tools: bodies(stage)[0].tools,
					settings: { generation_config: { temperature: 0 } },
					metadata: { order: '17' },
				},
			}) as object,
		]);
	});

	test('after a wait that ran out, still has it', async () => {
		const execution = await start({ functions: { entries: [WEATHER] } });
		await execution.timeOut();
		const [id] = ids(stage);
		stage.emulator.jobs.requireAction(id, [{ id: 'c1', name: 'get_weather' }]);
		const again = await run(
			stage,
			{ operation: 'wait', interaction: '={{ $json.jobId }}', limitAmount: 1, limitUnit: 'hours' },
			{ items: execution.output('After') },
		);
		expect(again.json('After')).toMatchObject([
			{
				functionCall: { callId: 'c1' },
				continuation: { round: 0, tools: [{ name: 'get_weather' }] },
			},
		]);
	});

	test('carries no token of an MCP server', async () => {
		const secret = 'Bearer of-mcp-server';
		const tools = [{ type: 'mcp_server', url: 'https://mcp.example', headers: { a: secret } }];
		const execution = await start({
			functions: { entries: [WEATHER] },
			options: { more: JSON.stringify({ tools }) },
		});
		expect(bodies(stage)[0].tools).toMatchObject([{ name: 'get_weather' }, tools[0]]);
		stage.emulator.jobs.requireAction(ids(stage)[0]);
		await stage.deliver();
		expect(execution.json('After')).toHaveLength(1);
		const { runData } = execution.data.resultData;
		expect(JSON.stringify(runData.Ask)).not.toContain(secret);
	});
});

describe("'Wait'", () => {
	const wait = (parameters: INode['parameters'] = {}, options: RunOptions = {}) =>
		run(
			stage,
			{
				operation: 'wait',
				interaction: '={{ $json.jobId }}',
				limitAmount: 70,
				limitUnit: 'minutes',
				...parameters,
			},
			options,
		);

	test('parks for what another node of the execution has started', async () => {
		const definition = line(
			node('Start', 'passThrough'),
			node('Ask', INTERACTION, startParameters()),
			node('Wait', INTERACTION, {
				operation: 'wait',
				interaction: '={{ $json.jobId }}',
				limitAmount: 1,
				limitUnit: 'hours',
			}),
			node('After', 'passThrough'),
		);
		const execution = await stage.execution(definition).start(QUESTIONS.slice(0, 1));
		await execution.timeOut();
		expect(execution.status).toBe('waiting');
		expect(execution.runsOf('Wait')).toHaveLength(1);
		stage.emulator.jobs.complete(ids(stage)[0]);
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		expect(execution.json('After')).toMatchObject([{ text: 'Echo: How is Rome?' }]);
		expect(ids(stage)).toHaveLength(1);
	});

	test('reads a structured answer without having started it', async () => {
		const id = await startByHand(stage);
		stage.emulator.jobs.complete(id, { steps: [output(text('{"mood":"good"}'))] as never });
		const execution = await wait({}, { items: [{ json: { jobId: id } }] });
		expect(execution.json('After')).toMatchObject([{ data: { mood: 'good' } }]);
	});

	test.each(['', 'a b', '../x', '..'])('refuses "%s", which is no id', async (jobId) => {
		const execution = await wait({}, { items: [{ json: { jobId } }] });
		expect(execution.error!.message).toMatch(
			/^The 'Interaction ID' of item 0 is not the ID of an interaction/,
		);
		expect(stage.calls(/interactions/)).toEqual([]);
	});
});

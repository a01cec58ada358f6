import { NodeConnectionTypes, type ILoadOptionsFunctions, type INode } from 'n8n-workflow';
import { GeminiInteraction } from '../../nodes/GeminiInteraction/GeminiInteraction.node.ts';
import { ids, run, startByHand } from './support/interactions.mts';
import { FOREIGN_KEY, Stage, type RunOptions } from './support/stage.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open({ interactionDurationMs: null });
});
beforeEach(() => stage.reset());
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

const look = (
	operation: string,
	jobIds: unknown[],
	more: INode['parameters'] = {},
	options: RunOptions = {},
) =>
	run(
		stage,
		{ operation, interaction: '={{ $json.jobId }}', ...more },
		{ items: jobIds.map((jobId) => ({ json: { jobId } as never })), ...options },
	);

const CALLS = [
	{ id: 'c1', name: 'get_weather', arguments: { city: 'Rome' } },
	{ id: 'c2', name: 'get_time', arguments: {} },
];

describe("'Get'", () => {
	test('shows what runs, what is over, and the calls of what waits for results', async () => {
		const [a, b, c] = [
			await startByHand(stage),
			await startByHand(stage),
			await startByHand(stage),
		];
		stage.emulator.jobs.complete(b);
		stage.emulator.jobs.requireAction(c, CALLS);
		const execution = await look('get', [a, `interactions/${b}`, c]);
		expect(execution.output('Ask')).toMatchObject([
			{ json: { jobId: a, status: 'running' }, pairedItem: { item: 0 } },
			{
				json: { jobId: b, status: 'succeeded', text: 'Echo: hi', files: [] },
				pairedItem: { item: 1 },
			},
			{ json: { jobId: c, functionCall: { callId: 'c1' }, openCalls: 2 }, pairedItem: { item: 2 } },
			{ json: { jobId: c, functionCall: { callId: 'c2' }, openCalls: 2 }, pairedItem: { item: 2 } },
		]);
		for (const json of execution.json('Ask')) expect(json).not.toHaveProperty('waitStatus');
	});

	test('shows the raw answer when not simplified, without tokens', async () => {
		const uris = ['https://example.com/hook?job_token=secret'];
		const id = await startByHand(stage, { webhook_config: { uris } });
		const execution = await look('get', [id], { simplify: false });
		expect(execution.json('Ask')).toMatchObject([
			{
				id,
				jobId: id,
				status: 'in_progress',
				webhook_config: { uris: ['https://example.com/hook?job_token=[hidden]'] },
			},
		]);
	});

	test('tries again for an interaction that is too new to be found', async () => {
		const id = await startByHand(stage);
		stage.emulator.faults.add({ path: /\/interactions\//, status: 404, times: 2 });
		expect((await look('get', [id])).json('Ask')).toMatchObject([{ jobId: id, status: 'running' }]);
	});

	test("of another project's interaction says so", async () => {
		const id = await startByHand(stage);
		stage.credential.apiKey = FOREIGN_KEY;
		const execution = await look('get', [id]);
		expect(execution.error!.message).toContain(`Could not read the interaction ${id}`);
		expect(JSON.stringify(execution.data)).not.toContain(FOREIGN_KEY);
	});

	test('goes on after one that failed if told to, in the order of the items', async () => {
		const id = await startByHand(stage);
		const execution = await look('get', ['a b', id], {}, { onError: 'continueRegularOutput' });
		expect(execution.output('Ask')).toMatchObject([
			{ json: { error: expect.stringContaining('a b') as string }, pairedItem: { item: 0 } },
			{ json: { jobId: id }, pairedItem: { item: 1 } },
		]);
	});
});

describe("'Cancel'", () => {
	test.each(['in_progress', 'requires_action'])('ends one that is %s', async (state) => {
		const id = await startByHand(stage);
		stage.emulator.jobs.set(id, state);
		const execution = await look('cancel', [id]);
		expect(execution.json('Ask')).toMatchObject([
			{ jobType: 'interaction', jobId: id, status: 'cancelled' },
		]);
		expect(stage.emulator.jobs.get(id).state).toBe('cancelled');
	});

	test('refuses what is over', async () => {
		const id = await startByHand(stage);
		stage.emulator.jobs.complete(id);
		const execution = await look('cancel', [id]);
		expect(execution.error!.message).toBe(
			`The interaction ${id} is over: its status is 'succeeded'`,
		);
		expect(stage.calls(/\/cancel$/)).toEqual([]);
	});

	test('is sent once, whatever Google answers', async () => {
		const id = await startByHand(stage);
		stage.emulator.faults.add({ path: /\/cancel$/, status: 503 });
		const execution = await look('cancel', [id]);
		expect(execution.error!.message).toBe(
			`Could not cancel the interaction ${id}: the Gemini API is not available at the moment`,
		);
		expect(stage.calls(/\/cancel$/)).toHaveLength(1);
	});
});

describe("'Delete'", () => {
	test('removes one that is over', async () => {
		const id = await startByHand(stage);
		stage.emulator.jobs.complete(id);
		const execution = await look('delete', [id]);
		expect(execution.output('Ask')).toEqual([
			{ json: { deleted: true, jobType: 'interaction', jobId: id }, pairedItem: { item: 0 } },
		]);
		expect(ids(stage)).toEqual([]);
	});

	test('explains that Google does not offer it', async () => {
		const id = await startByHand(stage);
		stage.emulator.jobs.complete(id);
		stage.emulator.settings.interactionDeleteUnimplemented = true;
		const execution = await look('delete', [id]);
		expect(execution.error!.message).toBe(
			`Google's API cannot delete the interaction ${id}: deleting is not available for interactions at present`,
		);
		expect(execution.error!.description).toContain('55 days');
	});

	test('refuses one that is still running and paid for', async () => {
		const id = await startByHand(stage);
		const execution = await look('delete', [id]);
		expect(execution.error!.message).toBe(
			`The interaction ${id} is not over: its status is 'running'`,
		);
		expect(execution.error!.description).toContain("'Cancel'");
		expect(stage.calls(/./, 'DELETE')).toEqual([]);
	});

	test('of one that is gone says so at once', async () => {
		const execution = await look('delete', ['v1_gone']);
		expect(execution.error!.message).toContain('Could not read the interaction v1_gone');
		expect(stage.calls(/v1_gone/)).toHaveLength(1);
	});
});

describe('the lists', () => {
	const { searchAgents, searchInteractionModels } = new GeminiInteraction().methods.listSearch;
	const context = () => stage.context() as unknown as ILoadOptionsFunctions;

	test('of models has those that answer, and neither films nor embeddings', async () => {
		const { results } = await searchInteractionModels.call(context());
		const values = results.map(({ value }) => value);
		expect(values).toContain('gemini-3.8-flash');
		expect(values).toContain('gemini-3.1-flash-image');
		expect(values.filter((value) => /omni|embedding|veo/.test(String(value)))).toEqual([]);
		const found = await searchInteractionModels.call(context(), 'CARBON');
		expect(found.results).toEqual([{ value: 'gemini-4-carbon', name: 'Gemini 4 Carbon' }]);
	});

	test('of agents has those that still run', async () => {
		const { results } = await searchAgents.call(context());
		expect(results.map(({ value }) => value).sort()).toEqual([
			'antigravity-preview-05-2026',
			'antigravity-preview-09-2026',
			'deep-research-max-preview-04-2026',
			'deep-research-preview-04-2026',
		]);
		expect((await searchAgents.call(context(), 'max')).results).toHaveLength(1);
	});
});

test('the node shows what it needs to be found and to wait', () => {
	const { description } = new GeminiInteraction();
	expect(description.inputs).toEqual([NodeConnectionTypes.Main]);
	expect(description.usableAsTool).toBe(true);
	expect(description.webhooks).toMatchObject([{ restartWebhook: true }]);
});

import type { INode, INodeExecutionData } from 'n8n-workflow';
import { CALLS, respondParameters, startByHand, startParameters } from './support/interactions.mts';
import { finishedJob, startJob } from './support/jobs.mts';
import { batchParameters, Stage } from './support/stage.mts';
import { toolCall } from './support/toolCall.mts';
import { videoParameters } from './support/video.mts';
import { BATCH, chosen, INTERACTION, line, node, VIDEO } from './support/workflow.mts';
import { NodeConnectionTypes } from 'n8n-workflow';

/** An AI agent waits for the answers of its tools: whatever a node is set to, it answers at once and parks nothing. */

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open({ interactionDurationMs: null, videoDurationMs: null });
});
beforeEach(() => stage.reset());
afterAll(() => stage.close());

const NAMES_IT = '={{ $json.jobId }}';
const LIMIT = { limitAmount: 1, limitUnit: 'hours' };

interface Row {
	type: string;
	parameters: INode['parameters'];
	/** Makes what the tool is about, and gives what the agent hands over. */
	input: () => Promise<INodeExecutionData[]>;
	status: string;
}

const nothing = () => Promise.resolve([{ json: {} }]);
const about = (jobId: string) => [{ json: { jobId } }];

async function calling(): Promise<INodeExecutionData[]> {
	const id = await startByHand(stage);
	stage.emulator.jobs.requireAction(id, CALLS.slice(0, 1));
	const continuation = { tools: [{ type: 'function', name: CALLS[0].name }] };
	return [
		{ json: { jobId: id, functionCall: { callId: CALLS[0].id }, result: 'Warm', continuation } },
	];
}
async function aFilm(): Promise<INodeExecutionData[]> {
	const made = line(node('It', VIDEO, videoParameters({ prompt: 'A boat', whenDone: 'nothing' })));
	return (await stage.execution(made).start([{ json: {} }])).output('It');
}

const ROWS: Row[] = [
	{
		type: BATCH,
		parameters: batchParameters({ prompt: 'Hi' }),
		input: nothing,
		status: 'pending',
	},
	{
		type: BATCH,
		parameters: { operation: 'wait', batch: chosen(NAMES_IT), ...LIMIT },
		input: async () => about(await startJob(stage)),
		status: 'pending',
	},
	{
		type: BATCH,
		parameters: { operation: 'get', batch: chosen(NAMES_IT) },
		input: async () => about(await finishedJob(stage)),
		status: 'succeeded',
	},
	{
		type: VIDEO,
		parameters: videoParameters({ prompt: 'A boat' }),
		input: nothing,
		status: 'running',
	},
	{
		type: VIDEO,
		parameters: { operation: 'wait', job: NAMES_IT, ...LIMIT },
		input: aFilm,
		status: 'running',
	},
	{
		type: INTERACTION,
		parameters: startParameters({ prompt: 'Hi' }),
		input: nothing,
		status: 'running',
	},
	{
		type: INTERACTION,
		parameters: respondParameters(),
		input: calling,
		status: 'running',
	},
	{
		type: INTERACTION,
		parameters: { operation: 'wait', interaction: NAMES_IT, ...LIMIT },
		input: async () => about(await startByHand(stage)),
		status: 'running',
	},
];
const rows = ROWS.map(
	(row) => [row.type.split('.')[1], String(row.parameters.operation), row] as const,
);

const webhooksOfJobs = () =>
	stage.emulator.requests
		.filter(({ method, body }) => method === 'POST' && /webhook_?config/i.test(body))
		.map(({ path }) => path);

describe.each(rows)('%s: %s', (_type, _operation, { type, parameters, input, status }) => {
	test('called by the agent itself, returns the job', async () => {
		const items = await input();
		stage.emulator.requests.length = 0;
		const definition = line(node('It', type, parameters));
		const { items: outputs, run } = await toolCall(stage, definition, 'It', items);
		expect(outputs[0]).toMatchObject([{ json: { status, jobId: expect.any(String) as string } }]);
		expect(run.waitTill).toBeUndefined();
		expect(webhooksOfJobs()).toEqual([]);
	});

	test('called by the engine for the agent, returns the job', async () => {
		const items = await input();
		stage.emulator.requests.length = 0;
		const tool = { rewireOutputLogTo: NodeConnectionTypes.AiTool };
		const definition = line(node('It', type, parameters, tool));
		const execution = await stage.execution(definition).start(items);
		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('success');
		// This is where n8n puts what a tool answers.
		expect(execution.runsOf('It').at(-1)?.data?.ai_tool?.[0]).toMatchObject([{ json: { status } }]);
		expect(webhooksOfJobs()).toEqual([]);
	});
});

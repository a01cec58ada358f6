import type { INode, INodeExecutionData } from 'n8n-workflow';
import { CALLS, startByHand } from './support/interactions.mts';
import { startJob } from './support/jobs.mts';
import { Stage } from './support/stage.mts';
import { VEO, videoParameters } from './support/video.mts';
import { BATCH, chosen, INTERACTION, line, node, VIDEO, WEBHOOK } from './support/workflow.mts';

/** What the nodes say above an output that is empty, or not all that was asked for. */

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open({ interactionDurationMs: null, videoDurationMs: null });
});
beforeEach(() => {
	stage.reset();
	stage.emulator.settings.veoAvailable = true;
});
afterAll(() => stage.close());

async function hintsOf(
	type: string,
	parameters: INode['parameters'],
	items: INodeExecutionData[] = [{ json: {} }],
): Promise<string[]> {
	const workflow = line(node('Start', 'passThrough'), node('It', type, parameters));
	const execution = await stage.execution(workflow).start(items);
	expect(execution.status).toBe('success');
	return (execution.runsOf('It')[0].hints ?? []).map(({ message }) => message);
}

const LIMIT = { limitAmount: 1, limitUnit: 'hours' };
const about = (...ids: string[]) => ids.map((jobId) => ({ json: { jobId } }));

test.each<[string, INode['parameters'], string]>([
	[BATCH, { operation: 'getMany' }, "Google's list has no batch that fits."],
	[VIDEO, { operation: 'getMany', model: chosen(VEO) }, `Google lists no videos of ${VEO}.`],
	[
		WEBHOOK,
		{ resource: 'webhook', operation: 'getMany' },
		'The Google project has no webhook that fits.',
	],
	[
		WEBHOOK,
		{ resource: 'webhook', operation: 'cleanUp' },
		'The Google project has no webhook of this n8n, or of any other by its name.',
	],
])('%s %j says that there is nothing', async (type, parameters, message) => {
	expect(await hintsOf(type, parameters)).toEqual([message]);
});

test("'Wait' tells how many batches ended without results", async () => {
	const [failed, cancelled] = [await startJob(stage), await startJob(stage)];
	stage.emulator.jobs.fail(failed);
	stage.emulator.jobs.cancel(cancelled);
	const wait = { operation: 'wait', batch: chosen('={{ $json.jobId }}'), ...LIMIT };
	expect(await hintsOf(BATCH, wait, about(failed, cancelled))).toEqual([
		"2 of 2 jobs ended without results (1 failed, 1 cancelled). The item's 'advice' says what to do.",
	]);
});

test("'Wait' tells which interactions wait for results", async () => {
	const [asking, done] = [await startByHand(stage), await startByHand(stage)];
	stage.emulator.jobs.requireAction(asking, CALLS);
	stage.emulator.jobs.complete(done);
	const wait = { operation: 'wait', interaction: '={{ $json.jobId }}', ...LIMIT };
	expect(await hintsOf(INTERACTION, wait, about(asking, done))).toEqual([
		"1 of 2 jobs: the model waits for the results of its function calls, each of which has an item. Hand them back with 'Respond'.",
	]);
});

test("'Wait' tells which films could not be fetched", async () => {
	const made = line(node('It', VIDEO, videoParameters({ prompt: 'x', whenDone: 'nothing' })));
	const [item] = (await stage.execution(made).start([{ json: {} }])).output('It');
	stage.emulator.settings.filmFileFails = true;
	stage.emulator.jobs.complete(String(item.json.jobId));
	const wait = { operation: 'wait', job: '={{ $json.jobId }}', download: true, ...LIMIT };
	expect(await hintsOf(VIDEO, wait, [item])).toEqual([
		"The results of 1 of 1 items could not be fetched. The item's 'resultsError' says why.",
	]);
});

test("'Get Many' of videos shows no token of a webhook in the raw data", async () => {
	const uri = `${stage.front.url}/webhook/x/webhook`;
	const own = { whenDone: 'startWorkflow', workflowUrl: uri, model: chosen(VEO), prompt: 'x' };
	await stage.execution(line(node('It', VIDEO, videoParameters(own)))).start([{ json: {} }]);
	const [{ body }] = stage.calls(/predictLongRunning/);
	const { uris } = (JSON.parse(body) as { webhookConfig: { uris: string[] } }).webhookConfig;
	const token = new URL(uris[0]).searchParams.get('job_token')!;
	const operations = [
		{ name: `models/${VEO}/operations/x`, metadata: { webhookConfig: { uris } } },
	];
	stage.emulator.faults.add({ path: /\/operations\?/, status: 200, body: { operations } });
	const many = { operation: 'getMany', model: chosen(VEO), simplify: false };
	const execution = await stage.execution(line(node('It', VIDEO, many))).start([{ json: {} }]);
	expect(JSON.stringify(execution.json('It'))).toContain('job_token=[hidden]');
	expect(execution.stored).not.toContain(token);
});

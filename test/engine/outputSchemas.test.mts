import type { IDataObject, INode, INodeExecutionData, INodePropertyOptions } from 'n8n-workflow';
import type { BatchResult } from '../emulator/batch-output.mts';
import type { Execution } from './support/execution.mts';
import { CALLS, respondParameters, startByHand, startParameters } from './support/interactions.mts';
import {
	finishedFileBatch,
	requestLine,
	startFileBatch,
	uploadLines,
} from './support/fileBatches.mts';
import { finishedJob, startInteraction, startJob } from './support/jobs.mts';
import { flattened, misfits, neverSeen, outputSchema } from './support/outputSchema.mts';
import { batchParameters, PROMPTS, Stage } from './support/stage.mts';
import { OMNI, VEO, videoParameters } from './support/video.mts';
import {
	BATCH,
	chosen,
	INTERACTION,
	line,
	node,
	nodeTypes,
	TRIGGER,
	VIDEO,
	WEBHOOK,
} from './support/workflow.mts';

/** What each operation puts out is what its schema says: found as n8n finds it, compared with real runs. */

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open({ interactionDurationMs: null, videoDurationMs: null });
});
beforeEach(() => {
	stage.reset();
	stage.emulator.settings.veoAvailable = true;
});
afterAll(() => stage.close());

type Parameters = INode['parameters'];
const NOBODY = [{ json: {} }];

/** Runs one node on items. */
async function run(
	type: string,
	parameters: Parameters,
	items: INodeExecutionData[] = NOBODY,
): Promise<Execution> {
	const workflow = line(node('Start', 'passThrough'), node('It', type, parameters));
	return await stage.execution(workflow, 'manual').start(items);
}

/** What it put out at the end; nothing may have gone wrong. */
function puts(execution: Execution): IDataObject[] {
	expect(execution.error).toBeUndefined();
	return execution.json('It');
}

const named = (...ids: string[]): INodeExecutionData[] =>
	ids.map((jobId) => ({ json: { jobId, metadata: { row: '7' } } }));
const newest = () => stage.emulator.jobs.list().at(-1)!.name.replace('interactions/', '');

/** Ends the jobs of a waiting execution, and Google says so. */
async function over(execution: Execution, outcome: object = {}): Promise<IDataObject[]> {
	expect(execution.status).toBe('waiting');
	for (const { name } of stage.emulator.jobs.list()) stage.emulator.jobs.complete(name, outcome);
	const deadline = Date.now() + 10_000;
	await stage.deliver();
	while (execution.status === 'waiting' && Date.now() < deadline) {
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
	return puts(execution);
}

const timedOut = async (execution: Execution) => puts(await execution.timeOut());

const RESULTS: BatchResult[] = [
	{
		key: 'a',
		response: {
			candidates: [
				{
					content: { parts: [{ text: '{"mood":"good"}' }] },
					finishReason: 'STOP',
					groundingMetadata: {
						groundingChunks: [{ web: { uri: 'https://a.example/', title: 'A' } }],
					},
				},
			],
			usageMetadata: {
				promptTokenCount: 4,
				candidatesTokenCount: 3,
				thoughtsTokenCount: 2,
				cachedContentTokenCount: 1,
				totalTokenCount: 9,
			},
		},
	},
	{ key: 'b', error: { code: 3, message: 'Bad' } },
	{ key: 'c', response: { embedding: { values: [0.5] }, tokenCount: '4' } },
] as BatchResult[];
const KEYS = RESULTS.map(({ key }) => String(key));
const ROWS = KEYS.map((key) => ({ json: { key, review: 'Fine' } }));

const batch = (operation: string, parameters: Parameters = {}) => ({
	operation,
	batch: chosen('={{ $json.jobId }}'),
	limitAmount: 1,
	limitUnit: 'hours',
	...parameters,
});
const failedBatch = async () => {
	const name = await startJob(stage);
	stage.emulator.jobs.fail(name);
	return name;
};
const fileBatch = async () => await finishedFileBatch(stage, KEYS, RESULTS);

const video = (operation: string, parameters: Parameters = {}) => ({
	...videoParameters(),
	operation,
	job: '={{ $json.jobId }}',
	...parameters,
});
const veo = { model: chosen(VEO) };
async function finishedVideo(prompt = 'A boat', model = OMNI): Promise<string> {
	await run(VIDEO, videoParameters({ prompt, model: chosen(model), whenDone: 'nothing' }));
	stage.emulator.jobs.complete(stage.emulator.jobs.list().at(-1)!.name);
	return newest();
}

const TOOLS: Parameters = {
	systemInstruction: 'Be kind.',
	functions: { entries: [{ name: 'get_weather', description: 'Weather', parameters: '' }] },
	options: { metadata: { entries: [{ name: 'row', value: '7' }] } },
};
const text = (value: string, more: object = {}) => ({ type: 'text', text: value, ...more });
const ANSWER = {
	status: 'completed',
	steps: [
		{ type: 'thought', summary: [text('Let me think.')] },
		{
			type: 'model_output',
			content: [
				text('{"a":1}', { annotations: [{ url: 'https://a.example/', title: 'A' }] }),
				{ type: 'image', mime_type: 'image/png', data: 'aGk=' },
				{ type: 'image', mime_type: 'image/png', uri: 'https://elsewhere.example/x.png' },
			],
		},
	],
};
const ask = (parameters: Parameters = {}) =>
	run(INTERACTION, startParameters({ prompt: 'Weather?', ...parameters }));
const look = (operation: string, parameters: Parameters = {}) => ({
	operation,
	interaction: '={{ $json.jobId }}',
	limitAmount: 1,
	limitUnit: 'hours',
	...parameters,
});
/** An interaction that has asked for function calls, and its items. */
async function asking(): Promise<IDataObject[]> {
	const execution = await ask(TOOLS);
	stage.emulator.jobs.requireAction(newest(), CALLS);
	await stage.deliver();
	return puts(execution);
}
async function answered(outcome: object = ANSWER): Promise<string> {
	const id = await startByHand(stage);
	stage.emulator.jobs.complete(id, outcome);
	return id;
}

const url = () => `${stage.front.url}/webhook/x/webhook`;
async function created(parameters: Parameters = {}) {
	return puts(
		await run(WEBHOOK, {
			resource: 'webhook',
			operation: 'create',
			name: 'Mine',
			url: url(),
			events: ['batch.succeeded'],
			...parameters,
		}),
	);
}
const onWebhook =
	(operation: string, parameters: Parameters = {}) =>
	async () => {
		const [{ webhookId }] = await created();
		const chosenOne = { webhook: chosen(String(webhookId)) };
		return puts(
			await run(WEBHOOK, { resource: 'webhook', operation, ...chosenOne, ...parameters }),
		);
	};

type Scenario = () => Promise<IDataObject[]>;
interface Row {
	type: string;
	resource?: string;
	operation?: string;
	runs: Scenario[];
	/** What needs more than these runs to come out. */
	elsewhere?: RegExp;
}

const ROWS_OF_TESTS: Row[] = [
	{
		type: BATCH,
		operation: 'start',
		runs: [
			async () => puts(await run(BATCH, batchParameters({ whenDone: 'nothing' }), PROMPTS)),
			async () =>
				await over(
					await run(BATCH, batchParameters({ options: { key: '={{ $json.key }}' } }), ROWS),
					{
						results: RESULTS,
					},
				),
			async () => await timedOut(await run(BATCH, batchParameters(), PROMPTS)),
			async () => {
				const parameters = {
					source: 'remote',
					remoteFile: await uploadLines(stage, [requestLine('a', 'x')]),
				};
				return await timedOut(await run(BATCH, batchParameters(parameters)));
			},
		],
	},
	{
		type: BATCH,
		operation: 'wait',
		runs: [
			async () => puts(await run(BATCH, batch('wait'), named(await fileBatch()))),
			async () => {
				const name = await startFileBatch(stage, [requestLine('a', 'x')]);
				stage.emulator.jobs.fail(name);
				return puts(await run(BATCH, batch('wait'), named(name)));
			},
			async () => await timedOut(await run(BATCH, batch('wait'), named(await startJob(stage)))),
		],
	},
	{
		type: BATCH,
		operation: 'getResults',
		runs: [
			async () => puts(await run(BATCH, batch('getResults'), named(await fileBatch()))),
			...['file', 'summary'].map(
				(returnAs) => async () =>
					puts(await run(BATCH, batch('getResults', { returnAs }), named(await fileBatch()))),
			),
			async () =>
				puts(
					await run(
						BATCH,
						batch('getResults', { ifNoResults: 'returnJob' }),
						named(await failedBatch()),
					),
				),
		],
	},
	{
		type: BATCH,
		operation: 'get',
		runs: [
			async () => {
				const name = await startJob(stage);
				stage.emulator.jobs.complete(name, { results: RESULTS });
				return puts(await run(BATCH, batch('get'), named(name, await fileBatch())));
			},
			async () => puts(await run(BATCH, batch('get'), named(await failedBatch()))),
		],
	},
	{
		type: BATCH,
		operation: 'getMany',
		runs: [
			async () => {
				await fileBatch();
				await failedBatch();
				return puts(await run(BATCH, { operation: 'getMany' }));
			},
		],
	},
	{
		type: BATCH,
		operation: 'cancel',
		runs: [
			async () => {
				return puts(await run(BATCH, batch('cancel'), named(await startJob(stage))));
			},
		],
		elsewhere: /^\.(advice|inputFile|error)/,
	},
	{
		type: BATCH,
		operation: 'delete',
		runs: [async () => puts(await run(BATCH, batch('delete'), named(await finishedJob(stage))))],
	},
	{
		type: VIDEO,
		operation: 'generate',
		runs: [
			async () => puts(await run(VIDEO, videoParameters({ whenDone: 'nothing' }))),
			async () => await over(await run(VIDEO, videoParameters())),
			async () => await over(await run(VIDEO, videoParameters({ prompt: '[[blocked]]', ...veo }))),
			async () => await timedOut(await run(VIDEO, videoParameters())),
			async () => {
				stage.emulator.settings.filmFileFails = true;
				return await over(await run(VIDEO, videoParameters()));
			},
		],
		elsewhere: /^\.filteredReasons/,
	},
	{
		type: VIDEO,
		operation: 'wait',
		runs: [
			async () =>
				puts(await run(VIDEO, video('wait', { download: true }), named(await finishedVideo()))),
			async () => puts(await run(VIDEO, video('wait'), named(await finishedVideo('[[blocked]]')))),
			async () => {
				stage.emulator.settings.filmFileFails = true;
				return puts(await run(VIDEO, video('wait'), named(await finishedVideo())));
			},
		],
		elsewhere: /^\.filteredReasons/,
	},
	...(['get', 'download'] as const).map((operation) => ({
		type: VIDEO,
		operation,
		runs: [
			...[OMNI, VEO].map((model) => async () => {
				const id = await finishedVideo('A boat', model);
				return puts(await run(VIDEO, video(operation, { jobOrFile: id }), named(id)));
			}),
			async () => {
				const id = await finishedVideo('[[blocked]]', VEO);
				return puts(await run(VIDEO, video(operation, { jobOrFile: id }), named(id)));
			},
		],
		elsewhere: /^\.filteredReasons/,
	})),
	{
		type: VIDEO,
		operation: 'getMany',
		runs: [
			async () => {
				await finishedVideo('A boat', VEO);
				await finishedVideo('[[blocked]]', VEO);
				return puts(await run(VIDEO, { operation: 'getMany', ...veo }));
			},
		],
	},
	{
		type: VIDEO,
		operation: 'cancel',
		runs: [
			async () => {
				await run(VIDEO, videoParameters({ whenDone: 'nothing' }));
				return puts(await run(VIDEO, video('cancel'), named(newest())));
			},
		],
		elsewhere: /^\.error/,
	},
	{
		type: INTERACTION,
		operation: 'start',
		runs: [
			async () => puts(await ask({ whenDone: 'nothing' })),
			async () => await over(await ask(), ANSWER),
			async () => {
				const execution = await ask();
				stage.emulator.jobs.fail(newest());
				await stage.deliver();
				return puts(execution);
			},
			async () => await timedOut(await ask(TOOLS)),
			asking,
		],
	},
	{
		type: INTERACTION,
		operation: 'respond',
		runs: [
			async () => {
				const items = (await asking()).map((json) => ({ json: { ...json, result: 'Warm' } }));
				return await over(await run(INTERACTION, respondParameters(), items), ANSWER);
			},
			async () => {
				const items = (await asking()).map((json) => ({ json: { ...json, result: 'Warm' } }));
				const execution = await run(INTERACTION, respondParameters(), items);
				const again = CALLS.map((call) => ({ ...call, id: `${call.id}-again` }));
				stage.emulator.jobs.requireAction(newest(), again);
				await stage.deliver();
				return puts(execution);
			},
		],
	},
	...['get', 'wait'].map((operation) => ({
		type: INTERACTION,
		operation,
		runs: [
			async () => puts(await run(INTERACTION, look(operation), named(await answered()))),
			async () => {
				const items = (await asking()).map((json) => ({ json }));
				return puts(await run(INTERACTION, look(operation), items));
			},
			async () => {
				const execution = await run(INTERACTION, look(operation), named(await startByHand(stage)));
				return execution.status === 'waiting' ? await timedOut(execution) : puts(execution);
			},
		],
	})),
	{
		type: INTERACTION,
		operation: 'cancel',
		runs: [
			async () => puts(await run(INTERACTION, look('cancel'), named(await startByHand(stage)))),
		],
		elsewhere: /^\.error/,
	},
	{
		type: INTERACTION,
		operation: 'delete',
		runs: [async () => puts(await run(INTERACTION, look('delete'), named(await answered())))],
	},
	{ type: WEBHOOK, resource: 'webhook', operation: 'create', runs: [created] },
	...['delete', 'enable', 'get', 'getMany', 'ping'].map((operation) => ({
		type: WEBHOOK,
		resource: 'webhook',
		operation,
		runs: [onWebhook(operation)],
	})),
	{
		type: WEBHOOK,
		resource: 'webhook',
		operation: 'rotateSigningSecret',
		runs: [onWebhook('rotateSigningSecret', { options: { allowTriggers: true } })],
	},
	{
		type: WEBHOOK,
		resource: 'webhook',
		operation: 'update',
		runs: [onWebhook('update', { updateFields: { name: 'New' } })],
	},
	{
		type: WEBHOOK,
		resource: 'webhook',
		operation: 'checkTrigger',
		runs: [
			async () => {
				const trigger = stage.trigger({ events: ['batch.succeeded'] });
				await trigger.publish();
				const parameters = { resource: 'webhook', operation: 'checkTrigger', triggers: 'url' };
				const received = await run(WEBHOOK, { ...parameters, triggerUrl: trigger.url });
				const gone = `${stage.front.url}/webhook/gone/webhook`;
				return [
					...puts(received),
					...puts(await run(WEBHOOK, { ...parameters, triggerUrl: gone })),
				];
			},
		],
	},
	{
		type: WEBHOOK,
		resource: 'webhook',
		operation: 'cleanUp',
		runs: [onWebhook('cleanUp')],
	},
	{
		type: WEBHOOK,
		resource: 'job',
		operation: 'reconcile',
		runs: [
			async () => {
				await fileBatch();
				await failedBatch();
				const id = await startInteraction(stage);
				stage.emulator.jobs.requireAction(id, CALLS);
				return puts(
					await run(WEBHOOK, {
						resource: 'job',
						operation: 'reconcile',
						listBatches: true,
						sinceAmount: 2,
						sinceUnit: 'days',
						otherJobs: id,
						ends: ['failed', 'partlyFailed', 'requiresAction', 'succeeded'],
					}),
				);
			},
		],
		// Google shows them or not.
		elsewhere: /^\.tools/,
	},
	{
		type: TRIGGER,
		runs: [
			...[{ output: 'event' }, { output: 'details', includeRawEvent: true }].map(
				(options) => async () => await delivered(options, async () => await fileBatch()),
			),
			async () => await delivered({ output: 'details' }, failedBatch),
			async () =>
				await delivered({}, async () => {
					stage.emulator.jobs.requireAction(await startInteraction(stage), CALLS);
				}),
		],
		elsewhere: /^\.tools/,
	},
];

/** What a trigger makes of the latest delivery. */
async function delivered(options: Parameters, happens: () => Promise<unknown>) {
	const events = ['batch.failed', 'batch.succeeded', 'interaction.requires_action'];
	const trigger = stage.trigger({ events, options });
	await trigger.publish();
	await happens();
	await stage.deliver();
	return (await trigger.execute()).json('Trigger');
}

const folderOf = (type: string): string => nodeTypes[type].constructor.name;
const schemaOf = ({ type, resource, operation }: Row) =>
	outputSchema(folderOf(type), type === TRIGGER ? 2 : 1, resource, operation);

test('every operation is here', () => {
	const all = Object.keys(nodeTypes)
		.filter((type) => type.startsWith('n8n-nodes-gemini'))
		.flatMap((type) => {
			const choices = nodeTypes[type].description.properties.filter(
				({ name }) => name === 'operation',
			);
			if (choices.length === 0) return [[type, undefined, undefined]];
			return choices.flatMap(({ displayOptions, options }) =>
				(options as INodePropertyOptions[]).map(({ value }) => [
					type,
					displayOptions?.show?.resource?.[0],
					value,
				]),
			);
		});
	const here = ROWS_OF_TESTS.map(({ type, resource, operation }) => [type, resource, operation]);
	expect(here.map(String).sort()).toEqual(all.map(String).sort());
});

test.each(
	ROWS_OF_TESTS.map(
		(row) => [row.type.split('.')[1], row.resource ?? '', row.operation ?? '', row] as const,
	),
)(
	'%s %s %s puts out what its schema says',
	async (_type, _resource, _operation, row) => {
		const schema = schemaOf(row)!;
		expect(schema).toMatchObject({ type: 'object' });
		expect(flattened(schema)).toEqual([]);
		const items: IDataObject[] = [];
		for (const scenario of row.runs) {
			stage.reset();
			stage.emulator.settings.veoAvailable = true;
			stage.emulator.settings.filmFileFails = false;
			const some = await scenario();
			expect(some.length).toBeGreaterThan(0);
			items.push(...some);
		}
		expect([...new Set(items.flatMap((item) => misfits(item, schema)))]).toEqual([]);
		const unseen = neverSeen(items, schema).filter((path) => !row.elsewhere?.test(path));
		expect(unseen).toEqual([]);
	},
	30_000,
);

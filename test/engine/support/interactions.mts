import type { IExecuteFunctions, INode, INodeExecutionData, INodeType } from 'n8n-workflow';
import type { Execution } from './execution.mts';
import { API_KEY, type RunOptions, type Stage } from './stage.mts';
import { INTERACTION, line, node, nodeTypes, type Definition } from './workflow.mts';

export const QUESTIONS: INodeExecutionData[] = [
	{ json: { city: 'Rome' } },
	{ json: { city: 'Oslo' } },
];

export const WEATHER = {
	name: 'get_weather',
	description: 'The weather of a city',
	parameters: '{"type":"object","properties":{"city":{"type":"string"}}}',
};
export const TIME = { name: 'get_time', description: '', parameters: '' };

/** The parameters of a Gemini Interaction node that starts interactions. */
export const startParameters = (parameters: INode['parameters'] = {}): INode['parameters'] => ({
	operation: 'start',
	run: 'model',
	model: { __rl: true, mode: 'id', value: 'gemini-3.8-flash' },
	prompt: '=How is {{ $json.city }}?',
	whenDone: 'continueHere',
	limitAmount: 70,
	limitUnit: 'minutes',
	...parameters,
});

export const respondParameters = (parameters: INode['parameters'] = {}): INode['parameters'] => ({
	operation: 'respond',
	interaction: '={{ $json.jobId }}',
	callId: '={{ $json.functionCall.callId }}',
	continuation: '={{ $json.continuation }}',
	result: '={{ $json.result }}',
	whenDone: 'continueHere',
	limitAmount: 70,
	limitUnit: 'minutes',
	...parameters,
});

/** 'Start' hands its items to a node named 'Ask', and that to 'After'. */
export const interactionWorkflow = (
	parameters: INode['parameters'],
	more: Partial<INode> = {},
): Definition =>
	line(
		node('Start', 'passThrough'),
		node('Ask', INTERACTION, parameters, more),
		node('After', 'passThrough'),
	);

/** Runs such a workflow. */
export async function run(
	stage: Stage,
	parameters: INode['parameters'],
	{ items = QUESTIONS, mode, ...more }: RunOptions = {},
): Promise<Execution> {
	return await stage.execution(interactionWorkflow(parameters, more), mode).start(items);
}

/** Ids of the project's interactions, oldest first. */
export const ids = ({ emulator }: Stage): string[] =>
	emulator.jobs
		.list()
		.filter(({ kind }) => kind === 'interaction')
		.map(({ name }) => name.replace('interactions/', ''));

/** The calls that start interactions. */
export const creations = (stage: Stage) => stage.calls(/\/interactions$/, 'POST');

export type Body = Record<string, unknown> & { webhook_config?: { uris: string[] } };

/** What was sent to start them. */
export const bodies = (stage: Stage): Body[] =>
	creations(stage).map(({ body }) => JSON.parse(body) as Body);

/** Google's delivery of an event about this interaction. */
export async function deliver(stage: Stage, id: string) {
	const found = stage.emulator.deliveries.findLast(({ body }) => body.includes(`"${id}"`));
	return await stage.emulator.redeliver(found!.id, {});
}

/** Starts a background interaction past the nodes; returns its id. */
export async function startByHand(stage: Stage, more: object = {}): Promise<string> {
	const response = await fetch(`${stage.emulator.url}/v1beta/interactions`, {
		method: 'POST',
		headers: { 'x-goog-api-key': API_KEY },
		body: JSON.stringify({ model: 'gemini-3.8-flash', input: 'hi', background: true, ...more }),
	});
	const { id } = (await response.json()) as { id: string };
	stage.emulator.requests.length = 0;
	return id;
}

/** Runs the function that an item calls for, as the nodes of a workflow may. */
nodeTypes.runFunction = {
	description: { ...nodeTypes.passThrough.description, name: 'runFunction' },
	execute(this: IExecuteFunctions) {
		const items = this.getInputData().map(({ json }, item) => {
			const { name } = (json.functionCall ?? {}) as { name?: string };
			return { json: { ...json, result: { of: name ?? null } }, pairedItem: { item } };
		});
		return Promise.resolve([items]);
	},
} as INodeType;

import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import type { Execution } from './execution.mts';
import { Stage, type RunOptions } from './stage.mts';
import { line, node, VIDEO, type Definition } from './workflow.mts';

export const OMNI = 'gemini-omni-1.2-flash';
export const VEO = 'veo-3.1-generate-preview';

/** A stage whose video jobs end only when a test says so. */
export const openVideoStage = (): Promise<Stage> =>
	Stage.open({ interactionDurationMs: null, videoDurationMs: null });

/** Chosen by its id. */
export const chosen = (value: string): INode['parameters'][string] => ({
	__rl: true,
	mode: 'id',
	value,
});

export const SCENES: INodeExecutionData[] = [
	{ json: { scene: 'A boat' } },
	{ json: { scene: 'A hill' } },
];

/** The parameters of a Gemini Video node that makes a video of a text. */
export const videoParameters = (parameters: INode['parameters'] = {}): INode['parameters'] => ({
	operation: 'generate',
	model: chosen(OMNI),
	task: 'textToVideo',
	prompt: '=Film: {{ $json.scene }}',
	whenDone: 'continueHere',
	limitAmount: 30,
	limitUnit: 'minutes',
	download: true,
	outputField: 'video',
	...parameters,
});

/** 'Start' hands its items to a Gemini Video node named 'Video', and that to 'After'. */
export const videoWorkflow = (
	parameters: INode['parameters'] = {},
	more: Partial<INode> = {},
): Definition =>
	line(
		node('Start', 'passThrough'),
		node('Video', VIDEO, videoParameters(parameters), more),
		node('After', 'passThrough'),
	);

/** Runs such a workflow. */
export async function runVideo(
	stage: Stage,
	parameters: INode['parameters'] = {},
	{ items = SCENES.slice(0, 1), mode, ...more }: RunOptions = {},
): Promise<Execution> {
	return await stage.execution(videoWorkflow(parameters, more), mode).start(items);
}

/** The requests that start video jobs, with their bodies. */
export const starts = (stage: Stage): IDataObject[] =>
	stage
		.calls(/\/interactions$|:predictLongRunning$/, 'POST')
		.map(({ body }) => JSON.parse(body) as IDataObject);

/** The names that the nodes know the jobs by, in the order of their creation. */
export const jobIds = ({ emulator }: Stage): string[] =>
	emulator.jobs.list().map(({ name }) => name.replace(/^interactions\//, ''));

/** Waits for something that happens soon. */
export async function until(isSo: () => boolean): Promise<void> {
	const end = Date.now() + 15_000;
	while (!isSo()) {
		if (Date.now() > end) throw new Error('It did not happen');
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

/** A binary field that holds these bytes inside the item. */
export const binaryOf = (
	content: string | Buffer,
	mimeType = 'image/png',
	fileName = 'picture.png',
): NonNullable<INodeExecutionData['binary']>[string] => ({
	data: Buffer.from(content).toString('base64'),
	mimeType,
	fileName,
});

/** The bytes of a binary field that an item came out with. */
export const bytesOf = ({ binary }: INodeExecutionData, field = 'video'): Buffer =>
	Buffer.from(binary![field].data, 'base64');

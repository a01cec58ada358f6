/**
 * The disk for n8n's binary data is full while films, pictures and results are fetched: the item names the job and says
 * what to do, nothing half arrives, nothing is paid for twice, and once there is room all of it can be had.
 */
import { figures } from '../support/figures.mts';
import { byId, geminiNode, START } from '../support/longJobs.mts';
import { itemsOf } from '../support/n8nApi.mts';
import type { ExecutionStatus, Item, WorkflowNode } from '../support/n8nTypes.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { tinyDisk } from '../support/tinyDisk.mts';
import { chain, node } from '../support/workflowParts.mts';

jest.setTimeout(120_000);

const MEGABYTE = 1024 * 1024;
/** Megabytes: the disk when it is full at once, and when it has room; and what is to be kept. */
const [SMALL, ROOMY, LARGE] = [1, 64, 4];
const NO_ROOM = /n8n has no room left to keep it \(ENOSPC\)/;

const disk = tinyDisk(SMALL);
// Only root on Linux may mount a file system of its own size.
const onTinyDisk = disk ? test : test.skip;

let stage: Stage;

beforeAll(async () => {
	if (!disk) return;
	stage = await openStage({
		settings: {
			batchDurationMs: null,
			interactionDurationMs: null,
			filmBytes: LARGE * MEGABYTE,
		},
		env: { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem', N8N_BINARY_DATA_STORAGE_PATH: disk.folder },
	});
}, 300_000);

afterAll(async () => {
	await stage?.close();
	disk?.remove();
});

const AFTER = node('After', 'noOp', 1);

/** Runs a node by hand until the execution has the status. */
async function run(gemini: WorkflowNode, status?: ExecutionStatus) {
	const workflowId = await stage.save(chain('Disk', [START, gemini, AFTER]));
	await stage.api.runManually(workflowId, { startNode: START.name });
	return await stage.api.waitForExecution({ workflowId, status, timeoutMs: 60_000 });
}

/** From now on there is no room. */
function fillUp(): void {
	disk!.clear();
	disk!.resize(SMALL);
}

/** Files that hold more than n8n's notes about them. */
const half = () => disk!.files().filter((size) => size > 100_000);

/** Starts a job and lets it end on the full disk; returns its name and the item that comes out. */
async function endedWithoutRoom(gemini: WorkflowNode, results: object): Promise<[string, Item]> {
	fillUp();
	const { workflowId } = await run(gemini, 'waiting');
	const { name } = stage.emulator.jobs.list().find(({ state }) => !/SUCC|completed/.test(state))!;
	stage.emulator.jobs.complete(name, results);
	const execution = await stage.api.waitForExecution({ workflowId, timeoutMs: 60_000 });
	const items = itemsOf(execution, 'After');
	expect(items).toHaveLength(1);
	return [name.replace(/^interactions\//, ''), items[0]];
}

const video = (parameters: object) =>
	geminiNode('Video', 'geminiVideo', { outputField: 'video', options: {}, ...parameters });
const batch = (parameters: object) => geminiNode('Batch', 'geminiBatch', parameters);
const wait = { whenDone: 'continueHere', limitAmount: 1, limitUnit: 'hours' };
const film = video({
	operation: 'generate',
	model: byId('gemini-omni-1.2-flash'),
	task: 'textToVideo',
	prompt: 'A boat',
	download: true,
	...wait,
});
const pictures = batch({
	operation: 'start',
	kind: 'image',
	model: byId('gemini-3.1-flash-image'),
	prompt: 'A boat',
	...wait,
});
const lines = batch({
	operation: 'start',
	model: byId('gemini-3.8-flash'),
	prompt: 'A boat',
	whenDone: 'nothing',
	options: { alwaysFile: true },
});

const part = (content: object) => ({
	results: [
		{
			key: '0',
			response: { candidates: [{ content: { parts: [content] }, finishReason: 'STOP' }] },
		},
	],
});
const picture = part({
	inlineData: {
		mimeType: 'image/png',
		data: Buffer.alloc(LARGE * MEGABYTE, 7).toString('base64'),
	},
});
const longText = part({ text: 'x'.repeat(LARGE * MEGABYTE) });

interface Case {
	what: string;
	start: WorkflowNode;
	results: object;
	/** Fetches the results of a job anew. */
	fetch: (job: string) => WorkflowNode;
	field: string;
}

const CASES: Case[] = [
	{
		what: 'a film',
		start: film,
		results: {},
		fetch: (jobOrFile) => video({ operation: 'download', jobOrFile }),
		field: 'video',
	},
	{
		what: 'a picture of a batch',
		start: pictures,
		results: picture,
		fetch: (job) => batch({ operation: 'getResults', batch: byId(job) }),
		field: 'image',
	},
];

const jobs = () => stage.emulator.jobs.list().length;

/** Fetches once more without room, and then with it. */
async function fetchAgain(gemini: WorkflowNode, field: string): Promise<void> {
	const failed = await run(gemini, 'error');
	expect(failed.data.resultData.error?.message).toMatch(NO_ROOM);
	expect(failed.data.resultData.error?.description).toContain('Free space on the disk');
	disk!.resize(ROOMY);
	const [item] = itemsOf(await run(gemini, 'success'), 'After');
	expect(Number(item.binary?.[field].bytes)).toBeGreaterThanOrEqual(LARGE * MEGABYTE);
	expect(disk!.files()).toContain(Number(item.binary?.[field].bytes));
}

onTinyDisk.each(CASES)('$what', async ({ what, start, results, fetch, field }) => {
	const before = jobs();
	const [job, { json, binary }] = await endedWithoutRoom(start, results);
	const left = half();
	expect(json).toMatchObject({ jobId: job, status: 'succeeded', waitStatus: 'finished' });
	expect(json.resultsError).toMatch(NO_ROOM);
	expect(json.resultsError).toContain('Free space on the disk');
	expect(binary).toBeUndefined();
	await fetchAgain(fetch(job), field);
	figures(`the disk of n8n was full: ${what}`, {
		'jobs paid for': jobs() - before,
		'items without the name of their job': json.jobId === job ? 0 : 1,
		'half files handed on': binary ? 1 : 0,
		'half files left on the disk': left.length,
	});
	expect(jobs()).toBe(before + 1);
});

onTinyDisk('the results of a batch as one file', async () => {
	const before = jobs();
	fillUp();
	const [{ json }] = itemsOf(await run(lines), 'After');
	const job = String(json.jobId);
	stage.emulator.jobs.complete(job, longText);
	const fetch = batch({ operation: 'getResults', batch: byId(job), returnAs: 'file' });
	const failed = await run(fetch, 'error');
	const left = half();
	expect(failed.data.resultData.error?.message).toContain(job);
	await fetchAgain(fetch, 'data');
	figures('the disk of n8n was full: the results of a batch as one file', {
		'jobs paid for': jobs() - before,
		'half files left on the disk': left.length,
	});
	expect(jobs()).toBe(before + 1);
});

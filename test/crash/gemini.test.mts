/**
 * The Gemini API is down, slow, used up, or answers with an error although it did what it was asked to: nothing is made
 * twice, by 'Retry On Fail' and by n8n's Retry neither, and whatever there is has a name in the item or the error.
 */
import type { FaultRule } from '../emulator/index.mts';
import type { Execution } from '../engine/support/execution.mts';
import { Stage } from '../engine/support/stage.mts';
import { figures } from '../support/figures.mts';
import { OPERATIONS } from './support/operations.mts';
import type { Operation } from './support/operations.mts';

/** What came of each operation, in their order; all are played at once, as most of the time is waiting. */
let outcomes: Run[][];

beforeAll(async () => {
	const playAll = async (operation: Operation) =>
		await Promise.all(TROUBLES.map(async (trouble) => await play(operation, trouble)));
	outcomes = await Promise.all(OPERATIONS.map(playAll));
}, 180_000);

/** What happens to the one call that makes the change. */
const TROUBLES: Array<[string, Omit<FaultRule, 'path'>]> = [
	['503 after the effect', { status: 503, after: true }],
	['a cut connection after the effect', { cut: true, after: true }],
	['an empty answer after the effect', { emptyBody: true, after: true }],
	['503 without an effect', { status: 503 }],
	['429 with the time to wait', { status: 429 }],
	['an answer after 2 seconds', { delayMs: 2000 }],
];

const retryOnFail = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };

/** n8n's Retry of an execution that failed. */
async function repeated(stage: Stage, failed: Execution, node: string): Promise<Execution> {
	const { data } = failed;
	delete data.resultData.error;
	data.resultData.runData[node].pop();
	return await stage.execution(failed.definition, 'retry').resume(data);
}

/** Everything that a person gets to see of an execution. */
const shown = (execution: Execution, node: string) =>
	JSON.stringify([
		execution.error?.message,
		execution.error?.description,
		execution.json(node),
		execution.runsOf(node).at(-1)?.hints,
	]);

/** Names of what the operation made or changed; a job without one is named by its item. */
function namesOf(stage: Stage, { prepare }: Operation, prepared: string): string[] {
	if (prepare) return [prepared];
	const jobs = stage.emulator.jobs.list().map(({ name }) => name.replace(/^interactions\//, ''));
	return [...jobs, ...stage.emulator.webhooks.list().map(({ id }) => String(id))];
}

interface Run {
	trouble: string;
	made: number;
	/** What there is and nobody names. */
	unnamed: string[];
	status: string;
}

async function play(
	operation: Operation,
	[trouble, fault]: (typeof TROUBLES)[number],
): Promise<Run> {
	// One of its own, so that all troubles can be had at once.
	const stage = await Stage.open({
		interactionDurationMs: null,
		videoDurationMs: null,
		veoAvailable: true,
	});
	const { method, path, prepare, run, node, made } = operation;
	const prepared = (await prepare?.(stage)) ?? '';
	stage.emulator.faults.add({ method, path, ...fault });
	const executions = [await run(stage, retryOnFail, prepared)];
	while (executions.at(-1)!.status === 'error' && executions.length < 3)
		executions.push(await repeated(stage, executions.at(-1)!, node));
	const told = executions.map((execution) => shown(execution, node)).join();
	// Google has no list of these jobs: where the answer was lost, the message says which item it was.
	const isItemNamed = /It is not known whether the (video|interaction) '/.test(told);
	const names = namesOf(stage, operation, prepared);
	const result = {
		trouble,
		made: await made(stage, prepared),
		unnamed: names.filter((name) => !told.includes(name) && !isItemNamed),
		status: executions.at(-1)!.status,
	};
	expect(stage.front.thrown).toEqual([]);
	await stage.close();
	return result;
}

test.each(OPERATIONS)('$what', (operation) => {
	const runs = outcomes[OPERATIONS.indexOf(operation)];
	figures(`Google in ${TROUBLES.length} kinds of trouble: ${operation.what}`, {
		'times at most': Math.max(...runs.map(({ made }) => made)),
		'made twice': runs.filter(({ made }) => made > 1).length,
		'left without a name': runs.flatMap(({ unnamed }) => unnamed).length,
	});
	expect(runs.filter(({ made }) => made > 1)).toEqual([]);
	expect(runs.filter(({ unnamed }) => unnamed.length > 0)).toEqual([]);
	// What can be done again is done in the end, and so is what Google has refused.
	const mustBeDone = runs.filter(
		({ trouble }) => operation.isRepeatable || !trouble.startsWith('503 without'),
	);
	expect(mustBeDone.filter(({ made }) => made !== 1)).toEqual([]);
	if (operation.isRepeatable)
		expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'success'));
});

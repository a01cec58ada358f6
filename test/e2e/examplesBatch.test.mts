/** The example workflows around batches, as their files are: from a sheet's rows to what arrives in it and in Slack. */
import { callWebhooks } from '../support/callWebhooks.mts';
import { SPREADSHEET_IN_EXAMPLES } from '../support/examples.mts';
import { finishBatch } from '../support/deliveries.mts';
import { eventually } from '../support/http.mts';
import { itemsOf } from '../support/n8nApi.mts';
import type { WorkflowDefinition } from '../support/n8nTypes.mts';
import { startRecorder } from '../support/recorder/index.mts';
import type { Recorder } from '../support/recorder/index.mts';
import { API_KEY, openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';

jest.setTimeout(60_000);

let recorder: Recorder;
let stage: Stage;

beforeAll(async () => {
	recorder = await startRecorder();
	// Batches only end when a test says so.
	stage = await openStage({ recorder, settings: { batchDurationMs: null } });
}, 300_000);

afterAll(async () => {
	await stage?.close();
	await recorder?.close();
});

beforeEach(() => {
	recorder.slack.messages.length = 0;
	Object.assign(stage.emulator.settings, { deliveryFault: 'none', deliveryDelayMs: 0 });
	addSheet();
});

afterEach(() => expect(recorder.unknown).toEqual([]));

const HOUR = 3_600_000;
const messages = () => recorder.slack.messages.map(({ text }) => String(text));
/** The messages that name a batch. */
const about = (jobId: string) => messages().filter((text) => text.includes(jobId));
const rows = (id?: string) => recorder.sheets.rows(id ?? SPREADSHEET_IN_EXAMPLES, 'Reviews');

/** The user's sheet: the first row has its verdict already. */
function addSheet(id = SPREADSHEET_IN_EXAMPLES): void {
	recorder.sheets.add({
		id,
		sheets: {
			Reviews: [
				['sku', 'review', 'verdict', 'problem'],
				['A-0', 'Judged before.', 'fine', ''],
				['A-1', 'Works perfectly.', '', ''],
				['A-2', 'The lid broke.', '', 'an old one'],
			],
		},
	});
}

const nodeNamed = ({ nodes }: WorkflowDefinition, wanted: string) =>
	nodes.find(({ name }) => name === wanted)!;

/** Runs a workflow up to where it waits for its batch. */
async function parked(workflowId: string): Promise<{ executionId: string; jobId: string }> {
	const { api, emulator } = stage;
	const executionId = await api.runManually(workflowId, { startNode: 'Run by Hand' });
	await eventually(async () => (await api.execution(executionId)).status === 'waiting');
	return { executionId, jobId: emulator.jobs.list().at(-1)!.name };
}

/** Publishes an example, and unpublishes it in the end. */
async function published(
	file: string,
	use: (workflowId: string) => Promise<void>,
	change?: (workflow: WorkflowDefinition) => void,
): Promise<void> {
	const workflowId = await stage.saveExample(file, change);
	await stage.api.publish(workflowId);
	await use(workflowId);
	await stage.api.unpublish(workflowId);
}

/** A batch of three reviews that the project's webhooks hear of. */
async function startForTheProject(): Promise<string> {
	const workflowId = await stage.saveExample('5-start-a-batch-for-the-project.json');
	await stage.api.runManually(workflowId, { startNode: 'Run by Hand' });
	const execution = await stage.api.waitForExecution({ workflowId, status: 'success' });
	return String(itemsOf(execution, 'Gemini Batch')[0].json.jobId);
}

describe('6, sheet rows to a batch and back', () => {
	const FILE = '6-sheet-rows-to-batch-and-back.json';

	test('writes verdicts and problems into the rows they belong to, and asks again only where it must', async () => {
		const { api, emulator } = stage;
		const workflowId = await stage.saveExample(FILE);
		const { executionId, jobId } = await parked(workflowId);
		emulator.jobs.complete(jobId, {
			// In any order, as Google does.
			results: [
				{ key: 'A-2', error: { code: 13, message: 'Internal error' } },
				{
					key: 'A-1',
					response: {
						candidates: [{ content: { parts: [{ text: 'Happy' }] }, finishReason: 'STOP' }],
					},
				},
			],
		});
		await api.waitForExecution({ workflowId, status: 'success' });
		expect(rows()).toEqual([
			{ sku: 'A-0', review: 'Judged before.', verdict: 'fine', problem: '' },
			{ sku: 'A-1', review: 'Works perfectly.', verdict: 'Happy', problem: '' },
			{ sku: 'A-2', review: 'The lid broke.', verdict: '', problem: 'Internal error' },
		]);
		expect(itemsOf(await api.execution(executionId), 'Without a Verdict')).toHaveLength(2);

		const again = await parked(workflowId);
		expect(emulator.jobs.get(again.jobId)).not.toMatchObject({ name: jobId });
		emulator.jobs.complete(again.jobId);
		await api.waitForExecutions({ workflowId, status: 'success', count: 2 });
		const second = await api.execution(again.executionId);
		expect(itemsOf(second, 'Ask Gemini').map(({ json }) => json.key)).toEqual(['A-2']);
		expect(rows()[2]).toMatchObject({
			verdict: expect.stringContaining('The lid broke.'),
			problem: '',
		});
	});

	test('ends red with the reason when the whole batch came to nothing', async () => {
		const { api, emulator } = stage;
		const workflowId = await stage.saveExample(FILE);
		const { jobId } = await parked(workflowId);
		emulator.jobs.fail(jobId, { code: 8, message: 'No capacity' });
		const { data } = await api.waitForExecution({ workflowId, status: 'error' });
		expect(data.resultData.error?.message).toMatch(
			new RegExp(`^The batch ${jobId} ended as 'failed'. No capacity .*Start it again`),
		);
		expect(rows().map(({ verdict }) => verdict)).toEqual(['fine', '', '']);
	});
});

test("7: Slack hears of the project's batches: what came of them, and what to do", async () => {
	await published('7-batch-finished-to-slack.json', async (workflowId) => {
		const { api, emulator } = stage;
		const done = await startForTheProject();
		emulator.jobs.complete(done, { partial: true });
		await api.waitForExecutions({ workflowId, status: 'success', count: 1 });
		const failed = await startForTheProject();
		emulator.jobs.fail(failed, { code: 8, message: 'No capacity' });
		await api.waitForExecutions({ workflowId, status: 'success', count: 2 });
		expect(recorder.slack.messages).toMatchObject([{ channel: 'general' }, { channel: 'general' }]);
		const [first, second] = messages();
		expect(first).toMatch(
			/^\*Reviews \[n8n \w{8}\]\* is done: 2 of 3 requests succeeded \(1 failed, 0 blocked, 0 without an answer\), [1-9]\d* tokens\.\nWhat to do: 1 of 3 requests failed\./,
		);
		expect(first).toContain(`Name: ${done}`);
		expect(second).toMatch(
			/^\*Reviews \[n8n \w{8}\]\* ended without results: failed\. No capacity\nWhat to do: Google's reason/,
		);
		expect(second).toContain(`Name: ${failed}`);
	});
});

describe('8, the nightly batch', () => {
	const FILE = '8-nightly-batch-with-fallback.json';

	const AT_ONCE = { limitAmount: 1, limitUnit: 'seconds' };

	/** With a sheet of its own, and limits that n8n's look for waits, once a minute, is the first to notice. */
	const impatient =
		(id: string, rounds: number, again = AT_ONCE) =>
		(workflow: WorkflowDefinition) => {
			addSheet(id);
			for (const { name, parameters } of workflow.nodes) {
				if (parameters.documentId) Object.assign(parameters.documentId, { value: id });
				if (parameters.limitUnit)
					Object.assign(parameters, name === 'Wait Again' ? again : AT_ONCE);
			}
			const { conditions } = nodeNamed(workflow, 'Waited Long Enough?').parameters as {
				conditions: { conditions: Array<{ rightValue: number }> };
			};
			conditions.conditions[0].rightValue = rounds;
		};

	/** Waits until the workflow waits for the second time. */
	async function waitingAgain(executionId: string): Promise<void> {
		const { api } = stage;
		await eventually(
			async () => {
				const { status, data } = await api.execution(executionId);
				return status === 'waiting' && data.resultData.runData['Waited Long Enough?'];
			},
			{ timeoutMs: 90_000, intervalMs: 1000 },
		);
	}

	test('goes round until Google has finished, and its webhook ends the wait at once; else gives up', async () => {
		const { api, emulator } = stage;
		const patient = { limitAmount: 10, limitUnit: 'minutes' };
		const late = await stage.saveExample(FILE, impatient('late', 10, patient));
		const never = await stage.saveExample(FILE, impatient('never', 1));
		const waitsFor = await parked(late);
		const givesUp = await parked(never);
		const stuck = await stage.saveExample(FILE, impatient('stuck', 0));
		const cannotCancel = await parked(stuck);
		emulator.faults.add({ path: `${cannotCancel.jobId}:cancel`, status: 403, message: 'Not now' });

		await waitingAgain(waitsFor.executionId);
		const before = Date.now();
		emulator.jobs.complete(waitsFor.jobId, { partial: true });
		const finished = await api.waitForExecution({ workflowId: late, status: 'success' });
		expect(Date.now() - before).toBeLessThan(10_000);
		const { runData } = finished.data.resultData;
		expect(itemsOf(finished, 'Start the Batch')[0].json).toMatchObject({
			jobId: waitsFor.jobId,
			waitStatus: 'timedOut',
		});
		expect(runData['Still Running?']).toHaveLength(2);
		expect(rows('late').map(({ verdict }) => verdict)).toEqual([
			'fine',
			expect.stringContaining('Works perfectly.'),
			'',
		]);
		expect(messages()).toContain('The nightly batch is done. Verdicts written into the sheet: 1');
		expect(about(waitsFor.jobId)).toEqual([
			expect.stringMatching(
				/^1 without an answer in the nightly batch .* The first: A-2, Internal error/,
			),
		]);

		const gaveUp = await api.waitForExecution({
			workflowId: never,
			status: 'success',
			timeoutMs: 150_000,
		});
		expect(gaveUp.data.resultData.runData['Wait Again']).toHaveLength(1);
		expect(emulator.jobs.get(givesUp.jobId).state).toBe('BATCH_STATE_CANCELLED');
		expect(about(givesUp.jobId)).toEqual([
			expect.stringMatching(
				/ was given up, .* Google was asked to cancel it, and it is now: cancelled\./,
			),
		]);
		await api.waitForExecution({ workflowId: stuck, status: 'success' });
		expect(about(cannotCancel.jobId)).toEqual([
			expect.stringMatching(/ was given up, .* It may still run\. Could not cancel .*Not now/),
		]);
		expect(messages()).toHaveLength(4);
		expect(rows('never').map(({ verdict }) => verdict)).toEqual(['fine', '', '']);
	}, 300_000);

	test('is started by its schedule once published', async () => {
		const { api, emulator } = stage;
		await published(
			FILE,
			async (workflowId) => {
				await api.waitForExecution({ workflowId, status: 'waiting', timeoutMs: 20_000 });
				await api.unpublish(workflowId);
				emulator.jobs.complete(emulator.jobs.list().at(-1)!.name);
				const execution = await api.waitForExecution({ workflowId, status: 'success' });
				expect(execution.mode).toBe('trigger');
				expect(rows().map(({ verdict }) => verdict)).toEqual([
					'fine',
					expect.stringContaining('Works perfectly.'),
					expect.stringContaining('The lid broke.'),
				]);
				expect(messages()).toEqual([
					'The nightly batch is done. Verdicts written into the sheet: 2',
				]);
			},
			(workflow) => everyFewSeconds(workflow, 'Every Night', 5),
		);
	});
});

test('13: Slack hears of a job that failed or expired, with the reason, and not of one that succeeded', async () => {
	await published('13-project-monitor-to-slack.json', async (workflowId) => {
		const { api, emulator } = stage;
		emulator.jobs.complete(await startForTheProject());
		const expired = await startForTheProject();
		emulator.jobs.expire(expired);
		await api.waitForExecutions({ workflowId, status: 'success', count: 1 });
		const failed = await startForTheProject();
		emulator.jobs.fail(failed, { code: 8, message: 'No capacity' });
		await api.waitForExecutions({ workflowId, status: 'success', count: 2 });
		expect(messages()).toEqual([
			expect.stringMatching(
				/^:warning: The batch \*Reviews \[n8n \w{8}\]\* ended as \*expired\* \(models\/gemini-3.8-flash\)\.\nGoogle's reason: The batch expired .*\nWhat to do: Google did not get to it in time/,
			),
			expect.stringMatching(
				/ended as \*failed\* .*\nGoogle's reason: No capacity\nWhat to do: Google's reason is in/,
			),
		]);
		expect(messages()[0]).toContain(`Name: ${expired}`);
		expect(messages()[1]).toContain(`Name: ${failed}`);
	});
});

test('14: each batch is told once, whether Google calls, never calls, or calls too late', async () => {
	await published(
		'14-reconcile.json',
		async (workflowId) => {
			const { api, emulator } = stage;
			/** Two more looks of the schedule that came to their end. */
			const looks = async () => {
				const isLook = ({ mode, status }: { mode: string; status: string }) =>
					mode === 'trigger' && status === 'success';
				const count = async () => (await api.executions({ workflowId })).filter(isLook).length;
				const wanted = (await count()) + 2;
				await eventually(async () => (await count()) >= wanted, { timeoutMs: 20_000 });
			};
			// Batches of earlier tests come as well, once.
			await looks();
			const earlier = messages().length;

			const delivered = await finishBatch(emulator);
			await eventually(() => about(delivered).length === 1);
			emulator.settings.deliveryFault = 'never';
			const missed = await finishBatch(emulator);
			await eventually(() => about(missed).length === 1);
			Object.assign(emulator.settings, { deliveryFault: 'none', deliveryDelayMs: HOUR });
			const late = await finishBatch(emulator);
			await eventually(() => about(late).length === 1);

			await emulator.clock.advance(HOUR);
			const { attempts } = await eventually(() =>
				emulator.deliveries.find((one) => one.attempts.some(({ body }) => body.includes(late))),
			);
			await eventually(() => attempts[0].status === 202);
			const executions = await eventually(async () => {
				const all = await api.executions({ workflowId });
				const heard = all.filter(({ mode, status }) => mode === 'webhook' && status === 'success');
				return heard.length === 2 ? heard : undefined;
			});
			const [dropped, told] = await Promise.all(executions.map(({ id }) => api.execution(id)));
			expect(itemsOf(told, 'Gemini Webhook Trigger')[0].json).toMatchObject({ jobId: delivered });
			expect(itemsOf(dropped, 'Gemini Webhook Trigger')).toEqual([]);
			await looks();
			expect(messages().slice(earlier)).toEqual(
				[delivered, missed, late].map((jobId) =>
					expect.stringMatching(
						new RegExp(
							`^\\*by hand\\* ended as \\*succeeded\\*: 1 of 1 requests.*\nName: ${jobId}`,
						),
					),
				),
			);
			expect(new Set(messages()).size).toBe(messages().length);
		},
		(workflow) => everyFewSeconds(workflow, 'Every Hour', 2),
	);
});

test('15: a webhook that was deleted or disabled is told of, and put in order if it can be', async () => {
	await published(
		'15-a-trigger-that-looks-after-itself.json',
		async (workflowId) => {
			const { api, emulator } = stage;
			/** Somebody changes the project's webhook. */
			const change = async (method: string, body?: object) =>
				await callWebhooks(stage, API_KEY, method, String(emulator.webhooks.list()[0].id), body);
			const looks = async () =>
				(await api.executions({ workflowId })).filter(({ status }) => status === 'success').length;
			/** What a look tells next. */
			const told = async () => await eventually(() => messages()[0], { timeoutMs: 20_000 });
			// Two looks that find nothing to tell.
			await eventually(async () => (await looks()) >= 2, { timeoutMs: 20_000 });
			expect(messages()).toEqual([]);

			await change('DELETE');
			expect(await told()).toMatch(
				/^:wrench: \*Gemini Webhook Trigger\* receives again\. It was repaired: Google does not have the webhook \w+ any more/,
			);
			const jobId = await finishBatch(emulator);
			await eventually(() => about(jobId).length > 0);
			expect(messages().slice(1)).toEqual([`*${jobId}* ended as *succeeded*`]);

			const path = '/webhooks/';
			const fault = { method: 'PATCH', path, skip: 1, times: null, status: 403, message: 'No' };
			const id = emulator.faults.add(fault);
			recorder.slack.messages.length = 0;
			await change('PATCH', { state: 'disabled' });
			expect(await told()).toMatch(
				/^:warning: \*Gemini Webhook Trigger\* does not receive: .* has switched off the webhook/,
			);
			emulator.faults.clear(id);
			await eventually(() => messages().at(-1)?.startsWith(':wrench:'), { timeoutMs: 20_000 });
			expect(emulator.webhooks.list()).toMatchObject([{ state: 'enabled' }]);
		},
		(workflow) => everyFewSeconds(workflow, 'Every Hour', 2),
	);
});

function everyFewSeconds(workflow: WorkflowDefinition, name: string, seconds: number): void {
	const interval = [{ field: 'seconds', secondsInterval: seconds }];
	nodeNamed(workflow, name).parameters.rule = { interval };
}

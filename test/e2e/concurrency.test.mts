/** n8n with a limit on parallel executions holds its answer back; a repetition meanwhile must not start a second one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { finishBatch, succeeded, triggerUrl } from '../support/deliveries.mts';
import { eventually } from '../support/http.mts';
import { openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';

jest.setTimeout(60_000);

let stage: Stage;

beforeAll(async () => {
	stage = await openStage({
		env: { N8N_CONCURRENCY_PRODUCTION_LIMIT: '1' },
		settings: { batchDurationMs: null },
	});
}, 300_000);

afterAll(async () => {
	await stage?.close();
});

test('a delivery that n8n holds back is answered once, its repetitions with 503 and then 200', async () => {
	const { api, emulator } = stage;
	const workflowId = await stage.saveExample('3-when-a-batch-finishes.json', ({ nodes }) => {
		const done = nodes.find(({ name }) => name === 'Get the Batch')!;
		Object.assign(done, { type: 'n8n-nodes-base.wait', typeVersion: 1.1 });
		done.parameters = { resume: 'timeInterval', amount: 4, unit: 'seconds' };
	});
	await api.publish(workflowId);
	const url = await triggerUrl(stage, workflowId);
	const deliver = async (jobId: string, id: string) =>
		(await emulator.send({ url, id, event: succeeded(jobId) })).status;
	const first = await finishBatch(emulator);
	const second = await finishBatch(emulator);

	expect(await deliver(first, 'msg_first')).toBe(202);
	const held = deliver(second, 'msg_second');
	// The trigger has asked for the job, and had the time to claim the delivery.
	await eventually(() => emulator.requests.some(({ path }) => path.includes(second)));
	await sleep(1000);
	expect(await deliver(second, 'msg_second')).toBe(503);
	expect(await deliver(second, 'msg_other_id_same_job')).toBe(503);
	expect(await held).toBe(202);
	expect(await deliver(second, 'msg_second')).toBe(200);
	const executions = await api.waitForExecutions({ workflowId, status: 'success', count: 2 });
	expect(executions).toHaveLength(2);
});

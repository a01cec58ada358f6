import type { INode, INodeExecutionData } from 'n8n-workflow';
import { databaseGoesAway, processedData } from './support/container.mts';
import { repeatedAfterCrash } from './support/crash.mts';
import { everythingIn } from './support/errors.mts';
import { finishedJob, startJob } from './support/jobs.mts';
import { API_KEY, Stage, type TriggerWorkflow } from './support/stage.mts';

let stage: Stage;
let trigger: TriggerWorkflow;

beforeAll(async () => {
	stage = await Stage.open();
});
beforeEach(() => stage.reset());
afterEach(() => expect(stage.front.thrown).toEqual([]));
afterAll(() => stage.close());

async function publish(options: INode['parameters'] = {}): Promise<void> {
	trigger = stage.trigger({ events: ['batch.succeeded', 'batch.failed'], options });
	await trigger.publish();
}

/** What the trigger handed to n8n for a delivery, with other values where a test needs them. */
const item = (changes: object = {}): INodeExecutionData[] => [
	{ json: { ...trigger.accepted[0][0][0].json, ...changes } },
];

/** A job that is over, and the first delivery of it, accepted. */
async function accepted(): Promise<string> {
	const jobId = await finishedJob(stage);
	expect(await stage.deliver()).toMatchObject({ status: 202 });
	return jobId;
}

/** Somebody deletes the job at Google. */
const remove = async (jobId: string) =>
	await fetch(`${stage.emulator.url}/v1beta/${jobId}`, {
		method: 'DELETE',
		headers: { 'x-goog-api-key': API_KEY },
	});

const noted = () => [...processedData.noted.values()].flat();

describe('an execution', () => {
	test('puts out the item of a delivery that is new', async () => {
		await publish();
		const jobId = await accepted();
		const execution = await trigger.execute();
		expect(execution.status).toBe('success');
		expect(execution.json('Trigger')).toEqual([trigger.items[0]]);
		expect(execution.json('After')).toEqual([trigger.items[0]]);
		const { deliveryId } = trigger.items[0];
		expect(noted()).toEqual([
			`id-of-trigger: delivery:${String(deliveryId)}`,
			`id-of-trigger: job:${jobId}:succeeded`,
			expect.stringMatching(/^id-of-trigger: delivery:.+ job:.+:succeeded by [\w-]{16} in run 0$/),
		]);
		expect([...processedData.noted.keys()]).toEqual([trigger.definition.id]);
	});

	test.each([
		['the same delivery', {}],
		['the same job and state under another delivery id', { deliveryId: 'msg_other' }],
		['the same delivery id for another job', { jobId: 'batches/other' }],
	])('puts out nothing for %s', async (_, changes) => {
		await publish();
		await accepted();
		await trigger.execute();
		const execution = await trigger.execute(item(changes));
		expect(execution.status).toBe('success');
		expect(execution.json('Trigger')).toEqual([]);
		expect(execution.runsOf('After')).toEqual([]);
	});

	test.each([
		['another job', { deliveryId: 'msg_2', jobId: 'batches/other' }],
		['another state of the job', { deliveryId: 'msg_2', status: 'failed' }],
		['a ping', { deliveryId: 'msg_2', jobId: null, jobType: null, status: 'unknown' }],
	])('puts out the item of %s', async (_, changes) => {
		await publish();
		await accepted();
		await trigger.execute();
		const execution = await trigger.execute(item(changes));
		expect(execution.json('After')).toMatchObject([changes]);
	});

	test("with 'Retry On Fail', which takes a failed job's item for a failure, still puts it out", async () => {
		await publish();
		await accepted();
		Object.assign(trigger.node, { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 });
		const error = { code: '13', message: 'Internal' };
		const execution = await trigger.execute(item({ status: 'failed', error }));
		expect(execution.json('After')).toMatchObject([{ status: 'failed', error }]);
		expect(noted()).toHaveLength(3);
	});

	test('started in the editor notes nothing and puts out what was seen before', async () => {
		await publish();
		await accepted();
		const manual = await trigger.execute(item(), 'manual');
		expect(manual.json('After')).toHaveLength(1);
		expect(noted()).toEqual([]);
		await trigger.execute();
		expect((await trigger.execute(item(), 'manual')).json('After')).toHaveLength(1);
	});
});

describe('what to do', () => {
	test('comes with a job that failed, whether its details are read or not', async () => {
		for (const options of [{}, { output: 'details' }]) {
			await publish(options);
			const jobId = await startJob(stage);
			stage.emulator.jobs.fail(jobId, { code: 8, message: 'No quota left' });
			expect(await stage.deliver()).toMatchObject({ status: 202 });
			expect((await trigger.execute()).json('After')).toMatchObject([
				{ jobId, advice: expect.stringMatching(/^Google's reason is in 'error'/) },
			]);
		}
	});

	test('comes with a batch of which some requests failed, once its details tell', async () => {
		await publish({ output: 'details' });
		const jobId = await startJob(stage);
		stage.emulator.jobs.complete(jobId, { allErrors: true });
		expect(await stage.deliver()).toMatchObject({ status: 202 });
		const [emitted] = (await trigger.execute()).json('After');
		expect(emitted.advice).toContain('All of its requests (1) failed.');
	});

	test('does not come with a ping', async () => {
		await publish();
		await accepted();
		const ping = item({ deliveryId: 'msg_2', jobId: null, jobType: null, status: 'unknown' });
		expect((await trigger.execute(ping)).json('After')[0]).not.toHaveProperty('advice');
	});
});

describe('after a restart of n8n', () => {
	test('a repeated delivery is accepted once more, and goes no further', async () => {
		await publish();
		await accepted();
		expect((await trigger.execute()).json('After')).toHaveLength(1);
		expect(await stage.deliver()).toMatchObject({ status: 200 });

		const fresh = freshModules();
		const other = await fresh.Stage.open();
		try {
			// All that outlives a process: the workflow with its static data, and what the database noted.
			const path = new URL(trigger.url).pathname;
			const restarted = other.trigger({ ...trigger.node.parameters });
			restarted.adopt(trigger.definition);
			other.front.routes.set(path, (request, response) => restarted.receive(request, response));
			fresh.processedData.noted = new Map(JSON.parse(JSON.stringify([...processedData.noted])));
			other.credential = { ...stage.credential };

			const { status } = await stage.deliver({ url: `${other.front.url}${path}` });
			expect(status).toBe(202);
			const execution = await restarted.execute();
			expect(execution.status).toBe('success');
			expect(execution.json('Trigger')).toEqual([]);
			expect(execution.runsOf('After')).toEqual([]);
		} finally {
			await other.close();
		}
	});
});

describe("an execution that n8n crashed in, and that is repeated by 'Retry'", () => {
	const lose = async () => {
		await publish();
		await accepted();
		return await trigger.execute();
	};

	test('is put through, although it had noted the delivery', async () => {
		const lost = await lose();
		const before = noted();
		const again = await repeatedAfterCrash(stage, lost, { after: ['Trigger'], at: 'After' });
		expect(again.status).toBe('success');
		expect(again.json('After')).toEqual([trigger.items[0]]);
		expect(noted()).toEqual(before);
	});

	test('is put through as often as it crashes', async () => {
		const again = await repeatedAfterCrash(stage, await lose(), { after: ['Trigger'] });
		expect((await repeatedAfterCrash(stage, again)).json('After')).toHaveLength(1);
	});

	test('is put through when it had noted nothing yet', async () => {
		const lost = await lose();
		processedData.noted.clear();
		expect((await repeatedAfterCrash(stage, lost)).json('After')).toHaveLength(1);
	});

	test('puts out nothing when another execution has put out the same delivery', async () => {
		const lost = await lose();
		processedData.noted.clear();
		expect((await trigger.execute()).json('After')).toHaveLength(1);
		const again = await repeatedAfterCrash(stage, lost);
		expect(again.status).toBe('success');
		expect(again.runsOf('After')).toEqual([]);
	});

	test('puts out nothing when it had put out nothing', async () => {
		await lose();
		const duplicate = await trigger.execute();
		expect(duplicate.json('Trigger')).toEqual([]);
		expect((await repeatedAfterCrash(stage, duplicate)).runsOf('After')).toEqual([]);
		expect(noted()).toHaveLength(3);
	});
});

describe("with 'With Job Details'", () => {
	test('puts out the job as the API has it', async () => {
		await publish({ output: 'details' });
		const jobId = await accepted();
		const [first] = (await trigger.execute()).json('After');
		expect(first).toMatchObject({
			jobId,
			status: 'succeeded',
			error: null,
			job: { jobId, displayName: 'by hand', requests: { total: 1, succeeded: 1 } },
		});
	});

	test("takes Google's reason from the API", async () => {
		await publish({ output: 'details' });
		const name = await startJob(stage);
		stage.emulator.jobs.fail(name, { code: 8, message: 'No quota left' });
		await stage.deliver();
		const [first] = (await trigger.execute(item({ error: null }))).json('After');
		expect(first).toMatchObject({ error: { code: '8', message: 'No quota left' } });
	});

	test('fails with the name of the job when it cannot be had, and notes nothing', async () => {
		await publish({ output: 'details' });
		const jobId = await accepted();
		stage.emulator.faults.add({ path: /\/batches\//, status: 403 });
		const failed = await trigger.execute();
		expect(failed.status).toBe('error');
		expect(failed.error!.message).toBe(
			`Could not read the batch ${jobId}: Google does not allow this with the API key`,
		);
		expect(noted()).toEqual([]);
		expect(everythingIn(failed.data)).not.toContain(API_KEY);

		const retried = await trigger.execute();
		expect(retried.json('After')).toMatchObject([{ jobId, job: { jobId } }]);
	});

	test('puts the event out without them when the job was deleted, and says so', async () => {
		await publish({ output: 'details' });
		const jobId = await accepted();
		await remove(jobId);
		const execution = await trigger.execute();
		expect(execution.status).toBe('success');
		const [first] = execution.json('After');
		expect(first).toEqual({
			...trigger.items[0],
			advice: expect.stringMatching(/^The job's details are missing: Google knows nothing/),
		});
		expect(noted()).not.toEqual([]);
	});

	test("puts a deleted job's failure out with what to do about it", async () => {
		await publish({ output: 'details' });
		await remove(await accepted());
		const error = { code: '8', message: 'No quota left' };
		const [first] = (await trigger.execute(item({ status: 'failed', error }))).json('After');
		expect(first.error).toEqual(error);
		expect(first.advice).toMatch(/^Google's reason is in 'error'.+ The job's details are missing/);
	});

	test('looks for a job that Google denies once more', async () => {
		await publish({ output: 'details' });
		const jobId = await accepted();
		stage.emulator.faults.add({ path: /\/batches\//, status: 404 });
		const execution = await trigger.execute();
		expect(execution.json('After')).toMatchObject([{ jobId, job: { jobId } }]);
	});

	test('fails when something else than Google answers that nothing is there', async () => {
		await publish({ output: 'details' });
		await accepted();
		stage.emulator.faults.add({ path: /\/batches\//, status: 404, html: true, times: null });
		expect((await trigger.execute()).status).toBe('error');
		expect(noted()).toEqual([]);
	});

	test('fails for an interaction that Google denies: it may well be there', async () => {
		await publish({ output: 'details' });
		await accepted();
		stage.emulator.faults.add({ path: /\/interactions\//, status: 404, times: null });
		const interaction = item({ jobType: 'interaction', jobId: 'v1_x', deliveryId: 'msg_2' });
		// In the editor it is not asked for as long.
		const execution = await trigger.execute(interaction, 'manual');
		expect(execution.error!.message).toMatch(/^Could not read the interaction v1_x/);
	}, 30_000);

	test('outlasts an API that is out of reach for seconds: the delivery will not come again', async () => {
		await publish({ output: 'details' });
		const jobId = await accepted();
		stage.emulator.faults.add({ path: /\/batches\//, preset: 'overloaded', times: 4 });
		const execution = await trigger.execute();
		expect(execution.json('After')).toMatchObject([{ jobId, job: { jobId } }]);
	}, 30_000);

	test('puts out events without a job as they are', async () => {
		await publish({ output: 'details' });
		await accepted();
		stage.emulator.requests.length = 0;
		const ping = { jobId: null, jobType: null, deliveryId: 'msg_ping' };
		const execution = await trigger.execute(item(ping));
		expect(execution.json('After')).toMatchObject([ping]);
		expect(stage.emulator.requests).toEqual([]);
	});
});

describe("n8n's record of what was seen", () => {
	test('loses nothing when 40 executions write at once', async () => {
		await publish();
		await accepted();
		const items = Array.from({ length: 40 }, (_, index) =>
			item({ deliveryId: `msg_${index}`, jobId: `batches/${index}` }),
		);
		const run = () => Promise.all(items.map((one) => trigger.execute(one)));
		const first = await run();
		expect(first.map((execution) => execution.json('After').length)).toEqual(items.map(() => 1));
		const second = await run();
		expect(second.flatMap((execution) => execution.json('After'))).toEqual([]);
	});

	test('lets one through when 10 executions of the same delivery run at once', async () => {
		await publish();
		await accepted();
		const executions = await Promise.all(Array.from({ length: 10 }, () => trigger.execute()));
		expect(executions.flatMap((execution) => execution.json('After'))).toHaveLength(1);
	});

	test('is tried again when another process writes at the same moment', async () => {
		await publish();
		await accepted();
		const clash = () => new Error('duplicate key value violates unique constraint');
		processedData.failures.push(clash(), clash());
		expect((await trigger.execute()).json('After')).toHaveLength(1);
	});

	test('is written once though its answer is lost, and the delivery is new all the same', async () => {
		await publish();
		await accepted();
		processedData.lostAnswers.push(new Error('Connection terminated'));
		expect((await trigger.execute()).json('After')).toHaveLength(1);
		expect((await trigger.execute()).json('After')).toEqual([]);
	});

	test('is not guessed: when it stays out of reach, the execution fails', async () => {
		await publish();
		await accepted();
		databaseGoesAway();
		const execution = await trigger.execute();
		expect(execution.status).toBe('error');
		expect(execution.error!.message).toContain('No database');
		expect((await trigger.execute()).json('After')).toHaveLength(1);
	});
});

interface Modules {
	Stage: typeof Stage;
	processedData: typeof processedData;
}

/** The modules of the tests and the nodes anew, as after a start of the process. */
function freshModules(): Modules {
	let modules: unknown;
	jest.isolateModules(() => {
		modules = {
			...(require('./support/stage.mts') as object),
			...(require('./support/container.mts') as object),
		};
	});
	return modules as Modules;
}

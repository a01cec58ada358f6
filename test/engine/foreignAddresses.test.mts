/**
 * No address that a delivery, a job's results or a redirect names is ever asked, unless it is the credential's own or
 * Google's; with real HTTP, and every connection of this process watched. Which hosts are Google's is tested in
 * test/unit/shared/gemini/download.test.mts.
 */
import { HOSTILE_ADDRESSES } from '../support/hostileAddresses.mts';
import { watchConnections } from './support/connections.mts';
import { everythingIn } from './support/errors.mts';
import { deliver, ids, ONE, run, startParameters } from './support/interactions.mts';
import { finishedJob } from './support/jobs.mts';
import { API_KEY, Stage } from './support/stage.mts';
import { jobIds, runVideo, VEO } from './support/video.mts';
import { chosen } from './support/workflow.mts';

let stage: Stage;
let connections: ReturnType<typeof watchConnections>;

beforeEach(async () => {
	stage = await Stage.open({
		interactionDurationMs: null,
		videoDurationMs: null,
		veoAvailable: true,
	});
	connections = watchConnections();
});
afterEach(async () => {
	connections.stop();
	const own = [stage.emulator.url, stage.front.url].map((url) => new URL(url).port);
	const elsewhere = connections.to.filter((one) => !own.includes(one.split(':').at(-1)!));
	await stage.close();
	expect(connections.to.length).toBeGreaterThan(0);
	expect(elsewhere).toEqual([]);
	expect(stage.front.thrown).toEqual([]);
});

const NAMES = [
	'output_file_uri',
	'file_name',
	'video_uri',
	'uri',
	'url',
	'webhook_uri',
	'callback',
];

test.each(['event', 'details'])(
	'in an event, whatever its field is called (%s)',
	async (output) => {
		const trigger = stage.trigger({
			events: ['batch.succeeded'],
			options: { output, includeRawEvent: true },
		});
		await trigger.publish();
		for (const address of HOSTILE_ADDRESSES) {
			const id = await finishedJob(stage);
			const fields = Object.fromEntries(NAMES.map((name) => [name, address]));
			const event = { type: 'batch.succeeded', ...fields, data: { ...fields, id } };
			expect(await stage.deliver({ event })).toMatchObject({ status: 202 });
			const execution = await trigger.execute();
			expect(execution.json('Trigger')).toHaveLength(1);
		}
	},
);

test('as the file with the results of a batch', async () => {
	for (const responsesFile of HOSTILE_ADDRESSES) {
		const execution = await stage.runBatch();
		const { name } = stage.emulator.jobs.list().at(-1)!;
		stage.emulator.jobs.complete(name);
		const body = {
			name,
			done: true,
			metadata: { name, state: 'BATCH_STATE_SUCCEEDED', output: { responsesFile } },
		};
		const fault = stage.emulator.faults.add({ path: `${name}$`, method: 'GET', times: null, body });
		await stage.deliver();
		stage.emulator.faults.clear(fault);
		expect(execution.status).toBe('success');
		expect(execution.json('Batch')).toMatchObject([
			{
				jobId: name,
				resultsError: expect.stringMatching(/Could not (fetch the results of|download)/) as string,
			},
		]);
	}
});

test.each([
	[
		'Omni',
		{},
		(uri: string) => ({
			status: 'completed',
			steps: [{ type: 'model_output', content: [{ type: 'video', uri }] }],
		}),
	],
	[
		'Veo',
		{ model: chosen(VEO) },
		(uri: string) => ({
			done: true,
			response: { generateVideoResponse: { generatedSamples: [{ video: { uri } }] } },
		}),
	],
])('as a film of %s', async (_, parameters, answerWith) => {
	for (const uri of HOSTILE_ADDRESSES) {
		const execution = await runVideo(stage, parameters);
		const jobId = jobIds(stage).at(-1)!;
		stage.emulator.jobs.complete(jobId);
		const body = { id: jobId, name: jobId, ...answerWith(uri) };
		const fault = stage.emulator.faults.add({
			path: jobId,
			method: 'GET',
			times: null,
			body,
		});
		await stage.deliver();
		stage.emulator.faults.clear(fault);
		expect(execution.json('Video')).toMatchObject([
			{
				jobId,
				status: 'succeeded',
				resultsError: expect.stringContaining('Could not download') as string,
			},
		]);
		expect(execution.output('Video')[0].binary).toBeUndefined();
	}
});

test('as a file that an interaction made', async () => {
	for (const uri of HOSTILE_ADDRESSES) {
		const execution = await run(stage, startParameters({ options: { downloadFiles: true } }), ONE);
		const id = ids(stage).at(-1)!;
		stage.emulator.jobs.complete(id);
		const content = [{ type: 'image', uri, mime_type: 'image/png' }];
		const body = { id, status: 'completed', steps: [{ type: 'model_output', content }] };
		const fault = stage.emulator.faults.add({ path: id, method: 'GET', times: null, body });
		await deliver(stage, id);
		stage.emulator.faults.clear(fault);
		const [item] = execution.json('Ask');
		expect(item.files).toMatchObject([
			{ binaryField: null, error: expect.stringContaining('Could not download') as string },
		]);
	}
});

test('as where a download, the keys of Google or the API itself are said to have moved to', async () => {
	const trigger = stage.trigger({ listenTo: 'requests', events: ['batch.succeeded'] });
	for (const location of HOSTILE_ADDRESSES) {
		stage.emulator.faults.clear();
		stage.emulator.faults.add({
			path: '.',
			status: 302,
			body: {},
			headers: { location: encodeURI(location) },
			times: null,
		});
		const event = { type: 'batch.succeeded', data: { id: 'batches/x' } };
		// Without keys nothing is decided.
		expect(await stage.emulator.send({ url: trigger.url, event })).toMatchObject({ status: 503 });
		const execution = await stage.runBatch({ operation: 'get', batch: chosen('batches/x') });
		expect(execution.status).toBe('error');
		expect(everythingIn(execution.data)).not.toContain(API_KEY);
	}
});

test('as the place of keys, in the header of a JWT', async () => {
	const trigger = stage.trigger({
		listenTo: 'requests',
		events: ['batch.succeeded'],
		options: { allowJwt: true },
	});
	const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
	for (const address of HOSTILE_ADDRESSES) {
		const head = {
			alg: 'RS256',
			kid: stage.emulator.keys.rsaKid,
			jku: address,
			x5u: address,
			jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
		};
		const signature = `${part(head)}.${part({ exp: 1e10, iss: address })}.${Buffer.alloc(256).toString('base64url')}`;
		const event = { type: 'batch.succeeded', data: { id: 'batches/x' } };
		expect(await stage.emulator.send({ url: trigger.url, event, signature })).toMatchObject({
			status: 401,
		});
	}
	expect(stage.calls(/jwks/).length).toBeLessThanOrEqual(2);
});

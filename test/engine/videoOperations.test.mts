import { createServer } from 'node:http';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryDataConfig, BinaryDataService } from 'n8n-core';
import type { ILoadOptionsFunctions, INode } from 'n8n-workflow';
import { GeminiVideo } from '../../nodes/GeminiVideo/GeminiVideo.node.ts';
import { everythingIn } from './support/errors.mts';
import { API_KEY, type RunOptions, type Stage } from './support/stage.mts';
import { bytesOf, chosen, jobIds, openVideoStage, OMNI, runVideo, VEO } from './support/video.mts';

let stage: Stage;

beforeAll(async () => {
	stage = await openVideoStage();
});
beforeEach(() => {
	stage.reset();
	stage.emulator.settings.veoAvailable = true;
});
afterAll(() => stage.close());

const veo = { model: chosen(VEO) };
const goOn = { onError: 'continueRegularOutput' as const };
const operation = (name: string, parameters: INode['parameters'] = {}, options?: RunOptions) =>
	runVideo(stage, { operation: name, ...parameters }, options);

/** Jobs that were started, one for each model. */
async function started(...models: string[]): Promise<string[]> {
	for (const model of models) await runVideo(stage, { whenDone: 'nothing', model: chosen(model) });
	return jobIds(stage);
}

async function finished(model = OMNI): Promise<string> {
	const [jobId] = await started(model);
	stage.emulator.jobs.complete(jobId);
	stage.emulator.requests.length = 0;
	return jobId;
}

const about = (...jobs: string[]) => ({ items: jobs.map((jobId) => ({ json: { jobId } })) });

describe("'Get'", () => {
	test.each([OMNI, VEO])('shows a running job and a finished one: %s', async (model) => {
		const [jobId] = await started(model);
		const running = await operation('get', { job: '={{ $json.jobId }}' }, about(jobId));
		expect(running.json('After')).toMatchObject([
			{ jobType: 'video', jobId, status: 'running', videos: [] },
		]);
		expect(running.json('After')[0]).not.toHaveProperty('advice');
		stage.emulator.jobs.complete(jobId);
		const done = await operation('get', { job: '={{ $json.jobId }}' }, about(jobId));
		const [{ downloadUri }] = stage.emulator.files.list();
		expect(done.json('After')).toMatchObject([
			{ jobId, status: 'succeeded', videos: [{ uri: downloadUri, mimeType: 'video/mp4' }] },
		]);
	});

	test('shows a refusal in words', async () => {
		await runVideo(stage, { whenDone: 'nothing', prompt: '[[blocked]]' });
		const [jobId] = jobIds(stage);
		stage.emulator.jobs.complete(jobId);
		expect((await operation('get', { job: jobId })).json('After')).toMatchObject([
			{
				status: 'blocked',
				error: { message: 'I cannot help with that.' },
				advice: expect.stringContaining('Change the prompt') as string,
			},
		]);
	});

	test('shows the raw answer without the tokens of the webhook', async () => {
		await runVideo(stage);
		const execution = await operation('get', { job: jobIds(stage)[0], simplify: false });
		const [raw] = execution.json('After');
		expect(raw).toMatchObject({
			id: jobIds(stage)[0],
			status: 'in_progress',
			object: 'interaction',
		});
		expect(JSON.stringify(raw)).toContain('signature=[hidden]');
		expect(JSON.stringify(raw)).not.toMatch(/(signature|job_token)=(?!\[hidden\])/);
	});

	test('goes on after one that cannot be read, if told to', async () => {
		const [jobId] = await started(OMNI);
		const execution = await operation(
			'get',
			{ job: '={{ $json.jobId }}' },
			{ ...goOn, ...about('v1_gone', jobId, 'a b') },
		);
		expect(execution.output('Video')).toMatchObject([
			{ json: { error: expect.stringContaining('v1_gone') as string }, pairedItem: { item: 0 } },
			{ json: { jobId }, pairedItem: { item: 1 } },
			{
				json: { error: "'Video Job' is not the name of a video job: a b" },
				pairedItem: { item: 2 },
			},
		]);
	});
});

describe("'Get Many'", () => {
	const getMany = (more: INode['parameters'] = {}, options: RunOptions = {}) =>
		operation('getMany', { ...veo, returnAll: false, limit: 50, ...more }, options);

	test('lists the jobs of a Veo model', async () => {
		const ids = await started(VEO, VEO, OMNI);
		const operations = ids.filter((id) => id.includes('/operations/'));
		stage.emulator.jobs.complete(operations[0]);
		const execution = await getMany();
		expect(execution.output('Video')).toMatchObject([
			{ json: { jobId: operations[1], status: 'running', videos: [] }, pairedItem: { item: 0 } },
			{
				json: { jobId: operations[0], status: 'succeeded', videos: [{ mimeType: 'video/mp4' }] },
				pairedItem: { item: 0 },
			},
		]);
		expect((await getMany({ limit: 1 })).json('After')).toHaveLength(1);
		expect((await getMany({ simplify: false })).json('After')[1]).toMatchObject({
			name: operations[0],
			done: true,
		});
	});

	test('reads all pages if told to', async () => {
		const [first, second] = await started(VEO, VEO);
		const list = /\/operations\?pageSize=100$/;
		stage.emulator.faults.add({
			path: list,
			body: { operations: [{ name: first }], nextPageToken: 'next' },
		});
		stage.emulator.faults.add({
			path: /pageToken=next/,
			body: { operations: [{ name: second }] },
		});
		const execution = await getMany({ returnAll: true });
		expect(execution.json('After').map(({ jobId }) => jobId)).toEqual([first, second]);
	});

	test.each([404, 501])('says that a model cannot be asked: %i', async (status) => {
		stage.emulator.faults.add({ path: /\/operations\?/, status, times: null });
		const execution = await getMany({ model: chosen(OMNI) });
		expect(execution.error!.message).toBe(`Google does not list the videos of the model ${OMNI}`);
		expect(execution.error!.description).toContain("keep their 'jobId'");
	});

	test('says what else went wrong', async () => {
		stage.emulator.faults.add({ path: /\/operations\?/, status: 403 });
		const execution = await getMany();
		expect(execution.error!.message).toMatch(/^Could not list the videos of the model veo-3/);
	});
});

describe("'Cancel'", () => {
	test('stops a job of Omni', async () => {
		const [jobId] = await started(OMNI);
		const execution = await operation('cancel', { job: '={{ $json.jobId }}' }, about(jobId));
		expect(execution.output('Video')).toMatchObject([
			{ json: { jobId, status: 'cancelled' }, pairedItem: { item: 0 } },
		]);
		expect(stage.emulator.jobs.get(jobId).state).toBe('cancelled');
		expect(stage.calls(/\/cancel$/)).toHaveLength(1);
	});

	test('says that a finished one is over', async () => {
		const jobId = await finished();
		const execution = await operation('cancel', { job: jobId });
		expect(execution.error!.message).toBe(
			`Could not cancel the video ${jobId}: Google refused this in the present state`,
		);
		expect(execution.error!.description).toContain('Only running background interactions');
	});

	test('says that a job of Veo cannot be stopped', async () => {
		const [jobId] = await started(VEO);
		stage.emulator.requests.length = 0;
		const execution = await operation('cancel', { job: jobId });
		expect(execution.error!.message).toBe(`The video ${jobId} cannot be cancelled`);
		expect(execution.error!.description).toContain('no way to cancel');
		expect(stage.emulator.requests).toEqual([]);
	});
});

describe("'Download'", () => {
	const download = (value = '={{ $json.jobId }}', options?: RunOptions, more = {}) =>
		operation('download', { jobOrFile: value, ...more }, options);

	test('asks for unpacked bytes, as many as their announced length', async () => {
		await download(await finished());
		const [{ headers }] = stage.calls(/:download/);
		expect(headers['accept-encoding']).toBe('identity');
	});

	test.each([OMNI, VEO])('fetches the films of a job: %s', async (model) => {
		stage.emulator.settings.filmsPerJob = 2;
		const jobId = await finished(model);
		const execution = await download(undefined, about(jobId), {
			outputField: 'film',
			fileName: 'trailer',
		});
		const [item] = execution.output('Video');
		expect(item).toMatchObject({
			json: {
				jobId,
				status: 'succeeded',
				videos: [
					{ binaryField: 'film', fileName: 'trailer.mp4' },
					{ binaryField: 'film_1', fileName: 'trailer_1.mp4' },
				],
			},
			binary: { film: { fileName: 'trailer.mp4' }, film_1: { fileName: 'trailer_1.mp4' } },
			pairedItem: { item: 0 },
		});
		expect(bytesOf(item, 'film_1').toString()).toContain('film 2: Film: A boat');
	});

	test('fetches one film by the name or the address of its file', async () => {
		await finished();
		const [file] = stage.emulator.files.list() as Array<Record<string, string>>;
		for (const value of [file.name, file.uri, ` ${file.downloadUri}&key=${API_KEY} `]) {
			const execution = await download(value);
			expect(execution.error).toBeUndefined();
			const [item] = execution.output('Video');
			expect(item.json).toEqual({
				videos: [
					{
						uri: file.name,
						mimeType: 'video/mp4',
						bytes: Number(file.sizeBytes),
						fileName: `${file.name.slice(6)}.mp4`,
						binaryField: 'video',
					},
				],
			});
			expect(bytesOf(item)).toEqual(stage.emulator.files.bytes(file.name));
			expect(JSON.stringify(item)).not.toContain(API_KEY);
		}
	});

	test('hands out a job without films, with the reason', async () => {
		await runVideo(stage, { whenDone: 'nothing', prompt: '[[blocked]]', ...veo });
		const [jobId] = jobIds(stage);
		stage.emulator.jobs.complete(jobId);
		const [item] = (await download(jobId)).output('Video');
		expect(item.json).toMatchObject({
			status: 'blocked',
			error: { code: 'SAFETY_FILTER' },
			advice: expect.stringContaining('not charged') as string,
			videos: [],
		});
		expect(item.binary).toBeUndefined();
	});

	test.each([
		[
			'a running job',
			() => jobIds(stage)[0],
			/^The video v1_\S+ is not done yet: its status is 'running'$/,
		],
		['a job that is not there', () => 'v1_gone', /^Could not read the video v1_gone/],
		['nonsense', () => 'a b', /^'Job or File' names neither a video job nor a file: a b$/],
		['nothing', () => '={{ $json.nothing }}', /^'Job or File' names neither/],
		['a file that is not there', () => 'files/gone', /^Could not look up the file files\/gone/],
		[
			'another host',
			() => 'https://evil.example.com/a?key=x',
			/^Could not download https:\/\/evil\.example\.com\/a: /,
		],
	])('refuses %s', async (_, value, message) => {
		await started(OMNI);
		const execution = await download(value());
		expect(execution.error!.message).toMatch(message);
		expect(execution.error!.context.itemIndex).toBe(0);
		expect(stage.calls(/:download/)).toEqual([]);
		expect(everythingIn(execution.data)).not.toContain(API_KEY);
	});

	test('names a film that Google could not finish, and goes on with others if told to', async () => {
		stage.emulator.settings.filmFileFails = true;
		const broken = await finished();
		stage.emulator.settings.filmFileFails = false;
		await started(OMNI);
		const fine = jobIds(stage).find((jobId) => jobId !== broken)!;
		stage.emulator.jobs.complete(fine);
		const execution = await download(undefined, { ...goOn, ...about(broken, fine) });
		expect(execution.output('Video')).toMatchObject([
			{
				json: {
					error: expect.stringMatching(/^Google could not finish the film files\/\w+$/) as string,
					details: expect.stringContaining('could not be processed') as string,
				},
				pairedItem: { item: 0 },
			},
			{ json: { jobId: fine }, binary: { video: {} }, pairedItem: { item: 1 } },
		]);
	});

	test.each([
		['breaks off', {}],
		['breaks off without having said its length', { chunked: true }],
	])('fails when a film %s each time', async (_, more) => {
		stage.emulator.settings.filmBytes = 200_000;
		const jobId = await finished();
		stage.emulator.faults.add({ path: /:download/, times: null, cut: 'body', ...more });
		const execution = await download(jobId);
		expect(execution.error!.message).toMatch(
			/^Could not download files\/\w+: the Gemini API could not be reached/,
		);
		expect(stage.calls(/:download/)).toHaveLength(3);
	});

	test('fails when fewer bytes come than were announced, though the connection ends well', async () => {
		const jobId = await finished();
		const [{ name }] = stage.emulator.files.list();
		// A gateway that closes early: HTTP without keep-alive ends a body by closing.
		const gateway = createServer((request, response) => {
			if (!/:download/.test(request.url!)) {
				void fetch(stage.emulator.url + request.url, {
					headers: { 'x-goog-api-key': String(request.headers['x-goog-api-key']) },
				}).then(async (answer) => {
					response.writeHead(answer.status, { 'content-type': 'application/json' });
					response.end(await answer.text());
				});
				return;
			}
			response.socket!.end(
				'HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: 1000\r\nconnection: close\r\n\r\nshort',
			);
		});
		await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
		stage.credential.baseUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
		try {
			const execution = await download(jobId);
			expect(execution.error!.message).toMatch(new RegExp(`^Could not download ${String(name)}`));
		} finally {
			gateway.closeAllConnections();
			gateway.close();
		}
	});
});

/** Notes the sizes that the files in a folder have over time. */
function watch(folder: string, sizes: Set<number>): { stop: () => void } {
	const look = () => {
		for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
			if (entry.isFile()) sizes.add(statSync(join(entry.parentPath, entry.name)).size);
		}
	};
	const timer = setInterval(look, 50);
	return { stop: () => clearInterval(timer) };
}

describe('with n8n that keeps binary data in files', () => {
	// The very container that n8n-core uses.
	const fromCore = createRequire(createRequire(import.meta.filename).resolve('n8n-core'));
	const { Container } = fromCore('@n8n/di') as {
		Container: { get: <T>(type: abstract new (...args: never[]) => T) => T };
	};
	let folder: string;
	let service: BinaryDataService;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'films-'));
		const config = Container.get(BinaryDataConfig);
		Object.assign(config, { mode: 'filesystem', localStoragePath: folder });
		service = Container.get(BinaryDataService);
		await service.init();
	});
	afterAll(async () => {
		Object.assign(service, { mode: 'default', managers: {} });
		await rm(folder, { recursive: true });
	});

	test('a large film goes there piece by piece, and up again from there', async () => {
		const size = 60_000_000;
		stage.emulator.settings.filmBytes = size;
		const jobId = await finished();
		stage.emulator.faults.add({ path: /:download/, slowBodyMs: 1500 });
		const sizes = new Set<number>();
		const running = operation('download', { jobOrFile: jobId });
		const watching = watch(folder, sizes);
		const execution = await running;
		watching.stop();
		// It was there in parts before it was there as a whole.
		expect([...sizes].filter((one) => one > 0 && one < size).length).toBeGreaterThan(1);
		expect(execution.error).toBeUndefined();
		const [item] = execution.output('Video');
		expect(item.json.videos).toMatchObject([{ bytes: size }]);
		const { id, data } = item.binary!.video;
		expect(data).toMatch(/^filesystem/);
		const [{ name }] = stage.emulator.files.list();
		const content = await service.getAsBuffer(item.binary!.video);
		expect(content.equals(stage.emulator.files.bytes(String(name)))).toBe(true);
		expect(id).toBeDefined();

		const edit = { task: 'edit', videoFrom: 'file', video: 'video', prompt: 'More' };
		const second = await runVideo(stage, { whenDone: 'nothing', ...edit }, { items: [item] });
		expect(second.error).toBeUndefined();
		const uploaded = stage.emulator.files.list().find(({ source }) => source === 'UPLOADED');
		expect(uploaded).toMatchObject({ sizeBytes: String(size), mimeType: 'video/mp4' });
	});
});

describe('the lists of models', () => {
	const { listSearch } = new GeminiVideo().methods;
	const context = () => stage.context() as unknown as ILoadOptionsFunctions;
	const values = async (search: keyof typeof listSearch, filter?: string) =>
		(await listSearch[search].call(context(), filter)).results.map(({ value }) => value);

	test('hold what makes videos', async () => {
		expect(await values('searchVideoModels')).toEqual([
			'gemini-omni-1.1-flash',
			'gemini-omni-1.2-flash',
			'veo-3.1-generate-preview',
			'veo-3.1-fast-generate-preview',
			'veo-3.1-lite-generate-preview',
		]);
		expect(await values('searchVideoModels', 'OMNI 1.2')).toEqual(['gemini-omni-1.2-flash']);
		expect(await values('searchVeoModels', 'fast')).toEqual(['veo-3.1-fast-generate-preview']);
	});

	test('hold Omni alone where Veo is gone', async () => {
		stage.emulator.settings.veoAvailable = false;
		expect(await values('searchVideoModels')).toHaveLength(2);
		expect(await values('searchVeoModels')).toEqual([]);
	});
});

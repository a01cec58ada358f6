import { GenerateVideosOperation } from '@google/genai';
import type { GoogleGenAI } from '@google/genai';
import { startEmulator } from './index.mts';
import type { Emulator } from './index.mts';
import { lastCall, raw, sdk, startReceiver } from './support.mts';

const FLASH = 'gemini-3.8-flash';
const VIDEO = {
	model: 'gemini-omni-1.1-flash',
	input: 'A paper boat',
	background: true,
	response_format: { type: 'video', delivery: 'uri', duration: '8s' },
};

describe('the SDK runs interactions', () => {
	let emulator: Emulator;
	let ai: GoogleGenAI;

	beforeEach(async () => {
		emulator = await startEmulator();
		ai = sdk(emulator);
	});
	afterEach(() => emulator.close());

	const create = async (body: object): Promise<any> =>
		await ai.interactions.create(body as never, { maxRetries: 0 });
	const finish = async (body: object): Promise<any> => {
		const { id } = await create(body);
		await emulator.clock.advance(1_000);
		return await ai.interactions.get(id);
	};

	test('in the background, with the body as given', async () => {
		const webhook_config = { uris: ['https://h.example'], user_metadata: { a: 1 } };
		const body = { model: FLASH, input: 'hi', background: true, store: true, webhook_config };
		const created = await create(body);
		expect(lastCall(emulator)).toEqual(['POST', '/v1/interactions', body]);
		expect(created).toMatchObject({
			object: 'interaction',
			status: 'in_progress',
			webhook_config,
			steps: [],
		});
		expect(created.id).toMatch(/^v1_[\w-]+$/);
		await emulator.clock.advance(1_000);
		const done: any = await ai.interactions.get(created.id, { include_input: true } as never);
		expect(lastCall(emulator)[1]).toBe(
			`/v1/interactions/${created.id}?include_input=true&stream=false`,
		);
		expect(done).toMatchObject({ status: 'completed', output_text: 'Echo: hi', input: 'hi' });
		expect(done.steps.map(({ type }: { type: string }) => type)).toEqual([
			'user_input',
			'model_output',
		]);
		expect(done.usage.total_tokens).toBeGreaterThan(0);
	});

	test('in the foreground, answered at once', async () => {
		const done = await create({ model: FLASH, input: 'hi' });
		expect(done).toMatchObject({ status: 'completed', output_text: 'Echo: hi' });
		expect(done.steps).toHaveLength(1);
	});

	test('cancel works while it runs, and not after', async () => {
		const { id } = await create({ model: FLASH, input: 'hi', background: true });
		const cancelled = await ai.interactions.cancel(id);
		expect(lastCall(emulator)).toEqual(['POST', `/v1/interactions/${id}/cancel`, null]);
		expect(cancelled.status).toBe('cancelled');
		await emulator.clock.advance(1_000);
		expect((await ai.interactions.get(id)).status).toBe('cancelled');
		const again = await raw(emulator, 'POST', `/v1beta/interactions/${id}/cancel`);
		expect([again.status, again.json.error.code]).toEqual([400, 'failed_precondition']);
	});

	test('delete, and then the name is invalid', async () => {
		const { id } = await create({ model: FLASH, input: 'hi' });
		await ai.interactions.delete(id);
		expect(lastCall(emulator)).toEqual(['DELETE', `/v1/interactions/${id}`, null]);
		const gone = await raw(emulator, 'GET', `/v1beta/interactions/${id}`);
		expect([gone.status, gone.json]).toEqual([
			400,
			{ error: { code: 'invalid_request', message: 'Invalid interaction name' } },
		]);
		emulator.settings.unknownInteractionStatus = 404;
		await expect(ai.interactions.get(id)).rejects.toMatchObject({ status: 404 });
		emulator.settings.interactionDeleteUnimplemented = true;
		expect((await raw(emulator, 'DELETE', `/v1beta/interactions/${id}`)).status).toBe(501);
	});

	test('JSON answers follow the schema', async () => {
		const schema = {
			type: 'object',
			properties: { ok: { type: 'boolean' }, say: { $ref: '#/$defs/s' } },
			$defs: { s: { type: 'string' } },
		};
		const response_format = { type: 'text', mime_type: 'application/json', schema };
		const done = await create({ model: FLASH, input: 'hi', response_format });
		expect(JSON.parse(done.output_text)).toEqual({ ok: true, say: 'hi' });
	});

	test('video: a film to download, or base64', async () => {
		const done = await finish(VIDEO);
		const { uri } = done.output_video;
		expect(uri).toMatch(
			/^https:\/\/generativelanguage\.googleapis\.com\/v1beta\/files\/[a-z0-9]{12}:download\?alt=media$/,
		);
		const film = await raw(emulator, 'GET', new URL(uri).pathname + new URL(uri).search);
		expect([film.headers.get('content-type'), film.text]).toEqual([
			'video/mp4',
			expect.stringContaining('A paper boat'),
		]);
		emulator.settings.videoResult = 'inline';
		const inline = await finish(VIDEO);
		expect(Buffer.from(inline.output_video.data, 'base64').toString()).toContain('A paper boat');
		emulator.settings.videoResult = 'refusal';
		const refused = await finish(VIDEO);
		expect([refused.status, refused.output_video]).toEqual(['completed', undefined]);
		expect(refused.output_text).toBeTruthy();
	});

	test('function calls, and a new interaction with their results', async () => {
		const parameters = { type: 'object', properties: { city: { type: 'string' } } };
		const tools = [{ type: 'function', name: 'get_weather', parameters }];
		const waiting = await finish({
			model: FLASH,
			input: '[[action]] Paris',
			background: true,
			tools,
		});
		expect(waiting.status).toBe('requires_action');
		const call = waiting.steps.at(-1);
		expect(call).toMatchObject({
			type: 'function_call',
			name: 'get_weather',
			arguments: { city: '[[action]] Paris' },
		});
		const next = await finish({
			model: FLASH,
			previous_interaction_id: waiting.id,
			background: true,
			tools,
			input: [{ type: 'function_result', name: call.name, call_id: call.id, result: { temp: 20 } }],
		});
		expect(next).toMatchObject({ status: 'completed', output_text: 'Echo: {"temp":20}' });
		expect(next.id).not.toBe(waiting.id);
	});

	test('a failure has a reason; other ends are possible', async () => {
		const failed = await finish({ model: FLASH, input: '[[error]]', background: true });
		expect([failed.status, failed.errors]).toEqual([
			'failed',
			[{ code: 'api_error', message: expect.any(String) }],
		]);
		emulator.settings.interactionDurationMs = null;
		const { id } = await create({ model: FLASH, input: 'x', background: true });
		emulator.jobs.set(id, 'queued');
		expect((await ai.interactions.get(id)).status).toBe('queued');
		emulator.jobs.complete(id, { status: 'incomplete' });
		expect((await ai.interactions.get(id)).status).toBe('incomplete');
	});

	test.each([
		['no model', { input: 'x' }, 'invalid_request'],
		['no input', { model: FLASH }, 'invalid_request'],
		[
			'a webhook in the foreground',
			{ model: FLASH, input: 'x', webhook_config: { uris: ['https://h.example'] } },
			'invalid_request',
		],
		[
			'background without store',
			{ model: FLASH, input: 'x', background: true, store: false },
			'invalid_request',
		],
		[
			'an agent in the foreground',
			{ agent: 'deep-research-preview-04-2026', input: 'x' },
			'invalid_request',
		],
		[
			'a numeric duration',
			{ ...VIDEO, response_format: { type: 'video', duration: 8 } },
			'invalid_request',
		],
		[
			'a duration out of range',
			{ ...VIDEO, response_format: { type: 'video', duration: '11s' } },
			'invalid_request',
		],
		[
			'an unknown previous interaction',
			{ model: FLASH, input: 'x', previous_interaction_id: 'v1_x' },
			'invalid_request',
		],
		['an unknown field', { model: FLASH, input: 'x', outputs: [] }, 'parameter_unknown'],
	])('create refuses %s', async (_, body, code) => {
		const { status, json } = await raw(emulator, 'POST', '/v1beta/interactions', body);
		expect([status, json.error.code]).toEqual([400, code]);
	});

	test('v1 can refuse webhooks, v1beta takes them', async () => {
		emulator.settings.strictV1Interactions = true;
		const body = {
			model: FLASH,
			input: 'x',
			background: true,
			webhook_config: { uris: ['https://h.example'] },
		};
		await expect(create(body)).rejects.toMatchObject({ status: 400 });
		const beta = await create({ ...body, api_version: 'v1beta' });
		expect(lastCall(emulator)).toEqual(['POST', '/v1beta/interactions', body]);
		expect(beta.status).toBe('in_progress');
	});

	test('Veo is gone, unless asked for; its operations are still read', async () => {
		const path = '/v1beta/models/veo-3.1-generate-preview:predictLongRunning';
		const receiver = await startReceiver();
		const body = {
			instances: [{ prompt: 'a cat' }],
			parameters: { sampleCount: 1 },
			webhookConfig: { uris: [receiver.url], userMetadata: { a: 'b' } },
		};
		const gone = await raw(emulator, 'POST', path, body);
		expect([gone.status, gone.json.error.message]).toEqual([
			404,
			expect.stringContaining('no longer available'),
		]);
		emulator.settings.veoAvailable = true;
		const { json } = await raw(emulator, 'POST', path, body);
		expect(json.name).toMatch(/^models\/veo-3\.1-generate-preview\/operations\/[a-z0-9]{12}$/);
		const operation = Object.assign(new GenerateVideosOperation(), { name: json.name });
		expect((await ai.operations.getVideosOperation({ operation })).done).toBeUndefined();
		expect(lastCall(emulator)).toEqual(['GET', `/v1/${json.name}`, null]);
		await emulator.clock.advance(1_000);
		const done = await ai.operations.getVideosOperation({ operation });
		expect(done.done).toBe(true);
		expect(done.response?.generatedVideos?.[0]?.video?.uri).toContain(':download?alt=media');
		expect(JSON.parse((await receiver.waitFor(1))[0]?.body as string)).toMatchObject({
			type: 'video.generated',
			data: { id: json.name, file_name: expect.stringMatching(/^files\//) },
		});
		await receiver.close();
	});

	test('Veo can filter and fail', async () => {
		emulator.settings.veoAvailable = true;
		const path = '/v1beta/models/veo-3.1-generate-preview:predictLongRunning';
		const run = async (text: string) => {
			const { json } = await raw(emulator, 'POST', path, { instances: [{ prompt: text }] });
			await emulator.clock.advance(1_000);
			const operation = Object.assign(new GenerateVideosOperation(), { name: json.name });
			return await ai.operations.getVideosOperation({ operation });
		};
		expect((await run('[[blocked]]')).response).toMatchObject({ raiMediaFilteredCount: 1 });
		expect((await run('[[error]]')).error).toMatchObject({ code: 13 });
	});
});

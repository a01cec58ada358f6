/** Gemini Interaction in a real n8n: over a restart, function calls in another workflow, and when Google never calls. */
import { triggerUrl } from '../support/deliveries.mts';
import { eventually } from '../support/http.mts';
import {
	byId,
	geminiNode,
	interactionIds,
	runUntilParked,
	START,
	startedWith,
} from '../support/longJobs.mts';
import { itemsOf } from '../support/n8nApi.mts';
import type { WorkflowNode } from '../support/n8nTypes.mts';
import { API_KEY, openStage } from '../support/stage.mts';
import type { Stage } from '../support/stage.mts';
import { chain, node, setNode } from '../support/workflowParts.mts';

jest.setTimeout(240_000);

let stage: Stage;

beforeAll(async () => {
	// Interactions only end when a test says so.
	stage = await openStage({ settings: { interactionDurationMs: null } });
}, 300_000);

afterAll(async () => {
	await stage?.close();
});

const AFTER = node('After', 'noOp', 1);

const interaction = (name: string, parameters = {}): WorkflowNode =>
	geminiNode(name, 'geminiInteraction', parameters);

const ask = (parameters = {}): WorkflowNode =>
	interaction('Ask', {
		operation: 'start',
		run: 'model',
		model: byId('gemini-3.8-flash'),
		prompt: '=Tell me about {{ $json.city }}',
		whenDone: 'continueHere',
		limitAmount: 70,
		limitUnit: 'minutes',
		options: {},
		...parameters,
	});

/** One item for each city. */
const cities = (...names: string[]): WorkflowNode[] => [
	node('List', 'set', 3.4, {
		mode: 'raw',
		jsonOutput: JSON.stringify({ cities: names.map((city) => ({ city })) }),
		options: {},
	}),
	node('Cities', 'splitOut', 1, { fieldToSplitOut: 'cities', options: {} }),
];

const GET_WEATHER = {
	name: 'get_weather',
	description: 'The weather of a city',
	parameters: '{"type":"object","properties":{"city":{"type":"string"}}}',
};

const succeeds = async (workflowId: string, timeoutMs = 30_000) =>
	await stage.api.waitForExecution({ workflowId, status: 'success', timeoutMs });

const said = (text: string) => ({
	steps: [{ type: 'model_output', content: [{ type: 'text', text }] }],
});

test('two questions wait over a restart of n8n and come out with their answers', async () => {
	const { api, emulator, n8n } = stage;
	const options = {
		temperature: 0,
		jsonSchema: '{"type":"object","properties":{"river":{"type":"string"}}}',
		metadata: { entries: [{ name: 'asker', value: 'Ada' }] },
	};
	const workflowId = await stage.save(
		chain('Ask', [
			START,
			...cities('Rome', 'Paris'),
			ask({ systemInstruction: 'Be brief.', tools: ['google_search'], options }),
			AFTER,
		]),
	);
	const { executionId, jobIds } = await runUntilParked(stage, workflowId);
	expect(jobIds).toHaveLength(2);
	expect(startedWith(stage).slice(-2)).toMatchObject(
		[1, 2].map(() => ({
			model: 'gemini-3.8-flash',
			background: true,
			store: true,
			system_instruction: 'Be brief.',
			tools: [{ type: 'google_search' }],
			generation_config: { temperature: 0 },
			response_format: { mime_type: 'application/json' },
		})),
	);
	await n8n.restart();
	emulator.jobs.complete(jobIds[1]);
	await eventually(() => emulator.deliveries.at(-1)?.attempts[0]?.status === 200);
	expect((await api.execution(executionId)).status).toBe('waiting');
	emulator.jobs.complete(jobIds[0]);
	const execution = await succeeds(workflowId);
	expect(execution.data.resultData.runData.After).toHaveLength(1);
	const items = itemsOf(execution, 'After');
	for (const [index, city] of ['Rome', 'Paris'].entries()) {
		const { json, pairedItem } = itemsOf(execution, 'Ask')[index];
		expect(pairedItem).toEqual({ item: index });
		expect(items[index].json).toEqual(json);
		expect(json).toMatchObject({
			jobType: 'interaction',
			status: 'succeeded',
			waitStatus: 'finished',
			data: { river: `Tell me about ${city}` },
			sources: [{ title: expect.any(String), url: expect.stringMatching(/^https:/) }],
			usage: { totalTokens: expect.any(Number) },
			metadata: { asker: 'Ada' },
			error: null,
		});
	}
	expect(new Set(items.map(({ json }) => json.jobId))).toEqual(new Set(jobIds));
	expect(JSON.stringify(execution.data)).not.toContain(API_KEY);
	expect(n8n.logs).not.toContain(API_KEY);
});

test('an agent makes a plan, and goes on with it in the same execution', async () => {
	const { emulator } = stage;
	const agent = {
		run: 'agent',
		agent: byId('deep-research-preview-04-2026'),
		prompt: 'Heat pumps',
	};
	const workflowId = await stage.save(
		chain('Research', [
			START,
			ask({ ...agent, options: { collaborativePlanning: true } }),
			{
				...ask({
					...agent,
					prompt: 'Go on',
					options: { previousInteraction: '={{ $json.jobId }}', visualization: 'auto' },
				}),
				id: 'Go On',
				name: 'Go On',
			},
			AFTER,
		]),
	);
	const { jobIds } = await runUntilParked(stage, workflowId);
	emulator.jobs.complete(jobIds[0]);
	const report = await eventually(
		() => interactionIds(stage)[interactionIds(stage).indexOf(jobIds[0]) + 1],
	);
	await stage.api.waitForExecution({ workflowId, status: 'waiting' });
	emulator.jobs.complete(report);
	const execution = await succeeds(workflowId);
	expect(itemsOf(execution, 'Ask')[0].json).toMatchObject({
		text: expect.stringMatching(/^Plan: /),
	});
	expect(itemsOf(execution, 'After')[0]).toMatchObject({
		json: {
			jobId: report,
			previousInteractionId: jobIds[0],
			text: expect.stringMatching(/^# Report/),
			files: [{ mimeType: 'image/png' }],
		},
		binary: { data: { mimeType: 'image/png' } },
	});
});

test('function calls start another workflow, which answers all of them at once', async () => {
	const { api, emulator } = stage;
	const trigger = {
		...geminiNode('Trigger', 'geminiWebhookTrigger', {
			listenTo: 'requests',
			events: ['interaction.completed', 'interaction.requires_action'],
			options: {},
		}),
		typeVersion: 2,
		webhookId: crypto.randomUUID(),
	};
	const weather = setNode('Weather', {
		jobId: '={{ $json.jobId }}',
		callId: '={{ $json.functionCall.callId }}',
		weather: '=Sunny in {{ $json.functionCall.args.city }}',
	});
	const respond = interaction('Respond', {
		operation: 'respond',
		interaction: '={{ $json.jobId }}',
		callId: '={{ $json.callId }}',
		continuation: '',
		result: '={{ $json.weather }}',
		functions: { entries: [GET_WEATHER] },
		whenDone: 'continueHere',
		limitAmount: 10,
		limitUnit: 'minutes',
		options: {},
	});
	const receiver = await stage.save(chain('Receiver', [trigger, weather, respond, AFTER]));
	await api.publish(receiver);
	const starter = await stage.save(
		chain('Starter', [
			START,
			...cities('Rome'),
			ask({
				functions: { entries: [GET_WEATHER] },
				whenDone: 'startWorkflow',
				workflowUrl: await triggerUrl(stage, receiver),
			}),
			AFTER,
		]),
	);
	await api.runManually(starter, { startNode: START.name });
	const [{ json: job }] = itemsOf(await succeeds(starter), 'After');
	emulator.jobs.requireAction(String(job.jobId), [
		{ id: 'a', name: 'get_weather', arguments: { city: 'Rome' } },
		{ id: 'b', name: 'get_weather', arguments: { city: 'Oslo' } },
	]);
	await api.waitForExecution({ workflowId: receiver, status: 'waiting' });
	expect(startedWith(stage).at(-1)).toMatchObject({
		previous_interaction_id: job.jobId,
		tools: [{ type: 'function', name: 'get_weather' }],
		input: [
			{ type: 'function_result', call_id: 'a', name: 'get_weather', result: 'Sunny in Rome' },
			{ type: 'function_result', call_id: 'b', name: 'get_weather', result: 'Sunny in Oslo' },
		],
	});
	const answer = interactionIds(stage).at(-1)!;
	emulator.jobs.complete(answer, said('Take a hat.'));
	const execution = await succeeds(receiver);
	expect(itemsOf(execution, 'Trigger').map(({ json }) => [json.jobId, json.status])).toEqual([
		[job.jobId, 'requiresAction'],
		[job.jobId, 'requiresAction'],
	]);
	expect(itemsOf(execution, 'After').map(({ json, pairedItem }) => [json, pairedItem])).toEqual([
		[
			expect.objectContaining({
				jobId: answer,
				previousInteractionId: job.jobId,
				status: 'succeeded',
				text: 'Take a hat.',
			}),
			{ item: 0 },
		],
	]);
	await api.unpublish(receiver);
});

test('when the time is over, Wait goes on waiting', async () => {
	const { api, emulator } = stage;
	const wait = interaction('Wait', {
		operation: 'wait',
		interaction: '={{ $json.jobId }}',
		limitAmount: 10,
		limitUnit: 'minutes',
		options: {},
	});
	const workflowId = await stage.save(
		chain('Late', [
			START,
			...cities('Rome'),
			ask({ limitAmount: 1, limitUnit: 'seconds' }),
			wait,
			AFTER,
		]),
	);
	const { executionId, jobIds } = await runUntilParked(stage, workflowId);
	// n8n looks for waits that are over once a minute.
	await eventually(
		async () => {
			const { data, status } = await api.execution(executionId);
			return status === 'waiting' && data.resultData.lastNodeExecuted === 'Wait';
		},
		{ timeoutMs: 100_000, intervalMs: 500 },
	);
	emulator.jobs.complete(jobIds[0], said('A river.'));
	const execution = await succeeds(workflowId);
	expect(itemsOf(execution, 'Ask')[0].json).toMatchObject({
		jobId: jobIds[0],
		status: 'running',
		waitStatus: 'timedOut',
	});
	expect(itemsOf(execution, 'After')[0].json).toMatchObject({
		jobId: jobIds[0],
		status: 'succeeded',
		waitStatus: 'finished',
		text: 'A river.',
	});
});

test('an interaction is started, looked up, cancelled and deleted', async () => {
	const { api, emulator } = stage;
	const job = "={{ $('Ask').item.json.jobId }}";
	const workflowId = await stage.save(
		chain('By Hand', [
			START,
			...cities('Rome'),
			ask({ whenDone: 'nothing' }),
			interaction('Get', { operation: 'get', interaction: job }),
			interaction('Cancel', { operation: 'cancel', interaction: job }),
			interaction('Get Again', { operation: 'get', interaction: job }),
			interaction('Delete', { operation: 'delete', interaction: job }),
		]),
	);
	const before = interactionIds(stage);
	await api.runManually(workflowId, { startNode: START.name });
	const execution = await succeeds(workflowId);
	const statuses = ['Ask', 'Get', 'Cancel', 'Get Again'].map(
		(name) => itemsOf(execution, name)[0].json.status,
	);
	expect(statuses).toEqual(['running', 'running', 'cancelled', 'cancelled']);
	expect(itemsOf(execution, 'Delete')[0].json).toMatchObject({ deleted: true });
	expect(interactionIds(stage)).toEqual(before);
	expect(emulator.deliveries.at(-1)?.job).not.toBe(itemsOf(execution, 'Ask')[0].json.jobId);
});

test('what Google cannot do is refused before anything is paid for', async () => {
	const { api } = stage;
	const before = interactionIds(stage);
	const workflowId = await stage.save(
		chain('Refused', [
			START,
			...cities('Rome'),
			ask({
				run: 'agent',
				agent: byId('deep-research-preview-04-2026'),
				functions: { entries: [GET_WEATHER] },
			}),
		]),
	);
	await api.runManually(workflowId, { startNode: START.name });
	const { data } = await api.waitForExecution({ workflowId, status: 'error' });
	expect(data.resultData.error).toMatchObject({
		message:
			"The agent deep-research-preview-04-2026 cannot call functions of yours, such as 'get_weather'",
		description: "Remove 'Functions', or run a model.",
	});
	expect(interactionIds(stage)).toEqual(before);
});

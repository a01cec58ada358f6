import { API_KEY, type Stage } from './stage.mts';

interface Order {
	/** URLs of the job's own; without any, the project's webhooks hear of it. */
	uris?: string[];
	apiKey?: string;
}

/** Starts a batch past the nodes, as any other program may; returns its name. */
export async function startJob(
	{ emulator }: Stage,
	{ uris, apiKey = API_KEY }: Order = {},
): Promise<string> {
	const requests = [{ request: { contents: [{ parts: [{ text: 'hi' }] }] } }];
	const batch = {
		displayName: 'by hand',
		inputConfig: { requests: { requests } },
		...(uris && { webhookConfig: { uris } }),
	};
	const response = await fetch(
		`${emulator.url}/v1beta/models/gemini-3.8-flash:batchGenerateContent`,
		{
			method: 'POST',
			headers: { 'x-goog-api-key': apiKey },
			body: JSON.stringify({ batch }),
		},
	);
	const { name } = (await response.json()) as { name: string };
	return name;
}

/** The same, and it succeeds at once; the delivery waits to be sent. */
export async function finishedJob(stage: Stage, order?: Order): Promise<string> {
	const name = await startJob(stage, order);
	stage.emulator.jobs.complete(name);
	return name;
}

/** Starts a background interaction past the nodes; returns its id. */
export async function startInteraction(
	{ emulator }: Stage,
	{ uris, apiKey = API_KEY }: Order = {},
): Promise<string> {
	const tools = ['get_weather', 'get_time'].map((name) => ({
		type: 'function',
		name,
		parameters: { type: 'object' },
	}));
	const response = await fetch(`${emulator.url}/v1beta/interactions`, {
		method: 'POST',
		headers: { 'x-goog-api-key': apiKey },
		body: JSON.stringify({
			model: 'gemini-3.8-flash',
			input: 'What is the weather in Rome?',
			background: true,
			tools,
			...(uris && { webhook_config: { uris } }),
		}),
	});
	const { id } = (await response.json()) as { id: string };
	return id;
}

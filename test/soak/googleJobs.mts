import type { Random } from '../unit/support/random.mts';
import type { Place } from './place.mts';

const MODEL = 'gemini-3.8-flash';
/** In a prompt: the emulator lets the interaction fail, or ask for a function call. */
const FAILS = '[[error]]';
const ASKS_BACK = '[[action]]';

/**
 * One call of the API by software that has nothing to do with n8n.
 *
 * @returns the answer; undefined when there was none, or no good one: troubles hit everybody
 */
export async function callGoogle(
	{ emulator }: Place,
	apiKey: string,
	path: string,
	body: object,
): Promise<Record<string, unknown> | undefined> {
	try {
		const response = await fetch(`${emulator.url}/v1beta/${path}`, {
			method: 'POST',
			headers: { 'x-goog-api-key': apiKey, 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		return response.ok ? ((await response.json()) as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}

/** A batch that succeeds by itself, or fails, expires or is cancelled at once. */
export async function startBatch(
	place: Place,
	random: Random,
	apiKey: string,
	uris?: string[],
): Promise<string | undefined> {
	const end = random.next();
	const requests = [{ request: { contents: [{ parts: [{ text: 'hello' }] }] } }];
	const batch = {
		displayName: 'by other software',
		inputConfig: { requests: { requests } },
		...(uris && { webhookConfig: { uris } }),
	};
	const answer = await callGoogle(place, apiKey, `models/${MODEL}:batchGenerateContent`, { batch });
	const name = answer?.name as string | undefined;
	if (!name) return undefined;
	const { jobs } = place.emulator;
	try {
		if (end < 0.15) jobs.fail(name, { code: 13, message: 'Internal error.' });
		else if (end < 0.2) jobs.expire(name);
		else if (end < 0.25) jobs.cancel(name);
	} catch {
		// On a busy machine it has succeeded already.
	}
	return name;
}

/** An interaction that gives an answer, fails or asks for a function call; or a film. */
export async function startInteraction(
	place: Place,
	random: Random,
	apiKey: string,
	uris?: string[],
): Promise<string | undefined> {
	const end = random.next();
	const film = end < 0.1;
	const mark = end > 0.9 ? FAILS : end > 0.8 ? ASKS_BACK : '';
	const answer = await callGoogle(place, apiKey, 'interactions', {
		model: film ? 'gemini-omni-1.2-flash' : MODEL,
		input: `What is new? ${mark}`,
		background: true,
		...(film && { response_format: [{ type: 'video', delivery: 'uri' }] }),
		...(mark === ASKS_BACK && {
			tools: [{ type: 'function', name: 'look', parameters: { type: 'object' } }],
		}),
		...(uris && { webhook_config: { uris } }),
	});
	return answer?.id as string | undefined;
}

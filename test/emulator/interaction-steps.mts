import { BLOCKED_MARK, PIXEL, tokens } from './answers.mts';
import { SOURCE, urlsIn } from './answer-extras.mts';
import { isDeepResearch } from './agents.mts';
import { addFile, downloadUri } from './files.mts';
import { anyId } from './ids.mts';
import type { Interaction } from './interactions.mts';
import { inputParts, mediaParts } from './media-input.mts';
import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import { instanceOf } from './schema-instance.mts';
import type { Project, World } from './world.mts';

/** The text of the input; function results count as their JSON. */
export function promptOf(input: unknown): string {
	const pieces = [input].flat().flatMap((item) => {
		if (isObject(item) && item.type === 'function_result')
			return [typeof item.result === 'string' ? item.result : JSON.stringify(item.result)];
		return inputParts(item).map(({ text }) => text);
	});
	return pieces.filter((text) => typeof text === 'string').join('\n');
}

/**
 * What the model or agent does: thoughts, what the server's tools found, and its answer, in words and other contents.
 * @param text the answer in words
 */
export function answerSteps(
	world: World,
	project: Project,
	interaction: Interaction,
	text: string,
): Json[] {
	const prompt = promptOf(interaction.input);
	const { agent, agentConfig, config, tools } = interaction;
	const planning = agentConfig.collaborative_planning === true && !interaction.previousId;
	const researching = isDeepResearch(agent) && !planning;
	const has = (type: string): boolean => tools.some((tool) => tool.type === type);
	const searching = researching || has('google_search');
	const summary = [{ type: 'text', text: `Thinking about: ${prompt}` }];
	const thinks = (agentConfig.thinking_summaries ?? config.thinking_summaries) === 'auto';
	const citation = { type: 'url_citation', ...SOURCE, start_index: 0, end_index: text.length };
	return [
		...(thinks ? [{ type: 'thought', signature: anyId(), summary }] : []),
		...(searching ? searchSteps(prompt) : []),
		...(has('url_context') ? urlSteps(prompt) : []),
		...(has('code_execution') ? codeSteps(prompt) : []),
		{
			type: 'model_output',
			content: [
				{ type: 'text', text, ...(searching && { annotations: [citation] }) },
				...mediaOutput(world, project, interaction, researching),
			],
		},
	];
}

/** The answer in words: `Echo: <prompt>` and the types of the media, JSON, a plan or a report. */
export function answerText(interaction: Interaction): string {
	const { formats, agent, agentConfig, previousId, input } = interaction;
	const prompt = promptOf(input);
	if (prompt.includes(BLOCKED_MARK)) return 'I cannot help with that.';
	if (agentConfig.collaborative_planning === true && !previousId)
		return `Plan: search for ${prompt}, read, write. Shall I go on?`;
	if (isDeepResearch(agent)) return `# Report\n\n${prompt}: see example.com.`;
	const format = formats.find(
		({ schema, mime_type }) => schema !== undefined || mime_type === 'application/json',
	);
	if (format) {
		const { schema } = format;
		return JSON.stringify(schema === undefined ? { echo: prompt } : instanceOf(schema, prompt));
	}
	const media = mediaParts(input).map(({ type, mime_type }) => String(mime_type ?? type));
	return `Echo: ${prompt}${media.length > 0 ? ` (${media.join(', ')})` : ''}`;
}

function searchSteps(prompt: string): Json[] {
	const id = anyId();
	return [
		{ type: 'google_search_call', id, arguments: { queries: [prompt] } },
		{
			type: 'google_search_result',
			call_id: id,
			result: [{ search_suggestions: `<div>${SOURCE.title}</div>` }],
		},
	];
}

function urlSteps(prompt: string): Json[] {
	const id = anyId();
	const urls = urlsIn(prompt);
	return [
		{ type: 'url_context_call', id, arguments: { urls } },
		{
			type: 'url_context_result',
			call_id: id,
			result: urls.map((url) => ({ url, status: 'success' })),
		},
	];
}

function codeSteps(prompt: string): Json[] {
	const id = anyId();
	const code = `print(${JSON.stringify(prompt)})`;
	return [
		{ type: 'code_execution_call', id, arguments: { language: 'python', code } },
		{ type: 'code_execution_result', call_id: id, result: `${prompt}\n` },
	];
}

/** A RIFF header and nothing else. */
const SOUND = Buffer.from('RIFF\x24\0\0\0WAVE', 'latin1').toString('base64');

/** An image or a sound, where the request or the model is about one; deep research draws unless told not to. */
function mediaOutput(
	world: World,
	project: Project,
	{ model, formats, agentConfig }: Interaction,
	researching: boolean,
): Json[] {
	const format = (type: string): Json | undefined => formats.find((one) => one.type === type);
	const draws = researching && agentConfig.visualization === 'auto';
	const kinds: Array<[type: string, mimeType: string, data: string, wanted: boolean]> = [
		['image', 'image/png', PIXEL, draws || /image/.test(model ?? '') || !!format('image')],
		['audio', 'audio/wav', SOUND, /tts|lyria/.test(model ?? '') || !!format('audio')],
	];
	return kinds
		.filter(([, , , wanted]) => wanted)
		.map(([type, mime_type, data]) => {
			if (format(type)?.delivery !== 'uri') return { type, mime_type, data };
			const bytes = Buffer.from(data, 'base64');
			const { name } = addFile(world, project, { mimeType: mime_type, bytes, source: 'GENERATED' });
			return { type, mime_type, uri: downloadUri(world, name) };
		});
}

/** Tokens in and out, by kind of content. */
export function usageOf(interaction: Interaction): Json {
	const input = tokens(promptOf(interaction.input));
	const outputs = interaction.steps.flatMap(({ type, content }) =>
		type === 'model_output' ? [content].flat().filter(isObject) : [],
	);
	const thoughts = interaction.steps.filter(({ type }) => type === 'thought').length * 10;
	const searches = interaction.steps.filter(({ type }) => type === 'google_search_call').length;
	const byKind = new Map<string, number>();
	for (const part of outputs) {
		const kind = String(part.type);
		// The price list counts 5,792 tokens for a second of film at 720p, 8 seconds when nothing else is said.
		const count = kind === 'video' ? 8 * 5_792 : tokens(String(part.text ?? ''));
		byKind.set(kind, (byKind.get(kind) ?? 0) + count);
	}
	const output = [...byKind.values()].reduce((sum, count) => sum + count, 0);
	return {
		total_tokens: input + output + thoughts,
		total_input_tokens: input,
		total_output_tokens: output,
		total_thought_tokens: thoughts,
		total_cached_tokens: 0,
		total_tool_use_tokens: 0,
		input_tokens_by_modality: [{ modality: 'text', tokens: input }],
		output_tokens_by_modality: [...byKind].map(([modality, count]) => ({
			modality,
			tokens: count,
		})),
		...(searches > 0 && { grounding_tool_count: [{ type: 'google_search', count: searches }] }),
	};
}

import { count, json, jsonList, text, type Json } from '../shared/json';
import { textOf } from '../shared/jobs/describe';
import { parsedAnswer, type Parsing } from '../shared/parsedAnswer';

/** Something that the answer rests on. */
export interface Source {
	title: string | null;
	url: string;
}

/** A file that the model made. Its bytes are in `data` (base64) or behind `uri`. */
export interface MadeFile {
	type: string;
	mimeType: string | null;
	uri: string | null;
	data: string | null;
}

/** What a model or an agent answered. These names are a promise to users: see README, "What arrives". */
interface InteractionAnswer {
	text: string | null;
	/** The parsed answer, when it is JSON. */
	data: unknown;
	/** Summaries of the model's thoughts, if they were asked for. */
	thoughts: string | null;
	sources: Source[];
	usage: {
		inputTokens: number;
		outputTokens: number;
		thoughtTokens: number;
		totalTokens: number;
	} | null;
	agent: string | null;
	interactionId: string;
	previousInteractionId: string | null;
}

const INPUT = ['user_input', 'function_result'];

/** The steps after the last input: an answer of the API may show the whole conversation. */
function stepsOfAnswer(raw: Json): Json[] {
	const steps = jsonList(raw.steps);
	const last = steps.findLastIndex(({ type }) => INPUT.includes(text(type) ?? ''));
	return steps.slice(last + 1);
}

/**
 * The text at the end, pictures between its parts left out: what was said before a tool was used is not the answer.
 * Much as @google/genai finds `output_text`.
 */
function lastText(steps: Json[]): string | null {
	const parts: Json[][] = [];
	for (const { type, content } of [...steps].reverse()) {
		if (type === 'model_output') parts.unshift(jsonList(content));
		else if (type !== 'thought' && parts.some((some) => textOf(some) !== '')) break;
	}
	return textOf(parts.flat()) || null;
}

const summaries = (steps: Json[]): string | null =>
	steps
		.filter(({ type }) => type === 'thought')
		.map(({ summary }) => textOf(jsonList(summary)))
		.filter((one) => one !== '')
		.join('\n\n') || null;

const source = (url: unknown, ...titles: unknown[]): Source[] => {
	const address = text(url);
	const title = titles.map(text).find((one) => one !== null) ?? null;
	return address ? [{ title, url: address }] : [];
};

/** Citations of a text, by the SDK's `URLCitation`, `FileCitation` and `PlaceCitation`. */
const citedBy = (annotation: Json): Source[] => [
	...source(annotation.url, annotation.title, annotation.name),
	...source(annotation.document_uri, annotation.file_name, annotation.source),
];

/** What a tool of Google's read: pages, search results, places. */
const foundBy = ({ type, result }: Json): Source[] =>
	/^(google_search|url_context|google_maps|file_search)_result$/.test(text(type) ?? '')
		? jsonList(result)
				.filter(({ status }) => status === undefined || status === 'success')
				.flatMap((one) => [one, ...jsonList(one.places)])
				.flatMap(({ url, uri, title, name }) => source(url ?? uri, title, name))
		: [];

function sourcesOf(steps: Json[]): Source[] {
	const cited = steps
		.filter(({ type }) => type === 'model_output')
		.flatMap(({ content }) => jsonList(content))
		.flatMap(({ annotations }) => jsonList(annotations))
		.flatMap(citedBy);
	const byUrl = new Map<string, Source>();
	for (const one of [...cited, ...steps.flatMap(foundBy)]) {
		const known = byUrl.get(one.url);
		if (!known?.title) byUrl.set(one.url, one.title || !known ? one : known);
	}
	return [...byUrl.values()];
}

function usageOf({ usage }: Json): InteractionAnswer['usage'] {
	const counted = json(usage);
	if (counted.total_tokens === undefined) return null;
	return {
		inputTokens: count(counted.total_input_tokens),
		outputTokens: count(counted.total_output_tokens),
		thoughtTokens: count(counted.total_thought_tokens),
		totalTokens: count(counted.total_tokens),
	};
}

/** Reads the answer of an interaction, finished or broken off: https://ai.google.dev/api/interactions */
export function readAnswer(raw: Json, jobId: string, parsing: Parsing): InteractionAnswer {
	const steps = stepsOfAnswer(raw);
	const answer = lastText(steps);
	return {
		text: answer,
		data: parsedAnswer(answer, parsing),
		thoughts: summaries(steps),
		sources: sourcesOf(steps),
		usage: usageOf(raw),
		agent: text(raw.agent),
		interactionId: jobId,
		previousInteractionId: text(raw.previous_interaction_id),
	};
}

const MEDIA = ['audio', 'document', 'image', 'video'];

/** The pictures, sounds, films and documents that the model put out. */
export const madeFiles = (raw: Json): MadeFile[] =>
	stepsOfAnswer(raw)
		.filter(({ type }) => type === 'model_output')
		.flatMap(({ content }) => jsonList(content))
		.filter(({ type }) => MEDIA.includes(text(type) ?? ''))
		.map(({ type, mime_type, uri, data }) => ({
			type: text(type) ?? '',
			mimeType: text(mime_type),
			uri: text(uri),
			data: text(data),
		}));

import { count, json, jsonList, text, type Json } from '../../shared/json';

/** Bytes that a model put out: an image, say. */
export interface Media {
	mimeType: string;
	base64: string;
}

/** Where the model found something, when it searched or read pages. */
export interface Source {
	title: string | null;
	url: string;
}

export interface Usage {
	promptTokens: number;
	/** Thoughts included: they are paid like the answer. */
	outputTokens: number;
	totalTokens: number;
	/** Only where Google tells. */
	thoughtTokens?: number;
	cachedTokens?: number;
}

const firstCandidate = (response: Json): Json => json(jsonList(response.candidates)[0]);

/** The parts of the first candidate but the model's thoughts. */
const partsOf = (response: Json): Json[] =>
	jsonList(json(firstCandidate(response).content).parts).filter(({ thought }) => thought !== true);

/** The answer's text: all of its parts, joined. */
export function textOf(response: Json): string | null {
	const joined = partsOf(response)
		.map((part) => (typeof part.text === 'string' ? part.text : ''))
		.join('');
	return joined === '' ? null : joined;
}

/** The images and other files in the answer. */
export const mediaOf = (response: Json): Media[] =>
	partsOf(response).flatMap(({ inlineData }) => {
		const { mimeType, data } = json(inlineData);
		const base64 = text(data);
		return base64 === null
			? []
			: [{ mimeType: text(mimeType) ?? 'application/octet-stream', base64 }];
	});

export const finishReasonOf = (response: Json): string | null =>
	text(firstCandidate(response).finishReason);

/** The numbers of an embedding, undefined when the response is none: one with anything else among them is of no use. */
export function embeddingOf(response: Json): number[] | undefined {
	const { values } = json(response.embedding);
	return Array.isArray(values) && values.every(Number.isFinite) ? (values as number[]) : undefined;
}

/** Pages that Google Search found, that were cited, or that the model read; each once. */
export function sourcesOf(response: Json): Source[] {
	const candidate = firstCandidate(response);
	const citations = json(candidate.citationMetadata);
	const found: Array<[unknown, unknown]> = [
		...jsonList(json(candidate.groundingMetadata).groundingChunks).map(
			({ web, retrievedContext, maps }): [unknown, unknown] => {
				const chunk = json(web ?? retrievedContext ?? maps);
				return [chunk.uri, chunk.title];
			},
		),
		...[...jsonList(citations.citationSources), ...jsonList(citations.citations)].map(
			({ uri, title }): [unknown, unknown] => [uri, title],
		),
		...jsonList(json(candidate.urlContextMetadata).urlMetadata).map(
			({ retrievedUrl }): [unknown, unknown] => [retrievedUrl, undefined],
		),
	];
	const byUrl = new Map<string, Source>();
	for (const [address, title] of found) {
		const url = text(address);
		if (url !== null && !byUrl.has(url)) byUrl.set(url, { title: text(title), url });
	}
	return [...byUrl.values()];
}

/** What the answer cost; null when Google doesn't tell. */
export function usageOf(response: Json): Usage | null {
	if (response.embedding !== undefined && response.tokenCount !== undefined) {
		const tokens = count(response.tokenCount);
		return { promptTokens: tokens, outputTokens: 0, totalTokens: tokens };
	}
	const usage = json(response.usageMetadata);
	if (usage.totalTokenCount === undefined) return null;
	const thoughts = count(usage.thoughtsTokenCount);
	return {
		promptTokens: count(usage.promptTokenCount),
		outputTokens: count(usage.candidatesTokenCount) + thoughts,
		totalTokens: count(usage.totalTokenCount),
		...(usage.thoughtsTokenCount === undefined ? {} : { thoughtTokens: thoughts }),
		...(usage.cachedContentTokenCount === undefined
			? {}
			: { cachedTokens: count(usage.cachedContentTokenCount) }),
	};
}

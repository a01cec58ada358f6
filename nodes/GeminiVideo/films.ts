import { modelOutput, operationFilms } from '../shared/jobs/describe';
import { redact } from '../shared/gemini/redact';
import { text, type Json } from '../shared/json';
import { isOperation } from './models';

/** One film of a finished job: where it is, or the film itself. */
export interface Film {
	uri: string | null;
	base64: string | null;
	mimeType: string;
}

/** What a finished job holds. */
export interface Films {
	films: Film[];
	/** Google's reasons for the films that its safety filters took out. */
	filteredReasons: string[];
}

/** What Google's models make. */
const USUAL_TYPE = 'video/mp4';

/**
 * Reads the films of a job from the API's own JSON. An interaction may hold them inside although a URI was asked for.
 *
 * @param jobId tells an operation (Veo) from an interaction (Omni)
 */
export function filmsOf(jobId: string, raw: Json): Films {
	if (isOperation(jobId)) {
		const { videos, reasons } = operationFilms(raw);
		const films = videos.map((video) => ({
			uri: text(video.uri),
			base64: text(video.encodedVideo) ?? text(video.bytesBase64Encoded),
			mimeType: text(video.encoding) ?? text(video.mimeType) ?? USUAL_TYPE,
		}));
		return { films, filteredReasons: reasons };
	}
	const films = modelOutput(raw)
		.filter(({ type }) => type === 'video')
		.map((part) => ({
			uri: text(part.uri),
			base64: text(part.data),
			mimeType: text(part.mime_type) ?? USUAL_TYPE,
		}));
	return { films, filteredReasons: [] };
}

/** A film as an item shows it. */
export interface FilmFacts {
	/** Null when the film came inside the answer. An address never carries a key. */
	uri: string | null;
	mimeType: string;
}

/** The films of a job as its item shows them, before or without a download. */
export function filmFacts(
	jobId: string,
	raw: Json,
): { videos: FilmFacts[]; filteredReasons?: string[] } {
	const { films, filteredReasons } = filmsOf(jobId, raw);
	const videos = films.map(({ uri, mimeType }) => ({ uri: uri && redact(uri), mimeType }));
	return { videos, ...(filteredReasons.length > 0 ? { filteredReasons } : {}) };
}

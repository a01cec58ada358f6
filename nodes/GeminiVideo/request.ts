import { isJson, type Json } from '../shared/json';
import type { Family } from './models';

/** What is to be done, by the value of the field 'Task'. */
export type Task =
	| 'edit'
	| 'extend'
	| 'firstAndLastFrame'
	| 'imageToVideo'
	| 'referenceImages'
	| 'textToVideo';

/** What the user set; what is left out is not sent, so that the model's own default holds. */
export interface Settings {
	aspectRatio?: string;
	/** Seconds. */
	duration?: number;
	resolution?: string;
	negativePrompt?: string;
	personGeneration?: string;
	numberOfVideos?: number;
}

/** What an image or a video is there for. */
export type Role = 'image' | 'firstFrame' | 'lastFrame' | 'reference' | 'video';

/** An image or a video in the form that goes into a request. */
export interface ReadyMedia {
	role: Role;
	mimeType: string;
	/** A file of the Files API, or ... */
	uri?: string;
	/** ... the bytes themselves. */
	base64?: string;
}

/** What one item asks for, apart from its images and videos. */
export interface VideoRequest {
	family: Family;
	/** Without `models/`. */
	model: string;
	task: Task;
	prompt: string;
	settings: Settings;
	/** The interaction whose video is to be changed or extended. */
	previousInteraction?: string;
	/** 'Additional Request Fields (JSON)': merged into the request, and wins. */
	more: Json;
}

/** Omni's word for each task: https://ai.google.dev/gemini-api/docs/omni */
const OMNI_TASK: Record<Task, string> = {
	edit: 'edit',
	extend: 'extend',
	firstAndLastFrame: 'image_to_video',
	imageToVideo: 'image_to_video',
	referenceImages: 'reference_to_video',
	textToVideo: 'text_to_video',
};

/** A role that somebody has given in the prompt: by a tag, or by a declaration. */
const OWN_TAGS =
	/<(FIRST_FRAME|LAST_FRAME|IMAGE_REF_\d+|VIDEO_\d+|PREVIOUS_VIDEO)>|\[# ?(Sources|References) /;

/**
 * Omni learns what an image is for from tags in the prompt: https://ai.google.dev/gemini-api/docs/omni
 * A prompt that has tags of its own stays as it is.
 */
export function taggedPrompt(
	{ task, prompt, previousInteraction }: VideoRequest,
	images: number,
): string {
	if (OWN_TAGS.test(prompt)) return prompt;
	if (task === 'imageToVideo') return `<FIRST_FRAME> ${prompt}`;
	if (task === 'firstAndLastFrame') return `<FIRST_FRAME> <LAST_FRAME> ${prompt}`;
	if (task === 'extend' && previousInteraction)
		return `[# Sources <PREVIOUS_VIDEO>@Video1] ${prompt}`;
	if (task !== 'referenceImages') return prompt;
	const tags = Array.from(
		{ length: images },
		(_, index) => `<IMAGE_REF_${index}>@Image${index + 1}`,
	);
	return `[# References ${tags.join(' ')}] ${prompt}`;
}

/** Only what was set. */
const given = (fields: Json): Json =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Puts `extra` into `base`, objects into objects; `extra` wins. */
function merged(base: Json, extra: Json): Json {
	const entries = Object.entries(extra).map(([name, value]): [string, unknown] => {
		const old = Object.hasOwn(base, name) ? base[name] : undefined;
		return [name, isJson(old) && isJson(value) ? merged(old, value) : value];
	});
	return Object.fromEntries([...Object.entries(base), ...entries]);
}

/**
 * The body of `POST /interactions` for an Omni model, without the webhook.
 *
 * The film is always asked for as a URI: inline, it would come base64-encoded inside the answer.
 * An interaction that continues another one must not name a task.
 */
export function omniBody(request: VideoRequest, media: ReadyMedia[]): Json {
	const { model, task, settings, previousInteraction, more } = request;
	const { aspectRatio, duration, resolution } = settings;
	const images = media.filter(({ role }) => role !== 'video').length;
	const text = taggedPrompt(request, images);
	const parts = media.map(({ role, mimeType, uri, base64 }) =>
		given({ type: role === 'video' ? 'video' : 'image', mime_type: mimeType, uri, data: base64 }),
	);
	const body = {
		model,
		input: parts.length > 0 ? [...parts, { type: 'text', text }] : text,
		background: true,
		store: true,
		response_format: given({
			type: 'video',
			delivery: 'uri',
			aspect_ratio: aspectRatio,
			resolution,
			duration: duration === undefined ? undefined : `${duration}s`,
		}),
		...(previousInteraction
			? { previous_interaction_id: previousInteraction }
			: { generation_config: { video_config: { task: OMNI_TASK[task] } } }),
	};
	return merged(body, more);
}

const veoImage = ({ base64, mimeType }: ReadyMedia): Json => ({
	bytesBase64Encoded: base64,
	mimeType,
});

/**
 * The body of `POST /models/{model}:predictLongRunning` for a Veo model, without the webhook: what Google's SDK 2.32.0,
 * the last one for these models, sends.
 */
export function veoBody(request: VideoRequest, media: ReadyMedia[]): Json {
	const { prompt, settings, more } = request;
	const { numberOfVideos, duration, ...others } = settings;
	const of = (...roles: Role[]) => media.filter(({ role }) => roles.includes(role));
	const [first] = of('image', 'firstFrame');
	const [last] = of('lastFrame');
	const [video] = of('video');
	const references = of('reference');
	const parameters = given({ sampleCount: numberOfVideos, durationSeconds: duration, ...others });
	const instance = given({
		prompt,
		image: first && veoImage(first),
		lastFrame: last && veoImage(last),
		video: video && { uri: video.uri, encoding: video.mimeType },
		referenceImages:
			references.length > 0
				? references.map((image) => ({ image: veoImage(image), referenceType: 'ASSET' }))
				: undefined,
	});
	const body = {
		instances: [instance],
		...(Object.keys(parameters).length > 0 ? { parameters } : {}),
	};
	return merged(body, more);
}

import { ApiError, invalidRequest } from './errors.mts';
import { knownFields } from './interaction-checks.mts';
import { fileNameOf, isBase64, mediaParts, requireActive } from './media-input.mts';
import { isObject } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import type { Project, World } from './world.mts';

/** Whether the model makes films. */
export const isOmni = (model: unknown): boolean => String(model).startsWith('gemini-omni-');

// Fields of ImageContent, AudioContent, VideoContent and DocumentContent in @google/genai 3.1.0; none has `delivery`.
const MEDIA_FIELDS: Record<string, string[]> = {
	image: ['type', 'data', 'mime_type', 'resolution', 'uri'],
	audio: ['type', 'channels', 'data', 'mime_type', 'sample_rate', 'uri'],
	video: ['type', 'data', 'mime_type', 'name', 'processing', 'resolution', 'uri'],
	document: ['type', 'data', 'mime_type', 'uri'],
};

/**
 * Checks the images, sounds, videos and documents of the input. Files have to be the project's and ACTIVE; video
 * models take no public address (Comfy-Org/ComfyUI#15014).
 * @throws ApiError with a string code
 */
export function checkMedia(world: World, project: Project, input: unknown, model: unknown): void {
	for (const part of mediaParts(input)) {
		const { type, data, uri } = part;
		if (world.settings.strictJson)
			knownFields(part, MEDIA_FIELDS[type as string] as string[], 'input');
		if ((data === undefined) === (uri === undefined))
			throw invalidRequest(`A part of type ${String(type)} needs either data or uri.`);
		if (uri === undefined) {
			if (!isBase64(data))
				throw invalidRequest(`The data of a part of type ${String(type)} is not base64.`);
			if (typeof part.mime_type !== 'string')
				throw invalidRequest(`A part of type ${String(type)} with data needs a mime_type.`);
			continue;
		}
		const name = fileNameOf(world, String(uri));
		if (name !== undefined) requireActiveFile(world, project, name);
		else if (isOmni(model) || !/^https?:\/\//.test(String(uri)))
			throw invalidRequest(
				`Unsupported file URI: ${String(uri)}. Upload the file with the Files API.`,
			);
	}
}

function requireActiveFile(world: World, project: Project, name: string): void {
	try {
		requireActive(world, project, name);
	} catch (error) {
		const { status, message } = error as ApiError;
		throw new ApiError(status, message, status === 403 ? undefined : 'failed_precondition');
	}
}

/**
 * What holds for video models alone (several integrations agree: TanStack/ai#871, #886, #1273).
 * @param body the whole request
 * @param formats its response formats
 * @param config its generation_config
 */
export function checkOmni(body: Json, formats: Json[], config: Json): void {
	if (body.system_instruction !== undefined)
		throw invalidRequest('system_instruction is not supported by this model.');
	if (config.temperature !== undefined)
		throw invalidRequest('generation_config.temperature is not supported by this model.');
	if (formats.some(({ type, delivery }) => type === 'image' && delivery !== undefined))
		throw invalidRequest('response_format.delivery is not supported for images.');
	const { task } = isObject(config.video_config) ? config.video_config : {};
	if (task === undefined) return;
	if (body.previous_interaction_id !== undefined)
		throw invalidRequest('video_config.task and previous_interaction_id cannot be combined.');
	checkTaskMedia(String(task), mediaParts(body.input));
}

/** A task needs the media it is about; a video to extend is a file, not bytes. */
function checkTaskMedia(task: string, media: Json[]): void {
	const has = (type: string): boolean => media.some((part) => part.type === type);
	if (['image_to_video', 'reference_to_video'].includes(task) && !has('image'))
		throw invalidRequest(`The task ${task} needs an image in the input.`);
	if (['edit', 'extend', 'upscale'].includes(task) && !has('video'))
		throw invalidRequest(`The task ${task} needs a video in the input.`);
	if (task === 'extend' && media.some(({ type, data }) => type === 'video' && data !== undefined))
		throw invalidRequest('The video to extend must be a file of the Files API.');
}

import { badRequest, unknownField } from './errors.mts';
import { fileNameOf, isBase64, requireActive } from './media-input.mts';
import { isObject, optionalString, snake } from './proto-json.mts';
import type { Json } from './proto-json.mts';
import type { Call } from './world.mts';

/** What a Veo call asks for. */
export interface VideoOrder {
	prompt: string;
	samples: number;
}

// The wire format of SDK 2.32.0, the last one with Veo on this API.
const INSTANCE = ['prompt', 'image', 'lastFrame', 'referenceImages', 'video'];
const PARAMETERS = [
	'sampleCount',
	'durationSeconds',
	'aspectRatio',
	'resolution',
	'personGeneration',
	'negativePrompt',
	'enhancePrompt',
];
/** SDK 2.32.0 refuses these for the Gemini API before it sends anything. */
const ENTERPRISE_ONLY = ['seed', 'fps', 'storageUri', 'pubsubTopic', 'generateAudio', 'mask'];
const MOST_REFERENCES = 3;

/**
 * Reads and checks `instances` and `parameters` of a `predictLongRunning` call.
 * @throws ApiError 400 that names the field, or for files what {@link requireActive} says
 */
export function readVideoOrder(call: Call, body: Json): VideoOrder {
	const { strictJson } = call.world.settings;
	if (!Array.isArray(body.instances) || body.instances.length !== 1)
		throw badRequest('instances must hold one instance.');
	// Both are google.protobuf.Value on the wire: only camelCase names count.
	const instance = plain(body.instances[0], 'instances[0]', INSTANCE, strictJson);
	const parameters = plain(body.parameters ?? {}, 'parameters', PARAMETERS, strictJson);
	const prompt = optionalString(instance.prompt, 'instances[0].prompt') ?? '';
	checkMedia(call, instance);
	if (prompt === '' && instance.referenceImages !== undefined)
		throw badRequest('`referenceImages` needs a prompt.');
	if (prompt === '' && !instance.image && !instance.video)
		throw badRequest('instances[0] needs a prompt, an image or a video.');
	checkParameters(parameters, instance);
	return { prompt, samples: readSamples(call, parameters.sampleCount) };
}

function plain(value: unknown, path: string, fields: string[], strict: boolean): Json {
	if (!isObject(value)) throw badRequest(`${path} must be an object.`);
	const wrong = Object.keys(value).find((name) => !fields.includes(name));
	if (wrong !== undefined && ENTERPRISE_ONLY.includes(wrong))
		throw badRequest(`\`${wrong}\` isn't supported by this model.`);
	if (wrong !== undefined && strict) throw unknownField(wrong, path);
	return value;
}

function checkMedia(call: Call, { image, lastFrame, referenceImages, video }: Json): void {
	if (image !== undefined) checkImage(image, 'instances[0].image');
	if (lastFrame !== undefined) {
		checkImage(lastFrame, 'instances[0].lastFrame');
		if (image === undefined) throw badRequest('`lastFrame` requires `image`.');
	}
	if (referenceImages !== undefined) checkReferences(referenceImages);
	if (video !== undefined) checkVideo(call, video);
	const others = [image, lastFrame, video].some((one) => one !== undefined);
	if (referenceImages !== undefined && others)
		throw badRequest('`referenceImages` cannot be combined with `image`, `lastFrame` or `video`.');
}

function checkImage(value: unknown, path: string): void {
	const { bytesBase64Encoded, mimeType } = plain(
		value,
		path,
		['bytesBase64Encoded', 'mimeType'],
		true,
	);
	if (!isBase64(bytesBase64Encoded)) throw badRequest(`${path}.bytesBase64Encoded is not base64.`);
	if (typeof mimeType !== 'string' || !mimeType.startsWith('image/'))
		throw badRequest(`${path}.mimeType must be the type of an image.`);
}

function checkReferences(value: unknown): void {
	if (!Array.isArray(value) || value.length === 0 || value.length > MOST_REFERENCES)
		throw badRequest(`referenceImages takes 1 to ${MOST_REFERENCES} images.`);
	value.forEach((one: unknown, index) => {
		const path = `instances[0].referenceImages[${index}]`;
		const { image, referenceType } = plain(one, path, ['image', 'referenceType'], true);
		checkImage(image, `${path}.image`);
		choice(String(referenceType).toUpperCase(), ['ASSET', 'STYLE'], `${path}.referenceType`);
	});
}

/** A film to extend: the URI of one made before, or its bytes. */
function checkVideo({ world, project }: Call, value: unknown): void {
	const path = 'instances[0].video';
	const { uri, encodedVideo } = plain(value, path, ['uri', 'encodedVideo', 'encoding'], true);
	if (uri === undefined) {
		if (!isBase64(encodedVideo)) throw badRequest(`${path} needs a uri or encodedVideo.`);
		return;
	}
	const name = fileNameOf(world, String(uri));
	if (name === undefined) throw badRequest(`Unsupported video uri: ${String(uri)}`);
	requireActive(world, project, name);
}

function checkParameters(parameters: Json, instance: Json): void {
	const { durationSeconds, aspectRatio, resolution, personGeneration, enhancePrompt } = parameters;
	choice(durationSeconds, [4, 6, 8], 'durationSeconds');
	choice(aspectRatio, ['16:9', '9:16'], 'aspectRatio');
	choice(resolution, ['720p', '1080p', '4k'], 'resolution');
	choice(personGeneration, ['dont_allow', 'allow_adult', 'allow_all'], 'personGeneration');
	choice(enhancePrompt, [true, false], 'enhancePrompt');
	optionalString(parameters.negativePrompt, 'parameters.negativePrompt');
	if (instance.video !== undefined && resolution !== undefined && resolution !== '720p')
		throw badRequest('Videos are extended at 720p only.');
	if (instance.referenceImages !== undefined && aspectRatio === '9:16')
		throw badRequest('`referenceImages` needs the aspect ratio 16:9.');
}

/** Absent, or one of these; numbers as text are not numbers. */
function choice(value: unknown, allowed: unknown[], name: string): void {
	if (value === undefined || allowed.includes(value)) return;
	throw badRequest(
		`The value ${JSON.stringify(value)} for ${snake(name)} is not supported. Supported: ${allowed.join(', ')}.`,
	);
}

function readSamples({ world }: Call, value: unknown): number {
	const most = world.settings.veoMostSamples;
	choice(
		value,
		Array.from({ length: most }, (_, index) => index + 1),
		'sampleCount',
	);
	return Math.max(Number(value ?? 1), world.settings.filmsPerJob);
}

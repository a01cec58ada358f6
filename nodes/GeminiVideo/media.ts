import { NodeOperationError, type IBinaryData, type IExecuteFunctions } from 'n8n-workflow';

import type { GeminiClient } from '../shared/gemini/client';
import { fileName, settledFile, type RemoteFile } from '../shared/gemini/files';
import { MAX_FILE_BYTES, uploadFile } from '../shared/gemini/upload';
import type { Family } from './models';
import type { MediaField } from './readRequest';
import type { ReadyMedia } from './request';

/** An image or a video that can be used: it is there, and of the right type. */
export interface CheckedMedia extends MediaField {
	mimeType: string;
	/** A file of the Files API, or ... */
	uri?: string;
	/** ... binary data of the item, with its size in bytes. */
	binary?: IBinaryData;
	size: number;
}

/** How long Google may take to process a file, in milliseconds. */
export const PROCESSING_LIMIT = 300_000;

/** The request as a whole has to stay below 20 MB (https://ai.google.dev/gemini-api/docs/files); base64 adds a third. */
const MAX_BASE64_BYTES = 14_500_000;

/** Bytes that are read at a time. */
const CHUNK = 1024 * 1024;

/** The types that the Interactions API knows, from the types of Google's SDK 3.1.0. */
const IMAGE_TYPES = ['png', 'jpeg', 'webp', 'heic', 'heif', 'gif', 'bmp', 'tiff'].map(
	(one) => `image/${one}`,
);
const VEO_IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp'];
const VIDEO_TYPES = [
	...['mp4', 'mpeg', 'mpg', 'mov', 'quicktime', 'avi', 'x-msvideo', 'x-flv', 'webm', 'wmv', '3gpp'],
	'x-ms-wmv',
].map((one) => `video/${one}`);

type Refuse = (message: string, description: string) => NodeOperationError;

const refusal =
	(context: IExecuteFunctions, itemIndex: number): Refuse =>
	(message, description) =>
		new NodeOperationError(context.getNode(), message, { description, itemIndex });

/** Whether the user named a file of the Files API, not a binary field. */
const isAddress = (value: string): boolean => /^(https?:\/\/|files\/)/.test(value);

const typesFor = (family: Family, { role }: MediaField): string[] => {
	if (role === 'video') return VIDEO_TYPES;
	return family === 'veo' ? VEO_IMAGE_TYPES : IMAGE_TYPES;
};

function checkType(family: Family, field: MediaField, mimeType: string, refuse: Refuse): void {
	const types = typesFor(family, field);
	const bare = mimeType.split(';')[0].trim().toLowerCase();
	if (types.includes(bare)) return;
	const what = field.role === 'video' ? 'a video' : 'an image';
	throw refuse(
		`'${field.label}' is not ${what} that Google takes: ${field.value} is of the type ${mimeType || '(none)'}`,
		`Google takes ${types.join(', ')}. If the file is one of these, set its MIME type in the node before.`,
	);
}

/** A file of the Files API, once it can be used. */
async function checkedFile(
	client: GeminiClient,
	field: MediaField,
	refuse: Refuse,
): Promise<RemoteFile> {
	const { label, value } = field;
	const name = fileName(value);
	if (!name) {
		throw refuse(
			`'${label}' is not a file of the Files API: ${value}`,
			"Google's video models take no other addresses. Download the file before this node and name its binary field here.",
		);
	}
	return usable(await settledFile(client, name, PROCESSING_LIMIT), label, refuse);
}

/** The file, unless Google could not process it. */
function usable(file: RemoteFile, label: string, refuse: Refuse): RemoteFile {
	if (file.state === 'ACTIVE') return file;
	throw file.state === 'FAILED'
		? refuse(
				`Google could not process '${label}' (${file.name})`,
				`${file.reason ? `"${file.reason}". ` : ''}Check that it plays, or convert it to MP4 or JPEG.`,
			)
		: refuse(`Google is still processing '${label}' (${file.name})`, 'Try again in a few minutes.');
}

/** The exact number of bytes: n8n's own text for it is rounded. */
async function sizeOf(context: IExecuteFunctions, { id, data }: IBinaryData): Promise<number> {
	if (!id) return Buffer.from(data, 'base64').length;
	const { fileSize } = await context.helpers.getBinaryMetadata(id);
	return fileSize;
}

async function checkedBinary(
	context: IExecuteFunctions,
	index: number,
	field: MediaField,
	refuse: Refuse,
): Promise<CheckedMedia> {
	const { label, value } = field;
	if (value === '') {
		throw refuse(`'${label}' is empty`, 'Name the binary field that holds the file.');
	}
	let binary: IBinaryData;
	try {
		binary = context.helpers.assertBinaryData(index, value);
	} catch {
		throw refuse(
			`'${label}' names the binary field '${value}', which the item does not have`,
			'Name a binary field of the incoming item, or a file of the Files API: files/… or its address.',
		);
	}
	const size = await sizeOf(context, binary);
	if (size === 0) throw refuse(`'${label}' (${value}) is empty`, 'Check the node it comes from.');
	if (size > MAX_FILE_BYTES) {
		throw refuse(
			`'${label}' (${value}) has ${(size / 1e9).toFixed(1)} GB, and Google takes 2 GB at most`,
			'Make it smaller before this node.',
		);
	}
	return { ...field, binary, size, mimeType: binary.mimeType };
}

/**
 * Checks the images and videos of one item; nothing is uploaded.
 *
 * @throws NodeOperationError that names the field, GeminiApiError that names the file
 */
export async function checkMedia(
	context: IExecuteFunctions,
	client: GeminiClient,
	index: number,
	family: Family,
	fields: MediaField[],
): Promise<CheckedMedia[]> {
	const refuse = refusal(context, index);
	const checked: CheckedMedia[] = [];
	for (const field of fields) {
		const isFile = isAddress(field.value);
		if (isFile && family === 'veo' && field.role !== 'video') {
			throw refuse(
				`'${field.label}' must be a binary field, and is ${field.value}`,
				'Veo takes images inside the request only. Name a binary field of the incoming item.',
			);
		}
		let media: CheckedMedia;
		if (isFile) {
			const { uri, mimeType, sizeBytes: size } = await checkedFile(client, field, refuse);
			media = { ...field, uri, mimeType, size };
		} else media = await checkedBinary(context, index, field, refuse);
		checkType(family, field, media.mimeType, refuse);
		checked.push(media);
	}
	const inside = checked.filter(({ role }) => family === 'veo' && role !== 'video');
	const bytes = inside.reduce((sum, { size }) => sum + size, 0);
	if (bytes > MAX_BASE64_BYTES) {
		throw refuse(
			`The images have ${(bytes / 1e6).toFixed(1)} MB together, and Veo takes ${MAX_BASE64_BYTES / 1e6} MB at most`,
			'Make them smaller before this node.',
		);
	}
	return checked;
}

async function upload(
	context: IExecuteFunctions,
	client: GeminiClient,
	{ binary, label, mimeType, size, value }: CheckedMedia & { binary: IBinaryData },
	refuse: Refuse,
): Promise<string> {
	const bytes = binary.id
		? await context.helpers.getBinaryStream(binary.id, CHUNK)
		: [Buffer.from(binary.data, 'base64')];
	const displayName = binary.fileName ?? value;
	const { name } = await uploadFile(client, { displayName, mimeType, size, bytes });
	return usable(await settledFile(client, name, PROCESSING_LIMIT), label, refuse).uri;
}

/**
 * Brings the images and videos of one item into the form that goes into a request: uploads binary data, piece by
 * piece, and waits until Google can use it. Veo takes images inside the request.
 *
 * @throws NodeOperationError, GeminiApiError that name the file
 */
export async function readyMedia(
	context: IExecuteFunctions,
	client: GeminiClient,
	index: number,
	family: Family,
	checked: CheckedMedia[],
): Promise<ReadyMedia[]> {
	const ready: ReadyMedia[] = [];
	for (const media of checked) {
		const { role, mimeType, uri, binary, value } = media;
		if (!binary) ready.push({ role, mimeType, uri });
		else if (family === 'veo' && role !== 'video') {
			const bytes = await context.helpers.getBinaryDataBuffer(index, value);
			ready.push({ role, mimeType, base64: bytes.toString('base64') });
		} else {
			const refuse = refusal(context, index);
			ready.push({
				role,
				mimeType,
				uri: await upload(context, client, { ...media, binary }, refuse),
			});
		}
	}
	return ready;
}

import type { IExecuteFunctions } from 'n8n-workflow';

import { binaryFile, type BinaryFile } from '../shared/binaryFile';
import type { GeminiClient } from '../shared/gemini/client';
import { fileName, type RemoteFile } from '../shared/gemini/files';
import { uploadBinary, usableFile } from '../shared/gemini/readyFile';
import { MAX_FILE_BYTES } from '../shared/gemini/upload';
import { refuse, sizeText, type Objection } from '../shared/objection';
import type { Family } from './models';
import type { MediaField } from './readRequest';
import type { ReadyMedia } from './request';

/** An image or a video that can be used: it is there, and of the right type. */
export interface CheckedMedia extends MediaField {
	mimeType: string;
	/** A file of the Files API, or ... */
	uri?: string;
	/** ... binary data of the item. */
	binary?: BinaryFile;
	/** Bytes. */
	size: number;
}

/** The request as a whole has to stay below 20 MB (https://ai.google.dev/gemini-api/docs/files); base64 adds a third. */
const MAX_BASE64_BYTES = 14_500_000;

/** The types that the Interactions API knows, from the types of Google's SDK 3.1.0. */
const IMAGE_TYPES = ['png', 'jpeg', 'webp', 'heic', 'heif', 'gif', 'bmp', 'tiff'].map(
	(one) => `image/${one}`,
);
const VEO_IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp'];
const VIDEO_TYPES = [
	...['mp4', 'mpeg', 'mpg', 'mov', 'quicktime', 'avi', 'x-msvideo', 'x-flv', 'webm', 'wmv', '3gpp'],
	'x-ms-wmv',
].map((one) => `video/${one}`);

/** Whether the user named a file of the Files API, not a binary field. */
const isAddress = (value: string): boolean => /^(https?:\/\/|files\/)/.test(value);

const typesFor = (family: Family, { role }: MediaField): string[] => {
	if (role === 'video') return VIDEO_TYPES;
	return family === 'veo' ? VEO_IMAGE_TYPES : IMAGE_TYPES;
};

function objectionToType(family: Family, field: CheckedMedia): Objection | undefined {
	const { label, role, value, mimeType } = field;
	const types = typesFor(family, field);
	if (types.includes(mimeType.split(';')[0].trim().toLowerCase())) return undefined;
	const what = role === 'video' ? 'a video' : 'an image';
	return {
		message: `'${label}' is not ${what} that Google takes: ${value} is of the type ${mimeType || '(none)'}`,
		description: `Google takes ${types.join(', ')}. If the file is one of these, set its MIME type in the node before.`,
	};
}

/** Says that Google can't use the file of a field. */
const unusable =
	(label: string, itemIndex: number) =>
	({ name, state, reason }: RemoteFile): Objection =>
		state === 'FAILED'
			? {
					itemIndex,
					message: `Google could not process '${label}' (${name})`,
					description: `${reason ? `"${reason}". ` : ''}Check that it plays, or convert it to MP4 or JPEG.`,
				}
			: {
					itemIndex,
					message: `Google is still processing '${label}' (${name})`,
					description: 'Try again in a few minutes.',
				};

/** A file of the Files API, once it can be used. */
async function checkedFile(
	context: IExecuteFunctions,
	client: GeminiClient,
	index: number,
	field: MediaField,
): Promise<CheckedMedia> {
	const { label, value } = field;
	const name = fileName(value);
	if (!name) {
		return refuse(context, {
			itemIndex: index,
			message: `'${label}' is not a file of the Files API: ${value}`,
			description:
				"Google's video models take no other addresses. Download the file before this node and name its binary field here.",
		});
	}
	const { uri, mimeType, sizeBytes } = await usableFile(client, name, unusable(label, index));
	return { ...field, uri, mimeType, size: sizeBytes };
}

function objectionToBinary({ label, value }: MediaField, file?: BinaryFile): Objection | undefined {
	if (value === '') {
		return {
			message: `'${label}' is empty`,
			description: 'Name the binary field that holds the file.',
		};
	}
	if (!file) {
		return {
			message: `'${label}' names the binary field '${value}', which the item does not have`,
			description:
				'Name a binary field of the incoming item, or a file of the Files API: files/… or its address.',
		};
	}
	if (file.size === 0) {
		return {
			message: `'${label}' (${value}) is empty`,
			description: 'Check the node it comes from.',
		};
	}
	if (file.size <= MAX_FILE_BYTES) return undefined;
	return {
		message: `'${label}' (${value}) has ${sizeText(file.size)}, and Google takes ${sizeText(MAX_FILE_BYTES)} at most`,
		description: 'Make it smaller before this node.',
	};
}

async function checkedBinary(
	context: IExecuteFunctions,
	index: number,
	field: MediaField,
): Promise<CheckedMedia> {
	const binary = await binaryFile(context, index, field.value);
	const objection = objectionToBinary(field, binary);
	if (objection || !binary) return refuse(context, objection!, index);
	const { size, mimeType } = binary;
	return { ...field, binary, size, mimeType };
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
	const checked: CheckedMedia[] = [];
	for (const field of fields) {
		const isFile = isAddress(field.value);
		if (isFile && family === 'veo' && field.role !== 'video') {
			refuse(context, {
				itemIndex: index,
				message: `'${field.label}' must be a binary field, and is ${field.value}`,
				description:
					'Veo takes images inside the request only. Name a binary field of the incoming item.',
			});
		}
		const media = isFile
			? await checkedFile(context, client, index, field)
			: await checkedBinary(context, index, field);
		refuse(context, objectionToType(family, media), index);
		checked.push(media);
	}
	const inside = checked.filter(({ role }) => family === 'veo' && role !== 'video');
	const bytes = inside.reduce((sum, { size }) => sum + size, 0);
	if (bytes > MAX_BASE64_BYTES) {
		refuse(context, {
			itemIndex: index,
			message: `The images have ${sizeText(bytes)} together, and Veo takes ${sizeText(MAX_BASE64_BYTES)} at most`,
			description: 'Make them smaller before this node.',
		});
	}
	return checked;
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
	for (const { role, mimeType, uri, binary, value, label } of checked) {
		if (!binary) ready.push({ role, mimeType, uri });
		else if (family === 'veo' && role !== 'video') {
			const bytes = await context.helpers.getBinaryDataBuffer(index, value);
			ready.push({ role, mimeType, base64: bytes.toString('base64') });
		} else {
			const file = await uploadBinary(client, binary, unusable(label, index));
			ready.push({ role, mimeType, uri: file.uri });
		}
	}
	return ready;
}

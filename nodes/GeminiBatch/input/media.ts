import { MAX_FILE_BYTES } from '../../shared/gemini/upload';
import type { Json } from '../../shared/json';
import { sizeText, type Objection } from './objection';

/** A binary field of an item. Its bytes stay where n8n keeps them until they are asked for. */
export interface BinaryFile {
	/** The field that holds it. */
	field: string;
	itemIndex: number;
	fileName: string;
	mimeType: string;
	/** Bytes. */
	size: number;
	/** Equal for the same file in several items. */
	identity: string;
	/** Each call gives all bytes anew. */
	open: () => Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>>;
}

/** A file that Google has already. */
export interface FileReference {
	/** `files/x` */
	identity: string;
}

/** A file that goes along with a prompt. */
export type Media = BinaryFile | FileReference;

export const isBinary = (media: Media): media is BinaryFile => 'open' in media;

/** How a request refers to a file at Google. */
export interface RemoteMedia {
	fileUri: string;
	mimeType: string;
}

/** Files that are at Google, by identity. All others go along inside of the request. */
export type KnownFiles = ReadonlyMap<string, RemoteMedia>;

/** Larger files are uploaded and referred to: lines of an input file that hold several of them become unwieldy. */
export const MAX_INLINE_MEDIA_BYTES = 4_000_000;

/** What Gemini models read: https://ai.google.dev/gemini-api/docs/file-input-methods and the guides it leads to. */
const TYPES = [
	'application/pdf',
	'image/png',
	'image/jpeg',
	'image/webp',
	'image/heic',
	'image/heif',
	'audio/aac',
	'audio/aiff',
	'audio/flac',
	'audio/mp3',
	'audio/mpeg',
	'audio/ogg',
	'audio/wav',
	'audio/x-wav',
	'video/3gpp',
	'video/avi',
	'video/mov',
	'video/mp4',
	'video/mpeg',
	'video/mpg',
	'video/quicktime',
	'video/webm',
	'video/wmv',
	'video/x-flv',
];

const isReadable = (mimeType: string): boolean =>
	mimeType.startsWith('text/') || TYPES.includes(mimeType);

/**
 * What is wrong with a file that is to go along with a prompt; undefined when nothing is.
 *
 * @param maxBytes the largest file that Google takes
 */
export function objectionToMedia(
	{ field, itemIndex, fileName, mimeType, size }: BinaryFile,
	maxBytes = MAX_FILE_BYTES,
): Objection | undefined {
	const which = `The file '${fileName}' in '${field}' of item ${itemIndex}`;
	if (!isReadable(mimeType)) {
		return {
			itemIndex,
			message: `${which} is of the type ${mimeType}, which Gemini does not read`,
			description:
				'Images may be PNG, JPEG, WebP, HEIC or HEIF. PDF, text, and the usual kinds of audio and video are read, too. Convert the file, or correct its MIME type.',
		};
	}
	if (size === 0) {
		return {
			itemIndex,
			message: `${which} is empty`,
			description: 'Look at what the node before puts out.',
		};
	}
	if (size <= maxBytes) return undefined;
	return {
		itemIndex,
		message: `${which} has ${sizeText(size)}, and Google takes ${sizeText(maxBytes)} at most`,
		description: 'Make the file smaller, or take it out.',
	};
}

/** Bytes as base64 text, without making it. */
export const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4;

/** @see https://ai.google.dev/api/caching#Part */
export const inlinePart = (mimeType: string, data: string): Json => ({
	inlineData: { mimeType, data },
});

export const remotePart = ({ fileUri, mimeType }: RemoteMedia): Json => ({
	fileData: { mimeType, fileUri },
});

import type { IExecuteFunctions } from 'n8n-workflow';

/** A binary field of an item. Its bytes stay where n8n keeps them until they are asked for. */
export interface BinaryFile {
	/** The field that holds it. */
	field: string;
	itemIndex: number;
	fileName: string;
	/** In small letters and without parameters; empty when it is not known. */
	mimeType: string;
	/** Bytes. */
	size: number;
	/** Equal for the same file in several items. */
	identity: string;
	/** Each call gives all bytes anew. */
	open: () => Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>>;
}

/** Bytes that n8n's storage gives at a time. */
const CHUNK = 256 * 1024;

/** The names of an item's binary fields. */
export const binaryNames = (context: IExecuteFunctions, itemIndex: number): string[] =>
	Object.keys(context.getInputData()[itemIndex].binary ?? {});

/**
 * A binary field of an item, by name. Nothing is read yet; where n8n keeps the bytes elsewhere, its records say how
 * many there are.
 *
 * @returns undefined when the item has no such field
 */
export async function binaryFile(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
): Promise<BinaryFile | undefined> {
	if (!binaryNames(context, itemIndex).includes(field)) return undefined;
	const { id, data, fileName, mimeType } = context.getInputData()[itemIndex].binary![field];
	const size = id
		? (await context.helpers.getBinaryMetadata(id)).fileSize
		: Buffer.byteLength(data, 'base64');
	return {
		field,
		itemIndex,
		fileName: fileName || field,
		mimeType: (mimeType ?? '').split(';')[0].trim().toLowerCase(),
		size,
		identity: id ?? data,
		open: async () =>
			id
				? ((await context.helpers.getBinaryStream(id, CHUNK)) as AsyncIterable<Uint8Array>)
				: [Buffer.from(data, 'base64')],
	};
}

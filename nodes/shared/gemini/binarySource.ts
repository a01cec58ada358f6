import { NodeOperationError, type IBinaryData, type IExecuteFunctions } from 'n8n-workflow';

import { MAX_FILE_BYTES, type UploadSource } from './upload';

/** Bytes that n8n's storage gives at a time. */
const CHUNK = 256 * 1024;

/**
 * The file in an item's binary field, without its bytes.
 *
 * @throws NodeOperationError that names the field and the item, when there is no such file or its type is unknown
 */
export function checkedBinary(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
): IBinaryData {
	const fields = context.getInputData()[itemIndex].binary ?? {};
	if (!Object.hasOwn(fields, field)) {
		throw new NodeOperationError(
			context.getNode(),
			`Item ${itemIndex} has no file in the binary field '${field}'`,
			{
				description: `Binary fields of this item: ${Object.keys(fields).join(', ') || 'none'}.`,
				itemIndex,
			},
		);
	}
	if (!fields[field].mimeType) {
		throw new NodeOperationError(
			context.getNode(),
			`The type of the file in '${field}' of item ${itemIndex} is not known`,
			{ description: 'Give the file a MIME type in the node that makes it.', itemIndex },
		);
	}
	return fields[field];
}

async function bytesOf(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
	id: string | undefined,
): Promise<Pick<UploadSource, 'bytes' | 'size'>> {
	if (id === undefined) {
		const bytes = await context.helpers.getBinaryDataBuffer(itemIndex, field);
		return { size: bytes.length, bytes: [bytes] };
	}
	const { fileSize } = await context.helpers.getBinaryMetadata(id);
	const bytes = await context.helpers.getBinaryStream(id, CHUNK);
	return { size: fileSize, bytes: bytes as AsyncIterable<Uint8Array> };
}

/**
 * The same, ready for an upload: streamed where n8n keeps it outside of memory.
 *
 * @throws NodeOperationError that names the field and the item; also when the file is too large for Google
 */
export async function binarySource(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
): Promise<UploadSource> {
	const { id, fileName, mimeType } = checkedBinary(context, itemIndex, field);
	const content = await bytesOf(context, itemIndex, field, id);
	if (content.size > MAX_FILE_BYTES) {
		throw new NodeOperationError(
			context.getNode(),
			`The file in '${field}' of item ${itemIndex} has ${content.size} bytes, and Google takes 2 GB at most`,
			{ description: 'Make it smaller, or split it.', itemIndex },
		);
	}
	return { displayName: fileName ?? field, mimeType, ...content };
}

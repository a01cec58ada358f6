import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import type { BinaryFile } from './media';
import { refuse } from './objection';

/** Bytes of a binary field. Where n8n keeps the bytes elsewhere, its records say how many there are. */
async function sizeOf(context: IExecuteFunctions, binary: IBinaryData): Promise<number> {
	if (!binary.id) return Buffer.byteLength(binary.data, 'base64');
	const { fileSize } = await context.helpers.getBinaryMetadata(binary.id);
	return fileSize;
}

/**
 * A binary field of an item, by name. Nothing is read yet.
 *
 * @throws NodeOperationError that names the item and what it has instead
 */
export async function binaryFile(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
): Promise<BinaryFile> {
	const fields = context.getInputData()[itemIndex].binary ?? {};
	if (!Object.hasOwn(fields, field)) {
		const names = Object.keys(fields).map((name) => `'${name}'`);
		refuse(context, {
			itemIndex,
			message: `Item ${itemIndex} has no binary field '${field}'`,
			description:
				names.length > 0
					? `It has ${names.join(', ')}.`
					: 'It has none at all. Let the node before read or download the file.',
		});
	}
	const binary = fields[field];
	const { id, data, fileName, mimeType } = binary;
	return {
		field,
		itemIndex,
		fileName: fileName || field,
		mimeType: mimeType.split(';')[0].trim().toLowerCase(),
		size: await sizeOf(context, binary),
		identity: id ?? data,
		open: async () =>
			id ? await context.helpers.getBinaryStream(id) : [Buffer.from(data, 'base64')],
	};
}

/** The names of an item's binary fields that a text asks for: comma separated, or `*` for all there are. */
export function binaryFields(
	context: IExecuteFunctions,
	itemIndex: number,
	wanted: string,
): string[] {
	if (wanted.trim() === '*') return Object.keys(context.getInputData()[itemIndex].binary ?? {});
	return wanted
		.split(',')
		.map((name) => name.trim())
		.filter((name) => name !== '');
}

import type { IExecuteFunctions } from 'n8n-workflow';

import { binaryFile, binaryNames, type BinaryFile } from '../../shared/binaryFile';
import { fieldList } from '../../shared/fieldText';
import { refuse } from '../../shared/objection';

/**
 * A binary field of an item, by name. Nothing is read yet.
 *
 * @throws NodeOperationError that names the item and what it has instead
 */
export async function itemFile(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
): Promise<BinaryFile> {
	const file = await binaryFile(context, itemIndex, field);
	if (file) return file;
	const names = binaryNames(context, itemIndex).map((name) => `'${name}'`);
	return refuse(context, {
		itemIndex,
		message: `Item ${itemIndex} has no binary field '${field}'`,
		description:
			names.length > 0
				? `It has ${names.join(', ')}.`
				: 'It has none at all. Let the node before read or download the file.',
	});
}

/** The names of an item's binary fields that a text asks for: comma separated, or `*` for all there are. */
export const binaryFields = (
	context: IExecuteFunctions,
	itemIndex: number,
	wanted: string,
): string[] => (wanted.trim() === '*' ? binaryNames(context, itemIndex) : fieldList(wanted));

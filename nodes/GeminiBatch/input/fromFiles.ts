import type { IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from '../../shared/fieldText';
import { fileName } from '../../shared/gemini/files';
import { readyFile, uploadReadyFile } from '../../shared/gemini/readyFile';
import { MAX_FILE_BYTES } from '../../shared/gemini/upload';
import type { RequestKind } from '../requestKind';
import { binaryFile } from './binaryFile';
import { checkJsonl } from './jsonl';
import { isObjection, refuse, sizeText } from './objection';
import type { PlannedBatch } from './plannedBatch';

/**
 * The JSONL file of one item as a batch. It is read twice: to check every line, and to send it.
 *
 * @param maxBytes how large it may be
 * @throws NodeOperationError that names the item or the line
 */
export async function batchFromJsonl(
	context: IExecuteFunctions,
	kind: RequestKind,
	itemIndex: number,
	maxBytes = MAX_FILE_BYTES,
): Promise<PlannedBatch> {
	const field = fieldText(context.getNodeParameter('binaryField', itemIndex, 'data')).trim();
	const file = await binaryFile(context, itemIndex, field);
	if (file.size > maxBytes) {
		refuse(context, {
			itemIndex,
			message: `The file '${file.fileName}' has ${sizeText(file.size)}, and Google takes ${sizeText(maxBytes)} at most`,
			description: 'Divide it into several files.',
		});
	}
	const found = await checkJsonl(await file.open(), kind, file.fileName, maxBytes);
	if (isObjection(found)) return refuse(context, { ...found, itemIndex });
	const { keys, asJson, size } = found;
	return {
		key: String(itemIndex),
		label: '',
		first: itemIndex,
		count: 1,
		keys,
		asJson,
		input: async (client) => {
			const { name } = await uploadReadyFile(client, {
				displayName: file.fileName,
				mimeType: 'application/jsonl',
				size,
				bytes: await file.open(),
			});
			return { fileName: name };
		},
	};
}

/**
 * A file that is at Google already as a batch.
 *
 * @throws NodeOperationError that names the item
 */
export function batchFromRemote(context: IExecuteFunctions, itemIndex: number): PlannedBatch {
	const given = fieldText(context.getNodeParameter('remoteFile', itemIndex, ''));
	const name = fileName(given);
	if (!name) {
		refuse(context, {
			itemIndex,
			message: `'File' of item ${itemIndex} is not the name of a file at Google: ${given}`,
			description: 'Such a name looks like files/p1mds9fl15bs.',
		});
	}
	return {
		key: String(itemIndex),
		label: '',
		first: itemIndex,
		count: 1,
		keys: undefined,
		asJson: false,
		input: async (client) => ({ fileName: (await readyFile(client, name, itemIndex)).name }),
	};
}

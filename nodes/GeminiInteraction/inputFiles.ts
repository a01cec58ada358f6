import type { IExecuteFunctions } from 'n8n-workflow';

import { binaryFile, binaryNames, type BinaryFile } from '../shared/binaryFile';
import { fieldText } from '../shared/fieldText';
import type { GeminiClient } from '../shared/gemini/client';
import { fileName, getFile, type RemoteFile } from '../shared/gemini/files';
import { usableFile, uploadBinary } from '../shared/gemini/readyFile';
import { MAX_FILE_BYTES } from '../shared/gemini/upload';
import { jsonList, type Json } from '../shared/json';
import { refuse, sizeText, type Objection } from '../shared/objection';
import { mediaPart } from './request';

/** One entry of the field 'Files'. */
interface Entry {
	/** The binary field, or the file at Google as `files/x`. */
	field?: string;
	name?: string;
}

function entryOf(context: IExecuteFunctions, entry: Json, itemIndex: number): Entry {
	if (entry.source !== 'google') return { field: fieldText(entry.field).trim() };
	const name = fileName(fieldText(entry.file));
	if (name) return { name };
	return refuse(context, {
		itemIndex,
		message: `'File' of item ${itemIndex} is not a file of Google's Files API: ${fieldText(entry.file)}`,
		description:
			"It looks like files/abc123 or https://generativelanguage.googleapis.com/v1beta/files/abc123. Take files from elsewhere as 'Binary Field': the node uploads them.",
	});
}

const entriesOf = (context: IExecuteFunctions, itemIndex: number): Entry[] =>
	jsonList(context.getNodeParameter('files.entries', itemIndex, [])).map((entry) =>
		entryOf(context, entry, itemIndex),
	);

/** The file in an item's binary field, as far as it can be checked before it is sent. */
async function checkedBinary(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
): Promise<BinaryFile> {
	const file = await binaryFile(context, itemIndex, field);
	if (!file) {
		return refuse(context, {
			itemIndex,
			message: `Item ${itemIndex} has no file in the binary field '${field}'`,
			description: `Binary fields of this item: ${binaryNames(context, itemIndex).join(', ') || 'none'}.`,
		});
	}
	if (file.mimeType === '') {
		refuse(context, {
			itemIndex,
			message: `The type of the file in '${field}' of item ${itemIndex} is not known`,
			description: 'Give the file a MIME type in the node that makes it.',
		});
	}
	if (file.size > MAX_FILE_BYTES) {
		refuse(context, {
			itemIndex,
			message: `The file in '${field}' of item ${itemIndex} has ${sizeText(file.size)}, and Google takes ${sizeText(MAX_FILE_BYTES)} at most`,
			description: 'Make it smaller, or split it.',
		});
	}
	return file;
}

const unusable =
	(itemIndex: number) =>
	({ name, state, reason }: RemoteFile): Objection => {
		const why =
			state === 'FAILED' ? 'Google could not process it' : 'Google is still processing it';
		const todo =
			state === 'FAILED' ? 'Check the format of the file.' : 'Try again in a few minutes.';
		return {
			itemIndex,
			message: `The file ${name} of item ${itemIndex} cannot be used: ${why}`,
			description: `${reason ? `"${reason}" ` : ''}${todo}`,
		};
	};

/**
 * Checks the files of an item: those of the item are there, those at Google can be read with this key.
 *
 * @throws NodeOperationError, GeminiApiError that name the file
 */
export async function checkFiles(
	context: IExecuteFunctions,
	client: GeminiClient,
	itemIndex: number,
): Promise<void> {
	for (const { field, name } of entriesOf(context, itemIndex)) {
		if (field !== undefined) await checkedBinary(context, itemIndex, field);
		if (name === undefined) continue;
		const file = await getFile(client, name);
		if (file.state === 'FAILED') refuse(context, unusable(itemIndex)(file));
	}
}

/**
 * Uploads the files of an item, waits until Google has processed them, and gives them as parts of the input.
 *
 * @throws NodeOperationError, GeminiApiError that name the file
 */
export async function fileParts(
	context: IExecuteFunctions,
	client: GeminiClient,
	itemIndex: number,
): Promise<Json[]> {
	const parts: Json[] = [];
	const inWords = unusable(itemIndex);
	for (const { name, field = '' } of entriesOf(context, itemIndex)) {
		const file = name
			? await usableFile(client, name, inWords)
			: await uploadBinary(client, await checkedBinary(context, itemIndex, field), inWords);
		parts.push(mediaPart(file));
	}
	return parts;
}

import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import { fieldText } from '../shared/fieldText';
import { binarySource, checkedBinary } from '../shared/gemini/binarySource';
import type { GeminiClient } from '../shared/gemini/client';
import { fileName, getFile, settledFile, type RemoteFile } from '../shared/gemini/files';
import { uploadFile } from '../shared/gemini/upload';
import { jsonList, type Json } from '../shared/json';
import { mediaPart } from './request';

/** How long to wait for Google to process a file. Milliseconds. */
const PROCESSING_LIMIT = 300_000;

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
	throw new NodeOperationError(
		context.getNode(),
		`'File' of item ${itemIndex} is not a file of Google's Files API: ${fieldText(entry.file)}`,
		{
			description:
				"It looks like files/abc123 or https://generativelanguage.googleapis.com/v1beta/files/abc123. Take files from elsewhere as 'Binary Field': the node uploads them.",
			itemIndex,
		},
	);
}

const entriesOf = (context: IExecuteFunctions, itemIndex: number): Entry[] =>
	jsonList(context.getNodeParameter('files.entries', itemIndex, [])).map((entry) =>
		entryOf(context, entry, itemIndex),
	);

function refuseUnusable(context: IExecuteFunctions, file: RemoteFile, itemIndex: number): void {
	const { name, state, reason } = file;
	if (state === 'ACTIVE') return;
	const why = state === 'FAILED' ? 'Google could not process it' : 'Google is still processing it';
	throw new NodeOperationError(
		context.getNode(),
		`The file ${name} of item ${itemIndex} cannot be used: ${why}`,
		{
			description: `${reason ? `"${reason}" ` : ''}${
				state === 'FAILED' ? 'Check the format of the file.' : 'Try again in a few minutes.'
			}`,
			itemIndex,
		},
	);
}

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
		if (field !== undefined) checkedBinary(context, itemIndex, field);
		if (name === undefined) continue;
		const file = await getFile(client, name);
		if (file.state !== 'PROCESSING') refuseUnusable(context, file, itemIndex);
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
	for (const entry of entriesOf(context, itemIndex)) {
		const name =
			entry.name ??
			(await uploadFile(client, await binarySource(context, itemIndex, entry.field ?? ''))).name;
		const file = await settledFile(client, name, PROCESSING_LIMIT);
		refuseUnusable(context, file, itemIndex);
		parts.push(mediaPart(file));
	}
	return parts;
}

import type {
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

import type { GeminiClient } from '../shared/gemini/client';
import { openDownload } from '../shared/gemini/download';
import { fileName, settledFile } from '../shared/gemini/files';
import { redact } from '../shared/gemini/redact';
import { storeBytes } from '../shared/gemini/storeBytes';
import type { MadeFile } from './answer';

/** How long to wait for a generated file to be ready. Milliseconds. */
const READY_LIMIT = 60_000;

export interface FilesTarget {
	/** Whether files that Google keeps are fetched, too. */
	download: boolean;
	/** The binary field for the first file; the others get a number behind it. */
	field: string;
}

const shortName = ({ type, mimeType }: MadeFile, index: number): string => {
	const ending = /^[\w-]+\/([\w-]+)/.exec(mimeType ?? '')?.[1];
	return `${type}-${index + 1}${ending ? `.${ending}` : ''}`;
};

async function download(client: GeminiClient, uri: string) {
	const name = fileName(uri);
	if (name) {
		const { state, reason } = await settledFile(client, name, READY_LIMIT);
		if (state === 'FAILED') throw new Error(reason ?? `Google could not make ${name}`);
	}
	return await openDownload(client, uri);
}

/**
 * Puts the files that a model made into binary fields. A file that can't be had keeps the others and the answer from
 * nothing: its entry says why.
 *
 * @returns what the item shows of the files, and the binary fields
 */
export async function storeFiles(
	context: IExecuteFunctions | IWebhookFunctions,
	client: GeminiClient,
	files: MadeFile[],
	target: FilesTarget,
): Promise<{ files: IDataObject[]; binary: IBinaryKeyData }> {
	const binary: IBinaryKeyData = {};
	const shown: IDataObject[] = [];
	for (const [index, file] of files.entries()) {
		const { type, mimeType, uri, data } = file;
		const binaryField = index === 0 ? target.field : `${target.field}_${index}`;
		const shownUri = uri && redact(uri, [client.connection.apiKey]);
		const entry: IDataObject = { type, mimeType, uri: shownUri, binaryField: null };
		shown.push(entry);
		try {
			if (data === null && !(uri !== null && target.download)) continue;
			const fetched = data === null ? await download(client, uri ?? '') : undefined;
			binary[binaryField] = await storeBytes(
				context,
				{ action: 'keep', subject: shortName(file, index) },
				fetched?.stream ?? Buffer.from(data ?? '', 'base64'),
				shortName(file, index),
				mimeType ?? fetched?.mimeType ?? undefined,
			);
			entry.binaryField = binaryField;
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			entry.error = redact(reason, [client.connection.apiKey]);
		}
	}
	return { files: shown, binary };
}

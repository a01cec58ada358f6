import type { Json } from '../../shared/json';
import { requestOf, type BatchPrompt } from '../requests';
import type { RequestKind } from '../requestKind';
import {
	base64Length,
	inlinePart,
	isBinary,
	remotePart,
	type BinaryFile,
	type KnownFiles,
	type Media,
} from './media';

/** Longer than the address and the type of any file at Google. Bytes. */
const ADDRESS_BYTES = 300;

/** Pieces of about this many bytes are handed on, rather than thousands of short lines. */
const CHUNK = 64 * 1024;

type DataOf = (file: BinaryFile) => string;

/** The files of a prompt that go along inside of its request. */
const inlineFiles = ({ media = [] }: BatchPrompt, known: KnownFiles): BinaryFile[] =>
	media.filter((one) => isBinary(one) && !known.has(one.identity)) as BinaryFile[];

function partsOf({ media = [] }: BatchPrompt, known: KnownFiles, dataOf: DataOf): Json[] {
	return media.map((one) => {
		const remote = known.get(one.identity);
		return remote
			? remotePart(remote)
			: inlinePart((one as BinaryFile).mimeType, dataOf(one as BinaryFile));
	});
}

const line = (key: string, request: Json): string => `${JSON.stringify({ key, request })}\n`;

/** How long a prompt's line will be, in bytes, without reading its files. */
export function lineSize(kind: RequestKind, prompt: BatchPrompt, known: KnownFiles): number {
	const request = requestOf(
		kind,
		prompt,
		partsOf(prompt, known, () => ''),
	);
	const data = inlineFiles(prompt, known).reduce((sum, { size }) => sum + base64Length(size), 0);
	return Buffer.byteLength(line(prompt.key, request)) + data;
}

/**
 * How long a prompt's line will be at most, in bytes, as long as nothing is uploaded and asked for.
 *
 * @param willRefer which of its files are going to be referred to
 */
export function expectedSize(
	kind: RequestKind,
	prompt: BatchPrompt,
	willRefer: (media: Media) => boolean,
): number {
	const longest = { fileUri: 'x'.repeat(ADDRESS_BYTES), mimeType: '' };
	const known = (prompt.media ?? [])
		.filter(willRefer)
		.map(({ identity }) => [identity, longest] as const);
	return lineSize(kind, prompt, new Map(known));
}

async function base64Of(file: BinaryFile): Promise<string> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of await file.open()) chunks.push(chunk);
	return Buffer.concat(chunks).toString('base64');
}

/** A prompt's request with everything in it. */
export async function wholeRequest(
	kind: RequestKind,
	prompt: BatchPrompt,
	known: KnownFiles,
): Promise<Json> {
	const data = new Map<BinaryFile, string>();
	for (const file of inlineFiles(prompt, known)) data.set(file, await base64Of(file));
	return requestOf(
		kind,
		prompt,
		partsOf(prompt, known, (file) => data.get(file) ?? ''),
	);
}

/**
 * The bytes of an input file. One request is made at a time; none is kept.
 *
 * @see https://ai.google.dev/gemini-api/docs/batch-api for the format
 */
export async function* lineBytes(
	kind: RequestKind,
	prompts: Iterable<BatchPrompt>,
	known: KnownFiles,
): AsyncGenerator<Buffer> {
	let waiting: string[] = [];
	let length = 0;
	for (const prompt of prompts) {
		const text = line(prompt.key, await wholeRequest(kind, prompt, known));
		waiting.push(text);
		length += text.length;
		if (length < CHUNK) continue;
		yield Buffer.from(waiting.join(''));
		waiting = [];
		length = 0;
	}
	if (length > 0) yield Buffer.from(waiting.join(''));
}

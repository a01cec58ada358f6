import { isJson, json, type Json } from '../../shared/json';
import type { RequestKind } from '../requestKind';
import { linesOf } from '../results/lines';
import { sizeText, type Objection } from './objection';

/** What an input file is found to hold. */
export interface JsonlSummary {
	keys: string[];
	/** Bytes. */
	size: number;
	/** Whether a request asks for JSON. */
	asJson: boolean;
}

/** A longer line is a mistake, and would have to be held as a whole. Bytes. */
const MAX_LINE_BYTES = 100_000_000;

/** Most keys that are looked at for repetitions: what a JavaScript Set can hold. */
const MAX_LINES = 16_000_000;

const BYTE_ORDER_MARK = '\ufeff';

/** The name a field of the API has in JSON, in both of its spellings. */
const field = (value: Json, camel: string, snake: string): unknown => value[camel] ?? value[snake];

function asksForJson(request: Json): boolean {
	const config = json(field(request, 'generationConfig', 'generation_config'));
	return field(config, 'responseMimeType', 'response_mime_type') === 'application/json';
}

const FORMAT =
	'Each line is a JSON object of its own: { "key": "request-1", "request": { … } }. See https://ai.google.dev/gemini-api/docs/batch-api';

/** Reads one line. @returns what is wrong with it, as the rest of a sentence, or its key and request */
function readLine(text: string, kind: RequestKind): string | { key: string; request: Json } {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return text.startsWith(BYTE_ORDER_MARK)
			? 'begins with a byte order mark; save the file as UTF-8 without it'
			: 'is not JSON';
	}
	if (!isJson(value)) return 'is not a JSON object';
	const { key, request } = value;
	if (!isJson(request)) return "has no 'request' that is a JSON object";
	if (typeof key !== 'string' || key === '') return "has no 'key' that is a text";
	const part = kind === 'embeddings' ? 'content' : 'contents';
	if (request[part] === undefined || request[part] === null) {
		return `has no '${part}' in its 'request', which requests for ${kind === 'embeddings' ? 'embeddings' : 'text and images'} need`;
	}
	return { key, request };
}

class Lines {
	private readonly first = new Map<string, number>();
	private readonly kind: RequestKind;
	private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
	private asJson = false;

	constructor(kind: RequestKind) {
		this.kind = kind;
	}

	private decoded(bytes: Buffer): string | undefined {
		try {
			return this.decoder.decode(bytes);
		} catch {
			return undefined;
		}
	}

	/** @returns what is wrong with the next line, as the rest of a sentence */
	take(number: number, bytes: Buffer | undefined): string | undefined {
		if (!bytes) return `is longer than ${sizeText(MAX_LINE_BYTES)}`;
		const text = this.decoded(bytes);
		if (text === undefined) return 'is not UTF-8';
		if (text.trim() === '') return undefined;
		const read = readLine(text, this.kind);
		if (typeof read === 'string') return read;
		const { key, request } = read;
		const earlier = this.first.get(key);
		if (earlier !== undefined) return `has the same 'key' as line ${earlier}: ${key}`;
		if (this.first.size >= MAX_LINES) return 'is one too many: the file has over 16 million';
		this.first.set(key, number);
		this.asJson ||= asksForJson(request);
		return undefined;
	}

	summary(size: number): JsonlSummary {
		return { keys: [...this.first.keys()], size, asJson: this.asJson };
	}
}

/**
 * Checks an input file before it is sent. One line is held at a time, and all keys.
 *
 * @param name what to call the file in an objection
 * @param maxBytes how large it may be
 */
export async function checkJsonl(
	bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
	kind: RequestKind,
	name: string,
	maxBytes: number,
): Promise<JsonlSummary | Objection> {
	let size = 0;
	const counted = async function* () {
		for await (const chunk of bytes) {
			size += chunk.length;
			if (size > maxBytes) return;
			yield chunk;
		}
	};
	const lines = new Lines(kind);
	for await (const { number, bytes: line } of linesOf(counted(), MAX_LINE_BYTES)) {
		const trouble = lines.take(number, line);
		// What was cut off is not the line's fault.
		if (trouble && size <= maxBytes) {
			return { message: `Line ${number} of '${name}' ${trouble}`, description: FORMAT };
		}
	}
	if (size > maxBytes) {
		return {
			message: `The file '${name}' has more than ${sizeText(maxBytes)}, which is the most that Google takes`,
			description: 'Divide it into several files.',
		};
	}
	const summary = lines.summary(size);
	if (summary.keys.length > 0) return summary;
	return { message: `The file '${name}' holds no request`, description: FORMAT };
}

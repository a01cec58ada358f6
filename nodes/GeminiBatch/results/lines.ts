/** One line of a byte stream, without its end. */
export interface Line {
	/** Counted from 1. */
	number: number;
	/** undefined when the line is longer than allowed: its bytes are skipped, not kept. */
	bytes?: Buffer;
	/** Whether the line has an end; only the last one of a stream may have none. */
	isWhole: boolean;
}

const LINE_END = 10;

/** The longest line to read, in bytes: an answer with several large images has tens of megabytes. */
export const LONGEST_LINE = 128 * 1024 * 1024;

/**
 * Splits a byte stream into lines and holds no more of it than one line. Works on bytes, because a chunk may end
 * within a letter.
 *
 * @param longest the bytes that one line may have
 */
export async function* linesOf(
	bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
	longest = LONGEST_LINE,
): AsyncGenerator<Line> {
	let number = 1;
	let waiting: Buffer[] = [];
	let length = 0;
	const keep = (piece: Buffer) => {
		length += piece.length;
		if (length > longest) waiting = [];
		else if (piece.length > 0) waiting.push(piece);
	};
	const line = (isWhole: boolean): Line => {
		const held = waiting.length === 1 ? waiting[0] : Buffer.concat(waiting);
		return { number, isWhole, ...(length > longest ? {} : { bytes: held }) };
	};
	for await (const chunk of bytes) {
		const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
		let start = 0;
		for (let end = buffer.indexOf(LINE_END); end >= 0; end = buffer.indexOf(LINE_END, start)) {
			keep(buffer.subarray(start, end));
			yield line(true);
			number += 1;
			waiting = [];
			length = 0;
			start = end + 1;
		}
		keep(buffer.subarray(start));
	}
	if (length > 0) yield line(false);
}

import { createHash } from 'node:crypto';

/** The bytes of a file: held in memory, or made up while they are read, so that a film of a gigabyte costs nothing. */
export interface Content {
	size: number;
	/** The bytes from the start, in pieces. */
	pieces: () => Iterable<Buffer>;
	/** SHA-256 in hexadecimal, worked out when it is asked for the first time. */
	sha256: () => string;
}

const LINE_END = 0x0a;
const BLOCK_BYTES = 64 * 1024;

function contentFrom(size: number, pieces: Content['pieces']): Content {
	let hex: string | undefined;
	const digest = (): string => {
		const hash = createHash('sha256');
		for (const piece of pieces()) hash.update(piece);
		return hash.digest('hex');
	};
	return { size, pieces, sha256: () => (hex ??= digest()) };
}

/** The content that these buffers make one after the other; they are not copied. */
export function heldContent(...buffers: Buffer[]): Content {
	const size = buffers.reduce((sum, { length }) => sum + length, 0);
	return contentFrom(size, () => buffers);
}

/**
 * `head`, then filler up to `size` bytes in all, the same every time. Every 64 KiB of filler begin with their own
 * number, so that a block that got lost or changed places shows in the hash. `head` alone when `size` is smaller.
 */
export function filledContent(head: Buffer, size: number): Content {
	const blocks = Math.ceil(Math.max(0, size - head.length) / BLOCK_BYTES);
	return contentFrom(Math.max(size, head.length), function* () {
		yield head;
		for (let index = 0; index < blocks; index += 1) {
			const block = Buffer.alloc(BLOCK_BYTES, 'film');
			block.writeUInt32BE(index);
			yield block.subarray(0, Math.min(BLOCK_BYTES, size - head.length - index * BLOCK_BYTES));
		}
	});
}

/** All bytes in one buffer. */
export const bytesOf = (content: Content): Buffer => Buffer.concat([...content.pieces()]);

/** The lines of a text, without their ends; only one line is held at a time. */
export function* linesOf(content: Content): Generator<string> {
	let open: Buffer[] = [];
	for (const piece of content.pieces()) {
		let start = 0;
		for (let end = piece.indexOf(LINE_END); end >= 0; end = piece.indexOf(LINE_END, start)) {
			const rest = piece.subarray(start, end);
			yield (open.length > 0 ? Buffer.concat([...open, rest]) : rest).toString('utf8');
			open = [];
			start = end + 1;
		}
		if (start < piece.length) open.push(piece.subarray(start));
	}
	if (open.length > 0) yield Buffer.concat(open).toString('utf8');
}

/** Lines of one kind that are written within a minute; enough to see what is going on. */
const FIRST = 5;
/** Milliseconds. */
const MINUTE = 60_000;

interface Count {
	/** When the minute began: milliseconds since 1970. */
	since: number;
	written: number;
	/** Not written since the last line that told how many. */
	leftOut: number;
}

/**
 * Keeps a log small while the same line would be written again and again: a stranger who sends a thousand messages a
 * second must not fill a disk. The first few lines of each minute are written; the first one of a later minute tells how many were not.
 */
export class FewLines {
	private readonly counts = new Map<string, Count>();

	private readonly capacity: number;

	/** @param capacity how many kinds of lines are told apart; beyond it all are written anew */
	constructor(capacity = 1000) {
		this.capacity = capacity;
	}

	/**
	 * @param kind lines that say the same; not chosen by a stranger
	 * @param now milliseconds since 1970
	 * @returns whether to write this one, and how many were left out before it
	 */
	next(kind: string, now: number): { isWritten: boolean; leftOut: number } {
		const count = this.counts.get(kind);
		const isOver = !count || now < count.since || now - count.since >= MINUTE;
		if (isOver) {
			if (!count && this.counts.size >= this.capacity) this.counts.clear();
			this.counts.set(kind, { since: now, written: 1, leftOut: 0 });
			return { isWritten: true, leftOut: count?.leftOut ?? 0 };
		}
		const isWritten = count.written < FIRST;
		if (isWritten) count.written += 1;
		else count.leftOut += 1;
		return { isWritten, leftOut: 0 };
	}
}

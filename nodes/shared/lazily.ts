/** Does something when it is asked for first, and once; later askers get the same answer, or failed promise. */
export function lazily<T>(work: () => T): () => T {
	let done: { answer: T } | undefined;
	return () => (done ??= { answer: work() }).answer;
}

/** Does something when it is asked for first, and once; later askers get the same answer, or failure. */
export function lazily<T>(work: () => Promise<T>): () => Promise<T> {
	let done: Promise<T> | undefined;
	return async () => await (done ??= work());
}

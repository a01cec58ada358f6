/**
 * Does the same work for many things, a few of them at a time, and keeps their order. After a failure nothing new is
 * begun; what is under way is waited for.
 *
 * @throws the first failure, in the order of the things
 */
export async function inParallel<T, R>(
	things: readonly T[],
	limit: number,
	work: (thing: T, index: number) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	const failures: Array<{ index: number; error: unknown }> = [];
	let next = 0;
	const worker = async () => {
		while (next < things.length && failures.length === 0) {
			const index = next++;
			try {
				results[index] = await work(things[index], index);
			} catch (error) {
				failures.push({ index, error });
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(limit, things.length) }, worker));
	const [first] = failures.sort((a, b) => a.index - b.index);
	if (first) throw first.error as Error;
	return results;
}

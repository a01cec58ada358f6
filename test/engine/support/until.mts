/** Waits for something that happens soon. */
export async function until(isSo: () => boolean): Promise<void> {
	const end = Date.now() + 15_000;
	while (!isSo()) {
		if (Date.now() > end) throw new Error('It did not happen');
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

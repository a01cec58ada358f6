/** Does something once for each name, however often it is asked for; all get the same answer, or failure. */
export function onceEach<T>(work: (name: string) => Promise<T>): (name: string) => Promise<T> {
	const done = new Map<string, Promise<T>>();
	return async (name) => {
		const one = done.get(name) ?? work(name);
		done.set(name, one);
		return await one;
	};
}

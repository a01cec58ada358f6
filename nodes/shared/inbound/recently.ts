/**
 * Keeps values for a moment. Bounded, and blind to a clock that was set back.
 *
 * @typeParam T what is kept; never an API key
 */
export class Recently<T> {
	private readonly entries = new Map<string, { value: T; since: number }>();

	private readonly keepFor: number;

	private readonly capacity: number;

	/** @param keepFor milliseconds */
	constructor(keepFor: number, capacity = 200) {
		this.keepFor = keepFor;
		this.capacity = capacity;
	}

	/** @param now milliseconds since 1970 */
	get(name: string, now: number): T | undefined {
		const entry = this.entries.get(name);
		if (entry && now >= entry.since && now - entry.since < this.keepFor) return entry.value;
		this.entries.delete(name);
		return undefined;
	}

	note(name: string, value: T, now: number): void {
		if (this.entries.size >= this.capacity) this.entries.clear();
		this.entries.set(name, { value, since: now });
	}
}

import type { KeyObject } from 'node:crypto';

/** Making a key costs more than verifying with it, so the latest keys are kept ready; bounded, as secrets come and go. */
export class ReadyKeys {
	private readonly keys = new Map<string, KeyObject>();

	private readonly capacity: number;

	constructor(capacity = 200) {
		this.capacity = capacity;
	}

	/**
	 * @param source what the key is made from, all of it: another source is another key
	 * @returns undefined when `make` has no key for it; that isn't kept
	 */
	get(source: string, make: () => KeyObject | undefined): KeyObject | undefined {
		const ready = this.keys.get(source);
		if (ready) return ready;
		const key = make();
		if (!key) return undefined;
		if (this.keys.size >= this.capacity) this.keys.clear();
		this.keys.set(source, key);
		return key;
	}
}

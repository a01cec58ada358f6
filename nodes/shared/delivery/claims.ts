export type ClaimState = 'claimed' | 'in-flight' | 'done';

/** Where deliveries are noted while they are taken, and when they were: in this process, or where several see it. */
export interface ClaimStore {
	/**
	 * Claims all of `keys` at once, or none of them.
	 *
	 * @param now milliseconds since 1970
	 * @param owner tells this claim from others of the same keys
	 * @returns `done` if any was finished before, `in-flight` if any is being worked on
	 */
	claim(keys: string[], now: number, owner: string): ClaimState | Promise<ClaimState>;
	/** Ends a claim: remembered when the delivery was taken for good, forgotten when it wasn't. */
	settle(keys: string[], taken: boolean, now: number, owner: string): void | Promise<void>;
}

interface Entry {
	state: 'in-flight' | 'done';
	/** Milliseconds since 1970. */
	expiresAt: number;
}

/** Google repeats a delivery for 24 hours; an hour more for clocks that disagree. Milliseconds. */
const REMEMBER_FOR = 25 * 3_600_000;
/** A claim whose response never ended, so that it can't block a delivery for ever. Milliseconds. */
const GIVE_UP_AFTER = 3_600_000;

/**
 * Which deliveries this process has taken: "in flight" until n8n has answered the sender, "done" once the answer
 * was a success. n8n answers only after the execution is stored, so "done" means that nothing can be lost.
 */
export class DeliveryClaims implements ClaimStore {
	private readonly entries = new Map<string, Entry>();

	private readonly capacity: number;

	constructor(capacity = 20_000) {
		this.capacity = capacity;
	}

	claim(keys: string[], now: number): ClaimState {
		const known = keys.flatMap((key) => {
			const entry = this.entries.get(key);
			return entry && entry.expiresAt > now ? [entry.state] : [];
		});
		if (known.includes('done')) return 'done';
		if (known.includes('in-flight')) return 'in-flight';
		this.set(keys, 'in-flight', now + GIVE_UP_AFTER);
		return 'claimed';
	}

	settle(keys: string[], taken: boolean, now: number): void {
		if (taken) this.set(keys, 'done', now + REMEMBER_FOR);
		else keys.forEach((key) => this.entries.delete(key));
	}

	private set(keys: string[], state: Entry['state'], expiresAt: number): void {
		for (const key of keys) {
			this.entries.delete(key); // Re-inserting moves it to the young end.
			this.entries.set(key, { state, expiresAt });
		}
		for (const oldest of this.entries.keys()) {
			if (this.entries.size <= this.capacity) break;
			this.entries.delete(oldest);
		}
	}
}

import { parseKeySet, type KeySet } from './keySet';

/** Milliseconds. The rules of jose's remote JWKS, plus: the last good set outlives an outage. */
const FRESH_FOR = 10 * 60_000;
const COOLDOWN = 30_000;

/**
 * Both ways: a clock that was set back must not keep old keys fresh, and a call that took its time before a fetch
 * began, and comes to the cache after it, must not fetch once more, nor find the keys old.
 */
const isWithin = (limit: number, since: number, now: number): boolean =>
	Math.abs(now - since) < limit;

/** Fetches the JWKS document; anything it throws counts as "not to be had now". */
export type FetchKeySet = () => Promise<unknown>;

/**
 * Google's public keys for one process: one fetch in flight, ten minutes fresh, a forced refetch at most every
 * 30 seconds, and the last good set kept while Google can't be reached.
 */
export class KeySetCache {
	private keySet: KeySet | undefined;
	private fetchedAt = -Infinity;
	private triedAt = -Infinity;
	private inFlight: Promise<void> | undefined;

	/** @returns the keys to verify with first, undefined when none were ever had. `now` in milliseconds. */
	async current(fetchKeySet: FetchKeySet, now: number): Promise<KeySet | undefined> {
		if (!isWithin(FRESH_FOR, this.fetchedAt, now)) await this.refresh(fetchKeySet, now);
		return this.keySet;
	}

	/**
	 * After a signature that no known key verifies: looks once more, as keys may have been rotated.
	 *
	 * @returns whether the keys now at hand are Google's latest word (from the last 30 seconds). If not, an
	 * unknown signature is no proof of a forgery, and the sender should try again.
	 */
	async renew(fetchKeySet: FetchKeySet, now: number): Promise<boolean> {
		await this.refresh(fetchKeySet, now);
		return isWithin(COOLDOWN, this.fetchedAt, now);
	}

	private async refresh(fetchKeySet: FetchKeySet, now: number): Promise<void> {
		if (!this.inFlight && isWithin(COOLDOWN, this.triedAt, now)) return;
		this.inFlight ??= this.load(fetchKeySet, now).finally(() => {
			this.inFlight = undefined;
		});
		await this.inFlight;
	}

	private async load(fetchKeySet: FetchKeySet, now: number): Promise<void> {
		this.triedAt = now;
		try {
			const keySet = parseKeySet(await fetchKeySet());
			if (!keySet) return;
			this.keySet = keySet;
			this.fetchedAt = now;
		} catch {
			// The last good set stays; `current` and `renew` tell the caller what is at hand.
		}
	}
}

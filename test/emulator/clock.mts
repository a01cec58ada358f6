/** A pending callback; `due` is in emulator milliseconds. */
interface Timer {
	due: number;
	order: number;
	run: () => void | Promise<unknown>;
}

const LONGEST_SLEEP_MS = 60_000;

/**
 * The emulator's clock: real time plus an offset that only ever grows, so that 24 hours of retries or the
 * 48-hour life of a file take no waiting. Timers fire by themselves in real time, and in order of their due
 * time when `advance()` passes them.
 */
export class Clock {
	#offset = 0;
	#order = 0;
	#timers = new Set<Timer>();
	#running = new Set<Promise<unknown>>();
	#alarm: NodeJS.Timeout | undefined;
	#advancing: Promise<void> = Promise.resolve();
	#stopped = false;

	/** Milliseconds since the epoch as the emulator sees them. */
	now(): number {
		return Date.now() + this.#offset;
	}

	/** How far the emulator is ahead of the real clock, in milliseconds. */
	get offset(): number {
		return this.#offset;
	}

	/** Runs `run` once, `delayMs` emulator milliseconds from now. Returns a function that calls it off. */
	after(delayMs: number, run: Timer['run']): () => void {
		const timer = { due: this.now() + Math.max(0, delayMs), order: this.#order++, run };
		this.#timers.add(timer);
		this.#setAlarm();
		return () => {
			this.#timers.delete(timer);
		};
	}

	/**
	 * Moves the clock `ms` milliseconds ahead and waits until everything that fell due on the way has happened,
	 * including deliveries and the retries that follow from them. Calls are served one after the other. A receiver
	 * must not wait for it before it answers: the answer is one of the things that are waited for.
	 */
	advance(ms: number): Promise<void> {
		if (!Number.isFinite(ms) || ms < 0) {
			return Promise.reject(new RangeError('advance() needs a number of milliseconds, 0 or more'));
		}
		this.#advancing = this.#advancing.then(() => this.#moveTo(this.now() + ms));
		return this.#advancing;
	}

	/** Waits until the callbacks that are running at the moment have ended. */
	async settled(): Promise<void> {
		while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
	}

	/** Forgets every pending timer; the clock can still be used. */
	clear(): void {
		this.#timers.clear();
		clearTimeout(this.#alarm);
	}

	/** Forgets every timer for good. */
	stop(): void {
		this.#stopped = true;
		this.clear();
	}

	async #moveTo(target: number): Promise<void> {
		// A delivery under way may yet ask for a retry that falls due before the target.
		await this.settled();
		for (let timer = this.#next(); timer && timer.due <= target; timer = this.#next()) {
			this.#leapTo(timer.due);
			await this.#fire(timer);
			await this.settled();
		}
		this.#leapTo(target);
		this.#setAlarm();
	}

	#leapTo(time: number): void {
		this.#offset = Math.max(this.#offset, time - Date.now());
	}

	#next(): Timer | undefined {
		let first: Timer | undefined;
		for (const timer of this.#timers) {
			const earlier = first === undefined || timer.due < first.due;
			if (earlier || (timer.due === first?.due && timer.order < first.order)) first = timer;
		}
		return first;
	}

	#fire(timer: Timer): Promise<unknown> {
		this.#timers.delete(timer);
		const running = Promise.resolve()
			.then(timer.run)
			.catch((error: unknown) => console.error('emulator timer failed:', error))
			.finally(() => this.#running.delete(running));
		this.#running.add(running);
		return running;
	}

	#setAlarm(): void {
		clearTimeout(this.#alarm);
		const next = this.#next();
		if (!next || this.#stopped) return;
		const sleep = Math.min(Math.max(0, next.due - this.now()), LONGEST_SLEEP_MS);
		this.#alarm = setTimeout(() => {
			for (let timer = this.#next(); timer && timer.due <= this.now(); timer = this.#next()) {
				void this.#fire(timer);
			}
			this.#setAlarm();
		}, sleep);
	}
}

/** RFC 3339 with nanoseconds and `Z`, the way Google's JSON writes a protobuf Timestamp. */
export function timestamp(ms: number): string {
	return new Date(ms).toISOString().replace('Z', '000000Z');
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from '../emulator/index.mts';
import type { Random } from '../unit/support/random.mts';
import type { Place } from './place.mts';

/** Google delivers at least once: some deliveries come again, at the same moment or later. */
export class Repetitions {
	/** Attempts made in the very same moment, and later ones. */
	readonly sent = { simultaneous: 0, later: 0 };
	/** Status codes, and how often n8n answered with them. */
	readonly answers: Record<string, number> = {};
	readonly #place: Place;
	readonly #random: Random;
	readonly #running = new Set<Promise<void>>();
	#read = 0;

	constructor(place: Place, random: Random) {
		this.#place = place;
		this.#random = random;
	}

	/** Picks among the deliveries that came up since the last time. */
	act(): void {
		const { deliveries } = this.#place.emulator;
		for (; this.#read < deliveries.length; this.#read += 1) {
			const delivery = deliveries[this.#read];
			if (delivery.kind !== 'static' && delivery.kind !== 'dynamic') continue;
			const chance = this.#random.next();
			if (chance < 0.1) this.#start(this.#atOnce(delivery, this.#random.integer(2, 4)));
			else if (chance < 0.25) this.#start(this.#later(delivery, this.#random.integer(1, 60_000)));
		}
	}

	/** Waits for what is under way; what is planned for later is called off. */
	async stop(): Promise<void> {
		this.#isOver = true;
		await Promise.all(this.#running);
	}

	#isOver = false;

	#start(work: Promise<void>): void {
		const running = work.finally(() => this.#running.delete(running));
		this.#running.add(running);
	}

	async #atOnce({ id }: Delivery, times: number): Promise<void> {
		this.sent.simultaneous += times;
		await Promise.all(Array.from({ length: times }, async () => await this.#send(id)));
	}

	async #later({ id }: Delivery, waitMs: number): Promise<void> {
		const due = Date.now() + waitMs;
		while (Date.now() < due && !this.#isOver) await sleep(Math.min(500, due - Date.now()));
		this.sent.later += 1;
		await this.#send(id);
	}

	async #send(id: string): Promise<void> {
		const { status } = await this.#place.emulator.redeliver(id);
		this.answers[String(status)] = (this.answers[String(status)] ?? 0) + 1;
	}
}

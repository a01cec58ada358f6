/** Random values that are the same in every run, so that a failure can be looked at again. */
export class Random {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	/** A number from 0 to below 1 (mulberry32). */
	next(): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let mixed = this.#state;
		mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	}

	/** A whole number from `low` to `high`, both included. */
	integer(low: number, high: number): number {
		return low + Math.floor(this.next() * (high - low + 1));
	}

	pick<T>(choices: readonly T[]): T {
		return choices[this.integer(0, choices.length - 1)];
	}

	bytes(length: number): Buffer {
		return Buffer.from(Array.from({ length }, () => this.integer(0, 255)));
	}

	/** Text of any characters, with those among them that are special to someone. */
	text(length: number): string {
		const special = '"\\/.,:;=&?#%{}[]\u0000\n\u2028 éß日🎬+-_~*\'`$';
		return Array.from({ length }, () =>
			this.next() < 0.5 ? this.pick([...special]) : String.fromCharCode(this.integer(32, 126)),
		).join('');
	}

	/** A JSON value of any shape, with the names and values that careless code stumbles over. */
	json(depth = 3): unknown {
		const leaves = [null, true, false, 0, -1, 1e308, '', 'x', '__proto__', 'constructor', '..'];
		if (depth === 0 || this.next() < 0.3) {
			return this.next() < 0.7 ? this.pick(leaves) : this.text(this.integer(0, 20));
		}
		const length = this.integer(0, 4);
		if (this.next() < 0.4) return Array.from({ length }, () => this.json(depth - 1));
		const names = ['__proto__', 'constructor', 'toString', 'valueOf', 'then', 'a', '', 'length'];
		return Object.fromEntries(
			Array.from({ length }, () => [this.pick(names), this.json(depth - 1)]),
		);
	}

	/** `fields` with some of the values replaced by anything at all. */
	spoil(fields: Record<string, unknown>): Record<string, unknown> {
		return Object.fromEntries(
			Object.entries(fields).flatMap(([name, value]) => {
				if (this.next() < 0.1) return [];
				return [[name, this.next() < 0.4 ? this.json() : value]];
			}),
		);
	}
}

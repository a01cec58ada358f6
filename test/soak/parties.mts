import { Random } from '../unit/support/random.mts';
import { Failures } from './failures.mts';
import { Hostile } from './hostile.mts';
import { Ledger } from './ledger.mts';
import type { Place } from './place.mts';
import { Repetitions } from './repetitions.mts';
import { Traffic } from './traffic.mts';
import { Troubles } from './troubles.mts';
import { objectionTo } from './verdict.mts';

/** Everything that happens at the same time. */
export function parties(place: Place, seed: number) {
	const ledger = new Ledger(place.triggers);
	const wrong: string[] = [];
	place.effects.onEffect((effect) => {
		ledger.readDeliveries(place.emulator.deliveries);
		ledger.note(effect);
		const objection = objectionTo(effect, place.emulator);
		if (objection) wrong.push(objection);
	});
	// A stream of its own for each, so that the seed decides what each one does whatever the others do.
	const random = (stream: number) => new Random(seed * 10 + stream);
	const traffic = new Traffic(place, random(0));
	traffic.onAsked = (asked) => ledger.ask(asked);
	return {
		ledger,
		wrong,
		traffic,
		hostile: new Hostile(place, random(1)),
		repetitions: new Repetitions(place, random(2)),
		troubles: new Troubles(place, random(3)),
		failures: new Failures(place.api),
	};
}

export type Parties = ReturnType<typeof parties>;

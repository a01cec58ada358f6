import { KeySetCache } from '../../../../nodes/shared/delivery/keySetCache';
import { ed25519Keys, NOW, rsaKeys } from '../../support/deliveries.mts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const old = ed25519Keys();
const fresh = ed25519Keys();
const rsa = rsaKeys('r');

/** A source of key sets that counts; each call gives the next answer, the last one for ever. */
function source(...answers: Array<unknown | Error>) {
	const fetchKeySet = jest.fn(async () => {
		const answer = answers.length > 1 ? answers.shift() : answers[0];
		if (answer instanceof Error) throw answer;
		return await Promise.resolve(answer);
	});
	return fetchKeySet;
}

const down = new Error('connect ECONNREFUSED');
const setOf = (...keys: Array<{ jwk: object }>) => ({ keys: keys.map(({ jwk }) => jwk) });
const holds = async (cache: KeySetCache, key: typeof old, now: number) => {
	const set = await cache.current(async () => await Promise.reject(down), now);
	return set?.ed25519.some((candidate) => candidate.equals(key.publicKey)) ?? false;
};

describe('current', () => {
	it('makes one fetch for fifty calls at once', async () => {
		const cache = new KeySetCache();
		const fetchKeySet = source(setOf(old));
		const sets = await Promise.all(
			Array.from({ length: 50 }, async () => await cache.current(fetchKeySet, NOW)),
		);
		expect(fetchKeySet).toHaveBeenCalledTimes(1);
		expect(new Set(sets).size).toBe(1);
		expect(sets[0]?.ed25519[0].equals(old.publicKey)).toBe(true);
	});

	it.each([
		[0, 1],
		[10 * MINUTE - 1, 1],
		[10 * MINUTE, 2],
		[24 * 60 * MINUTE, 2],
	])('%d ms after the first fetch there were %d', async (later, fetches) => {
		const cache = new KeySetCache();
		const fetchKeySet = source(setOf(old));
		await cache.current(fetchKeySet, NOW);
		await cache.current(fetchKeySet, NOW + later);
		expect(fetchKeySet).toHaveBeenCalledTimes(fetches);
	});

	it('takes over the new set and drops retired keys', async () => {
		const cache = new KeySetCache();
		const fetchKeySet = source(setOf(old), setOf(fresh));
		await cache.current(fetchKeySet, NOW);
		await cache.current(fetchKeySet, NOW + 10 * MINUTE);
		expect(await holds(cache, fresh, NOW + 10 * MINUTE)).toBe(true);
		expect(await holds(cache, old, NOW + 10 * MINUTE)).toBe(false);
	});

	it('has nothing after a first fetch that failed, and waits 30 s before the next', async () => {
		const cache = new KeySetCache();
		const fetchKeySet = source(down, setOf(old));
		expect(await cache.current(fetchKeySet, NOW)).toBeUndefined();
		expect(await cache.current(fetchKeySet, NOW + 30 * SECOND - 1)).toBeUndefined();
		expect(fetchKeySet).toHaveBeenCalledTimes(1);
		expect((await cache.current(fetchKeySet, NOW + 30 * SECOND))?.ed25519).toHaveLength(1);
	});

	it.each<[string, unknown]>([
		['the fetch fails', down],
		['the answer is a page', '<html>Bad Gateway</html>'],
		['the answer is empty', undefined],
		['there are no keys', { keys: [] }],
		['all keys are broken', { keys: [{ ...fresh.jwk, x: '!' }] }],
		[
			'there are only keys of a foreign kind',
			{ keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }] },
		],
	])('keeps the last good set when %s, however long it takes', async (_, answer) => {
		const cache = new KeySetCache();
		const fetchKeySet = source(setOf(old), answer);
		await cache.current(fetchKeySet, NOW);
		const day = 24 * 60 * MINUTE;
		expect(await cache.renew(fetchKeySet, NOW + day)).toBe(false);
		expect(fetchKeySet).toHaveBeenCalledTimes(2);
		expect(await holds(cache, old, NOW + day)).toBe(true);
	});

	it('follows Google to a set of RSA keys alone: keeping what Google took back would be worse', async () => {
		const cache = new KeySetCache();
		const fetchKeySet = source(setOf(old), setOf(rsa));
		await cache.current(fetchKeySet, NOW);
		expect(await cache.renew(fetchKeySet, NOW + MINUTE)).toBe(true);
		const set = await cache.current(fetchKeySet, NOW + MINUTE);
		expect(set?.ed25519).toEqual([]);
		expect([...(set?.rsa.keys() ?? [])]).toEqual(['r']);
	});

	it('survives a fetch that throws at once, or throws no error', async () => {
		const cache = new KeySetCache();
		const throwsAtOnce = () => {
			throw down;
		};
		expect(await cache.current(throwsAtOnce, NOW)).toBeUndefined();
		const throwsText = jest.fn().mockRejectedValue('no error object');
		expect(await cache.current(throwsText, NOW + MINUTE)).toBeUndefined();
		expect(throwsText).toHaveBeenCalledTimes(1);
	});
});

describe('a clock that was set back', () => {
	it('does not keep old keys fresh', async () => {
		const cache = new KeySetCache();
		const fetchKeySet = source(setOf(old), setOf(fresh));
		await cache.current(fetchKeySet, NOW);
		const earlier = NOW - 60 * MINUTE;
		await cache.current(fetchKeySet, earlier);
		expect(fetchKeySet).toHaveBeenCalledTimes(2);
		expect(await holds(cache, fresh, earlier)).toBe(true);
	});
});

describe('renew', () => {
	it('fetches again at most every 30 s, and says whose word the keys are', async () => {
		const cache = new KeySetCache();
		const fetchKeySet = source(setOf(old));
		await cache.current(fetchKeySet, NOW);
		// The last fetch is young enough to be Google's latest word.
		expect(await cache.renew(fetchKeySet, NOW + 30 * SECOND - 1)).toBe(true);
		expect(fetchKeySet).toHaveBeenCalledTimes(1);
		expect(await cache.renew(fetchKeySet, NOW + 30 * SECOND)).toBe(true);
		expect(fetchKeySet).toHaveBeenCalledTimes(2);
	});

	it('fetches no second time for calls that took their time just before the first', async () => {
		const cache = new KeySetCache();
		const fetchKeySet = source(setOf(old), setOf(fresh), down);
		await cache.current(fetchKeySet, NOW);
		expect(await cache.renew(fetchKeySet, NOW + 31 * SECOND)).toBe(true);
		for (const late of [30_999, 30_900, 30_000]) {
			expect(await cache.renew(fetchKeySet, NOW + late)).toBe(true);
			expect(await holds(cache, fresh, NOW + late)).toBe(true);
		}
		expect(fetchKeySet).toHaveBeenCalledTimes(2);
	});

	it('admits that the keys are old while Google cannot be reached', async () => {
		const cache = new KeySetCache();
		const fetchKeySet = source(setOf(old), down, setOf(fresh));
		await cache.current(fetchKeySet, NOW);
		expect(await cache.renew(fetchKeySet, NOW + MINUTE)).toBe(false);
		expect(await cache.renew(fetchKeySet, NOW + MINUTE + 29 * SECOND)).toBe(false);
		expect(fetchKeySet).toHaveBeenCalledTimes(2);
		expect(await cache.renew(fetchKeySet, NOW + MINUTE + 30 * SECOND)).toBe(true);
		expect(await holds(cache, fresh, NOW + MINUTE + 30 * SECOND)).toBe(true);
	});

	it('joins a fetch in flight', async () => {
		const cache = new KeySetCache();
		let answer: (document: unknown) => void = () => {};
		const fetchKeySet = jest.fn(async () => await new Promise<unknown>((give) => (answer = give)));
		const calls = [
			cache.current(fetchKeySet, NOW),
			cache.renew(fetchKeySet, NOW),
			cache.renew(fetchKeySet, NOW + 31 * SECOND),
		];
		answer(setOf(old));
		const [set, first] = await Promise.all(calls);
		expect(fetchKeySet).toHaveBeenCalledTimes(1);
		expect(set).toBeDefined();
		expect(first).toBe(true);
	});
});

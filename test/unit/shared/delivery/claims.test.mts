import { DeliveryClaims } from '../../../../nodes/shared/delivery/claims';

const HOUR = 3_600_000;

describe('DeliveryClaims', () => {
	it('is in flight until it is settled, and done for 25 hours', () => {
		const claims = new DeliveryClaims();
		expect(claims.claim(['a'], 0)).toBe('claimed');
		expect(claims.claim(['a'], 1)).toBe('in-flight');
		claims.settle(['a'], true, 10);
		expect(claims.claim(['a'], 11)).toBe('done');
		expect(claims.claim(['a'], 10 + 25 * HOUR - 1)).toBe('done');
		expect(claims.claim(['a'], 10 + 25 * HOUR)).toBe('claimed');
	});

	it('is forgotten when the delivery was not taken', () => {
		const claims = new DeliveryClaims();
		claims.claim(['a', 'b'], 0);
		claims.settle(['a', 'b'], false, 1);
		expect(claims.claim(['a'], 2)).toBe('claimed');
		expect(claims.claim(['b'], 2)).toBe('claimed');
	});

	it('gives a claim that was never settled up after an hour', () => {
		const claims = new DeliveryClaims();
		claims.claim(['a'], 0);
		expect(claims.claim(['a'], HOUR - 1)).toBe('in-flight');
		expect(claims.claim(['a'], HOUR)).toBe('claimed');
		expect(claims.claim(['a'], HOUR + 1)).toBe('in-flight');
	});

	it('takes all keys or none', () => {
		const claims = new DeliveryClaims();
		claims.claim(['job'], 0);
		expect(claims.claim(['delivery', 'job'], 1)).toBe('in-flight');
		expect(claims.claim(['delivery'], 2)).toBe('claimed');
	});

	it('says done rather than in flight when a delivery is both', () => {
		const claims = new DeliveryClaims();
		claims.claim(['old'], 0);
		claims.settle(['old'], true, 0);
		claims.claim(['running'], 1);
		expect(claims.claim(['running', 'old'], 2)).toBe('done');
		expect(claims.claim(['old', 'running'], 2)).toBe('done');
	});

	it('keeps claims apart, also under names of the prototype', () => {
		const claims = new DeliveryClaims();
		for (const key of ['__proto__', 'constructor', '', 'a', 'A']) {
			expect(claims.claim([key], 0)).toBe('claimed');
		}
		expect(claims.claim(['__proto__'], 0)).toBe('in-flight');
	});

	it('takes the same key twice in one claim', () => {
		const claims = new DeliveryClaims();
		expect(claims.claim(['a', 'a'], 0)).toBe('claimed');
		claims.settle(['a', 'a'], true, 0);
		expect(claims.claim(['a'], 1)).toBe('done');
	});

	it('forgets the oldest beyond its capacity, and a settled one is young again', () => {
		const claims = new DeliveryClaims(3);
		for (const key of ['a', 'b', 'c']) claims.claim([key], 0);
		claims.settle(['a'], true, 1);
		claims.claim(['d'], 2);
		expect(claims.claim(['a'], 3)).toBe('done');
		expect(claims.claim(['c'], 3)).toBe('in-flight');
		expect(claims.claim(['d'], 3)).toBe('in-flight');
		expect(claims.claim(['b'], 3)).toBe('claimed');
	});

	it('stays within its capacity under a flood', () => {
		const claims = new DeliveryClaims(100);
		for (let index = 0; index < 10_000; index++) claims.claim([`d${index}`, `j${index}`], index);
		expect(claims.claim(['d9999'], 10_000)).toBe('in-flight');
		expect(claims.claim(['d9949'], 10_000)).toBe('claimed');
	});

	it('gives a key to exactly one of many', () => {
		const claims = new DeliveryClaims();
		const states = Array.from({ length: 100 }, (_, index) => claims.claim([`d${index}`, 'job'], 0));
		expect(states.filter((state) => state === 'claimed')).toHaveLength(1);
	});
});
